#include "common/programme/lifecycle.h"

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

constexpr bool kReason = true;
constexpr bool kNoReason = false;

// The life of an application (docs/architecture.md draws it). What
// refuses something, or takes it back, needs a reason.
constexpr Step kSteps[] = {
    {kNone, Verb::kSubmit, kSubmitted},
    {kReturned, Verb::kResubmit, kSubmitted},
    {kSubmitted, Verb::kReturn, kReturned, kReason},
    {kSubmitted, Verb::kIneligible, kIneligible, kReason},

    {kSubmitted, Verb::kEvaluate, kEvaluated, kNoReason, Step::When::kEvaluated},
    // Another evaluator, or the same one's correction.
    {kEvaluated, Verb::kEvaluate, kEvaluated, kNoReason, Step::When::kEvaluated},

    {kEvaluated, Verb::kApprove, kApproved},
    {kEvaluated, Verb::kReserve, kReserve},
    {kEvaluated, Verb::kReject, kRejected, kReason},
    {kSubmitted, Verb::kApprove, kApproved, kNoReason, Step::When::kNotEvaluated},
    {kSubmitted, Verb::kReserve, kReserve, kNoReason, Step::When::kNotEvaluated},
    {kSubmitted, Verb::kReject, kRejected, kReason, Step::When::kNotEvaluated},

    {kPendingFunds, Verb::kApprove, kApproved},
    {kPendingFunds, Verb::kFund, kApproved},
    {kPendingFunds, Verb::kReserve, kReserve},
    {kPendingFunds, Verb::kReject, kRejected, kReason},

    {kReserve, Verb::kApprove, kApproved},
    {kReserve, Verb::kReject, kRejected, kReason},

    {kSubmitted, Verb::kWithdraw, kWithdrawn},
    {kReturned, Verb::kWithdraw, kWithdrawn},
    {kEvaluated, Verb::kWithdraw, kWithdrawn},
    {kPendingFunds, Verb::kWithdraw, kWithdrawn},
    {kReserve, Verb::kWithdraw, kWithdrawn},
    {kApproved, Verb::kWithdraw, kWithdrawn},

    {kApproved, Verb::kUndo, kEvaluated, kReason, Step::When::kEvaluated},
    {kApproved, Verb::kUndo, kSubmitted, kReason, Step::When::kNotEvaluated},

    {kApproved, Verb::kTrain, kTrained, kNoReason, Step::When::kTeam},

    {kApproved, Verb::kAmend, kApproved, kReason, Step::When::kNotTeam},
    {kApproved, Verb::kContract, kContracted, kNoReason, Step::When::kNotTeam},
    {kContracted, Verb::kAmend, kContracted, kReason, Step::When::kNotTeam},
    {kContracted, Verb::kPay, kContracted, kNoReason, Step::When::kNotTeam},
    {kContracted, Verb::kReport, kReported, kNoReason, Step::When::kNotTeam},
    {kContracted, Verb::kTerminate, kTerminated, kReason, Step::When::kNotTeam},
    {kReported, Verb::kAmend, kReported, kReason, Step::When::kNotTeam},
    {kReported, Verb::kPay, kReported, kNoReason, Step::When::kNotTeam},
    {kReported, Verb::kClose, kClosed, kNoReason, Step::When::kNotTeam},
    {kReported, Verb::kTerminate, kTerminated, kReason, Step::When::kNotTeam},
};

constexpr absl::string_view kVerbNames[] = {
    "submit",  "resubmit", "evaluate",   "approve", "reject",    "return",
    "reserve", "withdraw", "ineligible", "undo",    "fund",      "contract",
    "amend",   "pay",      "report",     "close",   "terminate", "train"};
static_assert(std::size(kVerbNames) == static_cast<size_t>(Verb::kTrain) + 1);

constexpr absl::string_view kStatusPrefix = "APPLICATION_STATUS_";

bool Applies(Step::When when, Life life) {
  switch (when) {
    case Step::When::kAlways:
      return true;
    case Step::When::kEvaluated:
      return life.evaluated;
    case Step::When::kNotEvaluated:
      return !life.evaluated;
    case Step::When::kTeam:
      return life.team;
    case Step::When::kNotTeam:
      return !life.team;
  }
  return false;
}

std::string NamesOf(const std::vector<Verb>& verbs) {
  return absl::StrJoin(verbs, ", ",
                       [](std::string* out, Verb verb) { absl::StrAppend(out, VerbName(verb)); });
}

absl::Status IllegalStep(ApplicationStatus from, Verb verb, Life life) {
  const std::string legal = NamesOf(LegalVerbs(from, life));
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
