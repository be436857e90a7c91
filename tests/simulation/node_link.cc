// A node's end of the link.

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "tests/simulation/node_machine.h"

namespace kopa::simulation {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

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
  hello.set_centre_signed_seq(state.centre.signed_head.seq.value());
  hello.set_centre_signed_hash(state.centre.signed_head.hash);
  hello.set_centre_signature(state.centre.signature);
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
      return Queue(0, node::LinkAdmitted{welcome_.incarnation(),
                                         welcome_.incarnation_nonce(),
                                         {},
                                         {Seq(welcome_.head_seq()), welcome_.head_hash()},
                                         welcome_.signature()});
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
