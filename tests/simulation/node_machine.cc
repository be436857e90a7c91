#include "tests/simulation/node_machine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::simulation {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

namespace {

void Append(const storage::WriteBatch& from, storage::WriteBatch* to) {
  for (const storage::WriteBatch::Change& change : from.changes()) {
    if (change.is_delete) {
      to->Delete(change.family, change.key);
    } else {
      to->Put(change.family, change.key, change.value);
    }
  }
}

// Splits what a planted fault treats in its own way from the rest.
template <typename Predicate>
void Split(const storage::WriteBatch& batch, Predicate is_special, storage::WriteBatch* special,
           storage::WriteBatch* rest) {
  for (const storage::WriteBatch::Change& change : batch.changes()) {
    storage::WriteBatch one;
    if (change.is_delete) {
      one.Delete(change.family, change.key);
    } else {
      one.Put(change.family, change.key, change.value);
    }
    Append(one, is_special(change) ? special : rest);
  }
}

}  // namespace

NodeMachine::NodeMachine(size_t index, NodeId id, Planted planted)
    : index_(index), id_(std::move(id)), planted_(planted), disk_(node::FamilyNames().size()) {}

std::string NodeMachine::Name() const {
  if (id_.value() == absl::StrCat("node-", index_)) return id_.value();
  return absl::StrCat(id_.value(), " on machine ", index_);
}

std::string NodeMachine::BootId() const {
  return absl::StrFormat("%08x-0000-0000-0000-%012x", index_, boots_);
}

fence::FenceVerdict NodeMachine::JudgeByFence() const {
  const node::NodeState& state = core_->state();
  const fence::StoreState store_state{
      state.epoch, state.head.seq,
      [&](Seq seq) -> std::optional<std::string> { return HeadAt(seq.value()).hash; }};
  const fence::FenceVerdict verdict = fence::Judge(fence_, store_state, BootId());
  if (planted_ == Planted::kSpendingWithoutProof && verdict == fence::FenceVerdict::kNeedsProof) {
    return fence::FenceVerdict::kCurrent;
  }
  if (planted_ == Planted::kOldCopyNotFenced && verdict == fence::FenceVerdict::kRolledBack) {
    return fence::FenceVerdict::kCurrent;
  }
  return verdict;
}

node::NodeEffects NodeMachine::Start(absl::Time now, std::string nonce) {
  disk_.Sync();  // what an earlier process wrote is synced before it is built upon
  auto core = node::NodeCore::Recover(id_, *store().Snapshot());
  KOPA_CHECK_MSG(core.ok(), core.status().ToString());
  core_ = *std::move(core);
  node::NodeEffects effects;
  const fence::FenceVerdict verdict = JudgeByFence();
  if (verdict == fence::FenceVerdict::kRolledBack) {
    core_->FenceSelf(national::v1::FENCE_REASON_BEHIND_FENCE_FILE, "behind its fence file");
  }
  if (core_->state().fenced()) return effects;
  const bool current = verdict == fence::FenceVerdict::kCurrent;
  core_->Open(now, std::move(nonce), current, effects);
  fence::FenceRecord record;
  record.boot_id = BootId();
  record.proven = current;
  record.epoch = core_->state().epoch;
  opening_ = record;
  return effects;
}

void NodeMachine::Crash(bool power_loss) {
  core_ = nullptr;
  queue_.clear();
  held_back_.Clear();
  opening_.reset();
  session_ = 0;
  is_admitted_ = false;
  vain_dials_ = 0;
  if (!power_loss) return;
  disk_.LosePower();
  fence_ = fence_synced_;
  ++boots_;
}

void NodeMachine::Stop() {
  Write({});  // what a planted fault held back
  disk_.Sync();
  if (fence_.has_value() && !core_->state().fenced()) {
    fence_->clean = true;
    fence_synced_ = fence_;
  }
  Crash(/*power_loss=*/false);
}

