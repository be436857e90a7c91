#include "common/settings/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kopa::settings {
namespace {

absl::Status BadAddress(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no address: ", why, "; expected ADDR:PORT"));
}

bool IsPort(absl::string_view text, uint16_t* port) {
  uint32_t number = 0;
  if (text.empty() || text.size() > 5) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  if (!absl::SimpleAtoi(text, &number) || number > 65535) return false;
  *port = static_cast<uint16_t>(number);
  return true;
}

// Of an address or a name; '/' and '%' would make gRPC read it as a URI or a zone.
bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
         c == ':';
}

}  // namespace

std::string Address::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

bool Address::IsLoopback() const {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return BadAddress(text, "the port is missing");
  Address address;
  if (!IsPort(text.substr(colon + 1), &address.port)) {
    return BadAddress(text, "the port is no number from 0 to 65535");
  }
  absl::string_view host = text.substr(0, colon);
  const bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (host.empty()) return BadAddress(text, "the host is missing");
  if (absl::StrContains(host, ':') != brackets) {
    return BadAddress(text, "brackets belong around an IPv6 address, and only there");
  }
  for (const char c : host) {
    if (!IsHostCharacter(c)) return BadAddress(text, "the host has a character no host has");
  }
  address.host = std::string(host);
  return address;
}

}  // namespace kopa::settings
