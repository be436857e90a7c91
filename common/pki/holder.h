#ifndef KOPA_COMMON_PKI_HOLDER_H_
#define KOPA_COMMON_PKI_HOLDER_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::pki {

// Who a certificate is for.
enum class HolderKind { kCentral, kNode, kPerson };

// "central", "node", "person".
absl::string_view WordOf(HolderKind kind);
absl::StatusOr<HolderKind> ParseHolderKind(absl::string_view word);

inline constexpr size_t kHolderNameBytesMax = 128;

// Written into a certificate as a URI among its subject alternative names:
//
//   uri := "kopa://central" | "kopa://node/" name | "kopa://person/" name
//
// with the name percent-encoded byte by byte (RFC 3986, 2.1).
struct Holder {
  HolderKind kind = HolderKind::kPerson;
  std::string name;  // empty for the centre

  friend bool operator==(const Holder&, const Holder&) = default;
};

// INVALID_ARGUMENT where the name is missing, too long or has control characters, where the centre
// has one, or where a node's has more than lower-case letters, digits and '-'.
absl::Status CheckHolder(const Holder& holder);

std::string UriOf(const Holder& holder);
// INVALID_ARGUMENT where it is none of these URIs, or names nobody (CheckHolder).
absl::StatusOr<Holder> ParseUri(absl::string_view uri);

// Unreserved characters of RFC 3986 as they are, all else as %XX. What comes out is fit for a
// file's name too.
std::string PercentEncode(absl::string_view text);
// INVALID_ARGUMENT where two hexadecimal digits do not follow each %.
absl::StatusOr<std::string> PercentDecode(absl::string_view encoded);

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_HOLDER_H_
