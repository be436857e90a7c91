// Steps, the journal, and what happens once a group. Hand-ins, decisions, money and the link have
// files of their own.

#include "regional-node/core/node_core.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/families.h"

namespace kopa::node {

using ::kopa::national::v1::PublicRecord;

void NodeCore::Step(absl::Time now, engine::Ticket ticket, Command&& command, Effects& effects) {
  std::visit([&](auto&& one) { Do(now, ticket, std::move(one), effects); }, std::move(command));
}

void NodeCore::Finish(Effects& effects) {
  for (auto& [id, call] : calls_) {
    if (!call->ledger_changed) continue;
    effects.batch.Put(kLedger, id.value(), call->ledger.totals().Serialize());
    call->ledger_changed = false;
  }
  if (state_changed_) effects.batch.Put(kMeta, kNodeStateKey, state_.Serialize());
  state_changed_ = false;
  UpdateDemands();
}

absl::Status NodeCore::Admissible(const RequestKey& request) const {
  if (state_.fenced()) {
    return WithFault(absl::FailedPreconditionError("this node is fenced and takes no changes: " +
                                                   state_.fence_detail),
                     {"", "NODE_FENCED", state_.fence_detail, ""});
  }
  if (const RequestEntry* earlier = recent_requests_.Find(request.id);
      earlier != nullptr && earlier->digest != request.digest) {
    return absl::AlreadyExistsError("the request id was used before for another request");
  }
  return absl::OkStatus();
}

void NodeCore::RememberRequest(const RequestKey& request, const std::vector<DecisionReply>& replies,
                               Effects& effects) {
  if (request.id.is_nil()) return;
  RequestEntry entry{request.digest, replies};
  effects.batch.Put(kRequest, std::string(request.id.bytes()), entry.Serialize());
  recent_requests_.Remember(request.id, std::move(entry));
}

Seq NodeCore::Journal(absl::Time now, const PublicRecord& what, SealedParts&& sealed,
                      Effects& effects) {
  const national::v1::JournalRecord record =
      journal::Append(state_.head, state_.epoch, now, what, sealed.commitments);
  state_changed_ = true;
  const std::string key = SeqKey(state_.head.seq);
  effects.batch.Put(kJournal, key, record.SerializeAsString());
  if (!sealed.personal.empty()) {
    effects.batch.Put(kJournalPrivate, key, std::move(sealed.personal));
  }
  if (!sealed.staff.empty()) effects.batch.Put(kJournalStaff, key, std::move(sealed.staff));
  return state_.head.seq;
}

Seq NodeCore::Change(absl::Time now, const ApplicationId& id, region::v1::Application& record,
                     programme::Verb verb, SealedParts&& sealed, Effects& effects) {
  national::v1::ApplicationSummary& summary = *record.mutable_summary();
  Header& header = headers_[id];
  header.status = summary.status();
  header.version = summary.version();
  const Seq seq = state_.head.seq.Next();
  const bool brings_personal = !sealed.personal.empty();
  if (brings_personal) {
    record.set_personal_seq(seq.value());
    record.set_personal_version(summary.version());
    header.submit_seq = seq.value();
  }
  SetTimestamp(record.mutable_update_time(), now);
  auto* entry = record.add_history();
  entry->set_seq(seq.value());
  entry->set_status(summary.status());
  *entry->mutable_time() = record.update_time();
  entry->set_verb(std::string(programme::VerbName(verb)));
  if (summary.has_awarded()) *entry->mutable_awarded() = summary.awarded();

  PublicRecord what;
  *what.mutable_application_changed()->mutable_summary() = summary;
  Journal(now, what, std::move(sealed), effects);

  const CallId& call = calls_[header.call].first;
  effects.batch.Put(kApplication, ApplicationKey(call, id), record.SerializeAsString());
  effects.batch.Put(
      kHeader, std::string(id.bytes()),
      StoredHeader{call.value(), municipalities_[header.municipality], header}.Serialize());
  return seq;
}

std::vector<const programme::v1::Call*> NodeCore::Definitions() const {
  std::vector<const programme::v1::Call*> definitions;
  for (const auto& [id, call] : calls_) {
    if (!call->definition.id().empty()) definitions.push_back(&call->definition);
  }
  return definitions;
}

std::vector<NodeCore::CallFigures> NodeCore::Figures() const {
  std::vector<CallFigures> figures;
  figures.reserve(calls_.size());
  for (const auto& [id, call] : calls_) {
    figures.push_back({id, call->ledger.totals(), call->ledger.Headroom(), call->pending_sum});
  }
  return figures;
}

}  // namespace kopa::node
