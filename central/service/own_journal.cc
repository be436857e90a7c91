#include "central/service/own_journal.h"

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"

namespace kopa::central {

absl::StatusOr<std::string> OwnHashAt(const storage::Store& store, Seq seq) {
  const auto stored = store.Get(kJournal, SeqKey(seq));
  if (absl::IsNotFound(stored.status())) return std::string();
  RETURN_IF_ERROR(stored.status());
  national::v1::JournalRecord record;
  if (!record.ParseFromString(*stored)) {
    return absl::DataLossError(absl::StrCat("the centre's record ", seq.value(), " is damaged"));
  }
  return record.hash();
}

absl::StatusOr<national::v1::CentreRecords> OwnRecords(const storage::Store& store, Seq first,
                                                       Seq last, size_t bytes_most) {
  national::v1::CentreRecords message;
  size_t bytes = 0;
  const auto view = store.Snapshot();
  const auto records = view->Scan(kJournal, SeqKey(first), SeqKey(last.Next()));
  uint64_t next = first.value();
  for (; records->Valid() && bytes < bytes_most; records->Next(), ++next) {
    national::v1::JournalRecord* record = message.add_records();
    if (!record->ParseFromArray(records->value().data(),
                                static_cast<int>(records->value().size())) ||
        record->seq() != next) {
      return absl::DataLossError(absl::StrCat("the centre's record ", next, " is damaged"));
    }
    bytes += records->value().size();
  }
  RETURN_IF_ERROR(records->status());
  if (message.records().empty()) {
    return absl::DataLossError(absl::StrCat("the centre's record ", next, " is gone"));
  }
  return message;
}

}  // namespace kopa::central
