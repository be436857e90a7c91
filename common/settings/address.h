#ifndef KOPA_COMMON_SETTINGS_ADDRESS_H_
#define KOPA_COMMON_SETTINGS_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::settings {

// ADDR:PORT as people write it: "127.0.0.1:7400", "[::1]:7400", "node.example.lv:7400".
struct Address {
  std::string host;  // without brackets; never empty
  uint16_t port = 0;

  // Back to ADDR:PORT, with brackets where the host is an IPv6 address.
  std::string ToString() const;
  // Whether only this machine can be reached by it: 127.0.0.0/8, ::1 or "localhost".
  bool IsLoopback() const;

  friend bool operator==(const Address&, const Address&) = default;
};

// INVALID_ARGUMENT unless `text` is ADDR:PORT with a port from 0 to 65535. Names are not looked up.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

}  // namespace kopa::settings

#endif  // KOPA_COMMON_SETTINGS_ADDRESS_H_
