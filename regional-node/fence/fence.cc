#include "regional-node/fence/fence.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::fence {
namespace {

constexpr size_t kNumberDigits = 20;
constexpr size_t kSumDigits = 16;

bool IsBootId(absl::string_view text) {
  return text.size() == kBootIdBytes &&
         text.find_first_not_of("0123456789abcdef-") == absl::string_view::npos;
}

std::string SumOf(absl::string_view body) {
  return ToHex(absl::string_view(Sha256(body)).substr(0, kSumDigits / 2));
}

// Takes the line apart from the left.
class Reader {
 public:
  explicit Reader(absl::string_view line) : rest_(line) {}

  absl::string_view Field(absl::string_view name, size_t size) {
    ok_ = ok_ && absl::StartsWith(rest_, name) && rest_.size() >= name.size() + size;
    if (!ok_) return {};
    const absl::string_view field = rest_.substr(name.size(), size);
    rest_.remove_prefix(name.size() + size);
    return field;
  }

  uint64_t Number(absl::string_view name) {
    const absl::string_view digits = Field(name, kNumberDigits);
    uint64_t value = 0;
    ok_ = ok_ && digits.find_first_not_of("0123456789") == absl::string_view::npos &&
          absl::SimpleAtoi(digits, &value);
    return value;
  }

  std::string Hex(absl::string_view name, size_t digits) {
    const absl::StatusOr<std::string> bytes = FromHex(Field(name, digits));
    ok_ = ok_ && bytes.ok();
    return ok_ ? *bytes : std::string();
  }

  bool Bit(absl::string_view name) {
    const absl::string_view bit = Field(name, 1);
    ok_ = ok_ && (bit == "0" || bit == "1");
    return bit == "1";
  }

  bool AtEnd() const { return ok_ && rest_ == "\n"; }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string EncodeFence(const FenceRecord& record) {
  KOPA_CHECK(record.hash.size() == kSha256Bytes);
  KOPA_CHECK(IsBootId(record.boot_id));
  const std::string body =
      absl::StrFormat("kopa-fence-1 epoch=%020d seq=%020d hash=%s boot=%s proven=%d clean=%d",
                      record.epoch.value(), record.seq.value(), ToHex(record.hash), record.boot_id,
                      record.proven ? 1 : 0, record.clean ? 1 : 0);
  return absl::StrCat(body, " sum=", SumOf(body), "\n");
}

absl::StatusOr<FenceRecord> DecodeFence(absl::string_view line) {
  Reader reader(line);
  FenceRecord record;
  record.epoch = EpochNumber(reader.Number("kopa-fence-1 epoch="));
  record.seq = Seq(reader.Number(" seq="));
  record.hash = reader.Hex(" hash=", 2 * kSha256Bytes);
  record.boot_id = std::string(reader.Field(" boot=", kBootIdBytes));
  record.proven = reader.Bit(" proven=");
  record.clean = reader.Bit(" clean=");
  const std::string sum(reader.Field(" sum=", kSumDigits));
  if (!reader.AtEnd() || !IsBootId(record.boot_id) ||
      sum != SumOf(line.substr(0, line.rfind(" sum=")))) {
    return absl::DataLossError("the fence record is damaged");
  }
  return record;
}

FenceVerdict Judge(const std::optional<FenceRecord>& file, const StoreState& store,
                   absl::string_view boot_id) {
  if (!file.has_value()) {
    // An empty journal holds nothing to spend: its first allotment comes from the centre.
    return store.head_seq == Seq(0) ? FenceVerdict::kCurrent : FenceVerdict::kNeedsProof;
  }
  if (file->seq > store.head_seq || file->epoch > store.epoch) return FenceVerdict::kRolledBack;
  if (file->seq > Seq(0) && store.hash_at(file->seq) != file->hash)
    return FenceVerdict::kRolledBack;

  const bool at_head = file->seq == store.head_seq && file->epoch == store.epoch;
  const bool unbroken = file->clean || file->boot_id == boot_id;
  return at_head && unbroken && file->proven ? FenceVerdict::kCurrent : FenceVerdict::kNeedsProof;
}

}  // namespace kopa::fence
