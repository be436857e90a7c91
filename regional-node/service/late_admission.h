#ifndef KOPA_REGIONAL_NODE_SERVICE_LATE_ADMISSION_H_
#define KOPA_REGIONAL_NODE_SERVICE_LATE_ADMISSION_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// By which admission of two people a late application with this reference may come in; nothing
// where there is none, or another application has used it. Reads the store.
std::optional<Digest> LateAdmissionOf(const Context& context, const CallId& call,
                                      absl::string_view external_ref);

using AdmitLateDone = std::function<void(absl::StatusOr<region::v1::AdmitLateResponse>)>;

// Proposes the admission, or confirms it for a second person. Reads the store; `done` may be called
// at once or on the committer's thread.
void AdmitLate(const Context& context, std::string actor, region::v1::AdmitLateRequest request,
               AdmitLateDone done);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_LATE_ADMISSION_H_
