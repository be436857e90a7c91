#include "central/core/records.h"

#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::central {
namespace {

// CentralState  ::= version:u8(=2) incarnation:u64 nonce:bytes head_seq:u64 head_hash:bytes
//                   recovering:u8
// NodeRecord    ::= version:u8(=4) epoch:u64 epoch_nonce:bytes applied_seq:u64 applied_hash:bytes
//                   epoch_opened:u64 address:bytes admitted_ever:u8 fence_reason:u8
//                   fence_detail:bytes sticky:u8 reported_incarnation:u64 public_key:bytes
//                   signed_seq:u64 signed_hash:bytes signature:bytes alarm:bytes
// StoredSummary ::= version:u8(=2) cell_key:bytes version:u32 initiatives:u32 requested_cents:i64
//                   awarded:3*i64 pending:3*i64 pending_since_us:i64 paid_cents:i64
//                   score_hundredths:u32 thresholds_met:u8 received_us:i64 Details
// Details       ::= organisation_reg_no:bytes organisation:bytes school_count:u32
//                   school_reg_no:bytes*
// CallSource    ::= version:u8(=1) definition_sha256:bytes changed_at_runtime:u8
constexpr uint8_t kFormat = 1;
constexpr uint8_t kStateFormat = 2;
constexpr uint8_t kNodeFormat = 4;
constexpr uint8_t kSummaryFormat = 2;

void Put(ByteWriter& out, const ledger::Amounts& amounts) {
  for (ledger::Unit unit : ledger::kUnits) out.I64(amounts.at(unit));
}

ledger::Amounts Take(ByteReader& in) {
  ledger::Amounts amounts;
  for (ledger::Unit unit : ledger::kUnits) amounts.set(unit, in.I64());
  return amounts;
}

void Put(ByteWriter& out, const ApplicationDetails& details) {
  out.Bytes(details.organisation_reg_no)
      .Bytes(details.organisation)
      .U32(static_cast<uint32_t>(details.school_reg_nos.size()));
  for (const std::string& school : details.school_reg_nos) out.Bytes(school);
}

ApplicationDetails TakeDetails(ByteReader& in) {
  ApplicationDetails details;
  details.organisation_reg_no = std::string(in.Bytes());
  details.organisation = std::string(in.Bytes());
  for (uint32_t left = in.U32(); left > 0 && in.ok(); --left) {
    details.school_reg_nos.emplace_back(in.Bytes());
  }
  return details;
}

}  // namespace

std::string CentralState::Serialize() const {
  ByteWriter out;
  out.U8(kStateFormat)
      .U64(incarnation)
      .Bytes(incarnation_nonce)
      .U64(head.seq.value())
      .Bytes(head.hash)
      .U8(recovering ? 1 : 0);
  return out.Take();
}

absl::StatusOr<CentralState> CentralState::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  CentralState state;
  if (in.U8() != kStateFormat) return absl::DataLossError("central state: unknown format");
  state.incarnation = in.U64();
  state.incarnation_nonce = std::string(in.Bytes());
  state.head.seq = Seq(in.U64());
  state.head.hash = std::string(in.Bytes());
  state.recovering = in.U8() != 0;
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("central state: wrong length");
  return state;
}

std::string NodeRecord::Serialize() const {
  ByteWriter out;
  out.U8(kNodeFormat)
      .U64(epoch.value())
      .Bytes(epoch_nonce)
      .U64(applied.seq.value())
      .Bytes(applied.hash)
      .U64(epoch_opened.value())
      .Bytes(address)
      .U8(admitted_ever ? 1 : 0)
      .U8(static_cast<uint8_t>(fence_reason))
      .Bytes(fence_detail)
      .U8(fence_sticky ? 1 : 0)
      .U64(reported_incarnation)
      .Bytes(public_key)
      .U64(signed_head.seq.value())
      .Bytes(signed_head.hash)
      .Bytes(signed_head.signature)
      .Bytes(alarm);
  return out.Take();
}

