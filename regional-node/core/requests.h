#ifndef KOPA_REGIONAL_NODE_CORE_REQUESTS_H_
#define KOPA_REGIONAL_NODE_CORE_REQUESTS_H_

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/store.h"
#include "regional-node/core/commands.h"

namespace kopa::node {

// The first answer to a request, kept so that a retry gets the same. Evaluations and decisions keep
// their replies as they were given, with the status of that time, whatever became of the
// applications since; hand-ins keep only the digest, since their replies can be told from the
// applications. An answer that is held back for funds is kept as if it had left, and anew when it
// leaves.
struct RequestEntry {
  Digest digest;
  std::vector<DecisionReply> replies;

  std::string Serialize() const;
  static absl::StatusOr<RequestEntry> Parse(absl::string_view bytes);
};

// Up to where first answers were forgotten. Of a request made before, by the time in its id, it
// can't be told any more whether it was done: whatever the clock says, it must not be done again.
struct ForgottenRequests {
  absl::Time before = absl::UnixEpoch();

  std::string Serialize() const;
  // DATA_LOSS where it does not parse.
  static absl::StatusOr<ForgottenRequests> Parse(absl::string_view bytes);
  // Nothing was forgotten where nothing is stored.
  static absl::StatusOr<ForgottenRequests> Load(const storage::View& view);
};

// Key of that record in family kMeta.
inline constexpr char kForgottenRequestsKey[] = "forgotten_requests";

// Requests that were answered lately. A handler looks a request id up in the store before it queues
// the command, so what was committed in between would be missed; this remembers more commands than
// can be on the way at once, and so closes the gap.
class RecentRequests {
 public:
  explicit RecentRequests(size_t limit) : limit_(limit) {}

  const RequestEntry* Find(const Uuid& id) const;
  void Remember(const Uuid& id, RequestEntry entry);

 private:
  const size_t limit_;
  absl::flat_hash_map<Uuid, RequestEntry> entries_;
  std::deque<Uuid> order_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_REQUESTS_H_
