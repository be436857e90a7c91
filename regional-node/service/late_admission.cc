#include "regional-node/service/late_admission.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/intake/limits.h"
#include "regional-node/core/families.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

namespace {

constexpr int kTriesMax = 5;

struct Run {
  const Context* context;
  std::string actor;
  region::v1::AdmitLateRequest request;
  AdmitLateDone done;
  RequestKey key;
  Digest reference;
  int tries = 0;
};

// Bound to call and reference alone: one admission covers whoever hands the application in.
Digest ReferenceOf(const Context& context, const CallId& call, absl::string_view external_ref) {
  return Digest::FromBytes(context.key->ExternalRefDigest(
      absl::StrCat("late admission\n", call.value(), "\n", external_ref)));
}

absl::StatusOr<LateEntry> StoredEntry(const Context& context, const Digest& reference) {
  const auto stored = context.store->Get(kLate, reference.bytes());
  if (absl::IsNotFound(stored.status())) return LateEntry();
  RETURN_IF_ERROR(stored.status());
  return LateEntry::Parse(*stored);
}

absl::Status Missing(absl::string_view field, absl::string_view what, absl::string_view what_lv) {
  return WithFault(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)),
                   {std::string(field), "MISSING_FIELD", std::string(what), std::string(what_lv)});
}

absl::Status CheckRequest(const Context& context, const region::v1::AdmitLateRequest& request) {
  ASSIGN_OR_RETURN(const auto rules, context.calls->Find(CallId(request.call())));
  if (!rules->call().late_admission_allowed()) {
    return WithFault(
        absl::FailedPreconditionError("the call does not allow late applications"),
        {"call", "LATE_NOT_ALLOWED", "the call does not allow late applications to be admitted",
         "konkurss nepieļauj novēlotu iesniegumu pieņemšanu"});
  }
  if (request.external_ref().empty()) {
    return Missing("external_ref", "say which application is to be admitted",
                   "norādiet, kuru iesniegumu pieņemt");
  }
  if (request.reason().empty()) {
    return Missing("reason", "a late admission needs a reason",
                   "novēlota iesnieguma pieņemšanai nepieciešams pamatojums");
  }
  if (request.reason().size() > kReasonBytesMax ||
      request.external_ref().size() > 4 * intake::kExternalRefCharactersMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a reason has at most ", kReasonBytesMax, " bytes, a reference ",
                     intake::kExternalRefCharactersMax, " characters"));
  }
  return absl::OkStatus();
}

void Answer(Run& run, const LateReply& reply) {
  region::v1::AdmitLateResponse response;
  response.set_confirmed(reply.entry.confirmed);
  response.set_proposed_by(reply.entry.proposed_by);
  if (reply.seq.value() != 0) {
    auto* receipt = response.mutable_receipt();
    receipt->set_node(run.context->node.value());
    receipt->set_epoch(run.context->view->epoch().value());
    receipt->set_seq(reply.seq.value());
    receipt->set_hash(reply.hash);
  }
  run.done(std::move(response));
}

void Attempt(const std::shared_ptr<Run>& run) {
  const Context& context = *run->context;
  auto stored = StoredEntry(context, run->reference);
  if (!stored.ok()) return run->done(stored.status());
  LateCommand command;
  command.request = run->key;
  command.actor = run->actor;
  command.call = CallId(run->request.call());
  command.reference = run->reference;
  command.expected = *std::move(stored);
  const bool first = command.expected.proposed_by.empty();
  command.admission =
      first ? context.entropy->NewUuid(context.clock->Now()) : command.expected.admission;
  region::v1::StaffPart staff;
  staff.set_actor(run->actor);
  staff.set_reason(run->request.reason());
  staff.set_verb(first ? "propose-late" : "admit-late");
  context.sealer->SealStaff(command.admission, first ? 1 : 2, staff, &command.sealed);
  const absl::Status queued = context.committer->Submit(
      engine::Lane::kInteractive, std::move(command), [run](absl::StatusOr<NodeReply> reply) {
        if (!reply.ok()) return run->done(reply.status());
        if (!reply->status.ok()) return run->done(reply->status);
        const LateReply& late = std::get<LateReply>(reply->result);
        if (!late.stale) return Answer(*run, late);
        if (++run->tries == kTriesMax) {
          return run->done(absl::AbortedError("the admission keeps changing; try again"));
        }
        absl::Status posted = run->context->worker->Post([run] { Attempt(run); });
        if (!posted.ok()) run->done(posted);
      });
  if (!queued.ok()) run->done(queued);
}

}  // namespace

std::optional<Digest> LateAdmissionOf(const Context& context, const CallId& call,
                                      absl::string_view external_ref) {
  const Digest reference = ReferenceOf(context, call, external_ref);
  const auto entry = StoredEntry(context, reference);
  if (!entry.ok() || !entry->confirmed || !entry->used_by.is_nil()) return std::nullopt;
  return reference;
}

void AdmitLate(const Context& context, std::string actor, region::v1::AdmitLateRequest request,
               AdmitLateDone done) {
  if (absl::Status status = CheckRequest(context, request); !status.ok()) return done(status);
  const auto id = ParseRequestId(request.request_id());
  if (!id.ok()) return done(id.status());
  auto run = std::make_shared<Run>();
  run->context = &context;
  run->key = {*id, Digest::FromBytes(context.key->RequestDigest(
                       absl::StrCat("admit late\n", actor, "\n", request.SerializeAsString())))};
  run->actor = std::move(actor);
  run->reference = ReferenceOf(context, CallId(request.call()), request.external_ref());
  run->request = std::move(request);
  run->done = std::move(done);
  Attempt(run);
}

}  // namespace kopa::node
