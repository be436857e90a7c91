#include "central/core/totals.h"

#include "common/base/bytes.h"
#include "common/ledger/amounts.h"

namespace kopa::central {
namespace {

// CellSums ::= version:u8(=1) applications:i64 initiatives:i64 requested_cents:i64 approved:i64
//              approved_initiatives:i64 approved_cents:i64
constexpr uint8_t kFormat = 1;

constexpr int64_t CellSums::*kFields[] = {
    &CellSums::applications, &CellSums::initiatives,          &CellSums::requested_cents,
    &CellSums::approved,     &CellSums::approved_initiatives, &CellSums::approved_cents};

}  // namespace

CellSums& CellSums::operator+=(const CellSums& other) {
  for (auto field : kFields) this->*field = ledger::CheckedAdd(this->*field, other.*field);
  return *this;
}

CellSums& CellSums::operator-=(const CellSums& other) {
  for (auto field : kFields) this->*field = ledger::CheckedSubtract(this->*field, other.*field);
  return *this;
}

std::string CellSums::Serialize() const {
  ByteWriter out;
  out.U8(kFormat);
  for (auto field : kFields) out.I64(this->*field);
  return out.Take();
}

absl::StatusOr<CellSums> CellSums::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  CellSums sums;
  if (in.U8() != kFormat) return absl::DataLossError("totals cell: unknown format");
  for (auto field : kFields) sums.*field = in.I64();
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("totals cell: wrong length");
  return sums;
}

std::string StoredCellKey(const CellNames& names, const CellKey& key) {
  ByteWriter out;
  out.Bytes(names.calls.Name(key.call))
      .Bytes(names.nodes.Name(key.node))
      .Bytes(names.municipalities.Name(key.municipality))
      .U8(key.status)
      .Bytes(names.applicant_types.Name(key.applicant_type))
      .Bytes(names.activity_sets.Name(key.activities));
  return out.Take();
}

absl::StatusOr<CellKey> ParseStoredCellKey(CellNames& names, absl::string_view bytes) {
  ByteReader in(bytes);
  CellKey key;
  key.call = names.calls.Number(in.Bytes());
  key.node = names.nodes.Number(in.Bytes());
  key.municipality = names.municipalities.Number(in.Bytes());
  key.status = in.U8();
  key.applicant_type = names.applicant_types.Number(in.Bytes());
  key.activities = names.activity_sets.Number(in.Bytes());
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("totals cell: damaged key");
  return key;
}

}  // namespace kopa::central
