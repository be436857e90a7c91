#include "regional-node/service/staffing.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/named_application.h"
#include "regional-node/service/noting.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/scored_application.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

using ::kopa::region::v1::Application;
using ::kopa::region::v1::AssignEvaluatorsResponse;
using ::kopa::region::v1::DeclareConflictResponse;

namespace {

constexpr int kTriesMax = 10;

absl::StatusOr<std::set<std::string>> CheckedEvaluators(const region::v1::AssignmentInput& input) {
  std::set<std::string> evaluators;
  for (const std::string& name : input.evaluators()) {
    ASSIGN_OR_RETURN(std::string checked,
                     CheckedText("evaluators", name, kEvaluatorCharactersMax, false));
    evaluators.insert(std::move(checked));
  }
  if (!evaluators.empty()) return evaluators;
  return WithFault(absl::InvalidArgumentError("no evaluator is named"),
                   {"evaluators", "MISSING_FIELD", "name at least one evaluator",
                    "norādiet vismaz vienu vērtētāju"});
}

// Who is assigned to the applications of one request, as its items so far leave it.
using Assigned = std::map<ApplicationId, std::set<std::string>>;

// Puts into the item what is to change; nothing where all is as wanted already.
absl::Status PlanAssignment(const storage::View& view, const region::v1::AssignmentInput& input,
                            Assigned* assigned, NoteItem* item) {
  ASSIGN_OR_RETURN(const std::set<std::string> evaluators, CheckedEvaluators(input));
  const auto [found, is_new] = assigned->try_emplace(item->id);
  std::set<std::string>& now = found->second;
  if (is_new) {
    ASSIGN_OR_RETURN(const region::v1::Staffing staffing, ReadStaffing(view, item->id));
    now.insert(staffing.assigned().begin(), staffing.assigned().end());
  }
  for (const std::string& evaluator : evaluators) {
    const bool changes = input.remove() ? now.erase(evaluator) > 0 : now.insert(evaluator).second;
    if (changes) (input.remove() ? item->unassign : item->assign).push_back(evaluator);
  }
  if (now.size() <= kEvaluatorsMax) return absl::OkStatus();
  for (const std::string& evaluator : item->assign) now.erase(evaluator);
  return WithFault(
      absl::InvalidArgumentError("too many evaluators"),
      {"evaluators", "TOO_MANY",
       absl::StrCat("an application has at most ", kEvaluatorsMax, " evaluators"),
       absl::StrCat("vienam iesniegumam ir ne vairāk kā ", kEvaluatorsMax, " vērtētāji")});
}

NoteItem MakeAssignment(const Context& context, const storage::View& view, const std::string& actor,
                        const std::string& call, const region::v1::AssignmentInput& input,
                        Assigned* assigned) {
  NoteItem item;
  item.kind = national::v1::NOTE_KIND_ASSIGNMENT;
  const auto id = IdNamedBy(view, call, input);
  if (!id.ok()) {
    item.refused = FirstFaultOf(id.status());
    return item;
  }
  item.id = *id;
  if (absl::Status status = PlanAssignment(view, input, assigned, &item); !status.ok()) {
    item.refused = FirstFaultOf(status);
    return item;
  }
  region::v1::StaffPart staff;
  staff.set_actor(actor);
  staff.set_verb(input.remove() ? "unassign" : "assign");
  staff.set_reason(absl::StrJoin(input.remove() ? item.unassign : item.assign, ", "));
  context.sealer->SealStaff(item.id, kNotedSealVersion, staff, &item.sealed);
  return item;
}

AssignEvaluatorsResponse MakeResponse(const Context& context,
                                      const std::vector<DecisionReply>& replies) {
  AssignEvaluatorsResponse response;
  for (const DecisionReply& reply : replies) FillResult(context, reply, response.add_results());
  return response;
}

// One declared conflict on its way through. Kept alive by the callbacks that carry it.
struct ConflictRun {
  const Context* context;
  std::string actor;
  std::string evaluator;
  std::string reason;
  ApplicationId id;
  RequestKey key;
  ConflictDone done;
  int tries = 0;
};

void Answer(const ConflictRun& run, const DecisionReply& reply) {
  if (reply.fault.has_value()) return run.done(StatusOfFault(*reply.fault));
  DeclareConflictResponse response;
  FillResult(*run.context, reply, response.mutable_result());
  run.done(std::move(response));
}

absl::StatusOr<ConflictCommand> MakeCommand(const ConflictRun& run) {
  const Context& context = *run.context;
  const auto view = context.store->Snapshot();
  RETURN_IF_ERROR(CheckApplicationExists(*view, run.id));
  ASSIGN_OR_RETURN(Application current, FetchApplications(*view, {run.id}).front());
  ConflictCommand command;
  command.request = run.key;
  command.id = run.id;
  command.current_version = current.summary().version();
  command.evaluator = run.evaluator;
  region::v1::StaffPart staff;
  staff.set_actor(run.actor);
  staff.set_verb("conflict");
  staff.set_reason(absl::StrCat(run.evaluator, ": ", run.reason));
  context.sealer->SealStaff(run.id, kNotedSealVersion, staff, &command.sealed);
  ASSIGN_OR_RETURN(const auto rules, context.calls->Find(CallId(current.summary().call())));
  ASSIGN_OR_RETURN(command.next,
                   WithoutEvaluator(rules->call().evaluation(), std::move(current), run.evaluator));
  if (command.next.has_value()) {
    context.sealer->SealStaff(run.id, command.current_version + 1, staff, &command.change_sealed);
  }
  return command;
}

void Attempt(const std::shared_ptr<ConflictRun>& run) {
  auto command = MakeCommand(*run);
  if (!command.ok()) return run->done(command.status());
  QueueNoting(*run->context, engine::Lane::kInteractive, *std::move(command),
              [run](absl::StatusOr<std::vector<DecisionReply>> replies) {
                if (!replies.ok()) return run->done(replies.status());
                const DecisionReply& reply = replies->at(0);
                if (!reply.stale) return Answer(*run, reply);
                if (++run->tries == kTriesMax) {
                  return run->done(absl::AbortedError("the application keeps changing; try again"));
                }
                const absl::Status posted = run->context->worker->Post([run] { Attempt(run); });
                if (!posted.ok()) run->done(posted);
              });
}

absl::StatusOr<std::shared_ptr<ConflictRun>> BeginConflict(
    const Context& context, std::string actor, const region::v1::DeclareConflictRequest& request) {
  auto run = std::make_shared<ConflictRun>();
  run->context = &context;
  ASSIGN_OR_RETURN(run->id, Uuid::FromBytes(request.application_id()));
  const std::string& evaluator = request.evaluator().empty() ? actor : request.evaluator();
  ASSIGN_OR_RETURN(run->evaluator,
                   CheckedText("evaluator", evaluator, kEvaluatorCharactersMax, false));
  ASSIGN_OR_RETURN(run->reason, CheckedText("reason", request.reason(), kReasonBytesMax, true));
  ASSIGN_OR_RETURN(run->key, MakeRequestKey(context, "conflict", actor, request.request_id(),
                                            request.SerializeAsString()));
  run->actor = std::move(actor);
  return run;
}

}  // namespace

