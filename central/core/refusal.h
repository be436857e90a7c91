#ifndef KOPA_CENTRAL_CORE_REFUSAL_H_
#define KOPA_CENTRAL_CORE_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::central {

// Why something that people asked for is not done: "field: message", with one fault in both
// languages.
inline absl::Status Refusal(absl::StatusCode code, const std::string& field,
                            const std::string& fault_code, const std::string& message,
                            const std::string& message_lv) {
  return WithFault(absl::Status(code, absl::StrCat(field, ": ", message)),
                   {field, fault_code, message, message_lv});
}

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_REFUSAL_H_
