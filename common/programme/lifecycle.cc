#include "common/programme/lifecycle.h"

#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"

namespace kopa::programme {
namespace {

namespace nv = national::v1;

constexpr ApplicationStatus kNone = nv::APPLICATION_STATUS_UNSPECIFIED;
constexpr ApplicationStatus kSubmitted = nv::APPLICATION_STATUS_SUBMITTED;
constexpr ApplicationStatus kIneligible = nv::APPLICATION_STATUS_INELIGIBLE;
constexpr ApplicationStatus kReturned = nv::APPLICATION_STATUS_RETURNED;
constexpr ApplicationStatus kEvaluated = nv::APPLICATION_STATUS_EVALUATED;
constexpr ApplicationStatus kPendingFunds = nv::APPLICATION_STATUS_PENDING_FUNDS;
constexpr ApplicationStatus kApproved = nv::APPLICATION_STATUS_APPROVED;
constexpr ApplicationStatus kReserve = nv::APPLICATION_STATUS_RESERVE;
constexpr ApplicationStatus kRejected = nv::APPLICATION_STATUS_REJECTED;
constexpr ApplicationStatus kWithdrawn = nv::APPLICATION_STATUS_WITHDRAWN;
constexpr ApplicationStatus kContracted = nv::APPLICATION_STATUS_CONTRACTED;
constexpr ApplicationStatus kReported = nv::APPLICATION_STATUS_REPORTED;
constexpr ApplicationStatus kClosed = nv::APPLICATION_STATUS_CLOSED;
constexpr ApplicationStatus kTerminated = nv::APPLICATION_STATUS_TERMINATED;
constexpr ApplicationStatus kTrained = nv::APPLICATION_STATUS_TRAINED;

using Who = Step::Who;
using When = Step::When;
using Effect = Step::Effect;

constexpr uint32_t kDecided = Step::kNotEvaluator | Step::kCallOpen;
constexpr uint32_t kAwarded =
    kDecided | Step::kThresholds | Step::kMunicipalityLimit | Step::kHeadroom;
constexpr uint32_t kRanked = Step::kRankedVersion;

// Every legal step in the life of an application. What refuses something, or takes it back, needs a
// reason.
constexpr Step kSteps[] = {
    {kNone, Verb::kSubmit, kSubmitted, Who::kApplicant, Step::kInWindow},
    {kReturned, Verb::kResubmit, kSubmitted, Who::kApplicant},
    {kSubmitted, Verb::kReturn, kReturned, Who::kCoordinator, Step::kReason},
    {kSubmitted, Verb::kIneligible, kIneligible, Who::kCoordinator, Step::kReason},

    {kSubmitted, Verb::kEvaluate, kEvaluated, Who::kEvaluator, Step::kNoConflict, Effect::kNone,
     When::kEvaluated},
    // Another evaluator, or the same one's correction.
    {kEvaluated, Verb::kEvaluate, kEvaluated, Who::kEvaluator, Step::kNoConflict, Effect::kNone,
     When::kEvaluated},
    {kEvaluated, Verb::kConflict, kSubmitted, Who::kEvaluator, Step::kReason, Effect::kNone,
     When::kEvaluated},

    {kEvaluated, Verb::kApprove, kApproved, Who::kDecisionMaker, kAwarded, Effect::kAward},
    {kEvaluated, Verb::kReserve, kReserve, Who::kDecisionMaker, kDecided},
    {kEvaluated, Verb::kReject, kRejected, Who::kDecisionMaker,
     Step::kNotEvaluator | Step::kReason},
    {kSubmitted, Verb::kApprove, kApproved, Who::kDecisionMaker, kAwarded, Effect::kAward,
     When::kNotEvaluated},
    {kSubmitted, Verb::kReserve, kReserve, Who::kDecisionMaker, kDecided, Effect::kNone,
     When::kNotEvaluated},
    {kSubmitted, Verb::kReject, kRejected, Who::kDecisionMaker, Step::kNotEvaluator | Step::kReason,
     Effect::kNone, When::kNotEvaluated},

    {kPendingFunds, Verb::kApprove, kApproved, Who::kDecisionMaker, kAwarded, Effect::kAward},
    {kPendingFunds, Verb::kFund, kApproved, Who::kNode, Step::kHeadroom, Effect::kAward},
    {kPendingFunds, Verb::kReserve, kReserve, Who::kDecisionMaker, kDecided},
    {kPendingFunds, Verb::kReject, kRejected, Who::kDecisionMaker,
     Step::kNotEvaluator | Step::kReason},

    {kReserve, Verb::kApprove, kApproved, Who::kDecisionMaker, kAwarded, Effect::kAward},
    {kReserve, Verb::kReject, kRejected, Who::kDecisionMaker, Step::kNotEvaluator | Step::kReason},

    {kEvaluated, Verb::kRankAward, kApproved, Who::kCentre, kRanked, Effect::kAward},
    {kEvaluated, Verb::kRankReserve, kReserve, Who::kCentre, kRanked},
    {kEvaluated, Verb::kRankReject, kRejected, Who::kCentre, kRanked},
    {kSubmitted, Verb::kRankAward, kApproved, Who::kCentre, kRanked, Effect::kAward,
     When::kNotEvaluated},
    {kSubmitted, Verb::kRankReserve, kReserve, Who::kCentre, kRanked, Effect::kNone,
     When::kNotEvaluated},
    {kPendingFunds, Verb::kRankAward, kApproved, Who::kCentre, kRanked, Effect::kAward},
    {kPendingFunds, Verb::kRankReserve, kReserve, Who::kCentre, kRanked},
    {kPendingFunds, Verb::kRankReject, kRejected, Who::kCentre, kRanked},
    {kReserve, Verb::kRankAward, kApproved, Who::kCentre, kRanked, Effect::kAward},
    {kReserve, Verb::kRankReject, kRejected, Who::kCentre, kRanked},

    {kSubmitted, Verb::kWithdraw, kWithdrawn, Who::kApplicant},
    {kReturned, Verb::kWithdraw, kWithdrawn, Who::kApplicant},
    {kEvaluated, Verb::kWithdraw, kWithdrawn, Who::kApplicant},
    {kPendingFunds, Verb::kWithdraw, kWithdrawn, Who::kApplicant},
    {kReserve, Verb::kWithdraw, kWithdrawn, Who::kApplicant},
    {kApproved, Verb::kWithdraw, kWithdrawn, Who::kApplicant, Step::kNoGuard, Effect::kTakeBack},

    {kApproved, Verb::kUndo, kEvaluated, Who::kDecisionMaker, Step::kReason | Step::kNotDecider,
     Effect::kTakeBack, When::kEvaluated},
    {kApproved, Verb::kUndo, kSubmitted, Who::kDecisionMaker, Step::kReason | Step::kNotDecider,
     Effect::kTakeBack, When::kNotEvaluated},

    {kApproved, Verb::kTrain, kTrained, Who::kCoordinator, Step::kNoGuard, Effect::kNone,
     When::kTeam},

    {kApproved, Verb::kPublish, kApproved, Who::kCoordinator, Step::kNoGuard, Effect::kTitle,
     When::kNotTeam},
    {kApproved, Verb::kAmend, kApproved, Who::kDecisionMaker,
     Step::kReason | Step::kAmount | Step::kHeadroom | Step::kCallOpen, Effect::kChangeAward,
     When::kNotTeam},
    {kApproved, Verb::kContract, kContracted, Who::kCoordinator, Step::kNoGuard, Effect::kNone,
     When::kNotTeam},

    {kContracted, Verb::kPublish, kContracted, Who::kCoordinator, Step::kNoGuard, Effect::kTitle,
     When::kNotTeam},
    {kContracted, Verb::kAmend, kContracted, Who::kDecisionMaker,
     Step::kReason | Step::kAmount | Step::kHeadroom | Step::kCallOpen, Effect::kChangeAward,
     When::kNotTeam},
    {kContracted, Verb::kPay, kContracted, Who::kCoordinator, Step::kAmount, Effect::kPayment,
     When::kNotTeam},
    {kContracted, Verb::kRepay, kContracted, Who::kCoordinator, Step::kReason | Step::kAmount,
     Effect::kPayment, When::kNotTeam},
    {kContracted, Verb::kReport, kReported, Who::kApplicant, Step::kNoGuard, Effect::kNone,
     When::kNotTeam},
    {kContracted, Verb::kTerminate, kTerminated, Who::kDecisionMaker, Step::kReason | Step::kAmount,
     Effect::kTakeBack, When::kNotTeam},

    {kReported, Verb::kPublish, kReported, Who::kCoordinator, Step::kNoGuard, Effect::kTitle,
     When::kNotTeam},
    {kReported, Verb::kAmend, kReported, Who::kDecisionMaker,
     Step::kReason | Step::kAmount | Step::kHeadroom | Step::kCallOpen, Effect::kChangeAward,
     When::kNotTeam},
    {kReported, Verb::kPay, kReported, Who::kCoordinator, Step::kAmount, Effect::kPayment,
     When::kNotTeam},
    {kReported, Verb::kRepay, kReported, Who::kCoordinator, Step::kReason | Step::kAmount,
     Effect::kPayment, When::kNotTeam},
    {kReported, Verb::kClose, kClosed, Who::kCoordinator, Step::kNoGuard, Effect::kNone,
     When::kNotTeam},
    {kReported, Verb::kTerminate, kTerminated, Who::kDecisionMaker, Step::kReason | Step::kAmount,
     Effect::kTakeBack, When::kNotTeam},

    // The rest is due once the report is accepted; what was paid too much comes back.
    {kClosed, Verb::kPublish, kClosed, Who::kCoordinator, Step::kNoGuard, Effect::kTitle,
     When::kNotTeam},
    {kClosed, Verb::kPay, kClosed, Who::kCoordinator, Step::kAmount, Effect::kPayment,
     When::kNotTeam},
    {kClosed, Verb::kRepay, kClosed, Who::kCoordinator, Step::kReason | Step::kAmount,
     Effect::kPayment, When::kNotTeam},
    {kTerminated, Verb::kPay, kTerminated, Who::kCoordinator, Step::kAmount, Effect::kPayment,
     When::kNotTeam},
    {kTerminated, Verb::kRepay, kTerminated, Who::kCoordinator, Step::kReason | Step::kAmount,
     Effect::kPayment, When::kNotTeam},
};

constexpr absl::string_view kVerbNames[] = {
    "submit",  "resubmit", "evaluate",   "approve",    "reject",       "return",
    "reserve", "withdraw", "ineligible", "undo",       "fund",         "contract",
    "amend",   "pay",      "report",     "close",      "terminate",    "train",
    "repay",   "publish",  "conflict",   "rank-award", "rank-reserve", "rank-reject"};
static_assert(std::size(kVerbNames) == static_cast<size_t>(Verb::kRankReject) + 1);

constexpr absl::string_view kWhoNames[] = {"applicant",      "coordinator", "evaluator",
                                           "decision maker", "the node",    "the centre"};
constexpr absl::string_view kEffectNames[] = {
    "",        "award",          "award taken back in part or whole", "award changed",
    "payment", "title published"};
constexpr absl::string_view kWhenNames[] = {"all", "with criteria", "without criteria", "teams",
                                            "not teams"};
// By bit.
constexpr absl::string_view kGuardNames[] = {"in time",
                                             "reason",
                                             "no conflict of interest",
                                             "did not evaluate",
                                             "did not approve",
                                             "thresholds",
                                             "municipality's limit",
                                             "headroom",
                                             "amount",
                                             "call not closed",
                                             "as ranked"};

constexpr absl::string_view kStatusPrefix = "APPLICATION_STATUS_";

bool Applies(When when, Life life) {
  switch (when) {
    case When::kAlways:
      return true;
    case When::kEvaluated:
      return life.evaluated;
    case When::kNotEvaluated:
      return !life.evaluated;
    case When::kTeam:
      return life.team;
    case When::kNotTeam:
      return !life.team;
  }
  return false;
}

std::string NamesOf(const std::vector<Verb>& verbs) {
  return absl::StrJoin(verbs, ", ",
                       [](std::string* out, Verb verb) { absl::StrAppend(out, VerbName(verb)); });
}

// Whether people do it; the node and the centre do the others by themselves.
bool IsForPeople(ApplicationStatus from, Verb verb, Life life) {
  const auto step = FindStep(from, verb, life);
  return step.ok() && (*step)->who != Who::kNode && (*step)->who != Who::kCentre;
}

std::string GuardsOf(const Step& step) {
  std::vector<absl::string_view> names;
  for (size_t bit = 0; bit < std::size(kGuardNames); ++bit) {
    if ((step.guards & (uint32_t{1} << bit)) != 0) names.push_back(kGuardNames[bit]);
  }
  return absl::StrJoin(names, ", ");
}

absl::Status IllegalStep(ApplicationStatus from, Verb verb, Life life) {
  std::vector<Verb> verbs = LegalVerbs(from, life);
  std::erase_if(verbs, [&](Verb legal) { return !IsForPeople(from, legal, life); });
  const std::string legal = NamesOf(verbs);
  Fault fault{.field = "status", .code = "ILLEGAL_STEP", .message = "", .message_lv = ""};
  fault.message =
      absl::StrCat("an application at ", StatusName(from), " does not take ", VerbName(verb), "; ",
                   legal.empty() ? "its life has ended" : absl::StrCat("it takes ", legal));
  fault.message_lv = absl::StrCat(
      "Pieteikumam ar statusu ", StatusName(from), " darbība ", VerbName(verb), " nav atļauta. ",
      legal.empty() ? "Tā aprite ir beigusies." : absl::StrCat("Atļauts: ", legal, "."));
  absl::Status status = absl::FailedPreconditionError(fault.message);
  return WithFault(std::move(status), std::move(fault));
}

}  // namespace

absl::Span<const Step> AllSteps() { return kSteps; }

absl::StatusOr<const Step*> FindStep(ApplicationStatus from, Verb verb, Life life) {
  for (const Step& step : kSteps) {
    if (step.from == from && step.verb == verb && Applies(step.when, life)) return &step;
  }
  return IllegalStep(from, verb, life);
}

std::string StepsAsMarkdown() {
  std::string rows =
      "| from | step | to | who | what must hold | effect | calls |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Step& step : kSteps) {
    absl::StrAppend(&rows, "| ", step.from == kNone ? "" : StatusName(step.from), " | ",
                    VerbName(step.verb), " | ", StatusName(step.to), " | ",
                    kWhoNames[static_cast<size_t>(step.who)], " | ", GuardsOf(step), " | ",
                    kEffectNames[static_cast<size_t>(step.effect)], " | ",
                    kWhenNames[static_cast<size_t>(step.when)], " |\n");
  }
  return rows;
}

