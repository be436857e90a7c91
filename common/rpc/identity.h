#ifndef KOPA_COMMON_RPC_IDENTITY_H_
#define KOPA_COMMON_RPC_IDENTITY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"

namespace kopa::rpc {

// Metadata key in which a caller names itself on a plaintext connection (CONTRACT.md, --insecure).
inline constexpr char kActorMetadata[] = "kopa-actor";
// Who a caller is that does not say.
inline constexpr char kAnonymous[] = "anonymous";

// Whether somebody may be called so: 1 to kActorBytesMax bytes of UTF-8 without control characters
// and controls of writing direction, since names end up in journals and log lines. INVALID_ARGUMENT
// says what would be right.
absl::Status CheckActorName(absl::string_view name);

// A name as the metadata carries it, which takes ASCII only: everything but visible ASCII, and '%'
// itself, percent-encoded byte by byte (RFC 3986, 2.1).
std::string EncodeActor(absl::string_view name);

// What a certificate says its holder is (common/pki/holder.h).
enum class CallerKind {
  kUnknown,  // no certificate of Kopa's own making, or none at all
  kPerson,
  kNode,
  kCentral,
};

// Who makes a call.
struct Caller {
  // A person's name; of a node and the centre the whole URI, which nobody can be called.
  std::string actor;
  // True where the name is only what the caller said; false where a certificate proves it.
  bool believed = false;
  CallerKind kind = CallerKind::kUnknown;
};

// How the server that took a call was set up; decides alone where identities come from, so that
// nothing a caller sends can choose.
enum class Transport { kInsecure, kTls };

// kInsecure: the metadata kopa-actor, percent-decoded, or kAnonymous. INVALID_ARGUMENT where it
// comes twice, is no percent-encoding or no name (CheckActorName). kTls: the URI among the
// certificate's subject alternative names, else its common name; the metadata is not looked at.
// "kopa://person/anna" is the person anna. Any other name is taken as it is, of unknown kind, for
// certificates that others have made out, unless it looks like one of Kopa's.
// UNAUTHENTICATED where the certificate has neither, or several URIs, or one of Kopa's that names
// nobody.
absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context, Transport transport);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_IDENTITY_H_
