#include "regional-node/core/journal_fold.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;

absl::Status JournalFold::Apply(const JournalRecord& record, const PublicRecord& what) {
  switch (what.kind_case()) {
    case PublicRecord::kEpochOpened:
    case PublicRecord::kLateAdmission:
      return absl::OkStatus();
    case PublicRecord::kAllotmentNoted: {
      ledger::Totals& totals = ledgers_[what.allotment_noted().call()];
      totals.allotted = Max(totals.allotted, Amounts::FromProto(what.allotment_noted().allotted()));
      return absl::OkStatus();
    }
    case PublicRecord::kHandedBack:
      ledgers_[what.handed_back().call()].handed_back =
          Amounts::FromProto(what.handed_back().handed_back());
      return absl::OkStatus();
    case PublicRecord::kHeadroomFrozen:
      ledgers_[what.headroom_frozen().call()].frozen =
          Amounts::FromProto(what.headroom_frozen().frozen());
      return absl::OkStatus();
    case PublicRecord::kApplicationNoted:
      return Apply(what.application_noted());
    case PublicRecord::kApplicationChanged:
      return Apply(record, what.application_changed().summary());
    default:
      return absl::DataLossError("a kind of record that nodes do not write");
  }
}

absl::Status JournalFold::Apply(const national::v1::ApplicationNoted& noted) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(noted.application_id()));
  if (applications_.contains(id)) return absl::OkStatus();
  return absl::DataLossError("something was laid to an application that was never handed in");
}

absl::Status JournalFold::Apply(const JournalRecord& record, const ApplicationSummary& summary) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(summary.application_id()));
  Latest& latest = applications_[id];
  if (summary.version() != latest.version + 1) {
    return absl::DataLossError(absl::StrCat("application ", id.ToString(), " goes from version ",
                                            latest.version, " to ", summary.version()));
  }
  const Amounts awarded = Amounts::FromProto(summary.awarded());
  ledger::Totals& totals = ledgers_[summary.call()];
  totals.spent = totals.spent + ledger::ClampToZero(awarded - latest.awarded);
  totals.unspent = totals.unspent + ledger::ClampToZero(latest.awarded - awarded);
  const int64_t paid = ledger::CheckedSubtract(summary.paid_cents(), latest.paid_cents);
  int64_t& moved = paid < 0 ? totals.repaid_cents : totals.paid_cents;
  moved = ledger::CheckedAdd(moved, paid < 0 ? -paid : paid);
  latest.version = summary.version();
  latest.summary = summary.SerializeAsString();
  latest.awarded = awarded;
  latest.paid_cents = summary.paid_cents();
  if (!record.private_commitment().empty()) {
    latest.personal_seq = record.seq();
    latest.personal_version = summary.version();
  }
  return absl::OkStatus();
}

ledger::Totals JournalFold::LedgerOf(const std::string& call) const {
  const auto found = ledgers_.find(call);
  return found == ledgers_.end() ? ledger::Totals() : found->second;
}

}  // namespace kopa::node