void NodeMachine::Queue(engine::Ticket ticket, node::NodeCommand command) {
  queue_.emplace_back(ticket, std::move(command));
}

node::NodeEffects NodeMachine::Step(absl::Time now, size_t most) {
  node::NodeEffects effects;
  if (core_->WantsTick()) core_->Step(now, 0, node::NodeCore::Tick(), effects);
  for (; most > 0 && !queue_.empty(); --most, queue_.pop_front()) {
    core_->Step(now, queue_.front().first, std::move(queue_.front().second), effects);
  }
  core_->Finish(effects);
  return effects;
}

void NodeMachine::Write(const node::NodeEffects& effects) {
  storage::WriteBatch batch = std::move(held_back_);
  held_back_ = {};
  switch (planted_) {
    case Planted::kBatchLost:
      Append(effects.batch, &held_back_);
      break;
    case Planted::kSequenceReuse:
      Split(
          effects.batch, [](const auto& change) { return change.family == node::kMeta; },
          &held_back_, &batch);
      break;
    case Planted::kRequestForgotten: {
      storage::WriteBatch forgotten;
      Split(
          effects.batch, [](const auto& change) { return change.family == node::kRequest; },
          &forgotten, &batch);
      break;
    }
    default:
      Append(effects.batch, &batch);
  }
  if (!batch.empty()) disk_.Write(batch);
}

void NodeMachine::Sync() {
  disk_.Sync();
  NoteFence();
}

void NodeMachine::NoteFence() {
  const node::NodeState& state = core_->state();
  if (state.fenced() || planted_ == Planted::kBatchLost) return;
  if (opening_.has_value()) {
    fence_ = *std::exchange(opening_, std::nullopt);
    fence_->seq = state.head.seq;
    fence_->hash = state.head.hash;
    fence_synced_ = fence_;
    return;
  }
  fence_->seq = state.head.seq;
  fence_->hash = state.head.hash;
  if (core_->connected()) fence_->proven = true;
}

// --- Operators

NodeMachine::Copy NodeMachine::TakeCopy() const {
  Copy copy;
  copy.store = durable().Clone();
  const auto state = copy.store->Get(node::kMeta, node::kNodeStateKey);
  if (state.ok()) copy.head = node::NodeState::Parse(*state)->head.seq.value();
  return copy;
}

void NodeMachine::Restore(const Copy& copy, bool keep_fence) {
  KOPA_CHECK(!is_running());
  disk_.Restore(*copy.store);
  ++restores_;
  if (keep_fence) return;
  fence_.reset();
  fence_synced_.reset();
}

void NodeMachine::Lose() {
  Crash(/*power_loss=*/true);
  is_lost_ = true;
}

// --- The link

journal::Head NodeMachine::HeadAt(uint64_t seq) const {
  journal::Head head;
  if (seq == 0) return head;
  const auto stored = store().Get(node::kJournal, node::SeqKey(Seq(seq)));
  national::v1::JournalRecord record;
  // Without the record there is no proof; the centre fences what can't show its history.
  if (stored.ok() && record.ParseFromString(*stored)) head.hash = record.hash();
  head.seq = Seq(seq);
  return head;
}

void NodeMachine::Dial(Session& session) {
  session_ = session.id;
  is_admitted_ = false;
  ++vain_dials_;
  asked_.clear();
  const node::NodeState& state = core_->state();
  national::v1::Hello& hello = *session.SendUp().mutable_hello();
  hello.set_node(id_.value());
  hello.set_address("127.0.0.1:1");
  hello.set_epoch(state.epoch.value());
  hello.set_epoch_nonce(state.epoch_nonce);
  hello.set_head_seq(state.head.seq.value());
  hello.set_incarnation_seen(state.incarnation);
  hello.set_down_cursor(state.down_cursor);
  hello.set_self_fenced(state.fence_reason);
  hello.set_incarnation_nonce_seen(state.incarnation_nonce);
  hello.set_centre_seq_seen(state.centre.head.seq.value());
  hello.set_centre_hash_seen(state.centre.head.hash);
}

