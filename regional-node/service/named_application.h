#ifndef KOPA_REGIONAL_NODE_SERVICE_NAMED_APPLICATION_H_
#define KOPA_REGIONAL_NODE_SERVICE_NAMED_APPLICATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

// The first fault of a status, whose message tells all others too: an evaluation with two wrong
// scores is put right at once. One made of the status' message where it has none.
inline Fault FirstFaultOf(const absl::Status& status) {
  const std::vector<Fault> faults = FaultsOf(status);
  if (!faults.empty()) {
    Fault joined = faults.front();
    for (size_t i = 1; i < faults.size(); ++i) {
      const std::string what = absl::StrCat(
          "; ", faults[i].field, faults[i].field.empty() ? "" : ": ", faults[i].code, ": ");
      absl::StrAppend(&joined.message, what, faults[i].message);
      if (!joined.message_lv.empty())
        absl::StrAppend(&joined.message_lv, what, faults[i].message_lv);
    }
    return joined;
  }
  const bool missing = absl::IsNotFound(status);
  return {"application", missing ? "UNKNOWN_APPLICATION" : "FAILED", std::string(status.message()),
          missing ? "šajā mezglā nav šāda iesnieguma" : ""};
}

// The id of the application that one item of a request names, by id or by reference. `Item` has
// both. NOT_FOUND where no application of the call has the reference.
template <typename Item>
absl::StatusOr<ApplicationId> IdNamedBy(const storage::View& view, const std::string& call,
                                        const Item& item) {
  if (!item.application_id().empty()) return Uuid::FromBytes(item.application_id());
  if (call.empty() || item.external_ref().empty()) {
    return WithFault(absl::InvalidArgumentError("no application is named"),
                     {"application", "MISSING_FIELD",
                      "name the application by its id, or by its reference and call",
                      "norādiet iesniegumu ar tā numuru vai ar atsauci un konkursu"});
  }
  return FindByReference(view, CallId(call), item.external_ref());
}

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_NAMED_APPLICATION_H_
