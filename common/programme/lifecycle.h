#ifndef KOPA_COMMON_PROGRAMME_LIFECYCLE_H_
#define KOPA_COMMON_PROGRAMME_LIFECYCLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kopa/national/v1/application.pb.h"

namespace kopa::programme {

using ApplicationStatus = national::v1::ApplicationStatus;

// What can be done with an application.
enum class Verb {
  kSubmit,    // handed in for the first time
  kResubmit,  // handed in again after it was returned for correction
  kEvaluate,  // an evaluator's points recorded
  kApprove,   // given an award; where money is short the ledger makes it PENDING_FUNDS instead
  kReject,
  kReturn,      // sent back to the applicant for correction
  kReserve,     // put on the reserve list
  kWithdraw,    // taken back by the applicant; frees an award
  kIneligible,  // does not meet the call's conditions, found before evaluation
  kUndo,        // a mistaken approval taken back before the contract (four eyes)
  kFund,        // headroom came for an approval that waited; done by the node itself
  kContract,
  kAmend,      // the award changed; never above ceiling or headroom
  kPay,        // a payment recorded
  kReport,     // the applicant's report came in
  kClose,      // the report was accepted
  kTerminate,  // ended under contract; the award taken back in part or whole
  kTrain,      // the team took part in the training
  kRepay,      // money that was paid came back
  kPublish,    // the title was checked and may be published
  kConflict,   // the last evaluation left was barred by a conflict of interest
  kRankAward,  // the centre's ranking reached it; allotment and award in one
  kRankReserve,
  kRankReject,
};

// Which parts of the life a call has.
struct Life {
  // The call has criteria: decisions come after an evaluation.
  bool evaluated = true;
  // Teams: training takes the place of contract, report and closing.
  bool team = false;
};

// One legal step. All of them are in one table in lifecycle.cc, which docs/lifecycle.md repeats.
struct Step {
  // Which calls have the step.
  enum class When { kAlways, kEvaluated, kNotEvaluated, kTeam, kNotTeam };
  enum class Who { kApplicant, kCoordinator, kEvaluator, kDecisionMaker, kNode, kCentre };
  // What must hold; flags.
  enum Guard : uint32_t {
    kNoGuard = 0,
    kInWindow = 1 << 0,           // in time, or admitted late by two people
    kReason = 1 << 1,             // a reason is given
    kNoConflict = 1 << 2,         // the evaluator has declared no conflict of interest
    kNotEvaluator = 1 << 3,       // where the call asks for four eyes: who decides did not evaluate
    kNotDecider = 1 << 4,         // another person than who approved
    kThresholds = 1 << 5,         // enough evaluations, and the call's thresholds are met
    kMunicipalityLimit = 1 << 6,  // the municipality has awards left
    kHeadroom = 1 << 7,           // the ledger covers it; an approval waits as PENDING_FUNDS else
    kAmount = 1 << 8,             // the amount keeps to the call's rule, the award and what is paid
    kCallOpen = 1 << 9,           // the call was not closed
    kRankedVersion = 1 << 10,     // the application has not changed since it was ranked
  };
  // What it does beyond the status.
  enum class Effect { kNone, kAward, kTakeBack, kChangeAward, kPayment, kTitle };

  ApplicationStatus from;  // UNSPECIFIED: there is no application yet
  Verb verb;
  ApplicationStatus to;
  Who who;
  uint32_t guards = kNoGuard;
  // Of steps away from an award: kTakeBack takes back whatever is held.
  Effect effect = Effect::kNone;
  When when = When::kAlways;

  bool Needs(Guard guard) const { return (guards & guard) != 0; }
};

// Every legal step, as docs draw them.
absl::Span<const Step> AllSteps();

// The step that `verb` is from `from`; the pointer lives for ever. Otherwise FAILED_PRECONDITION
// that names the status and what people may do from it, with fault ILLEGAL_STEP on field "status".
absl::StatusOr<const Step*> FindStep(ApplicationStatus from, Verb verb, Life life);

// The table as docs/lifecycle.md has it: rows of Markdown, in the order of AllSteps().
std::string StepsAsMarkdown();

// What can be done from `from`, in the order of Verb.
std::vector<Verb> LegalVerbs(ApplicationStatus from, Life life);

// True where an application at `status` is what `verb` would have made of it, so that doing it
// again changes nothing and is no error: approving what is approved. Never for verbs that can be
// done over and over (evaluate, amend, pay, repay, publish).
bool IsAlreadyDone(ApplicationStatus status, Verb verb);

// True where the application holds an award now: APPROVED to CLOSED, TRAINED, and TERMINATED as far
// as something was kept, which `awarded` of its summary tells.
bool HoldsAward(ApplicationStatus status);
bool HoldsAward(const national::v1::ApplicationSummary& summary);

// "approve". Parsing takes exactly these; INVALID_ARGUMENT lists them otherwise.
absl::string_view VerbName(Verb verb);
absl::StatusOr<Verb> ParseVerb(absl::string_view name);

// "PENDING_FUNDS"; "UNSPECIFIED" for what is no status. Parsing takes upper and lower case, with
// '-' or '_', and never UNSPECIFIED; INVALID_ARGUMENT lists the names otherwise.
absl::string_view StatusName(ApplicationStatus status);
absl::StatusOr<ApplicationStatus> ParseStatusName(absl::string_view name);

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_LIFECYCLE_H_
