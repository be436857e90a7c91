// What becomes of an award: training, contract, amendment, payment, report, closing, termination,
// and the undoing of a mistaken approval.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::ledger::Unit;
using ::kopa::programme::Verb;

namespace {

Fault BadAmount(std::string message, std::string message_lv) {
  return {"amount_eur", "BAD_AMOUNT", std::move(message), std::move(message_lv)};
}

// The most one application may hold under the call's amount rule.
int64_t CeilingCents(const programme::v1::Call& call, const region::v1::Application& record) {
  const programme::v1::AmountRule& rule = call.amount();
  switch (rule.rule_case()) {
    case programme::v1::AmountRule::kFixedCents:
      return rule.fixed_cents();
    case programme::v1::AmountRule::kCeilingPerApplicationCents:
      return rule.ceiling_per_application_cents();
    case programme::v1::AmountRule::kCeilingPerInitiativeCents:
      return rule.ceiling_per_initiative_cents() * record.summary().awarded().initiatives();
    default:
      return 0;
  }
}

std::optional<Fault> CheckAmendment(const programme::v1::Call& call, const DecideItem& item) {
  const region::v1::Application& record = item.current;
  if (!item.award_cents.has_value()) {
    return BadAmount("an amendment names the new award", "grozījumos jānorāda jaunā summa");
  }
  if (call.amount().has_fixed_cents()) {
    return BadAmount("the call awards a fixed sum; it can't be amended",
                     "konkursā piešķir nemainīgu summu; to nevar grozīt");
  }
  const int64_t ceiling = CeilingCents(call, record);
  const int64_t paid = record.summary().paid_cents();
  if (*item.award_cents <= 0 || *item.award_cents > ceiling || *item.award_cents < paid) {
    return BadAmount(
        absl::StrCat("the new award is at least what is paid (", programme::FormatCents(paid),
                     ") and at most the ceiling (", programme::FormatCents(ceiling), ")"),
        absl::StrCat("jaunā summa nav mazāka par izmaksāto (", programme::FormatCents(paid),
                     ") un nepārsniedz griestus (", programme::FormatCents(ceiling), ")"));
  }
  return std::nullopt;
}

std::optional<Fault> CheckPayment(const DecideItem& item) {
  const national::v1::ApplicationSummary& summary = item.current.summary();
  const int64_t rest = summary.awarded().cents() - summary.paid_cents();
  if (item.award_cents.has_value() && *item.award_cents > 0 && *item.award_cents <= rest) {
    return std::nullopt;
  }
  return BadAmount(absl::StrCat("a payment is more than 0 and at most what is left of the award (",
                                programme::FormatCents(rest), ")"),
                   absl::StrCat("maksājums ir lielāks par 0 un nepārsniedz piešķīruma atlikumu (",
                                programme::FormatCents(rest), ")"));
}

std::optional<Fault> CheckTermination(const DecideItem& item) {
  const int64_t awarded = item.current.summary().awarded().cents();
  const int64_t kept = item.award_cents.value_or(0);
  if (kept >= 0 && kept <= awarded) return std::nullopt;
  return BadAmount(absl::StrCat("what the applicant keeps is at most the award (",
                                programme::FormatCents(awarded), ")"),
                   absl::StrCat("paturamā summa nepārsniedz piešķīrumu (",
                                programme::FormatCents(awarded), ")"));
}

}  // namespace

bool NodeCore::IsOfAward(Verb verb) {
  switch (verb) {
    case Verb::kTrain:
    case Verb::kContract:
    case Verb::kAmend:
    case Verb::kPay:
    case Verb::kReport:
    case Verb::kClose:
    case Verb::kTerminate:
    case Verb::kUndo:
      return true;
    default:
      return false;
  }
}

std::optional<Fault> NodeCore::CheckAwardChange(const std::string& actor, const DecideItem& item,
                                                const CallState& call, Amounts* after) const {
  const national::v1::ApplicationSummary& summary = item.current.summary();
  const Amounts held = Amounts::FromProto(summary.awarded());
  *after = held;
  switch (item.verb) {
    case Verb::kUndo:
      *after = Amounts();
      if (item.current.decided_by() == actor) {
        return Fault{"actor", "FOUR_EYES", "who approved may not undo it; another person must",
                     "apstiprinājumu nevar atcelt persona, kura to pieņēmusi"};
      }
      return std::nullopt;
    case Verb::kAmend: {
      if (auto fault = CheckAmendment(call.definition, item); fault.has_value()) return fault;
      after->set(Unit::kCents, *item.award_cents);
      const Amounts more = ledger::ClampToZero(*after - held);
      if (!more.IsZero() && (!may_spend_ || !call.ledger.Covers(more))) {
        return Fault{
            "amount_eur", "NO_HEADROOM",
            absl::StrCat("the region's allotment has ",
                         programme::FormatCents(call.ledger.Headroom().cents()),
                         " left; the amendment needs ", programme::FormatCents(more.cents())),
            absl::StrCat("reģiona atlikums ir ",
                         programme::FormatCents(call.ledger.Headroom().cents()),
                         "; grozījumiem vajag ", programme::FormatCents(more.cents()))};
      }
      return std::nullopt;
    }
    case Verb::kPay:
      return CheckPayment(item);
    case Verb::kTerminate: {
      if (auto fault = CheckTermination(item); fault.has_value()) return fault;
      const int64_t kept = item.award_cents.value_or(0);
      after->set(Unit::kCents, kept);
      if (kept == 0) *after = Amounts();
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

void NodeCore::ChangeAward(absl::Time now, const std::string& actor, DecideItem&& item,
                           Header& header, CallState& call, DecisionReply* reply,
                           Effects& effects) {
  const auto step = programme::FindStep(header.status, item.verb, LifeOf(call.definition));
  if (!step.ok()) {
    reply->fault = FaultFromStatus(step.status());
    return;
  }
  Amounts after;
  if (auto fault = CheckAwardChange(actor, item, call, &after); fault.has_value()) {
    reply->fault = std::move(fault);
    return;
  }
  region::v1::Application& record = item.current;
  national::v1::ApplicationSummary& summary = *record.mutable_summary();
  const Amounts held = Amounts::FromProto(summary.awarded());
  summary.set_status((*step)->to);
  summary.set_version(summary.version() + 1);
  if (item.verb == Verb::kPay) {
    summary.set_paid_cents(ledger::CheckedAdd(summary.paid_cents(), *item.award_cents));
  }
  const Amounts more = ledger::ClampToZero(after - held);
  const Amounts less = ledger::ClampToZero(held - after);
  if (!more.IsZero()) call.ledger.Spend(more);
  if (!less.IsZero()) call.ledger.TakeBack(less);
  if (after != held) {
    call.ledger_changed = true;
    if (after.IsZero()) {
      summary.clear_awarded();
    } else {
      *summary.mutable_awarded() = after.ToProto();
    }
  }
  if (after.IsZero() && !held.IsZero()) CountAward(call, header, -1);
  reply->status = summary.status();
  reply->seq = Change(now, item.id, record, item.verb, std::move(item.sealed), effects);
  reply->hash = state_.head.hash;
  if (!less.IsZero()) FundPending(now, call, effects);
}

}  // namespace kopa::node
