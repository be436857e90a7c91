// Evaluations and decisions.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/programme/scoring.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationStatus;
using ::kopa::programme::Verb;

namespace {

Fault NotFound() {
  return {"application", "UNKNOWN_APPLICATION", "this node has no such application",
          "šajā mezglā nav šāda iesnieguma"};
}

// Names the thresholds that the evaluations miss.
Fault ThresholdFault(const programme::v1::Evaluation& rules,
                     const region::v1::Application& record) {
  std::vector<programme::EvaluationPoints> evaluations;
  for (const region::v1::Evaluation& evaluation : record.evaluations()) {
    programme::EvaluationPoints points;
    for (const region::v1::Score& score : evaluation.scores()) {
      points.push_back({score.criterion(), score.hundredths()});
    }
    evaluations.push_back(std::move(points));
  }
  const auto outcome = programme::Judge(rules, evaluations);
  Fault fault{"score", "THRESHOLD_NOT_MET", "the evaluation misses the call's thresholds",
              "vērtējums nesasniedz konkursa slieksni"};
  if (!outcome.ok()) return fault;
  fault.message = absl::StrJoin(outcome->why, "; ");
  fault.message_lv = absl::StrJoin(outcome->why_lv, "; ");
  return fault;
}

bool AnyStale(const DecideReply& reply) {
  return std::any_of(reply.items.begin(), reply.items.end(),
                     [](const DecisionReply& item) { return item.stale; });
}

bool IsDecision(Verb verb) {
  return verb == Verb::kApprove || verb == Verb::kReject || verb == Verb::kReserve;
}

// Whether one of the call's thresholds is missed, or evaluations are missing.
std::optional<Fault> CheckEvaluations(const programme::v1::Evaluation& rules,
                                      const region::v1::Application& record) {
  if (!record.summary().thresholds_met()) return ThresholdFault(rules, record);
  const int64_t needed = std::max(1, rules.evaluations_needed());
  if (record.evaluations_size() >= needed) return std::nullopt;
  return Fault{
      "evaluations", "EVALUATIONS_MISSING",
      absl::StrCat("the call needs ", needed, " evaluations; there are ",
                   record.evaluations_size()),
      absl::StrCat("konkursā nepieciešami ", needed, " vērtējumi; ir ", record.evaluations_size())};
}

bool Evaluated(const region::v1::Application& record, const std::string& actor) {
  return std::any_of(record.evaluations().begin(), record.evaluations().end(),
                     [&](const region::v1::Evaluation& evaluation) {
                       return evaluation.evaluator() == actor || evaluation.imported_by() == actor;
                     });
}

}  // namespace

void SetStatus(region::v1::Application& record, ApplicationStatus status) {
  auto* summary = record.mutable_summary();
  summary->set_status(status);
  summary->set_version(summary->version() + 1);
  summary->clear_pending();
  summary->clear_pending_since_time();
  if (programme::HoldsAward(status)) return;
  summary->clear_awarded();
  summary->clear_published_title();
}

Fault CallClosed() {
  return {"call", "CALL_CLOSED", "the call was closed; it makes no more awards",
          "konkurss ir slēgts; jauni piešķīrumi netiek veikti"};
}

Fault FaultFromStatus(const absl::Status& status) {
  std::vector<Fault> faults = FaultsOf(status);
  if (!faults.empty()) return faults.front();
  return {"", "FAILED", std::string(status.message()), ""};
}

programme::Life NodeCore::LifeOf(const programme::v1::Call& call) {
  return {.evaluated = !call.evaluation().criteria().empty(),
          .team = call.form() == programme::v1::APPLICATION_FORM_TEAM};
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, EvaluateCommand&& command,
                  Effects& effects) {
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  if (const RequestEntry* earlier = recent_requests_.Find(command.request.id)) {
    effects.Reply(ticket, {absl::OkStatus(), DecideReply{earlier->replies}});
    return;
  }
  DecideReply reply;
  // Several evaluations of one application build on each other: each expects the one before.
  absl::flat_hash_map<ApplicationId, uint32_t> earlier_items;
  for (const EvaluateItem& item : command.items) {
    if (item.refused.has_value()) continue;
    const uint32_t before = earlier_items[item.id]++;
    reply.items.push_back(FreshOrStale(item.id, item.current_version - before));
  }
  if (AnyStale(reply)) {
    effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
    return;
  }
  reply.items.clear();
  absl::flat_hash_map<ApplicationId, const EvaluateItem*> done;
  for (EvaluateItem& item : command.items) {
    // One that builds on an earlier item could not know the history entry which that item made.
    const EvaluateItem*& earlier = done[item.id];
    if (earlier != nullptr) *item.next.mutable_history() = earlier->next.history();
    reply.items.push_back(EvaluateOne(now, item, effects));
    if (reply.items.back().seq.value() != 0) earlier = &item;
  }
  RememberRequest(command.request, reply.items, effects);
  effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
}

