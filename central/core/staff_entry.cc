#include "central/core/staff_entry.h"

#include "common/base/bytes.h"
#include "common/journal/chain.h"

namespace kopa::central {
namespace {

constexpr uint8_t kFormat = 1;

}  // namespace

std::string StaffEntry::Serialize() const {
  return ByteWriter().U8(kFormat).Bytes(salt).Bytes(actor).Bytes(verb).Bytes(reason).Take();
}

absl::StatusOr<StaffEntry> StaffEntry::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  StaffEntry entry;
  if (in.U8() != kFormat) return absl::DataLossError("staff entry: unknown format");
  entry.salt = std::string(in.Bytes());
  entry.actor = std::string(in.Bytes());
  entry.verb = std::string(in.Bytes());
  entry.reason = std::string(in.Bytes());
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("staff entry: wrong length");
  return entry;
}

std::string StaffEntry::Commitment() const {
  return journal::Commitment(salt, ByteWriter().Bytes(actor).Bytes(verb).Bytes(reason).view());
}

}  // namespace kopa::central
