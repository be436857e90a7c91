#include "regional-node/service/submission.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/intake/canonical.h"
#include "common/intake/check.h"
#include "regional-node/core/families.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/late_admission.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/request_pruner.h"
#include "regional-node/vault/secret_key.h"

namespace kopa::node {

using ::kopa::region::v1::Application;
using ::kopa::region::v1::SubmitResult;

namespace {

// One request on its way through. Kept alive by the callbacks that carry it.
struct Run {
  const Context* context;
  engine::Lane lane;
  Submission submission;
  SubmissionDone done;
  RequestKey request;
  std::shared_ptr<const programme::CallRules> rules;
  absl::Time now;
  std::vector<intake::CheckedApplication> checked;
  std::vector<std::optional<LateUse>> late;  // one each of checked
  SubmissionResults results;
  std::vector<size_t> open;  // of checked: still to be answered
  int tries = 0;
  bool answered_before = false;  // this very request, to its sender or to nobody
};

constexpr int kTriesMax = 5;

absl::Time ReceivedTime(const region::v1::ApplicationInput& input, absl::Time now) {
  if (!input.has_received_time()) return now;
  return TimeOf(input.received_time());
}

void CopyFaults(const std::vector<Fault>& faults,
                google::protobuf::RepeatedPtrField<programme::v1::Fault>* out) {
  for (const Fault& fault : faults) {
    auto* copy = out->Add();
    copy->set_field(fault.field);
    copy->set_code(fault.code);
    copy->set_message(fault.message);
    copy->set_message_lv(fault.message_lv);
  }
}

Digest DigestOfSubmission(const Context& context, const Submission& submission) {
  std::string content = absl::StrCat("submit\n", submission.request_id, "\n", submission.call, "\n",
                                     submission.dry_run ? "dry" : "", "\n");
  for (const auto& application : submission.applications) {
    application.AppendToString(&content);
  }
  const Digest digest = Digest::FromBytes(context.key->RequestDigest(content));
  vault::Wipe(&content);
  return digest;
}

// Takes the fault of a late application out where two people have admitted it.
std::optional<LateUse> TakeLate(const Context& context, const CallId& call,
                                intake::CheckedApplication& checked) {
  const auto closed =
      std::find_if(checked.faults.begin(), checked.faults.end(),
                   [](const Fault& fault) { return fault.code == "WINDOW_CLOSED"; });
  if (closed == checked.faults.end()) return std::nullopt;
  const auto admission = LateAdmissionOf(context, call, checked.normal.external_ref());
  if (!admission.has_value()) return std::nullopt;
  LateUse use{*admission, std::move(*closed)};
  checked.faults.erase(closed);
  return use;
}

void CheckAll(Run& run) {
  const Context& context = *run.context;
  for (const auto& application : run.submission.applications) {
    intake::CheckedApplication checked = intake::CheckApplication(
        *run.rules, *context.territory, application, ReceivedTime(application, run.now), run.now);
    if (!checked.node.empty() && checked.node != context.node.value()) {
      checked.faults.push_back({"municipality", "WRONG_REGION",
                                absl::StrCat("the municipality belongs to node ", checked.node,
                                             "; this is node ", context.node.value()),
                                absl::StrCat("pašvaldība pieder mezglam ", checked.node,
                                             "; šis ir mezgls ", context.node.value())});
    }
    for (Fault& fault : context.schools->Check(*run.rules, checked.normal)) {
      checked.faults.push_back(std::move(fault));
    }
    run.late.push_back(TakeLate(context, CallId(run.submission.call), checked));
    run.open.push_back(run.checked.size());
    run.checked.push_back(std::move(checked));
  }
  run.results.resize(run.checked.size());
}

// Turns a checked application into what the core takes. `current` is the stored one that it may
// replace, after the core has asked for it.
absl::StatusOr<SubmitItem> MakeItem(const Run& run, size_t index,
                                    std::optional<Application> current) {
  const Context& context = *run.context;
  const intake::CheckedApplication& checked = run.checked[index];
  SubmitItem item;
  item.late = run.late[index];
  item.faults = checked.faults;
  if (current.has_value()) DropWindowClosed(&item.faults);
  std::string content = intake::CanonicalContent(checked.normal);
  item.content = Digest::FromBytes(context.key->RequestDigest(content));
  vault::Wipe(&content);
  item.reference = Digest::FromBytes(context.key->ExternalRefDigest(
      absl::StrCat(run.submission.call, "\n", intake::ApplicantKey(checked.normal), "\n",
                   checked.normal.external_ref())));
  // Of a refused one the core needs to know only whether it is a replay.
  if (!item.faults.empty()) return item;

  ApplicationId id = context.entropy->NewUuid(run.now);
  uint32_t version = 1;
  std::optional<vault::SecretKey> key;
  if (current.has_value()) {
    ASSIGN_OR_RETURN(id, Uuid::FromBytes(current->summary().application_id()));
    version = current->summary().version() + 1;
    ASSIGN_OR_RETURN(key, KeyToSealWith(context, *context.store->Snapshot(), id));
  } else {
    vault::NewDataKey fresh = context.keys->NewKey(id);
    key = std::move(fresh.key);
    item.wrapped_key = std::move(fresh.wrapped.sealed);
  }
  item.new_id = id;
  context.sealer->SealPersonal(*key, id, version, checked.normal.personal(), &item.sealed);
  region::v1::StaffPart staff;
  staff.set_actor(run.submission.actor);
  staff.set_verb(current.has_value() ? "resubmit" : "submit");
  context.sealer->SealStaff(id, version, staff, &item.sealed);

  Application& record = item.record;
  *record.mutable_summary() = checked.summary;
  record.mutable_summary()->set_application_id(std::string(id.bytes()));
  record.mutable_summary()->set_version(version);
  *record.mutable_content() = checked.normal;
  record.mutable_content()->clear_personal();
  record.set_municipality_name(checked.municipality_name);
  SetTimestamp(record.mutable_submit_time(), run.now);
  if (!record.content().has_received_time()) {
    SetTimestamp(record.mutable_content()->mutable_received_time(), run.now);
  }
  item.current = std::move(current);
  return item;
}

void Queue(std::shared_ptr<Run> run, std::vector<SubmitItem> items);

// Fetches what the core asked for and hands those applications in again.
void TryAgain(const std::shared_ptr<Run>& run) {
  const auto view = run->context->store->Snapshot();
  std::vector<ApplicationId> ids;
  for (const size_t index : run->open) {
    ids.push_back(*Uuid::FromBytes(run->results[index].application_id()));
  }
  auto currents = FetchApplications(*view, ids);
  std::vector<SubmitItem> items;
  for (size_t i = 0; i < run->open.size(); ++i) {
    if (!currents[i].ok()) return run->done(currents[i].status());
    auto item = MakeItem(*run, run->open[i], *std::move(currents[i]));
    if (!item.ok()) return run->done(item.status());
    items.push_back(*std::move(item));
  }
  Queue(run, std::move(items));
}

void FillReceipt(const Context& context, const storage::View* view, const SubmitItemReply& reply,
                 SubmitResult* result) {
  auto* receipt = result->mutable_receipt();
  receipt->set_node(context.node.value());
  receipt->set_seq(reply.seq.value());
  if (view == nullptr) {
    receipt->set_hash(reply.hash);
    receipt->set_epoch(context.view->epoch().value());
    return;
  }
  const auto record = ReadRecord(*view, reply.seq);
  if (!record.ok()) return;
  receipt->set_hash(record->hash());
  receipt->set_epoch(record->epoch());
}

void TakeReplies(const std::shared_ptr<Run>& run, SubmitReply&& reply) {
  std::unique_ptr<storage::View> view;
  std::vector<size_t> again;
  for (size_t i = 0; i < run->open.size(); ++i) {
    const size_t index = run->open[i];
    SubmitItemReply& one = reply.items[i];
    SubmitResult& result = run->results[index];
    result.Clear();
    result.set_outcome(one.outcome);
    if (!one.id.is_nil()) result.set_application_id(std::string(one.id.bytes()));
    CopyFaults(one.faults, result.mutable_faults());
    CopyFaults(run->checked[index].notices, result.mutable_notices());
    if (one.needs_current) {
      again.push_back(index);
    } else if (one.seq.value() != 0) {
      const bool known_hash = !one.hash.empty();
      if (!known_hash && view == nullptr) view = run->context->store->Snapshot();
      FillReceipt(*run->context, known_hash ? nullptr : view.get(), one, &result);
    }
  }
  run->open = std::move(again);
  if (run->open.empty()) return run->done(std::move(run->results));
  if (++run->tries == kTriesMax) {
    return run->done(absl::AbortedError("the application keeps changing; try again"));
  }
  if (absl::Status posted = run->context->worker->Post([run] { TryAgain(run); }); !posted.ok()) {
    run->done(posted);
  }
}

bool NeedsStore(const SubmitReply& reply) {
  return std::any_of(reply.items.begin(), reply.items.end(), [](const SubmitItemReply& item) {
    return item.seq.value() != 0 && item.hash.empty();
  });
}

void Queue(std::shared_ptr<Run> run, std::vector<SubmitItem> items) {
  SubmitCommand command;
  command.request = run->request;
  command.call = CallId(run->submission.call);
  command.dry_run = run->submission.dry_run;
  command.answered_before = run->answered_before;
  command.items = std::move(items);
  const absl::Status queued = run->context->committer->Submit(
      run->lane, std::move(command), [run](absl::StatusOr<NodeReply> reply) {
        if (!reply.ok()) return run->done(reply.status());
        if (!reply->status.ok()) return run->done(reply->status);
        auto answer =
            std::make_shared<SubmitReply>(std::get<SubmitReply>(std::move(reply->result)));
        // What was handed in before has its receipt in the store, and the committer reads nothing.
        if (!NeedsStore(*answer)) return TakeReplies(run, std::move(*answer));
        const absl::Status posted =
            run->context->worker->Post([run, answer] { TakeReplies(run, std::move(*answer)); });
        if (!posted.ok()) run->done(posted);
      });
  if (!queued.ok()) run->done(queued);
}

absl::Status CheckRequest(const Submission& submission) {
  if (submission.applications.size() > kBatchApplicationsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kBatchApplicationsMax, " applications in one request"));
  }
  size_t bytes = 0;
  for (const auto& application : submission.applications) bytes += application.ByteSizeLong();
  if (bytes > kBatchBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kBatchBytesMax, " bytes of applications in one request"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Uuid> ParseRequestId(absl::string_view bytes) {
  if (bytes.empty()) return Uuid();
  const auto id = Uuid::FromBytes(bytes);
  if (id.ok()) return id;
  return WithFault(absl::InvalidArgumentError("request_id is 16 bytes, a UUID of version 7"),
                   {"request_id", "BAD_REQUEST_ID", "16 bytes, the same on each retry", ""});
}

absl::StatusOr<std::optional<RequestEntry>> FindEarlier(const Context& context,
                                                        const RequestKey& request) {
  if (request.id.is_nil()) return std::optional<RequestEntry>();
  // Both of one moment: in between the answer could be forgotten.
  const auto view = context.store->Snapshot();
  RETURN_IF_ERROR(CheckRequestAge(request.id, context.clock->Now(), *view));
  const auto stored = view->Get(kRequest, request.id.bytes());
  if (absl::IsNotFound(stored.status())) return std::optional<RequestEntry>();
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(RequestEntry entry, RequestEntry::Parse(*stored));
  if (entry.digest != request.digest) {
    return absl::AlreadyExistsError("the request id was used before for another request");
  }
  return std::optional<RequestEntry>(std::move(entry));
}

void Submit(const Context& context, engine::Lane lane, Submission submission, SubmissionDone done) {
  auto run = std::make_shared<Run>();
  run->context = &context;
  run->lane = lane;
  run->done = std::move(done);
  run->now = context.clock->Now();
  if (absl::Status status = CheckRequest(submission); !status.ok()) return run->done(status);
  auto id = ParseRequestId(submission.request_id);
  if (!id.ok()) return run->done(id.status());
  auto rules = context.calls->Find(CallId(submission.call));
  if (!rules.ok()) return run->done(rules.status());
  run->rules = *std::move(rules);
  run->request = {*id, DigestOfSubmission(context, submission)};
  // A hand-in that was answered before goes through all the same: the core tells the same answer
  // from the applications themselves.
  auto earlier = FindEarlier(context, run->request);
  if (!earlier.ok()) return run->done(earlier.status());
  run->answered_before = earlier->has_value();
  run->submission = std::move(submission);
  CheckAll(*run);
  std::vector<SubmitItem> items;
  items.reserve(run->checked.size());
  for (size_t i = 0; i < run->checked.size(); ++i) {
    auto item = MakeItem(*run, i, std::nullopt);
    if (!item.ok()) return run->done(item.status());
    items.push_back(*std::move(item));
  }
  if (items.empty()) return run->done(SubmissionResults());
  Queue(std::move(run), std::move(items));
}

}  // namespace kopa::node
