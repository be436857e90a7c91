#ifndef KOPA_REGIONAL_NODE_SERVICE_CALL_DIRECTORY_H_
#define KOPA_REGIONAL_NODE_SERVICE_CALL_DIRECTORY_H_

#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/base/strong.h"
#include "common/programme/call_rules.h"

namespace kopa::node {

// The calls that this node knows, made quick to ask. Handlers read while the committer's thread
// takes new versions over; a handler keeps the version it began with. Thread-safe.
class CallDirectory {
 public:
  // INVALID_ARGUMENT where the definition breaks a rule; the version known so far stays then.
  absl::Status Publish(const programme::v1::Call& definition);

  // NOT_FOUND that lists the known calls.
  absl::StatusOr<std::shared_ptr<const programme::CallRules>> Find(const CallId& id) const;

  // Sorted by id.
  std::vector<std::shared_ptr<const programme::CallRules>> All() const;

 private:
  mutable Mutex mutex_;
  std::map<CallId, std::shared_ptr<const programme::CallRules>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_CALL_DIRECTORY_H_
