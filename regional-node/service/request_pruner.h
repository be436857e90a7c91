#ifndef KOPA_REGIONAL_NODE_SERVICE_REQUEST_PRUNER_H_
#define KOPA_REGIONAL_NODE_SERVICE_REQUEST_PRUNER_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"

namespace kopa::node {

// For how long a request sent again gets its first answer, by the time in its id.
inline constexpr absl::Duration kRequestsKept = absl::Hours(30 * 24);
// Most answers that one group forgets, so that no group takes long for it.
inline constexpr size_t kRequestsForgottenPerGroup = 32;

// INVALID_ARGUMENT where the id is so old that its first answer may be forgotten, or was when the
// node's clock was ahead: it could not be told from a new request. An id that is no UUID of version
// 7 tells no time and is taken. `view` must be the one in which the answer is looked for.
absl::Status CheckRequestAge(const Uuid& id, absl::Time now, const storage::View& view);

// Forgets the answers to requests that are older than any that CheckRequestAge lets through, and
// lets it know in the same batch up to where; those whose ids tell no time are kept. For the
// committer's thread.
class RequestPruner {
 public:
  // `store` must outlive this.
  explicit RequestPruner(const storage::Store* store) : store_(store) {}

  // Adds to a group that is written anyway what it may forget besides.
  void AddTo(absl::Time now, storage::WriteBatch* batch);

 private:
  const storage::Store* const store_;
  std::string from_;  // whatever comes before has been looked at
  absl::Time next_look_ = absl::InfinitePast();
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_REQUEST_PRUNER_H_
