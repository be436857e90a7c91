#include "tests/simulation/central_machine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/digest.h"
#include "common/base/signing.h"
#include "common/base/status.h"

namespace kopa::simulation {

using ::kopa::national::v1::ConnectRequest;

namespace {

// What a stream of central/service replies with, which nobody waits for.
constexpr engine::Ticket kNobody = 0;

// Stands for the signature of the centre's key, which no simulated node forges.
std::string Sign(uint64_t incarnation, const std::string& nonce, uint64_t seq,
                 const std::string& hash) {
  return Sha256(CentreHeadStatement(incarnation, nonce, Seq(seq), hash));
}

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

CentralMachine::CentralMachine(std::vector<NodeId> nodes, std::vector<programme::v1::Call> calls,
                               Planted planted)
    : nodes_(std::move(nodes)),
      calls_(std::move(calls)),
      planted_(planted),
      disk_(central::FamilyNames().size()) {}

bool CentralMachine::KnowsNode(const NodeId& node) const {
  return std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end();
}

central::CentralEffects CentralMachine::Start(absl::Time now, std::string nonce) {
  disk_.Sync();  // what an earlier process wrote is synced before it is built upon
  auto core = central::CentralCore::Recover(nodes_, *store().Snapshot());
  KOPA_CHECK_MSG(core.ok(), core.status().ToString());
  core_ = *std::move(core);
  central::CentralEffects effects;
  const absl::Status opened =
      core_->Open(now, std::move(nonce), calls_, effects, is_marked_restored_);
  KOPA_CHECK_MSG(opened.ok(), opened.ToString());
  return effects;
}

void CentralMachine::Crash(bool power_loss) {
  core_ = nullptr;
  queue_.clear();
  if (power_loss) disk_.LosePower();
}

void CentralMachine::Queue(engine::Ticket ticket, central::CentralCommand command) {
  queue_.emplace_back(ticket, std::move(command));
}

central::CentralEffects CentralMachine::Step(absl::Time now, size_t most) {
  central::CentralEffects effects;
  if (core_->WantsTick()) core_->Step(now, kNobody, central::CentralCore::Tick(), effects);
  for (; most > 0 && !queue_.empty(); --most, queue_.pop_front()) {
    core_->Step(now, queue_.front().first, std::move(queue_.front().second), effects);
  }
  core_->Finish(effects);
  return effects;
}

void CentralMachine::WriteFirstHalf(const central::CentralEffects& effects) {
  if (planted_ != Planted::kCursorOutsideBatch) return;
  storage::WriteBatch cursors;
  for (const storage::WriteBatch::Change& change : effects.batch.changes()) {
    if (change.family == central::kNode) cursors.Put(change.family, change.key, change.value);
  }
  if (!cursors.empty()) disk_.Write(cursors);
}

void CentralMachine::Write(const central::CentralEffects& effects) {
  if (!effects.batch.empty()) disk_.Write(effects.batch);
  is_marked_restored_ = false;  // the marker goes once the new incarnation is written
}

void CentralMachine::Receive(Session& session, const NodeId& node) {
  ConnectRequest message = std::move(session.up.front());
  session.up.pop_front();
  const central::Session id(session.id);
  switch (message.message_case()) {
    case ConnectRequest::kHello:
      return Greet(session, std::move(*message.mutable_hello()));
    case ConnectRequest::kProof:
      return Queue(kNobody, central::ProofCommand{id, node, std::move(*message.mutable_proof())});
    case ConnectRequest::kBatch:
      return Queue(kNobody, central::RecordsCommand{
                                id, node, TakeBatch(std::move(*message.mutable_batch()))});
    case ConnectRequest::kDemand:
      return Queue(kNobody, central::DemandCommand{id, node, std::move(*message.mutable_demand())});
    default:
      return;
  }
}

void CentralMachine::Greet(Session& session, national::v1::Hello hello) {
  session.incarnation_seen = hello.incarnation_seen();
  session.own_seen = hello.centre_seq_seen();
  central::HelloCommand command{central::Session(session.id), std::move(hello)};
  command.nonce = Sha256(absl::StrCat("nonce of stream ", session.id)).substr(0, 16);
  command.hash_at_seen = OwnRecord(session.own_seen).hash();
  const national::v1::Hello& told = command.hello;
  command.is_signed =
      told.centre_signature() == Sign(told.incarnation_seen(), told.incarnation_nonce_seen(),
                                      told.centre_signed_seq(), told.centre_signed_hash());
  command.hash_at_signed = OwnRecord(told.centre_signed_seq()).hash();
  Queue(kNobody, std::move(command));
}

national::v1::JournalRecord CentralMachine::OwnRecord(uint64_t seq) const {
  national::v1::JournalRecord record;
  const auto stored = store().Get(central::kJournal, central::SeqKey(Seq(seq)));
  if (stored.ok()) KOPA_CHECK(record.ParseFromString(*stored));
  return record;
}

void CentralMachine::Send(Session& session, Session::Down message) const {
  if (auto* response = std::get_if<national::v1::ConnectResponse>(&message)) {
    if (response->has_welcome()) {
      // What the node saw of an earlier incarnation is no beginning of this one.
      const bool is_same = response->welcome().incarnation() == session.incarnation_seen;
      session.own_sent = is_same ? session.own_seen : 0;
      national::v1::Welcome& welcome = *response->mutable_welcome();
      session.incarnation = welcome.incarnation();
      session.incarnation_nonce = welcome.incarnation_nonce();
      welcome.set_signature(Sign(welcome.incarnation(), welcome.incarnation_nonce(),
                                 welcome.head_seq(), welcome.head_hash()));
    }
    const uint64_t head = core_->state().head.seq.value();
    if (session.is_admitted && session.own_sent < head) {
      national::v1::ConnectResponse records;
      while (session.own_sent < head) {
        *records.mutable_centre_records()->add_records() = OwnRecord(++session.own_sent);
      }
      national::v1::CentreRecords& sent = *records.mutable_centre_records();
      sent.set_signature(Sign(session.incarnation, session.incarnation_nonce, session.own_sent,
                              sent.records().rbegin()->hash()));
      session.SendDown(std::move(records));
    }
    session.is_admitted = session.is_admitted || response->has_admitted();
  }
  session.SendDown(std::move(message));
}

void CentralMachine::Restore(const storage::MemoryStore& copy, bool marked) {
  KOPA_CHECK(!is_running());
  disk_.Restore(copy);
  is_marked_restored_ = marked;
  ++restores_;
}

void CentralMachine::SessionEnded(const Session& session, const NodeId& node) {
  Queue(kNobody, central::SessionLost{central::Session(session.id), node});
}

}  // namespace kopa::simulation
