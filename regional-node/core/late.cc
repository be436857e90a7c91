// Late applications that two people have admitted.

#include "regional-node/core/late.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

namespace {

// LateEntry ::= version:u8(=1) confirmed:u8 admission:16 used_by:16 proposed_by:bytes
constexpr uint8_t kFormat = 1;

}  // namespace

std::string LateEntry::Serialize() const {
  return ByteWriter()
      .U8(kFormat)
      .U8(confirmed ? 1 : 0)
      .Raw(admission.bytes())
      .Raw(used_by.bytes())
      .Bytes(proposed_by)
      .Take();
}

absl::StatusOr<LateEntry> LateEntry::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  LateEntry entry;
  const bool known = in.U8() == kFormat;
  entry.confirmed = in.U8() == 1;
  auto admission = Uuid::FromBytes(in.Raw(16));
  auto used_by = Uuid::FromBytes(in.Raw(16));
  entry.proposed_by = std::string(in.Bytes());
  if (!known || !admission.ok() || !used_by.ok() || !in.ok() || !in.rest().empty()) {
    return absl::DataLossError("late admission: damaged");
  }
  entry.admission = *admission;
  entry.used_by = *used_by;
  return entry;
}

absl::Status NodeCore::RecoverLate(const storage::View& view) {
  const auto entries = view.Scan(kLate, "", "");
  for (; entries->Valid(); entries->Next()) {
    ASSIGN_OR_RETURN(LateEntry entry, LateEntry::Parse(entries->value()));
    late_.emplace(Digest::FromBytes(entries->key()), std::move(entry));
  }
  return entries->status();
}

bool NodeCore::MayUse(const LateUse& use) const {
  const auto found = late_.find(use.admission);
  return found != late_.end() && found->second.confirmed && found->second.used_by.is_nil();
}

void NodeCore::UseAdmission(const LateUse& use, const ApplicationId& id, Effects& effects) {
  LateEntry& entry = late_.at(use.admission);
  entry.used_by = id;
  effects.batch.Put(kLate, std::string(use.admission.bytes()), entry.Serialize());
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, LateCommand&& command, Effects& effects) {
  LateReply reply;
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  const auto found = late_.find(command.reference);
  const LateEntry before = found == late_.end() ? LateEntry() : found->second;
  // What is sealed is bound to the admission and to which of its two steps this is.
  if (before != command.expected) {
    reply.stale = true;
    effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
    return;
  }
  const bool second = found != late_.end() && before.proposed_by != command.actor;
  if (found != late_.end() && (before.confirmed || !second)) {
    reply.entry = before;  // there is nothing to do
    effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
    return;
  }
  LateEntry& entry = late_[command.reference];
  if (second) {
    entry.confirmed = true;
  } else {
    entry.proposed_by = command.actor;
    entry.admission = command.admission;
  }
  national::v1::PublicRecord what;
  what.mutable_late_admission()->set_call(command.call.value());
  what.mutable_late_admission()->set_admission_id(std::string(entry.admission.bytes()));
  what.mutable_late_admission()->set_confirmed(entry.confirmed);
  effects.batch.Put(kLate, std::string(command.reference.bytes()), entry.Serialize());
  reply.seq = Journal(now, what, std::move(command.sealed), effects);
  reply.hash = state_.head.hash;
  reply.entry = entry;
  effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
}

}  // namespace kopa::node
