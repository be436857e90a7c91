#include "central/core/fold.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/programme/limits.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::PublicRecord;

namespace {

// What no single application reaches. Sums of millions of these stay far below what 64 bits hold,
// so that nonsense in one node's journal can't make the national sums overflow.
constexpr Amounts kApplicationMost(programme::kCentsMax, 1'000'000, 1'000'000);
// The end of the year 9999.
constexpr int64_t kSecondsMost = 253'402'300'799;

absl::Time SinceOf(const ApplicationSummary& summary) {
  return TimeOf(summary.pending_since_time());
}

}  // namespace

void NationalFold::AddCall(const CallId& id, const ledger::UnitLimits& limits) {
  auto [found, is_new] = calls_.try_emplace(id);
  if (is_new) {
    found->second.ledger = ledger::CentralLedger(limits);
  } else {
    found->second.ledger.set_limits(limits);
  }
}

NationalFold::CallFold* NationalFold::FindCall(const CallId& id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

const NationalFold::CallFold* NationalFold::FindCall(const CallId& id) const {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

absl::Status NationalFold::Apply(const NodeId& node, const PublicRecord& what,
                                 FoldChanges& changes) {
  switch (what.kind_case()) {
    case PublicRecord::kEpochOpened:
      if (what.epoch_opened().node() == node.value()) return absl::OkStatus();
      return absl::InvalidArgumentError("an epoch of another node");
    case PublicRecord::kApplicationChanged:
      return ApplyApplication(node, what.application_changed().summary(), changes);
    case PublicRecord::kAllotmentNoted: {
      const CallFold* call = FindCall(CallId(what.allotment_noted().call()));
      if (call == nullptr) return absl::InvalidArgumentError("an unknown call");
      const Amounts noted = Amounts::FromProto(what.allotment_noted().allotted());
      if (!AllAtMost(noted, call->ledger.of(node).allotted)) {
        return absl::FailedPreconditionError("it claims more than was ever allotted to it");
      }
      return absl::OkStatus();
    }
    case PublicRecord::kHandedBack: {
      const CallId id(what.handed_back().call());
      CallFold* call = FindCall(id);
      if (call == nullptr) return absl::InvalidArgumentError("an unknown call");
      const Amounts total = Amounts::FromProto(what.handed_back().handed_back());
      const ledger::Totals& totals = call->ledger.of(node);
      if (total.AnyNegative()) return absl::InvalidArgumentError("a negative amount handed back");
      if (!AllAtMost(total, totals.allotted)) {
        return absl::FailedPreconditionError("it hands back more than was ever allotted to it");
      }
      const Amounts more = ledger::ClampToZero(total - totals.handed_back);
      if (!AllAtMost(call->ledger.limits().LimitedPart(more),
                     ledger::ClampToZero(call->ledger.limits().LimitedPart(totals.Headroom())))) {
        return absl::FailedPreconditionError("it hands back more than it has");
      }
      call->ledger.NoteHandedBack(node, total);
      changes.ledgers[id][node] = true;
      return absl::OkStatus();
    }
    default:
      return absl::InvalidArgumentError("a kind of record that nodes do not write");
  }
}

absl::Status NationalFold::CheckApplication(const NodeId& node,
                                            const ApplicationSummary& summary) const {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(summary.application_id()));
  const CallFold* call = FindCall(CallId(summary.call()));
  if (call == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("an unknown call: ", summary.call()));
  }
  const Amounts awarded = Amounts::FromProto(summary.awarded());
  for (const programme::v1::Units* units :
       {&summary.requested(), &summary.awarded(), &summary.pending()}) {
    const Amounts amounts = Amounts::FromProto(*units);
    if (amounts.AnyNegative() || !AllAtMost(amounts, kApplicationMost)) {
      return absl::InvalidArgumentError("an application with an amount that can't be");
    }
  }
  const int64_t since_seconds = summary.pending_since_time().seconds();
  if (!national::v1::ApplicationStatus_IsValid(summary.status()) ||
      summary.status() == national::v1::APPLICATION_STATUS_UNSPECIFIED || since_seconds < 0 ||
      since_seconds > kSecondsMost) {
    return absl::InvalidArgumentError("an application without status or with a time that can't be");
  }
  if (!names_.municipalities.HasRoomFor(summary.municipality()) ||
      !names_.applicant_types.HasRoomFor(summary.applicant_type()) ||
      !names_.activity_sets.HasRoomFor(absl::StrJoin(summary.activities(), ","))) {
    return absl::InvalidArgumentError("more different names than there can be");
  }
  uint32_t version = 0;
  Amounts held;
  if (const auto found = summaries_.find(id); found != summaries_.end()) {
    const CellKey& cell = found->second.cell;
    if (names_.nodes.Name(cell.node) != node.value() ||
        names_.calls.Name(cell.call) != summary.call()) {
      return absl::InvalidArgumentError("an application that belongs to another node or call");
    }
    held = found->second.awarded;
    version = found->second.version;
  }
  if (summary.version() <= version) {
    return absl::InvalidArgumentError(
        absl::StrCat("version ", summary.version(), " of an application after version ", version));
  }
  const Amounts more = ledger::ClampToZero(awarded - held);
  const ledger::UnitLimits& limits = call->ledger.limits();
  const Amounts headroom = ledger::ClampToZero(call->ledger.of(node).Headroom());
  if (!AllAtMost(limits.LimitedPart(more), limits.LimitedPart(headroom))) {
    return absl::FailedPreconditionError(absl::StrCat("it awards ", more.DebugString(), " under ",
                                                      summary.call(), " with a headroom of ",
                                                      headroom.DebugString()));
  }
  return absl::OkStatus();
}

