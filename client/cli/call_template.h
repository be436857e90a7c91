#ifndef KOPA_CLIENT_CLI_CALL_TEMPLATE_H_
#define KOPA_CLIENT_CLI_CALL_TEMPLATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::cli {

// A CSV file with the columns of the call's form and one made-up row that passes the checks of its
// values.
absl::StatusOr<std::string> CallTemplate(const kopa::programme::v1::Call& call);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_CALL_TEMPLATE_H_