absl::StatusOr<NodeRecord> NodeRecord::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  NodeRecord node;
  if (in.U8() != kNodeFormat) return absl::DataLossError("node record: unknown format");
  node.epoch = EpochNumber(in.U64());
  node.epoch_nonce = std::string(in.Bytes());
  node.applied.seq = Seq(in.U64());
  node.applied.hash = std::string(in.Bytes());
  node.epoch_opened = EpochNumber(in.U64());
  node.address = std::string(in.Bytes());
  node.admitted_ever = in.U8() != 0;
  node.fence_reason = static_cast<national::v1::FenceReason>(in.U8());
  node.fence_detail = std::string(in.Bytes());
  node.fence_sticky = in.U8() != 0;
  node.reported_incarnation = in.U64();
  node.public_key = std::string(in.Bytes());
  node.signed_head.seq = Seq(in.U64());
  node.signed_head.hash = std::string(in.Bytes());
  node.signed_head.signature = std::string(in.Bytes());
  node.alarm = std::string(in.Bytes());
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("node record: wrong length");
  return node;
}

CellSums Summary::Sums() const {
  CellSums sums;
  sums.applications = 1;
  if (cell.status != national::v1::APPLICATION_STATUS_WITHDRAWN) {
    sums.initiatives = initiatives;
    sums.requested_cents = requested_cents;
  }
  if (!awarded.IsZero()) {
    sums.approved = 1;
    sums.approved_initiatives = awarded.initiatives();
    sums.approved_cents = awarded.cents();
  }
  return sums;
}

uint64_t ApplicationDetails::Hash() const {
  ByteWriter out;
  Put(out, *this);
  return ByteReader(Sha256(out.view())).U64() & kHashMost;
}

std::string StoredSummary::Serialize(const CellNames& names) const {
  ByteWriter out;
  out.U8(kSummaryFormat)
      .Bytes(StoredCellKey(names, summary.cell))
      .U32(summary.version)
      .U32(static_cast<uint32_t>(summary.initiatives))
      .I64(summary.requested_cents);
  Put(out, summary.awarded);
  Put(out, pending);
  out.I64(absl::ToUnixMicros(pending_since))
      .I64(paid_cents)
      .U32(static_cast<uint32_t>(summary.score_hundredths))
      .U8(summary.thresholds_met)
      .I64(summary.received_us);
  Put(out, details);
  return out.Take();
}

absl::StatusOr<StoredSummary> StoredSummary::Parse(CellNames& names, absl::string_view bytes) {
  ByteReader in(bytes);
  StoredSummary stored;
  if (in.U8() != kSummaryFormat) return absl::DataLossError("application summary: unknown format");
  ASSIGN_OR_RETURN(stored.summary.cell, ParseStoredCellKey(names, in.Bytes()));
  stored.summary.version = in.U32();
  stored.summary.initiatives = static_cast<int32_t>(in.U32());
  stored.summary.requested_cents = in.I64();
  stored.summary.awarded = Take(in);
  stored.pending = Take(in);
  stored.pending_since = absl::FromUnixMicros(in.I64());
  stored.paid_cents = in.I64();
  stored.summary.score_hundredths = static_cast<int32_t>(in.U32());
  stored.summary.thresholds_met = in.U8() != 0;
  stored.summary.received_us = in.I64();
  stored.details = TakeDetails(in);
  if (!in.ok() || !in.rest().empty()) {
    return absl::DataLossError("application summary: wrong length");
  }
  stored.summary.details_hash = stored.details.Hash() & ApplicationDetails::kHashMost;
  return stored;
}

std::string CallSource::Serialize() const {
  ByteWriter out;
  out.U8(kFormat).Bytes(definition_sha256).U8(changed_at_runtime ? 1 : 0);
  return out.Take();
}

absl::StatusOr<CallSource> CallSource::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  CallSource source;
  if (in.U8() != kFormat) return absl::DataLossError("source of a call: unknown format");
  source.definition_sha256 = std::string(in.Bytes());
  source.changed_at_runtime = in.U8() != 0;
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("source of a call: wrong length");
  return source;
}

}  // namespace kopa::central
