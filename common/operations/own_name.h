#ifndef KOPA_COMMON_OPERATIONS_OWN_NAME_H_
#define KOPA_COMMON_OPERATIONS_OWN_NAME_H_

#include <string>

#include "absl/status/statusor.h"

namespace kopa::operations {

// What a client may expect a server to be called that shows this certificate (PEM, its own one
// first): a DNS name of it, else an IP address, else its common name; empty where it has none. The
// address that a server listens on need not be in it, least of all 0.0.0.0.
//
// INVALID_ARGUMENT naming the file where it holds no certificate.
absl::StatusOr<std::string> OwnName(const std::string& certificate_file);

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_OWN_NAME_H_
