#include "common/pki/holder.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"

namespace kopa::pki {
namespace {

constexpr char kScheme[] = "kopa://";

bool IsUnreserved(unsigned char byte) {
  return absl::ascii_isalnum(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

bool IsOfNodeName(unsigned char byte) {
  return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || byte == '-';
}

}  // namespace

absl::string_view WordOf(HolderKind kind) {
  switch (kind) {
    case HolderKind::kCentral:
      return "central";
    case HolderKind::kNode:
      return "node";
    case HolderKind::kPerson:
      return "person";
  }
  return "";
}

absl::StatusOr<HolderKind> ParseHolderKind(absl::string_view word) {
  for (const HolderKind kind : {HolderKind::kCentral, HolderKind::kNode, HolderKind::kPerson}) {
    if (word == WordOf(kind)) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", word, "\" is not central, node or person"));
}

absl::Status CheckHolder(const Holder& holder) {
  const std::string& name = holder.name;
  if (holder.kind == HolderKind::kCentral) {
    if (name.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("there is one centre, and it has no name");
  }
  if (name.empty() || name.size() > kHolderNameBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("the name of a ", WordOf(holder.kind),
                                                   " has 1 to ", kHolderNameBytesMax, " bytes"));
  }
  if (holder.kind == HolderKind::kNode && !std::all_of(name.begin(), name.end(), IsOfNodeName)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a node's id has lower-case letters, digits and '-' only, not \"",
                     absl::CHexEscape(name), "\""));
  }
  if (std::any_of(name.begin(), name.end(), [](char byte) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(byte));
      })) {
    return absl::InvalidArgumentError("a person's name has no control characters");
  }
  return absl::OkStatus();
}

std::string UriOf(const Holder& holder) {
  if (holder.kind == HolderKind::kCentral) return absl::StrCat(kScheme, WordOf(holder.kind));
  return absl::StrCat(kScheme, WordOf(holder.kind), "/", PercentEncode(holder.name));
}

absl::StatusOr<Holder> ParseUri(absl::string_view uri) {
  absl::string_view rest = uri;
  if (!absl::ConsumePrefix(&rest, kScheme)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a holder's URI begins with ", kScheme, ", not as ", uri));
  }
  const size_t slash = rest.find('/');
  Holder holder;
  ASSIGN_OR_RETURN(holder.kind, ParseHolderKind(rest.substr(0, slash)));
  if (slash != absl::string_view::npos) {
    ASSIGN_OR_RETURN(holder.name, PercentDecode(rest.substr(slash + 1)));
    // One holder, one URI: otherwise lists of them could be got around.
    if (holder.kind == HolderKind::kCentral) {
      return absl::InvalidArgumentError(absl::StrCat(kScheme, "central has no path"));
    }
  }
  RETURN_IF_ERROR(CheckHolder(holder));
  return holder;
}

std::string PercentEncode(absl::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (IsUnreserved(byte)) {
      encoded.push_back(character);
    } else {
      encoded.push_back('%');
      encoded.push_back(kDigits[byte >> 4]);
      encoded.push_back(kDigits[byte & 0x0F]);
    }
  }
  return encoded;
}

absl::StatusOr<std::string> PercentDecode(absl::string_view encoded) {
  std::string text;
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      text.push_back(encoded[i]);
      continue;
    }
    const absl::string_view digits = encoded.substr(i + 1, 2);
    if (digits.size() != 2 || !absl::ascii_isxdigit(static_cast<unsigned char>(digits[0])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(digits[1]))) {
      return absl::InvalidArgumentError("two hexadecimal digits must follow each %");
    }
    absl::StrAppend(&text, absl::HexStringToBytes(digits));
    i += 2;
  }
  return text;
}

}  // namespace kopa::pki
