#ifndef KOPA_REGIONAL_NODE_CORE_REJOIN_STORE_H_
#define KOPA_REGIONAL_NODE_CORE_REJOIN_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/strong.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/programme/v1/call.pb.h"

// What a rejoin reads of the store, and what it moves or drops there without having to understand
// it. Part of PlanRejoin.
namespace kopa::node {

// NOT_FOUND where there is none; DATA_LOSS where it does not parse.
absl::StatusOr<national::v1::JournalRecord> LocalRecord(const storage::View& view, Seq seq);

absl::StatusOr<std::string> GetOrEmpty(const storage::View& view, storage::Family family,
                                       const std::string& key);

// What was laid to an application lies under the number of its record: gone with that, or moved on
// to another.
absl::Status DropNoted(const storage::View& view, const national::v1::ApplicationNoted& noted,
                       Seq seq, storage::WriteBatch* batch);
absl::Status MoveNoted(const storage::View& view, const national::v1::ApplicationNoted& noted,
                       Seq from, Seq to, storage::WriteBatch* batch);

// What was answered out of records after `last` is not so any more, so it must not be said again.
absl::Status DropAnswersAfter(const storage::View& view, Seq last, storage::WriteBatch* batch);

// The definitions in their newest versions, by call; those of the centre's that are newer are put
// into the store.
absl::StatusOr<std::map<std::string, programme::v1::Call>> TakeCalls(
    const storage::View& view, const std::vector<programme::v1::Call>& centres,
    storage::WriteBatch* batch);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_REJOIN_STORE_H_
