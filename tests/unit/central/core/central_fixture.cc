#include "tests/unit/central/core/central_fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "central/core/verify.h"
#include "common/base/digest.h"
#include "common/base/signing.h"

namespace kopa::central {

using ::kopa::national::v1::ConnectResponse;

namespace {

// Stands for the signature of the centre's key.
std::string Sign(uint64_t incarnation, const std::string& nonce, const journal::Head& head) {
  return Sha256(CentreHeadStatement(incarnation, nonce, head.seq, head.hash));
}

}  // namespace

CentralFixture::CentralFixture() {
  for (ScriptedNode* node : {&a_, &b_, &c_}) {
    node->Open(absl::StrCat("nonce of ", node->id().value()));
  }
}

national::v1::Fence CentralFixture::Stream::Fence() const {
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->has_fence()) return at->fence();
  }
  return {};
}

national::v1::RecordAck CentralFixture::Stream::Ack() const {
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->has_ack()) return at->ack();
  }
  return {};
}

std::vector<national::v1::AllotmentTotals> CentralFixture::Stream::Allotments() const {
  std::vector<national::v1::AllotmentTotals> found;
  for (const ConnectResponse& message : messages) {
    if (message.has_allotment()) found.push_back(message.allotment());
  }
  return found;
}

std::vector<national::v1::Recall> CentralFixture::Stream::Recalls() const {
  std::vector<national::v1::Recall> found;
  for (const ConnectResponse& message : messages) {
    if (message.has_recall()) found.push_back(message.recall());
  }
  return found;
}

std::vector<national::v1::DownEntry> CentralFixture::Stream::DownEntries() const {
  std::vector<national::v1::DownEntry> found;
  for (const ConnectResponse& message : messages) {
    if (message.has_down_entry()) found.push_back(message.down_entry());
  }
  return found;
}

bool CentralFixture::Stream::Admitted() const {
  for (const ConnectResponse& message : messages) {
    if (message.has_admitted()) return true;
  }
  return false;
}

programme::v1::Call CentralFixture::TestCall(int64_t cents, int64_t initiatives) {
  programme::v1::Call call;
  call.set_id("test-2024");
  call.set_form(programme::v1::APPLICATION_FORM_PROJECT);
  call.mutable_window()->set_opens("2024-06-01T00:00:00");  // after now_
  call.mutable_window()->set_closes("2024-07-01T00:00:00");
  call.add_applicant_types()->set_id("association");
  for (const char* id : {"council-work", "inclusion"}) call.add_activities()->set_id(id);
  if (cents >= 0) call.mutable_limits()->set_budget_cents(cents);
  if (initiatives >= 0) call.mutable_limits()->set_initiatives(initiatives);
  call.mutable_amount()->set_fixed_cents(100);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_ON_DEMAND);
  call.mutable_allotment()->set_pending(programme::v1::PENDING_POLICY_SKIP);
  return call;
}

void CentralFixture::Begin(const std::vector<programme::v1::Call>& calls) {
  store_ = std::make_unique<storage::MemoryStore>(FamilyNames().size());
  const absl::Status status = Restart(calls);
  ASSERT_TRUE(status.ok()) << status;
}

absl::Status CentralFixture::Restart(const std::vector<programme::v1::Call>& calls, bool restored) {
  auto core = CentralCore::Recover(node_ids_, *store_->Snapshot());
  EXPECT_TRUE(core.ok()) << core.status();
  if (!core.ok()) return core.status();
  core_ = *std::move(core);
  newest_.clear();
  CentralEffects effects;
  const absl::Status status = core_->Open(now_, "nonce of the centre", calls, effects, restored);
  warnings_ = effects.warnings;
  if (!status.ok()) return status;
  EXPECT_TRUE(store_->Write(effects.batch).ok());
  return status;
}

void CentralFixture::Do(CentralCommand command) { Step(++last_ticket_, std::move(command)); }

absl::optional<CentralReply> CentralFixture::Ask(CentralCommand command) {
  answer_ = absl::nullopt;
  asked_ = ++last_ticket_;
  Step(asked_, std::move(command));
  return answer_;
}

StaffEntry CentralFixture::By(const std::string& actor, const std::string& reason) {
  return {"salt of " + actor, actor, "test", reason};
}

void CentralFixture::Step(engine::Ticket ticket, CentralCommand command) {
  CentralEffects effects;
  core_->Step(now_, ticket, std::move(command), effects);
  core_->Finish(effects);
  ASSERT_TRUE(store_->Write(effects.batch).ok());
  for (auto& [to, reply] : effects.replies) {
    if (to == asked_) answer_ = std::move(reply);
  }
  warnings_.insert(warnings_.end(), effects.warnings.begin(), effects.warnings.end());
  alarms_.insert(alarms_.end(), effects.alarms.begin(), effects.alarms.end());
  for (Outgoing& outgoing : effects.outgoing) {
    Stream& stream = streams_[outgoing.session];
    if (auto* message = std::get_if<ConnectResponse>(&outgoing.what)) {
      EXPECT_TRUE(stream.end.ok()) << "sent after the end: " << message->ShortDebugString();
      stream.messages.push_back(std::move(*message));
    } else {
      stream.end = std::get<absl::Status>(outgoing.what);
    }
  }
}