std::vector<Verb> LegalVerbs(ApplicationStatus from, Life life) {
  std::vector<Verb> verbs;
  for (size_t i = 0; i < std::size(kVerbNames); ++i) {
    const Verb verb = static_cast<Verb>(i);
    for (const Step& step : kSteps) {
      if (step.from == from && step.verb == verb && Applies(step.when, life)) verbs.push_back(verb);
    }
  }
  return verbs;
}

bool IsAlreadyDone(ApplicationStatus status, Verb verb) {
  bool makes_status = false;
  for (const Step& step : kSteps) {
    if (step.verb != verb) continue;
    if (step.from == step.to) return false;
    // EVALUATED and SUBMITTED are also where an application is before anything was undone.
    makes_status = makes_status || (step.to == status && verb != Verb::kUndo);
  }
  return makes_status;
}

bool HoldsAward(ApplicationStatus status) {
  switch (status) {
    case kApproved:
    case kContracted:
    case kReported:
    case kClosed:
    case kTerminated:
    case kTrained:
      return true;
    default:
      return false;
  }
}

bool HoldsAward(const nv::ApplicationSummary& summary) {
  if (summary.status() != kTerminated) return HoldsAward(summary.status());
  const auto& kept = summary.awarded();
  return kept.cents() > 0 || kept.initiatives() > 0 || kept.teams() > 0;
}

