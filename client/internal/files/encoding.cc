#include "client/internal/files/encoding.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kopa::client {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";
constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";

absl::Status WideEncodingError() {
  return absl::InvalidArgumentError(
      "the file is UTF-16 or UTF-32 (\"Unicode text\"), which is not taken: save it as CSV UTF-8");
}

// The length of the well-formed character at `at`; 0 where there is none.
size_t CharacterBytes(absl::string_view text, size_t at) {
  if (static_cast<uint8_t>(text[at]) < 0x80) return 1;
  // ICU's macro counts in int32_t: a character has at most 4 bytes, so that much is enough.
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data() + at);
  const int32_t length = static_cast<int32_t>(std::min<size_t>(text.size() - at, 4));
  int32_t next = 0;
  UChar32 character = 0;
  U8_NEXT(bytes, next, length, character);
  return character < 0 ? 0 : static_cast<size_t>(next);
}

// A character of 2 to 4 bytes of which the sample has the first ones only.
bool IsCutOff(absl::string_view rest) {
  const uint8_t lead = static_cast<uint8_t>(rest[0]);
  const size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  return rest.size() < wanted;
}

// NULs in every second or fourth byte: Latin text in UTF-16 or UTF-32 without a mark.
bool LooksWide(absl::string_view sample) {
  const auto nuls = static_cast<size_t>(absl::c_count(sample, '\0'));
  return sample.size() >= 2 && nuls * 3 >= sample.size();
}

// Of well-formed text: U+FFFD, or a control of U+0080 to U+009F (C2 80 to C2 9F).
bool HasLostCharacters(absl::string_view text) {
  if (absl::StrContains(text, kReplacement)) return true;
  for (size_t at = text.find('\xC2'); at != absl::string_view::npos;
       at = text.find('\xC2', at + 1)) {
    if (static_cast<uint8_t>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

bool IsAscii(absl::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= sizeof(uint64_t); at += sizeof(uint64_t), left -= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; left > 0; ++at, --left) {
    if (static_cast<uint8_t>(*at) >= 0x80) return false;
  }
  return true;
}

bool ReplaceMalformed(std::string* text) {
  if (IsAscii(*text)) return false;
  size_t at = 0;
  while (at < text->size()) {
    const size_t bytes = CharacterBytes(*text, at);
    if (bytes == 0) break;
    at += bytes;
  }
  if (at == text->size()) return HasLostCharacters(*text);

  std::string repaired = text->substr(0, at);
  while (at < text->size()) {
    const size_t bytes = CharacterBytes(*text, at);
    if (bytes == 0) {
      repaired.append(kReplacement.data(), kReplacement.size());
      ++at;
      continue;
    }
    repaired.append(*text, at, bytes);
    at += bytes;
  }
  *text = std::move(repaired);
  return true;
}

absl::StatusOr<EncodingGuess> GuessEncoding(absl::string_view sample, bool is_whole) {
  if (absl::StartsWith(sample, kUtf8Mark)) return EncodingGuess{"UTF-8", kUtf8Mark.size()};
  if (absl::StartsWith(sample, "\xFF\xFE") || absl::StartsWith(sample, "\xFE\xFF") ||
      LooksWide(sample)) {
    return WideEncodingError();
  }
  size_t good = 0;
  size_t bad = 0;
  for (size_t at = 0; at < sample.size();) {
    const size_t bytes = CharacterBytes(sample, at);
    if (bytes == 0 && !is_whole && IsCutOff(sample.substr(at))) break;
    if (bytes == 0) ++bad;
    if (bytes > 1) ++good;
    at += bytes == 0 ? 1 : bytes;
  }
  return EncodingGuess{bad > good ? "windows-1257" : "UTF-8", 0};
}

Decoder::Decoder(Converter from, Converter to)
    : from_(std::move(from)),
      to_(std::move(to)),
      pivot_(std::make_unique<UChar[]>(kPivotUnits)),
      pivot_source_(pivot_.get()),
      pivot_target_(pivot_.get()) {}

absl::StatusOr<Decoder> Decoder::Create(const std::string& encoding) {
  UErrorCode error = U_ZERO_ERROR;
  Converter from(ucnv_open(encoding.c_str(), &error));
  if (U_FAILURE(error) || encoding.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the encoding \"", encoding,
                                                   "\" is not known; usual ones are UTF-8, "
                                                   "windows-1257 and ISO-8859-13"));
  }
  const absl::string_view name = ucnv_getName(from.get(), &error);
  if (absl::StartsWith(name, "UTF-16") || absl::StartsWith(name, "UTF-32")) {
    return WideEncodingError();
  }
  Converter to(ucnv_open("UTF-8", &error));
  if (U_FAILURE(error)) return absl::InternalError("ICU has no UTF-8 converter");
  return Decoder(std::move(from), std::move(to));
}

absl::Status Decoder::Append(absl::string_view bytes, bool is_last, std::string* out) {
  const char* source = bytes.data();
  const char* const source_end = source + bytes.size();
  while (true) {
    const size_t used = out->size();
    // A first guess; where it is too small ICU says so and goes on where it stopped.
    out->resize(used + static_cast<size_t>(source_end - source) * 2 + 16);
    char* target = out->data() + used;
    UErrorCode error = U_ZERO_ERROR;
    ucnv_convertEx(to_.get(), from_.get(), &target, out->data() + out->size(), &source, source_end,
                   pivot_.get(), &pivot_source_, &pivot_target_, pivot_.get() + kPivotUnits,
                   /*reset=*/false, is_last, &error);
    out->resize(static_cast<size_t>(target - out->data()));
    if (error == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(error)) {
      return absl::InternalError(absl::StrCat("decoding failed: ", u_errorName(error)));
    }
    return absl::OkStatus();
  }
}

}  // namespace kopa::client
