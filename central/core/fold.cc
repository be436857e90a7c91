#include "central/core/fold.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/journal/epochs.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::PublicRecord;

namespace {

constexpr size_t kNonceBytes = 16;

absl::Time SinceOf(const ApplicationSummary& summary) {
  return TimeOf(summary.pending_since_time());
}

ApplicationDetails DetailsOf(const ApplicationSummary& summary) {
  ApplicationDetails details;
  details.organisation_reg_no = summary.organisation_reg_no();
  details.organisation = summary.organisation();
  details.school_reg_nos.assign(summary.school_reg_nos().begin(), summary.school_reg_nos().end());
  return details;
}

}  // namespace

void NationalFold::AddCall(const programme::v1::Call& definition) {
  const ledger::UnitLimits limits(definition.limits());
  auto [found, is_new] = calls_.try_emplace(CallId(definition.id()));
  if (is_new) {
    found->second.ledger = ledger::CentralLedger(limits);
  } else {
    found->second.ledger.set_limits(limits);
  }
  found->second.words = CallWords(definition);
}

NationalFold::CallFold* NationalFold::FindCall(const CallId& id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

const NationalFold::CallFold* NationalFold::FindCall(const CallId& id) const {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

EpochNumber NationalFold::EpochOpenedBy(const NodeId& node) const {
  const auto found = epochs_.find(node);
  return found == epochs_.end() ? EpochNumber() : found->second;
}

absl::Status NationalFold::Apply(const NodeId& node, EpochNumber epoch, const PublicRecord& what,
                                 FoldChanges& changes) {
  if (what.has_epoch_opened()) return ApplyEpoch(node, epoch, what.epoch_opened());
  const EpochNumber opened = EpochOpenedBy(node);
  if (epoch != opened || opened == EpochNumber()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it is of epoch ", epoch.value(), "; the newest that was opened is ", opened.value()));
  }
  switch (what.kind_case()) {
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
    case PublicRecord::kHandedBack:
      return ApplyHandedBack(node, what.handed_back(), changes);
    case PublicRecord::kApplicationNoted:
      return CheckNoted(node, what.application_noted());
    case PublicRecord::kLateAdmission:
      return CheckLateAdmission(what.late_admission());
    case PublicRecord::kHeadroomFrozen:
      return ApplyFrozen(node, what.headroom_frozen(), changes);
    default:
      return absl::InvalidArgumentError("a kind of record that nodes do not write");
  }
}

absl::Status NationalFold::ApplyEpoch(const NodeId& node, EpochNumber epoch,
                                      const national::v1::EpochOpened& opened) {
  if (opened.node() != node.value()) return absl::InvalidArgumentError("an epoch of another node");
  const EpochNumber before = EpochOpenedBy(node);
  if (opened.number() != epoch.value() || epoch <= before) {
    return absl::InvalidArgumentError(absl::StrCat("epoch ", opened.number(),
                                                   " opened in a record of epoch ", epoch.value(),
                                                   " after epoch ", before.value()));
  }
  if (opened.rejoined() != journal::HasRejoinedSince(epoch, before)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "epoch ", opened.number(), " after epoch ", before.value(),
        opened.rejoined() ? " claims a rejoin" : " is the number of a rejoin and claims none"));
  }
  epochs_[node] = epoch;
  return absl::OkStatus();
}

absl::Status NationalFold::ApplyFrozen(const NodeId& node,
                                       const national::v1::HeadroomFrozen& frozen,
                                       FoldChanges& changes) {
  const CallId id(frozen.call());
  CallFold* call = FindCall(id);
  if (call == nullptr) return absl::InvalidArgumentError("an unknown call");
  const Amounts total = Amounts::FromProto(frozen.frozen());
  if (total.AnyNegative()) return absl::InvalidArgumentError("a negative amount frozen");
  const ledger::UnitLimits& limits = call->ledger.limits();
  const ledger::Totals& totals = call->ledger.of(node);
  if (!AllAtMost(totals.frozen, total)) {
    return absl::InvalidArgumentError("a total of what is frozen that falls");
  }
  // The first also bounds what nothing limits, so that no sum can overflow.
  if (!AllAtMost(total, totals.allotted + totals.unspent) ||
      !AllAtMost(limits.LimitedPart(total - totals.frozen),
                 ledger::ClampToZero(limits.LimitedPart(totals.Headroom())))) {
    return absl::FailedPreconditionError("it freezes more than it has");
  }
  call->ledger.NoteFrozen(node, total);
  changes.ledgers[id][node] = true;
  return absl::OkStatus();
}

