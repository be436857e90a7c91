#include "common/base/bytes.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace kopa {

ByteWriter& ByteWriter::U8(uint8_t value) {
  out_.push_back(static_cast<char>(value));
  return *this;
}

ByteWriter& ByteWriter::U32(uint32_t value) {
  char bytes[4];
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<char>(value >> (24 - 8 * i));
  out_.append(bytes, sizeof bytes);
  return *this;
}

ByteWriter& ByteWriter::U64(uint64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (56 - 8 * i));
  out_.append(bytes, sizeof bytes);
  return *this;
}

ByteWriter& ByteWriter::Bytes(absl::string_view value) {
  U32(static_cast<uint32_t>(value.size()));
  return Raw(value);
}

ByteWriter& ByteWriter::Raw(absl::string_view value) {
  out_.append(value.data(), value.size());
  return *this;
}

absl::string_view ByteReader::Raw(size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  absl::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

uint8_t ByteReader::U8() {
  absl::string_view raw = Raw(1);
  return raw.empty() ? uint8_t{0} : static_cast<uint8_t>(raw[0]);
}

uint32_t ByteReader::U32() {
  uint32_t value = 0;
  for (char c : Raw(4)) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

uint64_t ByteReader::U64() {
  uint64_t value = 0;
  for (char c : Raw(8)) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

absl::string_view ByteReader::Bytes() { return Raw(U32()); }

std::string ToHex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

absl::StatusOr<std::string> FromHex(absl::string_view hex) {
  if (hex.size() % 2 != 0) {
    return absl::InvalidArgumentError("hexadecimal text must have an even number of digits");
  }
  for (char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError("not a hexadecimal digit");
    }
  }
  return absl::HexStringToBytes(hex);
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace kopa