void NodeMachine::SessionEnded() {
  if (is_admitted_) Queue(0, node::LinkLost{});
  session_ = 0;
  is_admitted_ = false;
}

void NodeMachine::Receive(Session& session) {
  Session::Down down = std::move(session.down.front());
  session.down.pop_front();
  if (std::holds_alternative<absl::Status>(down)) {
    session.is_open_at_node = false;
    return SessionEnded();
  }
  ConnectResponse& message = std::get<ConnectResponse>(down);
  switch (message.message_case()) {
    case ConnectResponse::kWelcome: {
      welcome_ = message.welcome();
      sent_ = HeadAt(welcome_.applied_seq());
      national::v1::Proof& proof = *session.SendUp().mutable_proof();
      proof.set_applied_seq(sent_.seq.value());
      proof.set_hash(sent_.hash);
      return;
    }
    case ConnectResponse::kAdmitted:
      is_admitted_ = true;
      vain_dials_ = 0;
      return Queue(0, node::LinkAdmitted{welcome_.incarnation(), welcome_.incarnation_nonce()});
    case ConnectResponse::kAllotment: {
      national::v1::AllotmentTotals totals = std::move(*message.mutable_allotment());
      if (planted_ == Planted::kDeltaAllotments) {
        for (const auto& figures : core_->Figures()) {
          if (figures.call.value() != totals.call()) continue;
          *totals.mutable_allotted() =
              (figures.totals.allotted + ledger::Amounts::FromProto(totals.allotted())).ToProto();
        }
      }
      return Queue(0, std::move(totals));
    }
    case ConnectResponse::kRecall:
      return Queue(0, std::move(*message.mutable_recall()));
    case ConnectResponse::kDownEntry:
      // With the store as the committer will find it: the link's commands wait for nothing else.
      return Queue(0,
                   node::CommandOf(*store().Snapshot(), std::move(*message.mutable_down_entry())));
    case ConnectResponse::kFence:
      return Queue(0, std::move(*message.mutable_fence()));
    case ConnectResponse::kCentreRecords:
      return Queue(0, std::move(*message.mutable_centre_records()));
    default:
      return;
  }
}

const CallId* NodeMachine::NewDemand() const {
  for (const auto& [call, target] : core_->demands()) {
    const auto asked = asked_.find(call);
    if (asked == asked_.end() || asked->second != target) return &call;
  }
  return nullptr;
}

bool NodeMachine::HasNews() const {
  return is_running() && is_admitted_ &&
         (sent_.seq < core_->state().head.seq || NewDemand() != nullptr);
}

void NodeMachine::SendNews(Session& session, size_t most, size_t overlap) {
  if (const CallId* const call = NewDemand()) {
    asked_[*call] = core_->demands().at(*call);
    national::v1::Demand& demand = *session.SendUp().mutable_demand();
    demand.set_call(call->value());
    *demand.mutable_target() = asked_[*call].ToProto();
    return;
  }
  const uint64_t before = sent_.seq.value() - std::min<uint64_t>(overlap, sent_.seq.value());
  const uint64_t last = std::min(sent_.seq.value() + most, core_->state().head.seq.value());
  national::v1::RecordBatch& batch = *session.SendUp().mutable_batch();
  batch.set_first_seq(before + 1);
  batch.set_prev_hash(HeadAt(before).hash);
  const auto view = store().Snapshot();
  const auto records =
      view->Scan(node::kJournal, node::SeqKey(Seq(before + 1)), node::SeqKey(Seq(last + 1)));
  for (; records->Valid(); records->Next()) {
    KOPA_CHECK(batch.add_records()->ParseFromArray(records->value().data(),
                                                   static_cast<int>(records->value().size())));
  }
  sent_ = HeadAt(last);
}

}  // namespace kopa::simulation
