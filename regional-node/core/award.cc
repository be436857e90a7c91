// What becomes of an award: training, contract, amendment, payments both ways, publication, report,
// closing, termination, and the undoing of a mistaken approval.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/programme/decimals.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::ledger::Unit;
using ::kopa::national::v1::ApplicationStatus;
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

// What may be paid in all as things stand: before the report at most the call's advance.
int64_t PayableCents(const programme::v1::Call& call,
                     const national::v1::ApplicationSummary& summary) {
  const int64_t awarded = summary.awarded().cents();
  const int64_t advance = call.payments().advance_basis_points();
  if (summary.status() != national::v1::APPLICATION_STATUS_CONTRACTED || advance == 0) {
    return awarded;
  }
  return static_cast<int64_t>(static_cast<__int128>(awarded) * advance / 10'000);
}

region::v1::PaymentKind KindOfPayment(Verb verb, ApplicationStatus before) {
  if (verb == Verb::kRepay) return region::v1::PAYMENT_KIND_REPAID;
  return before == national::v1::APPLICATION_STATUS_CONTRACTED ? region::v1::PAYMENT_KIND_ADVANCE
                                                               : region::v1::PAYMENT_KIND_REST;
}

// The same amount at the same stage looks like the same payment sent again, say after an answer was
// lost: whoever means another one gives a reason.
std::optional<Fault> CheckRepeated(const DecideItem& item, int64_t cents,
                                   region::v1::PaymentKind kind) {
  if (item.has_reason) return std::nullopt;
  for (const region::v1::Payment& payment : item.current.payments()) {
    if (payment.cents() != cents || payment.kind() != kind) continue;
    const std::string amount = programme::FormatCents(cents < 0 ? -cents : cents);
    return Fault{"amount_eur", "PAYMENT_REPEATED",
                 absl::StrCat(amount,
                              " is recorded already; for another payment of the same "
                              "amount give a reason"),
                 absl::StrCat(amount,
                              " jau ir reģistrēts; ja tas ir cits maksājums ar tādu pašu "
                              "summu, norādiet pamatojumu")};
  }
  return std::nullopt;
}

std::optional<Fault> CheckPayment(const programme::v1::Call& call, const DecideItem& item) {
  const national::v1::ApplicationSummary& summary = item.current.summary();
  const int64_t rest = std::max<int64_t>(0, PayableCents(call, summary) - summary.paid_cents());
  if (item.award_cents.has_value() && *item.award_cents > 0 && *item.award_cents <= rest) {
    return CheckRepeated(item, *item.award_cents, KindOfPayment(Verb::kPay, summary.status()));
  }
  if (PayableCents(call, summary) < summary.awarded().cents()) {
    return BadAmount(absl::StrCat("before the report at most ", programme::FormatCents(rest),
                                  " more may be paid in advance"),
                     absl::StrCat("pirms atskaites avansā var izmaksāt vēl ne vairāk kā ",
                                  programme::FormatCents(rest)));
  }
  return BadAmount(absl::StrCat("a payment is more than 0 and at most what is left of the award (",
                                programme::FormatCents(rest), ")"),
                   absl::StrCat("maksājums ir lielāks par 0 un nepārsniedz piešķīruma atlikumu (",
                                programme::FormatCents(rest), ")"));
}

std::optional<Fault> CheckRepayment(const DecideItem& item) {
  const int64_t paid = item.current.summary().paid_cents();
  if (item.award_cents.has_value() && *item.award_cents > 0 && *item.award_cents <= paid) {
    return CheckRepeated(item, -*item.award_cents, region::v1::PAYMENT_KIND_REPAID);
  }
  return BadAmount(absl::StrCat("what comes back is more than 0 and at most what was paid (",
                                programme::FormatCents(paid), ")"),
                   absl::StrCat("atmaksātā summa ir lielāka par 0 un nepārsniedz izmaksāto (",
                                programme::FormatCents(paid), ")"));
}

// How much of the money moves, and which way.
int64_t MovedCents(Verb verb, const DecideItem& item) {
  if (verb == Verb::kPay) return *item.award_cents;
  return verb == Verb::kRepay ? -*item.award_cents : 0;
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
    case Verb::kRepay:
    case Verb::kPublish:
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
      if (!more.IsZero() && call.definition.closed()) return CallClosed();
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
      return CheckPayment(call.definition, item);
    case Verb::kRepay:
      return CheckRepayment(item);
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
  if (const int64_t moved = MovedCents(item.verb, item); moved != 0) {
    summary.set_paid_cents(ledger::CheckedAdd(summary.paid_cents(), moved));
    call.ledger.Pay(moved);
    call.ledger_changed = true;
    auto* payment = record.add_payments();
    payment->set_seq(state_.head.seq.Next().value());
    SetTimestamp(payment->mutable_time(), now);
    payment->set_cents(moved);
    payment->set_kind(KindOfPayment(item.verb, header.status));
  }
  if (item.verb == Verb::kTrain) {
    // The centre tells all regions of it; this one need not wait for that.
    national::v1::SchoolAnnounced announced;
    announced.set_call(summary.call());
    announced.set_node(state_.node.value());
    announced.mutable_school()->set_reg_no(record.content().applicant().reg_no());
    announced.mutable_school()->set_name(record.content().applicant().name());
    LearnSchool(announced, effects);
  }
  if (item.verb == Verb::kPublish) {
    record.set_title_checked(true);
    summary.set_published_title(record.content().title());
  }
  const Amounts more = ledger::ClampToZero(after - held);
  const Amounts less = ledger::ClampToZero(held - after);
  if (!more.IsZero()) call.ledger.Spend(more);
  if (!less.IsZero()) call.ledger.TakeBack(less);
  if (after != held) {
    call.ledger_changed = true;
    if (after.IsZero()) {
      summary.clear_awarded();
      summary.clear_published_title();
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
