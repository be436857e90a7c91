// What is laid to an application without changing what the centre sees of it: remarks, documents,
// evaluators and their conflicts of interest.

#include "regional-node/core/noted.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::national::v1::NoteKind;

Fault ConflictOfInterest(const std::string& evaluator) {
  return {"evaluator", "CONFLICT_OF_INTEREST",
          absl::StrCat(evaluator,
                       " has declared a conflict of interest with this application; somebody else "
                       "must evaluate it and decide on it"),
          absl::StrCat(evaluator,
                       " attiecībā uz šo iesniegumu ir paziņojis par interešu konfliktu; to vērtē "
                       "un par to lemj cita persona")};
}

namespace {

Fault TooMany(absl::string_view field, size_t most, absl::string_view what,
              absl::string_view what_lv) {
  return {std::string(field), "TOO_MANY",
          absl::StrCat("an application has at most ", most, " ", what),
          absl::StrCat("vienam iesniegumam ir ne vairāk kā ", most, " ", what_lv)};
}

Fault DecisionTaken(const std::string& evaluator, national::v1::ApplicationStatus status) {
  const std::string name(programme::StatusName(status));
  return {"evaluator", "DECISION_TAKEN",
          absl::StrCat("the evaluation of ", evaluator, " has already led to ", name,
                       "; undo that decision first, where it can be undone"),
          absl::StrCat("vērtējums (", evaluator, ") jau ir lēmuma pamatā (", name,
                       "); vispirms atceliet lēmumu, ja tas ir iespējams")};
}

}  // namespace

absl::Status NodeCore::RecoverNoted(const storage::View& view) {
  const auto noted = view.Scan(kNoted, "", "");
  for (; noted->Valid(); noted->Next()) {
    ByteReader key(noted->key());
    ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(key.Raw(16)));
    CountNoted(id, static_cast<NoteKind>(ByteReader(noted->value()).U8()));
  }
  RETURN_IF_ERROR(noted->status());
  const auto staffing = view.Scan(kStaffing, "", "");
  for (; staffing->Valid(); staffing->Next()) {
    ByteReader key(staffing->key());
    ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(key.Raw(16)));
    if (key.U8() != static_cast<uint8_t>(StaffingRole::kConflict)) continue;
    noted_[id].conflicts.emplace(key.rest());
  }
  return staffing->status();
}

void NodeCore::CountNoted(const ApplicationId& id, NoteKind kind) {
  if (kind == national::v1::NOTE_KIND_REMARK) ++noted_[id].notes;
  if (kind == national::v1::NOTE_KIND_DOCUMENT) ++noted_[id].documents;
}

std::optional<Fault> NodeCore::CheckNoConflict(const ApplicationId& id,
                                               const std::string& evaluator) const {
  const auto found = noted_.find(id);
  if (found == noted_.end() || found->second.conflicts.count(evaluator) == 0) return std::nullopt;
  return ConflictOfInterest(evaluator);
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, NoteCommand&& command, Effects& effects) {
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  if (const RequestEntry* earlier = recent_requests_.Find(command.request.id)) {
    effects.Reply(ticket, {absl::OkStatus(), DecideReply{earlier->replies}});
    return;
  }
  DecideReply reply;
  reply.items.reserve(command.items.size());
  for (NoteItem& item : command.items) {
    reply.items.push_back(NoteOne(now, std::move(item), effects));
  }
  RememberRequest(command.request, reply.items, effects);
  effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
}

std::optional<Fault> NodeCore::CheckNote(const NoteItem& item) const {
  const auto found = noted_.find(item.id);
  if (found == noted_.end()) return std::nullopt;
  const Noted& noted = found->second;
  if (item.kind == national::v1::NOTE_KIND_REMARK && noted.notes >= kNotesMax) {
    return TooMany("text", kNotesMax, "notes", "piezīmes");
  }
  if (item.kind == national::v1::NOTE_KIND_DOCUMENT && noted.documents >= kDocumentsMax) {
    return TooMany("name", kDocumentsMax, "documents", "dokumenti");
  }
  for (const std::string& evaluator : item.assign) {
    if (noted.conflicts.count(evaluator) != 0) return ConflictOfInterest(evaluator);
  }
  return std::nullopt;
}

