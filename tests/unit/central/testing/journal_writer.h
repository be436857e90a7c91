#ifndef KOPA_TESTS_UNIT_CENTRAL_TESTING_JOURNAL_WRITER_H_
#define KOPA_TESTS_UNIT_CENTRAL_TESTING_JOURNAL_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central::testing {

// Ids that differ in their last byte.
ApplicationId TestId(uint8_t number);

// An application as a test wants it; the rest is filled in.
struct TestApplication {
  uint8_t number = 1;
  std::string call = "grants";
  std::string municipality = "0038001";
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_SUBMITTED;
  std::string applicant_type = "association";
  std::vector<std::string> activities = {"inclusion"};
  ledger::Amounts requested = ledger::Amounts(100'000, 1, 0);
  ledger::Amounts awarded = {};
  ledger::Amounts pending = {};
  uint32_t version = 1;
  std::string organisation_reg_no = {};
  std::string organisation = {};
  int64_t paid_cents = 0;
};

// Writes a node's journal as the node would: gapless, chained, one record after the other.
class JournalWriter {
 public:
  explicit JournalWriter(const std::string& node) : node_(node) {}

  const std::string& node() const { return node_; }
  const std::string& nonce() const { return nonce_; }
  void set_nonce(const std::string& nonce) { nonce_ = nonce; }
  const journal::Head& head() const { return head_; }
  const std::vector<national::v1::JournalRecord>& records() const { return records_; }

  void OpenEpoch();
  void Write(const TestApplication& application);
  void HandBack(const std::string& call, const ledger::Amounts& total);
  void Write(const national::v1::PublicRecord& what);

  national::v1::Hello Hello() const;
  // The proof for what ends at `seq`.
  national::v1::Proof ProofAt(uint64_t seq) const;
  // The records from `first` to the last.
  national::v1::RecordBatch BatchFrom(uint64_t first) const;

 private:
  const std::string node_;
  std::string nonce_ = std::string(16, 'n');
  journal::Head head_;
  std::vector<national::v1::JournalRecord> records_;
};

}  // namespace kopa::central::testing

#endif  // KOPA_TESTS_UNIT_CENTRAL_TESTING_JOURNAL_WRITER_H_
