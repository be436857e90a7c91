#ifndef KOPA_REGIONAL_NODE_SERVICE_SCHOOL_DIRECTORY_H_
#define KOPA_REGIONAL_NODE_SERVICE_SCHOOL_DIRECTORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/programme/call_rules.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::node {

// The schools whose student council team was trained, of all regions as far as this node has heard:
// which schools' initiatives a project may bundle. Handlers read while the committer's thread adds.
// Thread-safe.
class SchoolDirectory {
 public:
  // All that an earlier opening learned. DATA_LOSS where an entry does not parse.
  absl::Status Load(const storage::View& view);
  void Add(const national::v1::SchoolAnnounced& announced);

  // A school is known by its number; by its name (whatever its case, white space and diacritics)
  // where the team or the project gave no number.
  bool IsTrained(const CallId& team_call, absl::string_view reg_no, absl::string_view name) const;

  // SCHOOL_NOT_TRAINED for each initiative of a school that was not, where the call asks for it.
  std::vector<Fault> Check(const programme::CallRules& rules,
                           const region::v1::ApplicationInput& input) const;

 private:
  struct Schools {
    absl::flat_hash_set<std::string> numbers;
    absl::flat_hash_set<std::u32string> names;
    absl::flat_hash_set<std::u32string> names_without_number;
  };

  mutable Mutex mutex_;
  std::map<CallId, Schools> trained_ ABSL_GUARDED_BY(mutex_);  // by team call
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SCHOOL_DIRECTORY_H_