DecisionReply NodeCore::FreshOrStale(const ApplicationId& id, uint32_t version) const {
  DecisionReply reply;
  reply.id = id;
  const auto header = headers_.find(id);
  reply.stale = header != headers_.end() && header->second.version != version;
  return reply;
}

Header* NodeCore::FindNamed(const ApplicationId& id, const std::optional<Fault>& refused,
                            DecisionReply* reply) {
  reply->id = id;
  const auto found = headers_.find(id);
  if (found != headers_.end()) reply->status = found->second.status;
  if (refused.has_value()) {
    reply->fault = refused;
  } else if (found == headers_.end()) {
    reply->fault = NotFound();
  }
  return reply->fault.has_value() ? nullptr : &found->second;
}

DecisionReply NodeCore::EvaluateOne(absl::Time now, EvaluateItem& item, Effects& effects) {
  DecisionReply reply;
  const Header* const found = FindNamed(item.id, item.refused, &reply);
  if (found == nullptr) return reply;
  const Header& header = *found;
  if (header.version != item.current_version) {
    reply.fault = Fault{"application", "NOT_DONE",
                        "an earlier evaluation of the same application in this request was refused",
                        "iepriekšējais šī iesnieguma vērtējums šajā pieprasījumā tika noraidīts"};
    return reply;
  }
  const auto step =
      programme::FindStep(header.status, Verb::kEvaluate, LifeOf(CallOf(header).definition));
  if (!step.ok()) {
    reply.fault = FaultFromStatus(step.status());
    return reply;
  }
  for (const region::v1::Evaluation& evaluation : item.next.evaluations()) {
    reply.fault = CheckNoConflict(item.id, evaluation.evaluator());
    if (reply.fault.has_value()) return reply;
  }
  SetStatus(item.next, (*step)->to);
  reply.status = (*step)->to;
  reply.seq = Change(now, item.id, item.next, Verb::kEvaluate, std::move(item.sealed), effects);
  reply.hash = state_.head.hash;
  return reply;
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, DecideCommand&& command,
                  Effects& effects) {
  const RequestEntry* const earlier = recent_requests_.Find(command.request.id);
  if (earlier != nullptr && earlier->digest == command.request.digest) {
    command.answered = earlier->replies;
  }
  // A fenced node says again what it said before, too: that changes nothing.
  if (!command.answered.empty()) {
    AnswerAgain(ticket, command.request.id, std::move(command.answered), effects);
    return;
  }
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  Waiter waiter;
  for (const DecideItem& item : command.items) {
    if (item.refused.has_value()) continue;
    waiter.reply.items.push_back(FreshOrStale(item.id, item.current.summary().version()));
  }
  if (AnyStale(waiter.reply)) {
    effects.Reply(ticket, {absl::OkStatus(), std::move(waiter.reply)});
    return;
  }
  waiter.reply.items.clear();
  for (DecideItem& item : command.items) {
    DecisionReply one = DecideOne(now, command.actor, std::move(item), effects);
    const bool waits =
        one.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS && !one.fault.has_value();
    if (waits) waiter.open.emplace(one.id, waiter.reply.items.size());
    waiter.reply.items.push_back(std::move(one));
  }
  // A later item of the same command may have freed the money that an earlier one waited for.
  absl::erase_if(waiter.open, [&](const auto& open) {
    DecisionReply& one = waiter.reply.items[open.second];
    one.status = headers_.at(open.first).status;
    return one.status != national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  });
  RememberRequest(command.request, waiter.reply.items, effects);
  if (waiter.open.empty() || !connected_) {
    effects.Reply(ticket, {absl::OkStatus(), std::move(waiter.reply)});
    return;
  }
  waiter.request = command.request;
  waiter.deadline = now + kFundsWait;
  for (const auto& [id, index] : waiter.open) waiters_of_[id].push_back(ticket);
  waiters_.emplace(ticket, std::move(waiter));
}

DecisionReply NodeCore::DecideOne(absl::Time now, const std::string& actor, DecideItem&& item,
                                  Effects& effects) {
  DecisionReply reply;
  Header* const found = FindNamed(item.id, item.refused, &reply);
  if (found == nullptr) return reply;
  Header& header = *found;
  CallState& call = CallOf(header);
  // Doing again what is done changes nothing and is no error.
  const bool waits = header.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  if (programme::IsAlreadyDone(header.status, item.verb) ||
      (waits && item.verb == Verb::kApprove)) {
    return reply;
  }
  if (header.version != item.current.summary().version()) {
    reply.fault =
        Fault{"application", "DECIDED_TWICE",
              "the request decides twice on the same application; only the first was done",
              "pieprasījumā par vienu iesniegumu ir divi lēmumi; izpildīts tikai pirmais"};
    return reply;
  }
  if (IsOfAward(item.verb)) {
    ChangeAward(now, actor, std::move(item), header, call, &reply, effects);
    return reply;
  }
  Amounts award;
  if (auto fault = CheckDecision(actor, item, header, &award); fault.has_value()) {
    reply.fault = std::move(fault);
    return reply;
  }
  TakeDecision(now, actor, std::move(item), award, header, call, &reply, effects);
  return reply;
}