void AssignEvaluators(const Context& context, const std::string& actor,
                      const region::v1::AssignEvaluatorsRequest& request, AssignDone done) {
  if (request.assignments_size() > kDecisionsMax) {
    return done(absl::InvalidArgumentError(
        absl::StrCat("at most ", kDecisionsMax, " applications in one request")));
  }
  NoteCommand command;
  auto key =
      MakeRequestKey(context, "assign", actor, request.request_id(), request.SerializeAsString());
  if (!key.ok()) return done(key.status());
  command.request = *key;
  const auto earlier = FindEarlier(context, command.request);
  if (!earlier.ok()) return done(earlier.status());
  if (earlier->has_value()) return done(MakeResponse(context, (*earlier)->replies));
  const auto view = context.store->Snapshot();
  Assigned assigned;
  for (const region::v1::AssignmentInput& input : request.assignments()) {
    command.items.push_back(
        MakeAssignment(context, *view, actor, request.call(), input, &assigned));
  }
  QueueNoting(context, engine::Lane::kInteractive, std::move(command),
              [&context, done](absl::StatusOr<std::vector<DecisionReply>> replies) {
                if (!replies.ok()) return done(replies.status());
                done(MakeResponse(context, *replies));
              });
}

void DeclareConflict(const Context& context, std::string actor,
                     region::v1::DeclareConflictRequest request, ConflictDone done) {
  auto run = BeginConflict(context, std::move(actor), request);
  if (!run.ok()) return done(run.status());
  (*run)->done = std::move(done);
  const auto earlier = FindEarlier(context, (*run)->key);
  if (!earlier.ok()) return (*run)->done(earlier.status());
  if (earlier->has_value()) return Answer(**run, (*earlier)->replies.at(0));
  Attempt(*run);
}

absl::StatusOr<region::v1::Staffing> ReadStaffing(const storage::View& view,
                                                  const ApplicationId& id) {
  region::v1::Staffing staffing;
  const std::string prefix(id.bytes());
  const auto walk = view.Scan(kStaffing, prefix, PrefixEnd(prefix));
  for (; walk->Valid(); walk->Next()) {
    ByteReader key(walk->key());
    key.Raw(prefix.size());
    const bool is_conflict = key.U8() == static_cast<uint8_t>(StaffingRole::kConflict);
    *(is_conflict ? staffing.add_conflicts() : staffing.add_assigned()) = std::string(key.rest());
  }
  RETURN_IF_ERROR(walk->status());
  return staffing;
}

}  // namespace kopa::node
