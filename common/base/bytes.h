#ifndef KOPA_COMMON_BASE_BYTES_H_
#define KOPA_COMMON_BASE_BYTES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa {

// Appends fixed-width big-endian integers and length-prefixed strings. Big endian, so that keys
// sort as their numbers do; the same bytes are what hashes are taken over, so nothing here may ever
// change.
class ByteWriter {
 public:
  ByteWriter& U8(uint8_t value);
  ByteWriter& U32(uint32_t value);
  ByteWriter& U64(uint64_t value);
  ByteWriter& I64(int64_t value) { return U64(static_cast<uint64_t>(value)); }
  ByteWriter& Bytes(absl::string_view value);  // u32 length, then the bytes
  ByteWriter& Raw(absl::string_view value);    // the bytes alone

  const std::string& view() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads what ByteWriter wrote. Reading past the end gives zero values and ok() == false; callers
// check once at the end. Views point into the bytes given to the constructor.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  uint8_t U8();
  uint32_t U32();
  uint64_t U64();
  int64_t I64() { return static_cast<int64_t>(U64()); }
  absl::string_view Bytes();
  absl::string_view Raw(size_t size);

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty() || !ok_; }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

// Lower-case hexadecimal.
std::string ToHex(absl::string_view bytes);

// INVALID_ARGUMENT unless `hex` is an even number of hexadecimal digits.
absl::StatusOr<std::string> FromHex(absl::string_view hex);

// The smallest key that is greater than every key beginning with `prefix`; empty means "no end".
std::string PrefixEnd(absl::string_view prefix);

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_BYTES_H_
