#include "common/intake/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"

namespace kopa::intake {
namespace {

constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";

// Below it every character is its own normal form, whatever stands beside it (Unicode's NFC_QC and
// canonical combining classes).
constexpr int32_t kFirstNotInert = 0x300;

bool IsAllowedBreak(int32_t c) { return c == '\n' || c == '\r' || c == '\t'; }

bool IsControl(int32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
  // Line and paragraph separator; and what Unicode keeps from ever being a character.
  return c == 0x2028 || c == 0x2029 || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

bool IsBidi(int32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

TextFindings InspectText(absl::string_view text, bool line_breaks) {
  TextFindings findings;
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size; ++findings.characters) {
    // Most text is ASCII.
    if (bytes[at] >= 0x20 && bytes[at] < 0x7F) {
      ++at;
      continue;
    }
    int32_t c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) {
      findings.problem = TextProblem::kNotUtf8;
      return findings;
    }
    if (IsControl(c) && !(line_breaks && IsAllowedBreak(c))) {
      findings.problem = TextProblem::kControl;
      return findings;
    }
    if (IsBidi(c)) {
      findings.problem = TextProblem::kBidi;
      return findings;
    }
    findings.maybe_not_nfc = findings.maybe_not_nfc || c >= kFirstNotInert;
  }
  return findings;
}

std::string NormalText(absl::string_view text, const TextFindings& findings) {
  text = TrimText(text);
  std::string normal;
  if (findings.maybe_not_nfc) {
    UErrorCode error = U_ZERO_ERROR;
    // One instance for the whole program, kept by ICU.
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
    KOPA_CHECK_MSG(U_SUCCESS(error), "ICU has no normalisation data");
    icu::StringByteSink<std::string> sink(&normal);
    nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                       nullptr, error);
    KOPA_CHECK_MSG(U_SUCCESS(error), "normalising a valid text failed");
  } else {
    normal = std::string(text);
  }
  if (normal.find('\r') != std::string::npos) {
    normal = absl::StrReplaceAll(normal, {{"\r\n", "\n"}, {"\r", "\n"}});
  }
  return normal;
}

absl::string_view TrimText(absl::string_view text) {
  while (true) {
    text = absl::StripAsciiWhitespace(text);
    const size_t before = text.size();
    if (text.substr(0, 2) == kNoBreakSpace) text.remove_prefix(2);
    if (text.size() >= 2 && text.substr(text.size() - 2) == kNoBreakSpace) text.remove_suffix(2);
    if (text.size() == before) return text;
  }
}

std::string WithoutSpaces(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == kNoBreakSpace) {
      ++at;
    } else if (!absl::ascii_isspace(static_cast<unsigned char>(text[at]))) {
      out.push_back(text[at]);
    }
  }
  return out;
}

}  // namespace kopa::intake
