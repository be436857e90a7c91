#include "regional-node/service/noting.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/intake/field_checks.h"
#include "regional-node/core/families.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

namespace {

constexpr absl::string_view kUnknownApplication = "UNKNOWN_APPLICATION";

}  // namespace

absl::StatusOr<RequestKey> MakeRequestKey(const Context& context, absl::string_view kind,
                                          absl::string_view actor, absl::string_view request_id,
                                          absl::string_view content) {
  ASSIGN_OR_RETURN(const Uuid id, ParseRequestId(request_id));
  std::string all = absl::StrCat(kind, "\n", actor, "\n", content);
  const RequestKey key{id, Digest::FromBytes(context.key->RequestDigest(all))};
  vault::Wipe(&all);
  return key;
}

absl::Status CheckApplicationExists(const storage::View& view, const ApplicationId& id) {
  const absl::Status found = view.Get(kHeader, id.bytes()).status();
  if (!absl::IsNotFound(found)) return found;
  return StatusOfFault({"application", std::string(kUnknownApplication),
                        "this node has no such application", "šajā mezglā nav šāda iesnieguma"});
}

absl::Status StatusOfFault(const Fault& fault) {
  absl::Status status = fault.code == kUnknownApplication
                            ? absl::NotFoundError(fault.message)
                            : absl::FailedPreconditionError(fault.message);
  return WithFault(std::move(status), fault);
}

absl::StatusOr<std::string> CheckedText(absl::string_view field, absl::string_view text,
                                        size_t characters_max, bool line_breaks) {
  std::vector<Fault> faults;
  std::string normal = intake::FieldChecks(&faults).Text(
      {field}, text, {.characters_max = characters_max, .line_breaks = line_breaks});
  if (faults.empty()) return normal;
  return WithFaults(absl::InvalidArgumentError(absl::StrCat(field, ": ", faults.front().message)),
                    faults);
}

void QueueNoting(const Context& context, engine::Lane lane, NodeCommand command, RepliesDone done) {
  const absl::Status queued = context.committer->Submit(
      lane, std::move(command), [&context, done](absl::StatusOr<NodeReply> reply) {
        if (!reply.ok()) return done(reply.status());
        if (!reply->status.ok()) return done(reply->status);
        std::vector<DecisionReply> replies = std::get<DecideReply>(std::move(reply->result)).items;
        const bool needs_store = std::any_of(
            replies.begin(), replies.end(),
            [](const DecisionReply& one) { return one.seq.value() != 0 && one.hash.empty(); });
        if (!needs_store) return done(std::move(replies));
        const absl::Status posted = context.worker->Post(
            [done, replies = std::move(replies)]() mutable { done(std::move(replies)); });
        if (!posted.ok()) done(posted);
      });
  if (!queued.ok()) done(queued);
}

region::v1::Receipt ReceiptOf(const Context& context, const DecisionReply& reply) {
  region::v1::Receipt receipt;
  receipt.set_node(context.node.value());
  receipt.set_epoch(context.view->epoch().value());
  receipt.set_seq(reply.seq.value());
  receipt.set_hash(reply.hash);
  if (!reply.hash.empty()) return receipt;
  if (const auto record = ReadRecord(*context.store->Snapshot(), reply.seq); record.ok()) {
    receipt.set_hash(record->hash());
    receipt.set_epoch(record->epoch());
  }
  return receipt;
}

void FillResult(const Context& context, const DecisionReply& reply,
                region::v1::DecisionResult* result) {
  if (!reply.id.is_nil()) result->set_application_id(std::string(reply.id.bytes()));
  result->set_status(reply.status);
  if (reply.fault.has_value()) {
    auto* error = result->mutable_error();
    error->set_field(reply.fault->field);
    error->set_code(reply.fault->code);
    error->set_message(reply.fault->message);
    error->set_message_lv(reply.fault->message_lv);
  }
  if (reply.seq.value() != 0) *result->mutable_receipt() = ReceiptOf(context, reply);
}

}  // namespace kopa::node
