#include "tests/unit/central/core/scripted_node.h"

#include <array>

#include "common/base/digest.h"
#include "common/base/signing.h"
#include "common/base/status.h"
#include "common/journal/epochs.h"

namespace kopa::central {

using ::kopa::national::v1::PublicRecord;

void ScriptedNode::Open(const std::string& nonce) {
  ++epoch_;
  nonce_ = nonce;
  PublicRecord what;
  what.mutable_epoch_opened()->set_node(id_.value());
  what.mutable_epoch_opened()->set_number(epoch_);
  what.mutable_epoch_opened()->set_nonce(nonce_);
  Write(what);
}

void ScriptedNode::Rejoin(const std::string& nonce, const ledger::Amounts& frozen) {
  epoch_ = journal::EpochOfRejoin(EpochNumber(epoch_)).value();
  nonce_ = nonce;
  PublicRecord what;
  what.mutable_epoch_opened()->set_node(id_.value());
  what.mutable_epoch_opened()->set_number(epoch_);
  what.mutable_epoch_opened()->set_nonce(nonce_);
  what.mutable_epoch_opened()->set_rejoined(true);
  Write(what);
  if (!frozen.IsZero()) Freeze(frozen);
}

void ScriptedNode::Freeze(const ledger::Amounts& total) {
  PublicRecord what;
  what.mutable_headroom_frozen()->set_call(call_.value());
  *what.mutable_headroom_frozen()->mutable_frozen() = total.ToProto();
  Write(what);
}

void ScriptedNode::RollBackTo(uint64_t seq) {
  records_.resize(seq);
  head_ = journal::Head();
  if (seq > 0) head_ = {Seq(seq), records_.back().hash()};
}

void ScriptedNode::Write(const PublicRecord& what) {
  records_.push_back(
      journal::Append(head_, EpochNumber(epoch_), absl::FromUnixSeconds(1'700'000'000), what, {}));
}

void ScriptedNode::NoteAllotted(const ledger::Amounts& total) {
  PublicRecord what;
  what.mutable_allotment_noted()->set_call(call_.value());
  *what.mutable_allotment_noted()->mutable_allotted() = total.ToProto();
  Write(what);
}

void ScriptedNode::HandBack(const ledger::Amounts& total) {
  PublicRecord what;
  what.mutable_handed_back()->set_call(call_.value());
  *what.mutable_handed_back()->mutable_handed_back() = total.ToProto();
  Write(what);
}

ApplicationId ScriptedNode::IdOf(uint8_t number) const {
  const std::string digest = Sha256(id_.value() + static_cast<char>(number));
  std::array<uint8_t, 10> random{};
  for (size_t i = 0; i < random.size(); ++i) random[i] = static_cast<uint8_t>(digest[i]);
  return Uuid::FromParts(1'700'000'000'000 + number, random);
}

PublicRecord ScriptedNode::Changed(uint8_t number, national::v1::ApplicationStatus status) {
  national::v1::ApplicationSummary& summary = applications_[number];
  summary.set_application_id(std::string(IdOf(number).bytes()));
  summary.set_call(call_.value());
  if (summary.municipality().empty()) summary.set_municipality("0001000");
  if (summary.applicant_type().empty()) summary.set_applicant_type("association");
  summary.set_status(status);
  summary.set_version(summary.version() + 1);
  summary.clear_awarded();
  summary.clear_pending();
  summary.clear_pending_since_time();
  PublicRecord what;
  *what.mutable_application_changed()->mutable_summary() = summary;
  return what;
}

void ScriptedNode::Submit(uint8_t number, const ledger::Amounts& requested) {
  *applications_[number].mutable_requested() = requested.ToProto();
  Write(Changed(number, national::v1::APPLICATION_STATUS_SUBMITTED));
}

void ScriptedNode::Award(uint8_t number, const ledger::Amounts& award) {
  PublicRecord what = Changed(number, national::v1::APPLICATION_STATUS_APPROVED);
  *what.mutable_application_changed()->mutable_summary()->mutable_awarded() = award.ToProto();
  Write(what);
}

void ScriptedNode::Wait(uint8_t number, const ledger::Amounts& award, absl::Time since) {
  PublicRecord what = Changed(number, national::v1::APPLICATION_STATUS_PENDING_FUNDS);
  auto* summary = what.mutable_application_changed()->mutable_summary();
  *summary->mutable_pending() = award.ToProto();
  summary->mutable_pending_since_time()->set_seconds(absl::ToUnixSeconds(since));
  Write(what);
}

void ScriptedNode::Evaluate(uint8_t number, int64_t score_hundredths, bool thresholds_met) {
  applications_[number].set_score_hundredths(score_hundredths);
  applications_[number].set_thresholds_met(thresholds_met);
  Write(Changed(number, national::v1::APPLICATION_STATUS_EVALUATED));
}

void ScriptedNode::Withdraw(uint8_t number) {
  Write(Changed(number, national::v1::APPLICATION_STATUS_WITHDRAWN));
}

national::v1::Hello ScriptedNode::Hello() const {
  national::v1::Hello hello;
  hello.set_node(id_.value());
  hello.set_address("127.0.0.1:7411");
  hello.set_epoch(epoch_);
  hello.set_epoch_nonce(nonce_);
  hello.set_head_seq(head_.seq.value());
  hello.set_incarnation_seen(incarnation_seen_);
  hello.set_incarnation_nonce_seen(incarnation_nonce_seen_);
  hello.set_centre_seq_seen(centre_seen_.seq.value());
  hello.set_centre_hash_seen(centre_seen_.hash);
  hello.set_centre_signed_seq(centre_seen_.seq.value());
  hello.set_centre_signed_hash(centre_seen_.hash);
  hello.set_centre_signature(centre_signature_);
  if (!seed_.empty()) hello.set_public_key(SigningKey::FromSeed(seed_)->public_key());
  return hello;
}

void ScriptedNode::SeeCentre(uint64_t incarnation, const std::string& nonce,
                             const journal::Head& head, const std::string& signature) {
  incarnation_seen_ = incarnation;
  incarnation_nonce_seen_ = nonce;
  centre_seen_ = head;
  centre_signature_ = signature;
}

national::v1::NodeHeartbeat ScriptedNode::SignedHead(const journal::Head& head) const {
  national::v1::NodeHeartbeat heartbeat;
  heartbeat.set_head_seq(head.seq.value());
  heartbeat.set_head_hash(head.hash);
  heartbeat.set_signature(
      SigningKey::FromSeed(seed_)->Sign(HeadStatement(id_.value(), head.seq, head.hash)));
  return heartbeat;
}

national::v1::Proof ScriptedNode::ProofAt(uint64_t seq) const {
  national::v1::Proof proof;
  proof.set_applied_seq(seq);
  proof.set_hash(seq == 0 ? journal::Head().hash : records_.at(seq - 1).hash());
  return proof;
}

std::vector<RecordsCommand::Record> ScriptedNode::Records(uint64_t first, uint64_t last) const {
  std::vector<RecordsCommand::Record> records;
  for (uint64_t seq = first; seq <= last; ++seq) {
    RecordsCommand::Record& record = records.emplace_back();
    record.journal = records_.at(seq - 1);
    KOPA_CHECK(record.what.ParseFromString(record.journal.public_record()));
  }
  return records;
}

}  // namespace kopa::central
