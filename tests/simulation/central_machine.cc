#include "tests/simulation/central_machine.h"

#include <utility>

#include "central/core/families.h"
#include "common/base/status.h"

namespace kopa::simulation {

using ::kopa::national::v1::ConnectRequest;

namespace {

std::vector<central::RecordsCommand::Record> TakeBatch(national::v1::RecordBatch&& batch) {
  std::vector<central::RecordsCommand::Record> records;
  journal::Head head{Seq(batch.first_seq() - 1), batch.prev_hash()};
  for (national::v1::JournalRecord& record : *batch.mutable_records()) {
    const absl::Status follows = journal::Follow(head, record);
    KOPA_CHECK_MSG(follows.ok(), follows.ToString());
    central::RecordsCommand::Record& taken = records.emplace_back();
    KOPA_CHECK(journal::ParsePublic(record, &taken.what).ok());
    taken.journal = std::move(record);
  }
  return records;
}

}  // namespace

CentralMachine::CentralMachine(std::vector<NodeId> nodes, std::vector<programme::v1::Call> calls)
    : nodes_(std::move(nodes)), calls_(std::move(calls)), store_(central::FamilyNames().size()) {}

central::CentralEffects CentralMachine::Start(absl::Time now, std::string nonce) {
  auto core = central::CentralCore::Recover(nodes_, *store_.Snapshot());
  KOPA_CHECK_MSG(core.ok(), core.status().ToString());
  core_ = *std::move(core);
  central::CentralEffects effects;
  const absl::Status opened = core_->Open(now, std::move(nonce), calls_, effects);
  KOPA_CHECK_MSG(opened.ok(), opened.ToString());
  return effects;
}

void CentralMachine::Crash() {
  core_ = nullptr;
  queue_.clear();
}

central::CentralEffects CentralMachine::Step(absl::Time now, size_t most) {
  central::CentralEffects effects;
  for (; most > 0 && !queue_.empty(); --most, queue_.pop_front()) {
    core_->Step(now, 1, std::move(queue_.front()), effects);
  }
  core_->Finish(effects);
  return effects;
}

void CentralMachine::Write(const central::CentralEffects& effects) {
  KOPA_CHECK(store_.Write(effects.batch).ok());
}

void CentralMachine::Receive(Session& session, const NodeId& node) {
  ConnectRequest message = std::move(session.up.front());
  session.up.pop_front();
  const central::Session id(session.id);
  switch (message.message_case()) {
    case ConnectRequest::kHello:
      queue_.push_back(central::HelloCommand{id, std::move(*message.mutable_hello())});
      return;
    case ConnectRequest::kProof:
      queue_.push_back(central::ProofCommand{id, node, std::move(*message.mutable_proof())});
      return;
    case ConnectRequest::kBatch:
      queue_.push_back(
          central::RecordsCommand{id, node, TakeBatch(std::move(*message.mutable_batch()))});
      return;
    case ConnectRequest::kDemand:
      queue_.push_back(central::DemandCommand{id, node, std::move(*message.mutable_demand())});
      return;
    case ConnectRequest::kHeartbeat:
    case ConnectRequest::kDownAck:
    case ConnectRequest::MESSAGE_NOT_SET:
      return;
  }
}

void CentralMachine::SessionEnded(const Session& session, const NodeId& node) {
  queue_.push_back(central::SessionLost{central::Session(session.id), node});
}

}  // namespace kopa::simulation
