#include "tests/simulation/node_machine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::simulation {

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

fence::FenceVerdict NodeMachine::JudgeByFence(const node::NodeState& state) const {
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
  calls_.clear();
  for (const programme::v1::Call* call : core_->Definitions()) calls_.insert(CallId(call->id()));
  node::NodeEffects effects;
  const fence::FenceVerdict verdict = JudgeByFence(core_->state());
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
  if (is_running()) was_fenced_ = core_->state().fenced();
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
  for (const programme::v1::Call& call : effects.calls_changed) calls_.insert(CallId(call.id()));
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
  was_fenced_ = false;  // as far as anybody knows before it is started
  if (keep_fence) return;
  fence_.reset();
  fence_synced_.reset();
}

void NodeMachine::Lose() {
  Crash(/*power_loss=*/true);
  is_lost_ = true;
}

absl::StatusOr<node::RejoinPlan> NodeMachine::PlanRejoin(absl::Time now, std::string nonce,
                                                         node::CentreCopy centre) {
  KOPA_CHECK(!is_running());
  disk_.Sync();
  ++rejoins_;
  node::RejoinRequest request;
  request.node = id_;
  request.now = now;
  request.epoch_nonce = std::move(nonce);
  request.centre = std::move(centre);
  if (fence_.has_value()) request.fence_epoch = fence_->epoch;
  node::NodeState state;
  const auto stored = store().Get(node::kMeta, node::kNodeStateKey);
  if (stored.ok()) {
    ASSIGN_OR_RETURN(state, node::NodeState::Parse(*stored));
    request.is_newest = JudgeByFence(state) == fence::FenceVerdict::kCurrent;
  }
  request.reseal = [](const ApplicationId&, uint32_t, const national::v1::JournalRecord&,
                      const std::string& staff, uint32_t) -> absl::StatusOr<node::SealedParts> {
    node::SealedParts parts;
    parts.staff = absl::StrCat(staff, ", sealed again");
    parts.commitments.staff = journal::Commitment("salt", parts.staff);
    return parts;
  };
  return node::PlanRejoin(*store().Snapshot(), request);
}

void NodeMachine::WriteRejoin(const node::RejoinPlan& plan) {
  disk_.Write(plan.batch);
  disk_.Sync();
  ++restores_;
}

void NodeMachine::NoteRejoin(const node::RejoinReport& report) {
  was_fenced_ = false;
  if (!report.changed && fence_.has_value() && fence_->proven && fence_->hash == report.head.hash) {
    return;  // there was nothing to do at all
  }
  fence::FenceRecord record;
  record.epoch = report.epoch;
  record.seq = report.head.seq;
  record.hash = report.head.hash;
  record.boot_id = BootId();
  fence_ = record;
  fence_synced_ = fence_;
}

}  // namespace kopa::simulation