absl::Status NationalFold::ApplyHandedBack(const NodeId& node,
                                           const national::v1::HandedBack& handed_back,
                                           FoldChanges& changes) {
  const CallId id(handed_back.call());
  CallFold* call = FindCall(id);
  if (call == nullptr) return absl::InvalidArgumentError("an unknown call");
  const Amounts total = Amounts::FromProto(handed_back.handed_back());
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

absl::Status NationalFold::CheckNoted(const NodeId& node,
                                      const national::v1::ApplicationNoted& noted) const {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(noted.application_id()));
  const auto found = summaries_.find(id);
  if (found == summaries_.end() || names_.nodes.Name(found->second.cell.node) != node.value()) {
    return absl::InvalidArgumentError("a note on an application that the node does not have");
  }
  if (!national::v1::NoteKind_IsValid(noted.kind()) ||
      noted.kind() == national::v1::NOTE_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("a note of no known kind");
  }
  return absl::OkStatus();
}

absl::Status NationalFold::CheckLateAdmission(const national::v1::LateAdmission& admission) const {
  if (FindCall(CallId(admission.call())) == nullptr) {
    return absl::InvalidArgumentError("an unknown call");
  }
  if (admission.admission_id().size() != kNonceBytes) {
    return absl::InvalidArgumentError("a late admission whose id has not 16 bytes");
  }
  return absl::OkStatus();
}

absl::Status NationalFold::CheckApplication(const NodeId& node,
                                            const ApplicationSummary& summary) const {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(summary.application_id()));
  const CallFold* call = FindCall(CallId(summary.call()));
  // The name is not repeated: it is whatever the node sent.
  if (call == nullptr) return absl::InvalidArgumentError("an application of an unknown call");
  RETURN_IF_ERROR(CheckSummary(summary, call->words));
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
  return CheckHeadroom(node, summary, held);
}

absl::Status NationalFold::CheckHeadroom(const NodeId& node, const ApplicationSummary& summary,
                                         const Amounts& held) const {
  const ledger::CentralLedger& ledger = FindCall(CallId(summary.call()))->ledger;
  const Amounts more = ledger::ClampToZero(Amounts::FromProto(summary.awarded()) - held);
  const Amounts headroom = ledger::ClampToZero(ledger.of(node).Headroom());
  if (!AllAtMost(ledger.limits().LimitedPart(more), ledger.limits().LimitedPart(headroom))) {
    return absl::FailedPreconditionError(absl::StrCat("it awards ", more.DebugString(), " under ",
                                                      summary.call(), " with a headroom of ",
                                                      headroom.DebugString()));
  }
  return absl::OkStatus();
}

Summary NationalFold::SummaryOf(const NodeId& node, const ApplicationSummary& summary) {
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
  if (summary.has_score_hundredths()) {
    next.score_hundredths = static_cast<int32_t>(summary.score_hundredths());
    next.thresholds_met = summary.thresholds_met();
  }
  if (summary.has_received_time()) {
    next.received_us = absl::ToUnixMicros(TimeOf(summary.received_time()));
  }
  next.details_hash = DetailsOf(summary).Hash() & ApplicationDetails::kHashMost;
  return next;
}

absl::Status NationalFold::ApplyApplication(const NodeId& node, const ApplicationSummary& summary,
                                            FoldChanges& changes) {
  RETURN_IF_ERROR(CheckApplication(node, summary));
  const ApplicationId id = *Uuid::FromBytes(summary.application_id());
  const CallId call_id(summary.call());
  CallFold& call = *FindCall(call_id);

  const Summary next = SummaryOf(node, summary);
  Summary& stored = summaries_[id];
  if (stored.version == 0 || stored.details_hash != next.details_hash ||
      stored.cell.municipality != next.cell.municipality) {
    changes.found_otherwise.insert(id);
  }
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
  NotePaid(call_id, node, id, summary.paid_cents(), changes);
  MovePending(call, node, id, summary);
  stored = next;
  changes.summaries[id] = DetailsOf(summary);
  return absl::OkStatus();
}

void NationalFold::NotePaid(const CallId& call_id, const NodeId& node, const ApplicationId& id,
                            int64_t paid_cents, FoldChanges& changes) {
  const auto found = paid_cents_.find(id);
  const int64_t before = found == paid_cents_.end() ? 0 : found->second;
  if (before == paid_cents) return;
  FindCall(call_id)->ledger.NotePaid(node, before, paid_cents);
  changes.ledgers[call_id][node] = true;
  if (paid_cents == 0) {
    paid_cents_.erase(id);
  } else {
    paid_cents_[id] = paid_cents;
  }
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
  if (stored.paid_cents != 0) paid_cents_[id] = stored.paid_cents;
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
  if (const auto paid = paid_cents_.find(id); paid != paid_cents_.end()) {
    stored.paid_cents = paid->second;
  }
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
