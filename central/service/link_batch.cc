#include "central/service/link_batch.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"

namespace kopa::central {

absl::StatusOr<std::vector<RecordsCommand::Record>> TakeBatch(national::v1::RecordBatch&& batch) {
  if (batch.records().empty() || batch.first_seq() == 0) {
    return absl::InvalidArgumentError("a batch has at least one record, and numbers begin at 1");
  }
  journal::Head head;
  head.seq = Seq(batch.first_seq() - 1);
  head.hash = batch.prev_hash();
  std::vector<RecordsCommand::Record> records;
  records.reserve(static_cast<size_t>(batch.records_size()));
  for (national::v1::JournalRecord& journal : *batch.mutable_records()) {
    RETURN_IF_ERROR(journal::Follow(head, journal));
    RecordsCommand::Record& record = records.emplace_back();
    RETURN_IF_ERROR(journal::ParsePublic(journal, &record.what));
    record.journal = std::move(journal);
  }
  return records;
}

}  // namespace kopa::central
