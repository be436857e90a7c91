#ifndef KOPA_CENTRAL_SERVICE_OWN_JOURNAL_H_
#define KOPA_CENTRAL_SERVICE_OWN_JOURNAL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/strong.h"
#include "common/storage/store.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

// What nodes are told of the centre's own journal. Any thread.

// Hash of the record; empty where there is none.
absl::StatusOr<std::string> OwnHashAt(const storage::Store& store, Seq seq);

// The records from `first` on, up to `last` or about `bytes_most`, at least one. DATA_LOSS where
// one that was durable is gone or does not parse.
absl::StatusOr<national::v1::CentreRecords> OwnRecords(const storage::Store& store, Seq first,
                                                       Seq last, size_t bytes_most);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_OWN_JOURNAL_H_
