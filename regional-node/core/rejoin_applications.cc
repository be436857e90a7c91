#include "regional-node/core/rejoin_applications.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/families.h"

namespace kopa::node {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::JournalRecord;
using ::kopa::programme::Verb;

namespace {

// What the history of an application calls a step that is known from the centre alone: which one it
// was, who took it and why is gone.
constexpr char kRefilledVerb[] = "rejoin";

ApplicationId IdOf(const ApplicationSummary& summary) {
  return *Uuid::FromBytes(summary.application_id());
}

absl::Time TimeOfRecord(const JournalRecord& record) {
  return absl::FromUnixMicros(record.time_us());
}

// An application of which there is a summary and nothing else.
region::v1::Application FromSummary(const ApplicationSummary& summary) {
  region::v1::Application record;
  auto* content = record.mutable_content();
  content->set_municipality(summary.municipality());
  content->mutable_applicant()->set_name(summary.organisation());
  content->mutable_applicant()->set_reg_no(summary.organisation_reg_no());
  if (summary.applicant_type() != "school") {
    content->mutable_applicant()->set_type(summary.applicant_type());
  }
  content->set_title(summary.published_title());
  content->set_amount_cents(summary.requested().cents());
  *record.mutable_submit_time() = summary.received_time();
  record.set_title_checked(!summary.published_title().empty());
  return record;
}

// Steps that can be taken again on what the centre has, without what only the dropped record held.
bool CanBeRepeated(Verb verb) {
  switch (verb) {
    case Verb::kEvaluate:
    case Verb::kApprove:
    case Verb::kReject:
    case Verb::kReserve:
    case Verb::kReturn:
    case Verb::kWithdraw:
    case Verb::kIneligible:
      return true;
    default:
      return false;
  }
}

// Steps after which the record says who decided.
bool IsDecision(Verb verb) {
  switch (verb) {
    case Verb::kApprove:
    case Verb::kReject:
    case Verb::kReserve:
    case Verb::kRankAward:
    case Verb::kRankReject:
    case Verb::kRankReserve:
      return true;
    default:
      return false;
  }
}

programme::Life LifeOf(const programme::v1::Call& call) {
  return {.evaluated = !call.evaluation().criteria().empty(),
          .team = call.form() == programme::v1::APPLICATION_FORM_TEAM};
}

void MakeWait(ApplicationSummary* summary, const Amounts& award, absl::Time since) {
  summary->set_status(national::v1::APPLICATION_STATUS_PENDING_FUNDS);
  *summary->mutable_pending() = award.ToProto();
  SetTimestamp(summary->mutable_pending_since_time(), since);
  summary->clear_awarded();
  summary->clear_published_title();
}

std::string Named(const ApplicationSummary& summary) {
  return std::string(programme::StatusName(summary.status()));
}

}  // namespace

absl::Status RejoinApplications::Load(const ApplicationId& id, const std::string& header,
                                      Touched* touched) {
  ASSIGN_OR_RETURN(touched->header, StoredHeader::Parse(header));
  ASSIGN_OR_RETURN(const std::string bytes,
                   view_.Get(kApplication, ApplicationKey(CallId(touched->header.call), id)));
  region::v1::Application& record = touched->record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat("application ", id.ToString(), " does not parse"));
  }
  touched->was_here = true;
  region::v1::Application whole = record;
  record.clear_history();
  record.clear_payments();
  for (region::v1::HistoryEntry& entry : *whole.mutable_history()) {
    if (entry.seq() > common_.value()) {
      touched->own_history[entry.seq()] = std::move(entry);
    } else {
      *record.add_history() = std::move(entry);
    }
  }
  for (region::v1::Payment& payment : *whole.mutable_payments()) {
    if (payment.seq() > common_.value()) {
      touched->own_payments[payment.seq()] = std::move(payment);
    } else {
      *record.add_payments() = std::move(payment);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RejoinApplications::Touched*> RejoinApplications::Touch(
    const ApplicationId& id, const ApplicationSummary& summary) {
  const auto [found, is_new] = touched_.try_emplace(id);
  Touched& touched = found->second;
  if (!is_new) return &touched;
  const auto header = view_.Get(kHeader, std::string(id.bytes()));
  if (header.ok()) {
    RETURN_IF_ERROR(Load(id, *header, &touched));
  } else if (absl::IsNotFound(header.status())) {
    touched.record = FromSummary(summary);
    touched.content_lost = true;
    touched.header.call = summary.call();
    // Its real reference is not known; this one is nobody's.
    touched.header.header.reference =
        Digest::FromBytes(Sha256(absl::StrCat("kopa.rejoin.1", id.bytes())));
  } else {
    return header.status();
  }
  // As it was at the last common record; what the store's own later records made of it comes later.
  region::v1::Application& record = touched.record;
  const auto latest = at_common_.applications().find(id);
  if (latest == at_common_.applications().end()) {
    record.clear_summary();
    return &touched;
  }
  if (!record.mutable_summary()->ParseFromString(latest->second.summary)) {
    return absl::DataLossError(absl::StrCat("application ", id.ToString(), " does not parse"));
  }
  record.set_personal_seq(touched.was_here ? latest->second.personal_seq : 0);
  record.set_personal_version(touched.was_here ? latest->second.personal_version : 0);
  touched.header.header.submit_seq = latest->second.personal_seq;
  return &touched;
}

void RejoinApplications::AddHistory(Touched& touched, const ApplicationSummary& summary, Seq seq,
                                    absl::Time time, const std::string& verb) {
  auto* entry = touched.record.add_history();
  entry->set_seq(seq.value());
  entry->set_status(summary.status());
  SetTimestamp(entry->mutable_time(), time);
  entry->set_verb(verb);
  if (summary.has_awarded()) *entry->mutable_awarded() = summary.awarded();
}

absl::Status RejoinApplications::TakeCentres(const JournalRecord& record,
                                             const ApplicationSummary& summary) {
  ASSIGN_OR_RETURN(Touched* const touched, Touch(IdOf(summary), summary));
  touched->centre_changed = true;
  const ApplicationSummary& before = touched->record.summary();
  touched->score_changed |= before.has_score_hundredths() != summary.has_score_hundredths() ||
                            before.score_hundredths() != summary.score_hundredths();
  touched->record.mutable_summary()->CopyFrom(summary);
  if (!record.private_commitment().empty()) {
    // A hand-in: what it brought never left the region, so it is gone.
    touched->content_lost = true;
    touched->record.set_personal_seq(0);
    touched->record.set_personal_version(0);
    touched->header.header.submit_seq = record.seq();
    touched->header.header.content = Digest();
    touched->header.header.request = Digest();
  } else {
    touched->details_lost = true;
  }
  AddHistory(*touched, summary, Seq(record.seq()), TimeOfRecord(record), kRefilledVerb);
  return absl::OkStatus();
}

absl::Status RejoinApplications::NoteLost(const ApplicationId& id) {
  ApplicationSummary summary;
  const auto found = touched_.find(id);
  if (found == touched_.end()) {
    const auto latest = at_common_.applications().find(id);
    if (latest == at_common_.applications().end() ||
        !summary.ParseFromString(latest->second.summary)) {
      return absl::DataLossError("something was laid to an application that was never handed in");
    }
  }
  ASSIGN_OR_RETURN(Touched* const touched, Touch(id, summary));
  touched->details_lost = true;
  return absl::OkStatus();
}

void RejoinApplications::NoteDropped(Touched& touched, const JournalRecord& own) {
  if (!own.private_commitment().empty()) {
    // What the record says of content is of this hand-in now, and that gives way.
    touched.content_lost = true;
    touched.header.header.content = Digest();
    touched.header.header.request = Digest();
  }
  const auto entry = touched.own_history.find(own.seq());
  const auto verb = entry == touched.own_history.end()
                        ? absl::StatusOr<Verb>(absl::NotFoundError("no entry"))
                        : programme::ParseVerb(entry->second.verb());
  if (verb.ok()) {
    touched.dropped_verbs.insert(*verb);
  } else {
    // Whichever it was.
    touched.dropped_verbs.insert({Verb::kEvaluate, Verb::kApprove, Verb::kPublish});
  }
}

absl::StatusOr<absl::optional<ApplicationSummary>> RejoinApplications::Own(
    const JournalRecord& record, const ApplicationSummary& summary) {
  ASSIGN_OR_RETURN(Touched* const touched, Touch(IdOf(summary), summary));
  if (touched->centre_changed) {
    NoteDropped(*touched, record);
    touched->dropped = Change{Seq(record.seq()), summary};
    return absl::optional<ApplicationSummary>();
  }
  return absl::optional<ApplicationSummary>(WithoutNewMoney(*touched, summary));
}

// All the money is frozen, so an award that the centre never heard of can't be one yet: it waits
// for funds, in its old order, before anything that comes later.
ApplicationSummary RejoinApplications::WithoutNewMoney(Touched& touched,
                                                       const ApplicationSummary& own) {
  const ApplicationSummary& before = touched.record.summary();
  const Amounts held = Amounts::FromProto(before.awarded());
  const Amounts wanted = Amounts::FromProto(own.awarded());
  ApplicationSummary next = own;
  next.set_paid_cents(own.paid_cents() - touched.lost_paid_cents);
  if (AllAtMost(wanted, held)) return next;
  if (!held.IsZero()) {
    *next.mutable_awarded() = Min(wanted, held).ToProto();
    touched.amended = wanted.DebugString();
    return next;
  }
  const bool waits = before.status() == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  MakeWait(&next, wanted,
           waits ? TimeOf(before.pending_since_time()) : now_ + absl::Microseconds(waiting_++));
  next.set_paid_cents(before.paid_cents());
  touched.lost_paid_cents = own.paid_cents() - before.paid_cents();
  touched.award_waits = true;
  return next;
}

void RejoinApplications::Taken(const JournalRecord& own, const ApplicationSummary& next, Seq seq,
                               absl::Time time) {
  Touched& touched = touched_.at(IdOf(next));
  const auto entry = touched.own_history.find(own.seq());
  AddHistory(touched, next, seq, time,
             entry == touched.own_history.end() ? kRefilledVerb : entry->second.verb());
  if (!own.private_commitment().empty()) {
    touched.record.set_personal_seq(seq.value());
    touched.record.set_personal_version(next.version());
    touched.header.header.submit_seq = seq.value();
  }
  const auto payment = touched.own_payments.find(own.seq());
  if (payment != touched.own_payments.end() &&
      next.paid_cents() != touched.record.summary().paid_cents()) {
    payment->second.set_seq(seq.value());
    *touched.record.add_payments() = payment->second;
  }
  touched.record.mutable_summary()->CopyFrom(next);
}

std::vector<RejoinApplications::Again> RejoinApplications::ChangesToRepeat(
    const std::map<std::string, programme::v1::Call>& calls) {
  std::vector<Again> changes;
  for (auto& [id, touched] : touched_) {
    // What was decided on one hand-in says nothing of another.
    if (!touched.dropped.has_value() || touched.content_lost) continue;
    const ApplicationSummary& own = touched.dropped->summary;
    const ApplicationSummary& centres = touched.record.summary();
    if (Amounts::FromProto(own.requested()) != Amounts::FromProto(centres.requested())) continue;
    const auto entry = touched.own_history.find(touched.dropped->seq.value());
    const auto call = calls.find(own.call());
    if (entry == touched.own_history.end() || call == calls.end()) continue;
    const auto verb = programme::ParseVerb(entry->second.verb());
    if (!verb.ok() || !CanBeRepeated(*verb) || own.status() == centres.status()) continue;
    const programme::Life life = LifeOf(call->second);
    const auto step = programme::FindStep(centres.status(), *verb, life);
    if (!step.ok()) continue;
    if (*verb == Verb::kApprove && life.evaluated && !centres.thresholds_met()) continue;
    Again again{id, own.version(), touched.dropped->seq, *verb, centres};
    again.next.set_version(centres.version() + 1);
    again.next.set_status((*step)->to);
    again.next.clear_pending();
    again.next.clear_pending_since_time();
    if (*verb == Verb::kApprove) {
      const Amounts award = Amounts::FromProto(own.has_awarded() ? own.awarded() : own.pending());
      MakeWait(&again.next, award, now_ + absl::Microseconds(waiting_++));
    } else if (!programme::HoldsAward((*step)->to)) {
      again.next.clear_awarded();
      again.next.clear_published_title();
    }
    if (*verb == Verb::kEvaluate) {
      again.next.set_score_hundredths(own.score_hundredths());
      again.next.set_thresholds_met(own.thresholds_met());
    }
    changes.push_back(std::move(again));
  }
  return changes;
}

void RejoinApplications::Repeated(const Again& again, Seq seq, absl::Time time) {
  Touched& touched = touched_.at(again.id);
  AddHistory(touched, again.next, seq, time, std::string(programme::VerbName(again.verb)));
  touched.record.mutable_summary()->CopyFrom(again.next);
  touched.award_waits = again.next.status() == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  touched.repeated = again.verb;
}

// Steps of its own that were dropped have left their traces in the store's record: nobody is to
// take them for what the centre's history came to.
void RejoinApplications::DropTraces(const Touched& touched, region::v1::Application* record) {
  const bool was_evaluated = touched.dropped_verbs.contains(Verb::kEvaluate) ||
                             touched.dropped_verbs.contains(Verb::kConflict);
  const bool is_evaluated_again = touched.repeated == Verb::kEvaluate;
  if (touched.content_lost || (!is_evaluated_again && (was_evaluated || touched.score_changed))) {
    record->clear_evaluations();
  }
  const bool was_decided = std::any_of(touched.dropped_verbs.begin(), touched.dropped_verbs.end(),
                                       [](Verb verb) { return IsDecision(verb); });
  const bool is_decided_again = touched.repeated.has_value() && IsDecision(*touched.repeated);
  if (touched.content_lost || (was_decided && !is_decided_again)) record->clear_decided_by();
  if (touched.content_lost || touched.dropped_verbs.contains(Verb::kPublish)) {
    record->set_title_checked(!record->summary().published_title().empty());
  }
}

void RejoinApplications::Store(storage::WriteBatch* batch,
                               std::vector<RejoinedApplication>* findings) const {
  for (const auto& [id, touched] : touched_) {
    const ApplicationSummary& summary = touched.record.summary();
    region::v1::Application record = touched.record;
    DropTraces(touched, &record);
    if (record.history_size() > 0) {
      *record.mutable_update_time() = record.history(record.history_size() - 1).time();
    }
    StoredHeader header = touched.header;
    header.municipality = summary.municipality();
    header.header.status = summary.status();
    header.header.version = summary.version();
    batch->Put(kApplication, ApplicationKey(CallId(summary.call()), id),
               record.SerializeAsString());
    batch->Put(kHeader, std::string(id.bytes()), header.Serialize());
    const auto add = [&, id = id](RejoinFinding finding, std::string detail) {
      findings->push_back({id, summary.call(), summary.status(), summary.organisation(), finding,
                           std::move(detail)});
    };
    if (touched.content_lost) {
      add(RejoinFinding::kContentMissing, "what was handed in is gone; enter it again");
    } else if (touched.details_lost) {
      add(RejoinFinding::kDetailsMissing,
          "who decided and why, evaluations or remarks of the newest steps are gone");
    }
    if (touched.award_waits) {
      add(RejoinFinding::kAwardWaits,
          touched.lost_paid_cents == 0
              ? "an award was acknowledged that the centre never heard of"
              : absl::StrCat("an award was acknowledged that the centre never heard of, and ",
                             Amounts(touched.lost_paid_cents, 0, 0).DebugString(), " paid"));
    }
    if (!touched.amended.empty()) {
      add(RejoinFinding::kChangeDropped,
          absl::StrCat("the award had been raised to ", touched.amended));
    }
    if (touched.dropped.has_value() && !touched.repeated.has_value()) {
      add(RejoinFinding::kChangeDropped,
          absl::StrCat("this store had made it ", Named(touched.dropped->summary), " instead"));
    } else if (touched.dropped_verbs.contains(Verb::kEvaluate) &&
               touched.repeated != Verb::kEvaluate) {
      add(RejoinFinding::kChangeDropped,
          "this store had evaluated it, too; the evaluation that the centre knows of counts");
    }
  }
}

}  // namespace kopa::node
