#ifndef KOPA_REGIONAL_NODE_CORE_JOURNAL_FOLD_H_
#define KOPA_REGIONAL_NODE_CORE_JOURNAL_FOLD_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/base/uuid.h"
#include "common/ledger/node_ledger.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// What a node's journal alone adds up to, record by record: `verify` compares it with what is
// stored, and a rejoin makes the store out of it. Pure.
class JournalFold {
 public:
  // What the journal says of one application: the newest record of it is all that is kept.
  struct Latest {
    uint32_t version = 0;
    std::string summary;  // serialised
    ledger::Amounts awarded;
    int64_t paid_cents = 0;
    // The newest record that brought personal data, and the version they came with.
    uint64_t personal_seq = 0;
    uint32_t personal_version = 0;
  };

  // The next record, parsed. DATA_LOSS where it can't be one of a node, or does not fit those
  // before.
  absl::Status Apply(const national::v1::JournalRecord& record,
                     const national::v1::PublicRecord& what);

  const std::map<std::string, ledger::Totals>& ledgers() const { return ledgers_; }
  // Zero totals for a call without any.
  ledger::Totals LedgerOf(const std::string& call) const;
  const absl::flat_hash_map<ApplicationId, Latest>& applications() const { return applications_; }

 private:
  absl::Status Apply(const national::v1::ApplicationNoted& noted);
  absl::Status Apply(const national::v1::JournalRecord& record,
                     const national::v1::ApplicationSummary& summary);

  std::map<std::string, ledger::Totals> ledgers_;
  absl::flat_hash_map<ApplicationId, Latest> applications_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_JOURNAL_FOLD_H_
