#include "tests/simulation/node_machine.h"

#include <algorithm>

#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::simulation {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

NodeMachine::NodeMachine(size_t index, NodeId id)
    : index_(index), id_(std::move(id)), store_(node::FamilyNames().size()) {}

node::NodeEffects NodeMachine::Start(absl::Time now, std::string nonce, bool may_spend) {
  auto core = node::NodeCore::Recover(id_, *store_.Snapshot());
  KOPA_CHECK_MSG(core.ok(), core.status().ToString());
  core_ = *std::move(core);
  node::NodeEffects effects;
  core_->Open(now, std::move(nonce), may_spend, effects);
  return effects;
}

void NodeMachine::Crash() {
  core_ = nullptr;
  queue_.clear();
  session_ = 0;
  is_admitted_ = false;
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
  KOPA_CHECK(store_.Write(effects.batch).ok());
}

journal::Head NodeMachine::HeadAt(uint64_t seq) const {
  journal::Head head;
  if (seq == 0) return head;
  const auto stored = store_.Get(node::kJournal, node::SeqKey(Seq(seq)));
  national::v1::JournalRecord record;
  // Without the record there is no proof; the centre fences what can't show its history.
  if (stored.ok() && record.ParseFromString(*stored)) head.hash = record.hash();
  head.seq = Seq(seq);
  return head;
}

void NodeMachine::Dial(Session& session) {
  session_ = session.id;
  is_admitted_ = false;
  asked_.clear();
  const node::NodeState& state = core_->state();
  national::v1::Hello& hello = *session.up.emplace_back().mutable_hello();
  hello.set_node(id_.value());
  hello.set_address("127.0.0.1:1");
  hello.set_epoch(state.epoch.value());
  hello.set_epoch_nonce(state.epoch_nonce);
  hello.set_head_seq(state.head.seq.value());
  hello.set_incarnation_seen(state.incarnation);
  hello.set_down_cursor(state.down_cursor);
  hello.set_self_fenced(state.fence_reason);
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
      national::v1::Proof& proof = *session.up.emplace_back().mutable_proof();
      proof.set_applied_seq(sent_.seq.value());
      proof.set_hash(sent_.hash);
      return;
    }
    case ConnectResponse::kAdmitted:
      is_admitted_ = true;
      return Queue(0, node::LinkAdmitted{welcome_.incarnation(), welcome_.incarnation_nonce()});
    case ConnectResponse::kAllotment:
      return Queue(0, std::move(*message.mutable_allotment()));
    case ConnectResponse::kRecall:
      return Queue(0, std::move(*message.mutable_recall()));
    case ConnectResponse::kDownEntry:
      return Queue(0,
                   node::CommandOf(*store_.Snapshot(), std::move(*message.mutable_down_entry())));
    case ConnectResponse::kFence:
      return Queue(0, std::move(*message.mutable_fence()));
    case ConnectResponse::kAck:
    case ConnectResponse::kHeartbeat:
    case ConnectResponse::MESSAGE_NOT_SET:
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
    national::v1::Demand& demand = *session.up.emplace_back().mutable_demand();
    demand.set_call(call->value());
    *demand.mutable_target() = asked_[*call].ToProto();
    return;
  }
  const uint64_t before = sent_.seq.value() - std::min<uint64_t>(overlap, sent_.seq.value());
  const uint64_t last = std::min(sent_.seq.value() + most, core_->state().head.seq.value());
  national::v1::RecordBatch& batch = *session.up.emplace_back().mutable_batch();
  batch.set_first_seq(before + 1);
  batch.set_prev_hash(HeadAt(before).hash);
  const auto view = store_.Snapshot();
  const auto records =
      view->Scan(node::kJournal, node::SeqKey(Seq(before + 1)), node::SeqKey(Seq(last + 1)));
  for (; records->Valid(); records->Next()) {
    KOPA_CHECK(batch.add_records()->ParseFromArray(records->value().data(),
                                                   static_cast<int>(records->value().size())));
  }
  sent_ = HeadAt(last);
}

}  // namespace kopa::simulation
