#include "common/observability/utf8.h"

#include <cstdint>

namespace kopa::observability {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

size_t Utf8CharacterBytes(absl::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  size_t size = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    if (lead == 0xE0) second_min = 0xA0;  // overlong
    if (lead == 0xED) second_max = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    if (lead == 0xF0) second_min = 0x90;  // overlong
    if (lead == 0xF4) second_max = 0x8F;  // above U+10FFFF
  }
  if (size == 0 || text.size() < size) return 0;
  if (byte(1) < second_min || byte(1) > second_max) return 0;
  for (size_t i = 2; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

std::string ValidUtf8(absl::string_view text, size_t bytes_max) {
  std::string out;
  while (!text.empty()) {
    const size_t size = Utf8CharacterBytes(text);
    const absl::string_view character = size > 0 ? text.substr(0, size) : kReplacement;
    if (bytes_max - out.size() < character.size()) break;
    out.append(character.data(), character.size());
    text.remove_prefix(size > 0 ? size : 1);
  }
  return out;
}

}  // namespace kopa::observability