DecisionReply NodeCore::NoteOne(absl::Time now, NoteItem&& item, Effects& effects) {
  DecisionReply reply;
  if (FindNamed(item.id, item.refused, &reply) == nullptr) return reply;
  const bool nothing_to_do = item.kind == national::v1::NOTE_KIND_ASSIGNMENT &&
                             item.assign.empty() && item.unassign.empty();
  if (nothing_to_do) return reply;
  if (auto fault = CheckNote(item); fault.has_value()) {
    reply.fault = std::move(fault);
    return reply;
  }
  std::string content = std::move(item.sealed.personal);
  item.sealed.personal.clear();
  reply.seq = Note(now, item.id, item.kind, std::move(item.sealed), effects);
  reply.hash = state_.head.hash;
  const std::string key = NotedKey(item.id, reply.seq);
  if (item.kind == national::v1::NOTE_KIND_REMARK) {
    effects.batch.Put(kNote, key, std::move(content));
  } else if (item.kind == national::v1::NOTE_KIND_DOCUMENT) {
    effects.batch.Put(kDocument, key, std::move(content));
    uint32_t number = 0;
    for (std::string& part : item.parts) {
      effects.batch.Put(kDocumentPart, DocumentPartKey(item.id, reply.seq, number++),
                        std::move(part));
    }
  }
  for (const std::string& evaluator : item.assign) {
    effects.batch.Put(kStaffing, StaffingKey(item.id, StaffingRole::kAssigned, evaluator), "");
  }
  for (const std::string& evaluator : item.unassign) {
    effects.batch.Delete(kStaffing, StaffingKey(item.id, StaffingRole::kAssigned, evaluator));
  }
  return reply;
}

Seq NodeCore::Note(absl::Time now, const ApplicationId& id, NoteKind kind, SealedParts&& sealed,
                   Effects& effects) {
  national::v1::PublicRecord what;
  what.mutable_application_noted()->set_application_id(std::string(id.bytes()));
  what.mutable_application_noted()->set_kind(kind);
  const Seq seq = Journal(now, what, std::move(sealed), effects);
  effects.batch.Put(kNoted, NotedKey(id, seq), NotedValue(kind));
  CountNoted(id, kind);
  return seq;
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, ConflictCommand&& command,
                  Effects& effects) {
  if (absl::Status status = Admissible(command.request); !status.ok()) {
    effects.Reply(ticket, {std::move(status), Done{}});
    return;
  }
  if (const RequestEntry* earlier = recent_requests_.Find(command.request.id)) {
    effects.Reply(ticket, {absl::OkStatus(), DecideReply{earlier->replies}});
    return;
  }
  const RequestKey request = command.request;
  DecideReply reply;
  reply.items.push_back(DeclareConflict(now, std::move(command), effects));
  // One that has to come again is not answered yet.
  if (!reply.items[0].stale) RememberRequest(request, reply.items, effects);
  effects.Reply(ticket, {absl::OkStatus(), std::move(reply)});
}

DecisionReply NodeCore::DeclareConflict(absl::Time now, ConflictCommand&& command,
                                        Effects& effects) {
  DecisionReply reply;
  const Header* const header = FindNamed(command.id, std::nullopt, &reply);
  if (header == nullptr) return reply;
  // Declared before: doing again what is done is no error.
  if (CheckNoConflict(command.id, command.evaluator).has_value()) return reply;
  if (header->version != command.current_version) {
    reply.stale = true;
    return reply;
  }
  if (command.next.has_value()) {
    const auto step = programme::FindStep(header->status, programme::Verb::kConflict,
                                          LifeOf(CallOf(*header).definition));
    if (!step.ok()) {
      reply.fault = DecisionTaken(command.evaluator, header->status);
      return reply;
    }
  }
  Noted& noted = noted_[command.id];
  if (noted.conflicts.size() >= kEvaluatorsMax) {
    reply.fault = TooMany("evaluator", kEvaluatorsMax, "declared conflicts of interest",
                          "paziņojumi par interešu konfliktu");
    return reply;
  }
  noted.conflicts.insert(command.evaluator);
  effects.batch.Put(kStaffing, StaffingKey(command.id, StaffingRole::kConflict, command.evaluator),
                    "");
  effects.batch.Delete(kStaffing,
                       StaffingKey(command.id, StaffingRole::kAssigned, command.evaluator));
  reply.seq =
      Note(now, command.id, national::v1::NOTE_KIND_CONFLICT, std::move(command.sealed), effects);
  if (command.next.has_value()) {
    reply.seq = TakeEvaluationOut(now, command, effects);
    reply.status = command.next->summary().status();
  }
  reply.hash = state_.head.hash;
  return reply;
}

Seq NodeCore::TakeEvaluationOut(absl::Time now, ConflictCommand& command, Effects& effects) {
  region::v1::Application& next = *command.next;
  const bool any_left = !next.evaluations().empty();
  // What the others scored goes on counting, as after a correction of one of them.
  const programme::Verb verb = any_left ? programme::Verb::kEvaluate : programme::Verb::kConflict;
  const Header& header = headers_.at(command.id);
  SetStatus(next,
            (*programme::FindStep(header.status, verb, LifeOf(CallOf(header).definition)))->to);
  return Change(now, command.id, next, verb, std::move(command.change_sealed), effects);
}

}  // namespace kopa::node
