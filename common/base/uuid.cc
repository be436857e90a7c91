#include "common/base/uuid.h"

namespace kopa {

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  const auto bad = [&] {
    return absl::InvalidArgumentError(
        "an id looks like 0192f0a1-7c3e-7d55-9a41-0c6b1f6d2e11 (36 characters)");
  };
  if (text.size() != 36) return bad();
  std::string hex;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash_place = i == 8 || i == 13 || i == 18 || i == 23;
    if ((text[i] == '-') != dash_place) return bad();
    if (!dash_place) hex.push_back(text[i]);
  }
  auto bytes = FromHex(hex);
  if (!bytes.ok()) return bad();
  return FromBytes(*bytes);
}

std::string Uuid::ToString() const {
  const std::string hex = ToHex(bytes());
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < hex.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text.push_back('-');
    text.push_back(hex[i]);
  }
  return text;
}

}  // namespace kopa
