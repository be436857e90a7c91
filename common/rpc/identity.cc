#include "common/rpc/identity.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/limits.h"
#include "grpc/grpc_security_constants.h"

namespace kopa::rpc {
namespace {

// Names end up in journals and log lines; what can't be typed has no place there.
bool IsActorName(const std::string& name) {
  return !name.empty() && name.size() <= kActorBytesMax &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
}

absl::StatusOr<Caller> BelievedCaller(const grpc::ServerContextBase& context) {
  const auto [begin, end] = context.client_metadata().equal_range(kActorMetadata);
  if (begin == end) return Caller{kAnonymous, true};
  const std::string actor(begin->second.data(), begin->second.size());
  if (std::next(begin) != end || !IsActorName(actor)) {
    return absl::InvalidArgumentError(absl::StrCat("metadata ", kActorMetadata,
                                                   " must be one name of 1 to ", kActorBytesMax,
                                                   " printable ASCII characters"));
  }
  return Caller{actor, true};
}

std::vector<std::string> PropertiesOf(const grpc::AuthContext& peer, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : peer.FindPropertyValues(name)) {
    values.emplace_back(value.data(), value.size());
  }
  return values;
}

absl::StatusOr<Caller> ProvenCaller(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) {
    return absl::UnauthenticatedError("a client certificate is needed");
  }
  std::vector<std::string> names = PropertiesOf(*peer, GRPC_PEER_URI_PROPERTY_NAME);
  if (names.empty()) names = PropertiesOf(*peer, GRPC_X509_CN_PROPERTY_NAME);
  if (names.size() != 1 || !IsActorName(names[0])) {
    return absl::UnauthenticatedError(
        "the client certificate must name its holder once, by a URI or else a common name");
  }
  return Caller{names[0], false};
}

}  // namespace

absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context, Transport transport) {
  return transport == Transport::kInsecure ? BelievedCaller(context) : ProvenCaller(context);
}

}  // namespace kopa::rpc
