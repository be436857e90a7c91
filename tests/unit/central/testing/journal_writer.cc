#include "tests/unit/central/testing/journal_writer.h"

#include <array>

#include "absl/time/time.h"

namespace kopa::central::testing {

ApplicationId TestId(uint8_t number) {
  std::array<uint8_t, 10> random{};
  random.back() = number;
  return Uuid::FromParts(1'700'000'000'000, random);
}

void JournalWriter::OpenEpoch() {
  national::v1::PublicRecord what;
  what.mutable_epoch_opened()->set_node(node_);
  what.mutable_epoch_opened()->set_number(1);
  what.mutable_epoch_opened()->set_nonce(nonce_);
  Write(what);
}

void JournalWriter::Write(const TestApplication& application) {
  national::v1::PublicRecord what;
  auto* summary = what.mutable_application_changed()->mutable_summary();
  summary->set_application_id(std::string(TestId(application.number).bytes()));
  summary->set_call(application.call);
  summary->set_municipality(application.municipality);
  summary->set_status(application.status);
  summary->set_applicant_type(application.applicant_type);
  for (const std::string& activity : application.activities) summary->add_activities(activity);
  *summary->mutable_requested() = application.requested.ToProto();
  *summary->mutable_awarded() = application.awarded.ToProto();
  if (application.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS) {
    *summary->mutable_pending() = application.pending.ToProto();
    summary->mutable_pending_since_time()->set_seconds(1'700'000'000);
  }
  summary->set_version(application.version);
  summary->set_organisation_reg_no(application.organisation_reg_no);
  summary->set_organisation(application.organisation);
  summary->set_paid_cents(application.paid_cents);
  Write(what);
}

void JournalWriter::HandBack(const std::string& call, const ledger::Amounts& total) {
  national::v1::PublicRecord what;
  what.mutable_handed_back()->set_call(call);
  *what.mutable_handed_back()->mutable_handed_back() = total.ToProto();
  Write(what);
}

void JournalWriter::Write(const national::v1::PublicRecord& what) {
  records_.push_back(
      journal::Append(head_, EpochNumber(1), absl::FromUnixSeconds(1'700'000'000), what, {}));
}

national::v1::Hello JournalWriter::Hello() const {
  national::v1::Hello hello;
  hello.set_node(node_);
  hello.set_address("127.0.0.1:7411");
  hello.set_epoch(1);
  hello.set_epoch_nonce(nonce_);
  hello.set_head_seq(head_.seq.value());
  return hello;
}

national::v1::Proof JournalWriter::ProofAt(uint64_t seq) const {
  national::v1::Proof proof;
  proof.set_applied_seq(seq);
  proof.set_hash(seq == 0 ? journal::Head().hash : records_[seq - 1].hash());
  return proof;
}

national::v1::RecordBatch JournalWriter::BatchFrom(uint64_t first) const {
  national::v1::RecordBatch batch;
  batch.set_first_seq(first);
  batch.set_prev_hash(ProofAt(first - 1).hash());
  for (size_t i = first - 1; i < records_.size(); ++i) *batch.add_records() = records_[i];
  return batch;
}

}  // namespace kopa::central::testing