CentralFixture::Stream& CentralFixture::Greet(const ScriptedNode& node) {
  const Session session(++last_session_);
  newest_[node.id()] = session;
  HelloCommand command{session, node.Hello()};
  command.nonce = absl::StrCat("nonce ", session.value());
  const national::v1::Hello& told = command.hello;
  const auto seen = store_->Get(kJournal, SeqKey(Seq(told.centre_seq_seen())));
  national::v1::JournalRecord record;
  if (seen.ok() && record.ParseFromString(*seen)) command.hash_at_seen = record.hash();
  command.hash_at_signed = command.hash_at_seen;  // a scripted node has one head
  command.is_signed =
      told.centre_signature() == Sign(told.incarnation_seen(), told.incarnation_nonce_seen(),
                                      {Seq(told.centre_signed_seq()), told.centre_signed_hash()});
  Do(std::move(command));
  return streams_[session];
}

void CentralFixture::See(ScriptedNode& node) const {
  const CentralState& state = core_->state();
  SeeOther(node, state.incarnation, state.incarnation_nonce, state.head);
}

void CentralFixture::SeeOther(ScriptedNode& node, uint64_t incarnation, const std::string& nonce,
                              const journal::Head& head, bool is_signed) {
  node.SeeCentre(incarnation, nonce, head, is_signed ? Sign(incarnation, nonce, head) : "forged");
}

void CentralFixture::SendHead(const ScriptedNode& node,
                              const national::v1::NodeHeartbeat& heartbeat) {
  Do(NodeHeadCommand{newest_.at(node.id()), node.id(), heartbeat});
}

CentralFixture::Stream& CentralFixture::Connect(const ScriptedNode& node) {
  Greet(node);
  Do(ProofCommand{newest_.at(node.id()), node.id(),
                  node.ProofAt(Status(node).record.applied.seq.value())});
  return StreamOf(node);
}

CentralFixture::Stream& CentralFixture::StreamOf(const ScriptedNode& node) {
  return streams_[newest_.at(node.id())];
}

void CentralFixture::Send(const ScriptedNode& node, uint64_t first, uint64_t last) {
  Do(RecordsCommand{newest_.at(node.id()), node.id(), node.Records(first, last)});
}

void CentralFixture::Send(const ScriptedNode& node) {
  Send(node, Status(node).record.applied.seq.Next().value(), node.head().seq.value());
}

void CentralFixture::Demand(const ScriptedNode& node, const ledger::Amounts& target) {
  national::v1::Demand demand;
  demand.set_call(call_.value());
  *demand.mutable_target() = target.ToProto();
  Do(DemandCommand{newest_.at(node.id()), node.id(), demand});
}

void CentralFixture::Lose(const ScriptedNode& node) {
  Do(SessionLost{newest_.at(node.id()), node.id()});
}

void CentralFixture::Join(const ScriptedNode& node) {
  Connect(node);
  Send(node);
}

std::map<std::string, std::string> CentralFixture::Contents() const {
  std::map<std::string, std::string> contents;
  const auto view = store_->Snapshot();
  for (size_t family = 0; family < FamilyNames().size(); ++family) {
    const auto at = view->Scan(static_cast<storage::Family>(family), "", "");
    for (; at->Valid(); at->Next()) {
      contents[absl::StrCat(FamilyNames()[family], "/", ToHex(at->key()))] =
          std::string(at->value());
    }
  }
  return contents;
}

std::string CentralFixture::Summary() const {
  const NationalFold& fold = core_->fold();
  std::map<std::string, std::string> lines;
  for (const auto& [id, call] : fold.calls()) {
    for (const auto& [node, totals] : call.ledger.nodes()) {
      lines[absl::StrCat("ledger ", id.value(), " ", node.value())] = ToHex(totals.Serialize());
    }
    lines[absl::StrCat("available ", id.value())] = call.ledger.Available().DebugString();
    lines[absl::StrCat("approved ", id.value())] = call.ledger.Approved().DebugString();
    for (const auto& [key, amounts] : call.pending) {
      lines[absl::StrCat("pending ", id.value(), " ", absl::ToUnixMicros(key.since), " ",
                         key.node.value(), " ", key.id.ToString())] = amounts.DebugString();
    }
  }
  for (const auto& [key, sums] : fold.cells()) {
    if (sums.IsZero()) continue;
    lines[absl::StrCat("cell ", ToHex(StoredCellKey(fold.names(), key)))] = ToHex(sums.Serialize());
  }
  for (const auto& [id, summary] : fold.summaries()) {
    lines[absl::StrCat("summary ", id.ToString())] = ToHex(fold.Stored(id).Serialize(fold.names()));
  }
  for (const auto& [id, status] : core_->nodes()) {
    lines[absl::StrCat("node ", id.value())] = ToHex(status.record.Serialize());
  }
  for (const auto& [id, publication] : core_->calls()) {
    lines[absl::StrCat("call ", id.value())] = publication.ShortDebugString();
  }
  lines["state"] = ToHex(core_->state().Serialize());
  return absl::StrJoin(lines, "\n", absl::PairFormatter(" = "));
}

void CentralFixture::ExpectVerified() const {
  const auto response = Verify(*store_->Snapshot(), [] { return false; });
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->ok()) << response->DebugString();
}

}  // namespace kopa::central
