#include "central/core/call_change.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "central/core/refusal.h"
#include "common/base/status.h"
#include "common/programme/call_rules.h"
#include "common/programme/decimals.h"
#include "common/programme/limits.h"

namespace kopa::central {

using ::kopa::ledger::Unit;
using ::kopa::programme::v1::Call;
using ::kopa::programme::v1::Limits;

namespace {

absl::Status Impossible(const std::string& field, const std::string& message,
                        const std::string& message_lv) {
  return Refusal(absl::StatusCode::kFailedPrecondition, field, "CHANGE_IMPOSSIBLE", message,
                 message_lv);
}

absl::Status Senseless(const std::string& field, const std::string& message,
                       const std::string& message_lv) {
  return Refusal(absl::StatusCode::kInvalidArgument, field, "BAD_CHANGE", message, message_lv);
}

using Terms = google::protobuf::RepeatedPtrField<programme::v1::Term>;

absl::Status CheckWordsStay(const std::string& field, const Terms& before, const Terms& next) {
  for (const programme::v1::Term& term : before) {
    const bool stays = std::any_of(next.begin(), next.end(),
                                   [&](const auto& other) { return other.id() == term.id(); });
    if (stays) continue;
    return Impossible(field,
                      absl::StrCat("\"", term.id(),
                                   "\" can't be dropped: applications may have "
                                   "named it; words can only be added"),
                      absl::StrCat("\"", term.id(),
                                   "\" nevar svītrot: tas var būt nosaukts "
                                   "pieteikumos; vārdus var tikai pievienot"));
  }
  return absl::OkStatus();
}

std::string FieldOf(Unit unit) {
  return unit == Unit::kCents ? "limits.budget_cents"
                              : absl::StrCat("limits.", std::string(ledger::UnitName(unit)));
}

std::string Amount(Unit unit, int64_t value) {
  return unit == Unit::kCents ? programme::FormatCents(value) : absl::StrCat(value);
}

absl::Status CheckLimits(const ledger::UnitLimits& next, const ledger::CentralLedger& ledger) {
  ledger::Amounts out;
  for (const auto& [node, totals] : ledger.nodes()) {
    out = out + totals.allotted - totals.handed_back - totals.released;
  }
  for (const Unit unit : ledger::kUnits) {
    if (!next.limited(unit)) continue;
    if (!ledger.limits().limited(unit)) {
      return Impossible(FieldOf(unit),
                        "there was no limit; nodes may have awarded any number, also where the "
                        "centre does not know it yet, so a limit can't be set any more",
                        "ierobežojuma nebija; reģioni, iespējams, jau ir piešķīruši vairāk, nekā "
                        "centrs zina, tāpēc ierobežojumu vairs nevar noteikt");
    }
    // More may be out than the limit already (CentralLedger::RaiseAllotted): then one that does not
    // fall makes it no worse.
    const bool falls = next.amounts().at(unit) < ledger.limits().amounts().at(unit);
    if (falls && next.amounts().at(unit) < out.at(unit)) {
      const std::string least = Amount(unit, out.at(unit));
      return Impossible(
          FieldOf(unit),
          absl::StrCat("can't fall below what is out: awarded or at the nodes is ", least),
          absl::StrCat("nevar būt mazāk par jau izsniegto: piešķirts vai atrodas reģionos ",
                       least));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Call> WithLimits(Call call, const Limits& limits) {
  struct Part {
    bool given;
    int64_t value;
    int64_t most;
    Unit unit;
  };
  const Part parts[] = {
      {limits.has_budget_cents(), limits.budget_cents(), programme::kCentsMax, Unit::kCents},
      {limits.has_initiatives(), limits.initiatives(), programme::kCountMax, Unit::kInitiatives},
      {limits.has_teams(), limits.teams(), programme::kCountMax, Unit::kTeams}};
  for (const Part& part : parts) {
    if (!part.given || (part.value >= 0 && part.value <= part.most)) continue;
    const std::string most = Amount(part.unit, part.most);
    return Senseless(FieldOf(part.unit), absl::StrCat("must be from 0 to ", most),
                     absl::StrCat("jābūt no 0 līdz ", most));
  }
  // Merged: what is absent stays as it is.
  call.mutable_limits()->MergeFrom(limits);
  return call;
}

absl::StatusOr<Call> WithWindow(Call call, const std::string& closes) {
  const auto before = programme::CompileWindow(call.window());
  call.mutable_window()->set_closes(closes);
  const auto after = programme::CompileWindow(call.window());
  if (!before.ok()) return Impossible("window", "the call has no window", "konkursam nav termiņa");
  if (!after.ok()) {
    return Senseless("window_closes",
                     "a local time after the window opens is wanted, like 2024-05-25T00:00:00",
                     "jānorāda vietējais laiks pēc termiņa sākuma, piemēram, 2024-05-25T00:00:00");
  }
  if (after->closes <= before->closes) {
    return Impossible("window_closes", "a deadline can only be extended",
                      "termiņu var tikai pagarināt");
  }
  return call;
}

}  // namespace

bool HasOpened(const Call& call, absl::Time now) {
  const auto opened = [&](const programme::v1::Window& window) {
    const auto compiled = programme::CompileWindow(window);
    // Of a window that can't be read nobody knows what came of it.
    return !compiled.ok() || compiled->opens <= now;
  };
  return opened(call.window()) ||
         std::any_of(
             call.municipality_terms().begin(), call.municipality_terms().end(),
             [&](const auto& terms) { return terms.has_window() && opened(terms.window()); });
}

bool SaysTheSame(const Call& a, const Call& b) {
  Call other = b;
  other.set_version(a.version());
  other.set_closed(a.closed());
  return other.SerializeAsString() == a.SerializeAsString();
}

absl::Status CheckSuccessor(const Call& before, const Call& next,
                            const ledger::CentralLedger& ledger) {
  if (before.form() != next.form()) {
    return Impossible("form", "a published call keeps its form",
                      "publicēta konkursa veidlapu nevar mainīt");
  }
  RETURN_IF_ERROR(
      CheckWordsStay("applicant_types", before.applicant_types(), next.applicant_types()));
  RETURN_IF_ERROR(CheckWordsStay("activities", before.activities(), next.activities()));
  RETURN_IF_ERROR(CheckWordsStay("grades", before.grades(), next.grades()));
  RETURN_IF_ERROR(CheckWordsStay("risks", before.risks(), next.risks()));
  RETURN_IF_ERROR(CheckWordsStay("support_roles", before.support_roles(), next.support_roles()));
  return CheckLimits(ledger::UnitLimits(next.limits()), ledger);
}

absl::StatusOr<Call> Changed(const Call& before, const national::v1::Change& change,
                             const ledger::CentralLedger& ledger) {
  if (before.closed()) {
    return Impossible("call", "the call is closed", "konkurss ir slēgts");
  }
  Call next = before;
  next.clear_amendment();
  switch (change.kind_case()) {
    case national::v1::Change::kLimits: {
      ASSIGN_OR_RETURN(next, WithLimits(std::move(next), change.limits()));
      break;
    }
    case national::v1::Change::kWindowCloses: {
      ASSIGN_OR_RETURN(next, WithWindow(std::move(next), change.window_closes()));
      break;
    }
    default:
      return Senseless("change", "new limits or a new deadline are wanted",
                       "jānorāda jauni ierobežojumi vai jauns termiņš");
  }
  if (next.limits().SerializeAsString() == before.limits().SerializeAsString() &&
      next.window().SerializeAsString() == before.window().SerializeAsString()) {
    return Senseless("change", "it would change nothing", "tas neko nemainītu");
  }
  RETURN_IF_ERROR(CheckSuccessor(before, next, ledger));
  return next;
}

absl::Status CheckOnePersonMay(const Call& before, const Call& next) {
  struct Part {
    absl::string_view field;
    std::string before;
    std::string next;
  };
  const auto terms = [](const Call& call) {
    std::string all;
    for (const auto& one : call.municipality_terms()) {
      absl::StrAppend(&all, one.SerializeAsString());
    }
    return all;
  };
  const Part parts[] = {
      {"limits", before.limits().SerializeAsString(), next.limits().SerializeAsString()},
      {"window", before.window().SerializeAsString(), next.window().SerializeAsString()},
      {"municipality_terms", terms(before), terms(next)},
      {"amount", before.amount().SerializeAsString(), next.amount().SerializeAsString()},
      {"evaluation", before.evaluation().SerializeAsString(),
       next.evaluation().SerializeAsString()},
      {"ranking", before.ranking().SerializeAsString(), next.ranking().SerializeAsString()},
      {"late_admission_allowed", before.late_admission_allowed() ? "yes" : "no",
       next.late_admission_allowed() ? "yes" : "no"}};
  for (const Part& part : parts) {
    if (part.before == part.next) continue;
    return Refusal(
        absl::StatusCode::kFailedPrecondition, std::string(part.field), "FOUR_EYES",
        "of a call that has opened, this is not changed by loading a file: budget, caps and "
        "deadline are changed by `kopa budget set` and `kopa call extend`, which take two people; "
        "anything else by the file that the centre starts with",
        "atvērta konkursa noteikumus šādi nemaina: budžetu, ierobežojumus un termiņu maina ar "
        "`kopa budget set` un `kopa call extend`, kam vajag divas personas; pārējo - ar datni, "
        "ar kuru sāk darbu centrs");
  }
  return absl::OkStatus();
}

std::string Describe(const Call& before, const Call& after) {
  std::vector<std::string> parts;
  const ledger::UnitLimits old_limits(before.limits());
  const ledger::UnitLimits new_limits(after.limits());
  for (const Unit unit : ledger::kUnits) {
    const int64_t from = old_limits.amounts().at(unit);
    const int64_t to = new_limits.amounts().at(unit);
    if (from == to) continue;
    const std::string name = unit == Unit::kCents ? "budget" : std::string(ledger::UnitName(unit));
    parts.push_back(absl::StrCat(name, " of ", before.id(), ": ", Amount(unit, from), " -> ",
                                 Amount(unit, to)));
  }
  if (before.window().closes() != after.window().closes()) {
    parts.push_back(absl::StrCat("deadline of ", before.id(), ": ", before.window().closes(),
                                 " -> ", after.window().closes()));
  }
  return absl::StrJoin(parts, "; ");
}

std::string DescribeRelease(const std::string& node,
                            const std::map<CallId, ledger::Amounts>& more) {
  return absl::StrCat("release of what is frozen at ", node, ": ",
                      absl::StrJoin(more, "; ", [](std::string* out, const auto& one) {
                        absl::StrAppend(out, one.first.value(), ": ", one.second.DebugString());
                      }));
}

}  // namespace kopa::central
