// How calls are published, and what all nodes are told.

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/call_change.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace kopa::central {

using ::kopa::national::v1::DownEntry;
using ::kopa::programme::v1::Call;

namespace {

std::string KeyOf(const national::v1::SchoolAnnounced& announced) {
  return SchoolKey(CallId(announced.call()), announced.school().reg_no(),
                   announced.school().name());
}

// Whether `after` limits anything more tightly.
bool Lowers(const programme::v1::Limits& before, const programme::v1::Limits& after) {
  const ledger::UnitLimits from(before);
  const ledger::UnitLimits to(after);
  return std::any_of(std::begin(ledger::kUnits), std::end(ledger::kUnits), [&](ledger::Unit unit) {
    return to.limited(unit) &&
           (!from.limited(unit) || to.amounts().at(unit) < from.amounts().at(unit));
  });
}

}  // namespace

absl::Status CentralCore::TakeDefinition(absl::Time now, const Call& definition, Effects& effects) {
  const CallId id(definition.id());
  const std::string digest = Sha256(definition.SerializeAsString());
  const auto known = calls_.find(id);
  if (known == calls_.end()) {
    RETURN_IF_ERROR(Publish(now, definition, nullptr, effects));
    NoteSource(id, {digest, false}, effects);
    return absl::OkStatus();
  }
  const CallSource source = sources_[id];
  if (source.definition_sha256 == digest) return absl::OkStatus();
  const Call& published = known->second.call();
  if (SaysTheSame(published, definition)) {
    NoteSource(id, {digest, source.changed_at_runtime}, effects);
    return absl::OkStatus();
  }
  const bool amends =
      definition.has_amendment() && definition.amendment().from_version() == published.version();
  const bool is_free = !source.changed_at_runtime && !HasOpened(published, now);
  if (state_.recovering && Lowers(published.limits(), definition.limits())) {
    effects.warnings.push_back(
        absl::StrCat("call ", id.value(), ": its file has lower limits than version ",
                     published.version(), ", which stays in force until every node has reported"));
    return absl::OkStatus();
  }
  if (!amends && !is_free) {
    effects.warnings.push_back(absl::StrCat(
        "call ", id.value(), ": its file differs from version ", published.version(),
        ", which stays in force because the call has ",
        source.changed_at_runtime ? "been changed since" : "opened",
        "; to change it the file needs amendment { from_version: ", published.version(),
        " reason: \"...\" }"));
    return absl::OkStatus();
  }
  const absl::Status published_anew = Publish(now, definition, nullptr, effects);
  if (absl::IsFailedPrecondition(published_anew)) {
    // A file must not keep the centre from serving what is in force: what is out, for one, may have
    // grown since it was written.
    effects.warnings.push_back(
        absl::StrCat("call ", id.value(), ": its file can't follow version ", published.version(),
                     ", which stays in force: ", std::string(published_anew.message())));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(published_anew);
  NoteSource(id, {digest, false}, effects);
  return absl::OkStatus();
}

absl::Status CentralCore::Publish(absl::Time now, Call next, const StaffEntry* staff,
                                  Effects& effects) {
  const CallId id(next.id());
  if (const auto known = calls_.find(id); known != calls_.end()) {
    const Call& before = known->second.call();
    // How much is out is not known yet.
    if (state_.recovering && Lowers(before.limits(), next.limits())) return StillRecovering();
    next.set_version(before.version() + 1);
    next.set_closed(next.closed() || before.closed());
    const absl::Status fits = CheckSuccessor(before, next, fold_.FindCall(id)->ledger);
    if (!fits.ok()) return Annotate(fits, absl::StrCat("call ", id.value()));
  } else {
    next.set_version(1);
  }
  fold_.AddCall(next);
  programme::v1::CallPublication& publication = calls_[id];
  *publication.mutable_call() = next;
  SetTimestamp(publication.mutable_publish_time(), now);
  effects.batch.Put(kCall, id.value(), publication.SerializeAsString());
  effects.calls_changed.insert(id);
  unsettled_.insert(id);

  national::v1::PublicRecord what;
  what.mutable_call_published()->set_call(id.value());
  what.mutable_call_published()->set_version(next.version());
  what.mutable_call_published()->set_definition_sha256(Sha256(next.SerializeAsString()));
  Journal(now, what, effects, staff);
  for (const auto& [node, status] : nodes_) {
    TellCall(node, id, effects);
    if (status.connected) GiveFixedShare(now, id, node, effects);
  }
  return absl::OkStatus();
}

void CentralCore::NoteSource(const CallId& call, CallSource source, Effects& effects) {
  effects.batch.Put(kCallSource, call.value(), source.Serialize());
  sources_[call] = std::move(source);
}

void CentralCore::Tell(const NodeId& node, DownEntry entry, Effects& effects) {
  auto& log = down_logs_[node];
  entry.set_incarnation(state_.incarnation);
  entry.set_number(log.size() + 1);
  effects.batch.Put(kDown, NodeSeqKey(node, Seq(entry.number())), entry.SerializeAsString());
  const NodeStatus& status = nodes_.at(node);
  if (status.connected) {
    national::v1::ConnectResponse response;
    *response.mutable_down_entry() = entry;
    Send(status.session, std::move(response), effects);
  }
  log.push_back(std::move(entry));
}

void CentralCore::TellCall(const NodeId& node, const CallId& call, Effects& effects) {
  DownEntry entry;
  *entry.mutable_call() = calls_.at(call);
  Tell(node, std::move(entry), effects);
}

void CentralCore::AnnounceSchool(absl::Time now, const NodeId& node,
                                 const national::v1::ApplicationSummary& team, Effects& effects) {
  // Whether or not another call asks for it by now: one may be published later.
  if (team.status() != national::v1::APPLICATION_STATUS_TRAINED) return;
  if (!fold_.FindCall(CallId(team.call()))->words.team) return;
  national::v1::SchoolAnnounced announced;
  announced.set_call(team.call());
  announced.set_node(node.value());
  announced.mutable_school()->set_reg_no(team.organisation_reg_no());
  announced.mutable_school()->set_name(team.organisation());
  const std::string key = KeyOf(announced);
  if (!schools_.emplace(key, announced).second) return;
  effects.batch.Put(kSchool, key, announced.SerializeAsString());
  national::v1::PublicRecord what;
  *what.mutable_school_announced() = announced;
  Journal(now, what, effects);
  for (const auto& [other, status] : nodes_) {
    DownEntry entry;
    *entry.mutable_school() = announced;
    Tell(other, std::move(entry), effects);
  }
}

void CentralCore::CatchUpDownLogs(Effects& effects) {
  for (const auto& [node, status] : nodes_) {
    std::set<CallId> told_calls;
    std::set<std::string> told_schools;
    for (const DownEntry& entry : down_logs_[node]) {
      if (entry.has_call()) told_calls.insert(CallId(entry.call().call().id()));
      if (entry.has_school()) told_schools.insert(KeyOf(entry.school()));
    }
    for (const auto& [id, publication] : calls_) {
      if (!told_calls.contains(id)) TellCall(node, id, effects);
    }
    for (const auto& [key, announced] : schools_) {
      if (told_schools.contains(key)) continue;
      DownEntry entry;
      *entry.mutable_school() = announced;
      Tell(node, std::move(entry), effects);
    }
  }
}

}  // namespace kopa::central