absl::string_view VerbName(Verb verb) { return kVerbNames[static_cast<size_t>(verb)]; }

absl::StatusOr<Verb> ParseVerb(absl::string_view name) {
  for (size_t i = 0; i < std::size(kVerbNames); ++i) {
    if (kVerbNames[i] == name) return static_cast<Verb>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("is none of ", absl::StrJoin(absl::MakeSpan(kVerbNames), ", ")));
}

absl::string_view StatusName(ApplicationStatus status) {
  if (!nv::ApplicationStatus_IsValid(status)) return "UNSPECIFIED";
  // The generated name lives as long as the program.
  return absl::string_view(nv::ApplicationStatus_Name(status)).substr(kStatusPrefix.size());
}

absl::StatusOr<ApplicationStatus> ParseStatusName(absl::string_view name) {
  const std::string upper = absl::StrReplaceAll(absl::AsciiStrToUpper(name), {{"-", "_"}});
  std::vector<absl::string_view> names;
  for (int i = 1; i < nv::ApplicationStatus_ARRAYSIZE; ++i) {
    const ApplicationStatus status = static_cast<ApplicationStatus>(i);
    if (StatusName(status) == upper) return status;
    names.push_back(StatusName(status));
  }
  return absl::InvalidArgumentError(absl::StrCat("is none of ", absl::StrJoin(names, ", ")));
}

}  // namespace kopa::programme
