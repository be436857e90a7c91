#include "common/rpc/identity.h"

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/observability/utf8.h"
#include "common/pki/holder.h"
#include "common/rpc/limits.h"
#include "grpc/grpc_security_constants.h"

namespace kopa::rpc {
namespace {

// The number of a well-formed character of UTF-8.
char32_t CodePointOf(absl::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  // What a lead byte holds besides saying how many follow: 5, 4 or 3 bits.
  auto code = static_cast<char32_t>(lead & (0x7F >> character.size()));
  for (const char next : character.substr(1)) {
    code = code << 6 | (static_cast<unsigned char>(next) & 0x3F);
  }
  return code;
}

// Controls, ends of lines and paragraphs, and what turns the direction of writing: a name that
// holds one would look like another.
bool MayStandInName(char32_t code) {
  return code >= 0x20 && !(code >= 0x7F && code <= 0x9F) && code != 0x061C &&
         !(code >= 0x200E && code <= 0x200F) && !(code >= 0x2028 && code <= 0x202E) &&
         !(code >= 0x2066 && code <= 0x2069);
}

absl::StatusOr<std::string> DecodeActor(absl::string_view encoded) {
  std::string name;
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      name.push_back(encoded[i]);
      continue;
    }
    const absl::string_view digits = encoded.substr(i + 1, 2);
    if (digits.size() != 2 || !absl::ascii_isxdigit(static_cast<unsigned char>(digits[0])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(digits[1]))) {
      return absl::InvalidArgumentError(
          absl::StrCat("metadata ", kActorMetadata,
                       " must be percent-encoded UTF-8: two hexadecimal digits behind each %"));
    }
    absl::StrAppend(&name, absl::HexStringToBytes(digits));
    i += 2;
  }
  return name;
}

absl::StatusOr<Caller> BelievedCaller(const grpc::ServerContextBase& context) {
  const auto [begin, end] = context.client_metadata().equal_range(kActorMetadata);
  if (begin == end) return Caller{kAnonymous, true, CallerKind::kUnknown};
  if (std::next(begin) != end) {
    return absl::InvalidArgumentError(absl::StrCat("metadata ", kActorMetadata, " must come once"));
  }
  ASSIGN_OR_RETURN(std::string actor, DecodeActor({begin->second.data(), begin->second.size()}));
  if (const absl::Status status = CheckActorName(actor); !status.ok()) {
    return Annotate(status, absl::StrCat("metadata ", kActorMetadata));
  }
  return Caller{std::move(actor), true, CallerKind::kUnknown};
}

std::vector<std::string> PropertiesOf(const grpc::AuthContext& peer, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : peer.FindPropertyValues(name)) {
    values.emplace_back(value.data(), value.size());
  }
  return values;
}

constexpr char kOwnScheme[] = "kopa://";

absl::StatusOr<Caller> HolderOf(const std::string& uri) {
  const auto holder = pki::ParseUri(uri);
  if (!holder.ok()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the client certificate names nobody: ", holder.status().message()));
  }
  switch (holder->kind) {
    case pki::HolderKind::kCentral:
      return Caller{uri, false, CallerKind::kCentral};
    case pki::HolderKind::kNode:
      return Caller{uri, false, CallerKind::kNode};
    case pki::HolderKind::kPerson:
      break;
  }
  if (!CheckActorName(holder->name).ok() || absl::StartsWith(holder->name, kOwnScheme)) {
    return absl::UnauthenticatedError("the client certificate names nobody that can be shown");
  }
  return Caller{holder->name, false, CallerKind::kPerson};
}

absl::StatusOr<Caller> ProvenCaller(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) {
    return absl::UnauthenticatedError("a client certificate is needed");
  }
  const std::vector<std::string> uris = PropertiesOf(*peer, GRPC_PEER_URI_PROPERTY_NAME);
  if (uris.size() == 1 && absl::StartsWith(uris[0], kOwnScheme)) return HolderOf(uris[0]);
  const std::vector<std::string> names =
      uris.empty() ? PropertiesOf(*peer, GRPC_X509_CN_PROPERTY_NAME) : uris;
  // A common name that looks like one of our URIs would be taken for it in journals.
  if (names.size() != 1 || !CheckActorName(names[0]).ok() ||
      absl::StartsWith(names[0], kOwnScheme)) {
    return absl::UnauthenticatedError(
        "the client certificate must name its holder once, by a URI or else a common name");
  }
  return Caller{names[0], false, CallerKind::kUnknown};
}

}  // namespace

absl::Status CheckActorName(absl::string_view name) {
  const auto refuse = [] {
    return absl::InvalidArgumentError(
        absl::StrCat("a name has 1 to ", kActorBytesMax,
                     " bytes of text, without control characters and line ends"));
  };
  if (name.empty() || name.size() > kActorBytesMax) return refuse();
  while (!name.empty()) {
    const size_t bytes = observability::Utf8CharacterBytes(name);
    if (bytes == 0 || !MayStandInName(CodePointOf(name.substr(0, bytes)))) return refuse();
    name.remove_prefix(bytes);
  }
  return absl::OkStatus();
}

std::string EncodeActor(absl::string_view name) {
  std::string encoded;
  for (const char byte : name) {
    if (absl::ascii_isgraph(static_cast<unsigned char>(byte)) && byte != '%') {
      encoded.push_back(byte);
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    }
  }
  return encoded;
}

absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context, Transport transport) {
  return transport == Transport::kInsecure ? BelievedCaller(context) : ProvenCaller(context);
}

}  // namespace kopa::rpc