void NodeCore::TakeDecision(absl::Time now, const std::string& actor, DecideItem&& item,
                            const Amounts& award, Header& header, CallState& call,
                            DecisionReply* reply, Effects& effects) {
  const bool waits = header.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  region::v1::Application& record = item.current;
  const Amounts held = Amounts::FromProto(record.summary().awarded());
  const bool held_award = programme::HoldsAward(header.status);
  if (waits) RemovePending(call, item.id, record);
  SetStatus(record, (*programme::FindStep(header.status, item.verb, LifeOf(call.definition)))->to);
  const bool frees = held_award && !programme::HoldsAward(record.summary().status());
  const bool approve = item.verb == Verb::kApprove;
  if (IsDecision(item.verb)) record.set_decided_by(actor);
  if (approve && may_spend_ && !QueueBlocks(call) && call.ledger.Covers(award)) {
    call.ledger.Spend(award);
    call.ledger_changed = true;
    *record.mutable_summary()->mutable_awarded() = award.ToProto();
  } else if (approve) {
    auto* summary = record.mutable_summary();
    summary->set_status(national::v1::APPLICATION_STATUS_PENDING_FUNDS);
    *summary->mutable_pending() = award.ToProto();
    SetTimestamp(summary->mutable_pending_since_time(), NextPendingSince(now, call));
  } else if (frees) {
    call.ledger.TakeBack(held);
    call.ledger_changed = true;
  }
  const int64_t counted_before = (waits || held_award) ? 1 : 0;
  const int64_t counted_after = (approve || (held_award && !frees)) ? 1 : 0;
  CountAward(call, header, counted_after - counted_before);
  reply->status = record.summary().status();
  reply->seq = Change(now, item.id, record, item.verb, std::move(item.sealed), effects);
  reply->hash = state_.head.hash;
  if (reply->status == national::v1::APPLICATION_STATUS_PENDING_FUNDS) {
    AddPending(call, item.id, record);
  } else {
    ResolveWaiters(item.id, reply->status, reply->seq, effects);
  }
  // Money came back, or what blocked a strict queue is gone.
  if (frees || waits) FundPending(now, call, effects);
}

std::optional<Fault> NodeCore::CheckDecision(const std::string& actor, const DecideItem& item,
                                             const Header& header, Amounts* award) const {
  const CallState& call = CallOf(header);
  const programme::Life life = LifeOf(call.definition);
  const auto step = programme::FindStep(header.status, item.verb, life);
  if (!step.ok()) return FaultFromStatus(step.status());
  const region::v1::Application& record = item.current;
  if ((*step)->Needs(programme::Step::kCallOpen) && call.definition.closed()) return CallClosed();
  if ((*step)->Needs(programme::Step::kNotEvaluator) && call.definition.evaluation().four_eyes() &&
      Evaluated(record, actor)) {
    return Fault{
        "actor", "FOUR_EYES",
        "who evaluated an application, or handed its evaluation in, may not decide on it; "
        "another person must",
        "lēmumu nevar pieņemt persona, kura iesniegumu vērtējusi vai vērtējumu ievadījusi"};
  }
  if ((*step)->Needs(programme::Step::kNotEvaluator)) {
    if (auto fault = CheckNoConflict(item.id, actor); fault.has_value()) return fault;
  }
  if (item.verb != Verb::kApprove) return std::nullopt;
  if (life.evaluated) {
    if (auto fault = CheckEvaluations(call.definition.evaluation(), record); fault.has_value()) {
      return fault;
    }
  }
  *award = Amounts::FromProto(record.summary().requested());
  if (item.award_cents.has_value()) {
    const bool fixed = call.definition.amount().has_fixed_cents();
    if (*item.award_cents > award->cents() || *item.award_cents <= 0 ||
        (fixed && *item.award_cents != award->cents())) {
      return Fault{"amount_eur", "BAD_AMOUNT",
                   fixed ? "the call awards a fixed sum; leave the amount out"
                         : "an award is more than 0 and at most what was asked for",
                   "piešķirtā summa ir lielāka par 0 un nepārsniedz pieprasīto"};
    }
    award->set(ledger::Unit::kCents, *item.award_cents);
  }
  const bool waits = header.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  for (const auto& terms : call.definition.municipality_terms()) {
    if (waits || !terms.has_max_awards() ||
        terms.municipality() != municipalities_[header.municipality]) {
      continue;
    }
    const auto count = call.awards_by_municipality.find(header.municipality);
    if (count != call.awards_by_municipality.end() && count->second >= terms.max_awards()) {
      return Fault{"municipality", "MUNICIPALITY_LIMIT",
                   absl::StrCat("the municipality's call has ", terms.max_awards(),
                                " awards, and all are given"),
                   absl::StrCat("pašvaldības konkursā ir ", terms.max_awards(),
                                " piešķīrumi, un visi jau ir piešķirti")};
    }
  }
  return std::nullopt;
}

}  // namespace kopa::node
