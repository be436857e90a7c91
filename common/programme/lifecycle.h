#ifndef KOPA_COMMON_PROGRAMME_LIFECYCLE_H_
#define KOPA_COMMON_PROGRAMME_LIFECYCLE_H_

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
};

// Which parts of the life a call has.
struct Life {
  // The call has criteria: decisions come after an evaluation.
  bool evaluated = true;
  // Teams: training takes the place of contract, report and closing.
  bool team = false;
};

// One legal step. All of them are in one table in lifecycle.cc.
struct Step {
  // Which calls have the step.
  enum class When { kAlways, kEvaluated, kNotEvaluated, kTeam, kNotTeam };

  ApplicationStatus from;  // UNSPECIFIED: there is no application yet
  Verb verb;
  // Of kApprove APPROVED: that it is PENDING_FUNDS where the ledger has no headroom is the
  // caller's.
  ApplicationStatus to;
  bool reason_needed = false;
  When when = When::kAlways;
};

// Every legal step, as docs draw them.
absl::Span<const Step> AllSteps();

// The step that `verb` is from `from`; the pointer lives for ever. Otherwise FAILED_PRECONDITION
// that names the status and what is legal from it, with fault ILLEGAL_STEP on field "status".
absl::StatusOr<const Step*> FindStep(ApplicationStatus from, Verb verb, Life life);

// What can be done from `from`, in the order of Verb.
std::vector<Verb> LegalVerbs(ApplicationStatus from, Life life);

// True where an application at `status` is what `verb` would have made of it, so that doing it
// again changes nothing and is no error: approving what is approved. Never for verbs that can be
// done over and over (evaluate, amend, pay).
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