absl::Status NationalFold::ApplyApplication(const NodeId& node, const ApplicationSummary& summary,
                                            FoldChanges& changes) {
  RETURN_IF_ERROR(CheckApplication(node, summary));
  const ApplicationId id = *Uuid::FromBytes(summary.application_id());
  const CallId call_id(summary.call());
  CallFold& call = *FindCall(call_id);

  Summary next;
  next.cell.call = names_.calls.Number(summary.call());
  next.cell.node = names_.nodes.Number(node.value());
  next.cell.municipality = names_.municipalities.Number(summary.municipality());
  next.cell.applicant_type = names_.applicant_types.Number(summary.applicant_type());
  next.cell.activities = names_.activity_sets.Number(absl::StrJoin(summary.activities(), ","));
  next.cell.status = static_cast<uint8_t>(summary.status());
  next.version = summary.version();
  next.initiatives = static_cast<int32_t>(summary.requested().initiatives());
  next.requested_cents = summary.requested().cents();
  next.awarded = Amounts::FromProto(summary.awarded());

  Summary& stored = summaries_[id];
  if (stored.version != 0) {
    cells_[stored.cell] -= stored.Sums();
    changes.cells.insert(stored.cell);
  }
  cells_[next.cell] += next.Sums();
  changes.cells.insert(next.cell);
  if (stored.awarded != next.awarded) {
    call.ledger.NoteAward(node, stored.awarded, next.awarded);
    changes.ledgers[call_id][node] = true;
  }
  MovePending(call, node, id, summary);
  stored = next;
  changes.summaries.insert(id);
  return absl::OkStatus();
}

void NationalFold::MovePending(CallFold& call, const NodeId& node, const ApplicationId& id,
                               const ApplicationSummary& summary) {
  if (const auto old = pending_since_.find(id); old != pending_since_.end()) {
    call.pending.erase(PendingKey{old->second, node, id});
    pending_since_.erase(old);
  }
  if (summary.status() != national::v1::APPLICATION_STATUS_PENDING_FUNDS) return;
  const absl::Time since = SinceOf(summary);
  call.pending[PendingKey{since, node, id}] = Amounts::FromProto(summary.pending());
  pending_since_[id] = since;
}

void NationalFold::RestoreSummary(const ApplicationId& id, const StoredSummary& stored) {
  summaries_[id] = stored.summary;
  if (stored.summary.cell.status != national::v1::APPLICATION_STATUS_PENDING_FUNDS) return;
  const NodeId node(names_.nodes.Name(stored.summary.cell.node));
  CallFold* call = FindCall(CallId(names_.calls.Name(stored.summary.cell.call)));
  KOPA_CHECK(call != nullptr);
  call->pending[PendingKey{stored.pending_since, node, id}] = stored.pending;
  pending_since_[id] = stored.pending_since;
}

StoredSummary NationalFold::Stored(const ApplicationId& id) const {
  StoredSummary stored;
  stored.summary = summaries_.at(id);
  const auto since = pending_since_.find(id);
  if (since == pending_since_.end()) return stored;
  stored.pending_since = since->second;
  const CellKey& cell = stored.summary.cell;
  const CallFold& call = *FindCall(CallId(names_.calls.Name(cell.call)));
  stored.pending =
      call.pending.at(PendingKey{since->second, NodeId(names_.nodes.Name(cell.node)), id});
  return stored;
}

}  // namespace kopa::central
