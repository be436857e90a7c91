// Hand-ins: new, replayed, in conflict, or in place of one that was returned.

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::national::v1::APPLICATION_STATUS_RETURNED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REJECTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;

namespace {

Fault Conflict() {
  return {
      "external_ref", "CONFLICT",
      "an application with this reference was handed in before with other content; take another "
      "reference, or ask the coordinator to return that application for correction",
      "iesniegums ar šo atsauci jau ir iesniegts ar citu saturu; norādiet citu atsauci vai "
      "lūdziet koordinatoru atgriezt iepriekšējo precizēšanai"};
}

}  // namespace

void DropWindowClosed(std::vector<Fault>* faults) {
  std::erase_if(*faults, [](const Fault& fault) { return fault.code == "WINDOW_CLOSED"; });
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, SubmitCommand&& command,
                  Effects& effects) {
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  SubmitReply reply;
  reply.items.reserve(command.items.size());
  absl::flat_hash_map<Digest, Digest> earlier;  // reference -> content of what this command brought
  TeamIndex dry_teams;
  for (SubmitItem& item : command.items) {
    const auto [known, is_new] = earlier.try_emplace(item.reference, item.content);
    const bool same_content = known->second == item.content;
    TeamIndex* const earlier_rows = command.dry_run && is_new ? &dry_teams : nullptr;
    SubmitItemReply one = SubmitOne(now, command, std::move(item), earlier_rows, effects);
    // The same answer again is for a retry; what comes twice in one command is a replay of itself,
    // in a dry run, too, where nothing is kept to compare with.
    if (one.outcome == SUBMIT_OUTCOME_ACCEPTED && !is_new) {
      one.outcome = same_content ? SUBMIT_OUTCOME_REPLAYED : SUBMIT_OUTCOME_REJECTED;
      if (!same_content) one.faults.push_back(Conflict());
    } else if (one.outcome == SUBMIT_OUTCOME_REJECTED && is_new) {
      earlier.erase(known);
    }
    reply.items.push_back(std::move(one));
  }
  // A request whose items have to come again is not answered yet.
  const bool complete =
      std::none_of(reply.items.begin(), reply.items.end(),
                   [](const SubmitItemReply& item) { return item.needs_current; });
  if (!command.dry_run && complete) RememberRequest(command.request, {}, effects);
  effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
}

SubmitItemReply NodeCore::SubmitOne(absl::Time now, const SubmitCommand& command, SubmitItem&& item,
                                    TeamIndex* earlier_rows, Effects& effects) {
  const auto known = references_.find(item.reference);
  if (known != references_.end()) {
    const ApplicationId id = known->second;
    return SubmitKnown(now, command, std::move(item), id, effects);
  }
  SubmitItemReply reply;
  if (!item.faults.empty()) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults = std::move(item.faults);
    return reply;
  }
  if (auto fault = CheckTeam(item.record, item.new_id, earlier_rows); fault.has_value()) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults.push_back(*std::move(fault));
    return reply;
  }
  if (item.late.has_value() && !MayUse(*item.late)) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults.push_back(std::move(item.late->closed));
    return reply;
  }
  reply.outcome = SUBMIT_OUTCOME_ACCEPTED;
  if (command.dry_run) {
    const auto school = SchoolOf(item.record);
    if (earlier_rows != nullptr && school.has_value()) earlier_rows->Add(*school, item.new_id);
    return reply;
  }
  reply.id = item.new_id;
  NoteTeam(item.record, item.new_id);
  if (item.late.has_value()) UseAdmission(*item.late, item.new_id, effects);
  Header& header = headers_[item.new_id];
  header.call = CallIndex(command.call);
  header.municipality = MunicipalityIndex(item.record.summary().municipality());
  header.reference = item.reference;
  header.content = item.content;
  header.request = command.request.digest;
  references_.emplace(item.reference, item.new_id);
  effects.batch.Put(kReference,
                    ReferencePrefix(command.call, item.record.content().external_ref())
                        .append(item.new_id.bytes().data(), item.new_id.bytes().size()),
                    std::string());
  effects.wrapped_keys.emplace_back(item.new_id, std::move(item.wrapped_key));
  reply.seq = Change(now, item.new_id, item.record, programme::Verb::kSubmit,
                     std::move(item.sealed), effects);
  reply.hash = state_.head.hash;
  return reply;
}

SubmitItemReply NodeCore::SubmitKnown(absl::Time now, const SubmitCommand& command,
                                      SubmitItem&& item, const ApplicationId& id,
                                      Effects& effects) {
  Header& header = headers_[id];
  SubmitItemReply reply;
  reply.id = id;
  if (header.content == item.content) {
    // The same request again is told the same as the first time; another one that it came too late.
    const bool same_request = !command.dry_run && !command.request.id.is_nil() &&
                              header.request == command.request.digest;
    reply.outcome = same_request ? SUBMIT_OUTCOME_ACCEPTED : SUBMIT_OUTCOME_REPLAYED;
    reply.seq = Seq(header.submit_seq);
    return reply;
  }
  const bool answered =
      command.answered_before || recent_requests_.Find(command.request.id) != nullptr;
  if (answered && !item.current.has_value()) {
    // A retry: what it brings was in conflict the first time, too, or has been handed in anew
    // since. It must neither undo that correction nor call accepted what never was.
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults.push_back(Conflict());
    return reply;
  }
  if (header.status != APPLICATION_STATUS_RETURNED) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults.push_back(Conflict());
    return reply;
  }
  DropWindowClosed(&item.faults);
  if (!item.faults.empty()) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults = std::move(item.faults);
    return reply;
  }
  if (auto fault = CheckTeam(item.record, id, nullptr); fault.has_value()) {
    reply.outcome = SUBMIT_OUTCOME_REJECTED;
    reply.faults.push_back(*std::move(fault));
    return reply;
  }
  if (command.dry_run) {
    reply.outcome = SUBMIT_OUTCOME_ACCEPTED;
    return reply;
  }
  if (!item.current.has_value() || item.current->summary().version() != header.version) {
    reply.needs_current = true;
    return reply;
  }
  region::v1::Application record = std::move(item.record);
  *record.mutable_history() = item.current->history();
  *record.mutable_submit_time() = item.current->submit_time();
  record.mutable_summary()->set_application_id(std::string(id.bytes()));
  record.mutable_summary()->set_version(header.version + 1);
  record.mutable_summary()->set_status(APPLICATION_STATUS_SUBMITTED);
  ForgetTeam(*item.current, id);
  NoteTeam(record, id);
  header.municipality = MunicipalityIndex(record.summary().municipality());
  header.content = item.content;
  header.request = command.request.digest;
  reply.outcome = SUBMIT_OUTCOME_ACCEPTED;
  reply.seq = Change(now, id, record, programme::Verb::kResubmit, std::move(item.sealed), effects);
  reply.hash = state_.head.hash;
  return reply;
}

}  // namespace kopa::node
