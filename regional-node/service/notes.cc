#include "regional-node/service/notes.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/noted_page.h"
#include "regional-node/service/noting.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

using ::kopa::region::v1::AddNoteResponse;
using ::kopa::region::v1::Note;

namespace {

absl::StatusOr<Note> OpenStoredNote(const Context& context, const storage::View& view,
                                    const vault::SecretKey& key, const ApplicationId& id, Seq seq,
                                    absl::string_view sealed) {
  ASSIGN_OR_RETURN(const auto record, ReadRecord(view, seq));
  ASSIGN_OR_RETURN(Note note,
                   context.sealer->OpenNote(key, id, sealed, record.private_commitment()));
  note.set_seq(seq.value());
  return note;
}

// An answer of the past: the note is read back, unless it was erased since.
absl::StatusOr<AddNoteResponse> AnswerAgain(const Context& context, const DecisionReply& reply) {
  if (reply.fault.has_value()) return StatusOfFault(*reply.fault);
  AddNoteResponse response;
  *response.mutable_receipt() = ReceiptOf(context, reply);
  const auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(const auto key, KeyToOpenWith(context, *view, reply.id));
  if (!key.has_value()) return response;
  ASSIGN_OR_RETURN(const std::string sealed, view->Get(kNote, NotedKey(reply.id, reply.seq)));
  ASSIGN_OR_RETURN(*response.mutable_note(),
                   OpenStoredNote(context, *view, *key, reply.id, reply.seq, sealed));
  return response;
}

absl::StatusOr<NoteItem> MakeItem(const Context& context, const std::string& actor,
                                  const region::v1::AddNoteRequest& request, Note* note) {
  NoteItem item;
  ASSIGN_OR_RETURN(item.id, Uuid::FromBytes(request.application_id()));
  ASSIGN_OR_RETURN(*note->mutable_text(),
                   CheckedText("text", request.text(), kNoteCharactersMax, true));
  note->set_author(actor);
  SetTimestamp(note->mutable_time(), context.clock->Now());
  ASSIGN_OR_RETURN(const vault::SecretKey key,
                   KeyToSealWith(context, *context.store->Snapshot(), item.id));
  item.kind = national::v1::NOTE_KIND_REMARK;
  context.sealer->SealNote(key, item.id, *note, &item.sealed);
  region::v1::StaffPart staff;
  staff.set_actor(actor);
  staff.set_verb("note");
  context.sealer->SealStaff(item.id, kNotedSealVersion, staff, &item.sealed);
  return item;
}

}  // namespace

void AddNote(const Context& context, const std::string& actor,
             const region::v1::AddNoteRequest& request, AddNoteDone done) {
  NoteCommand command;
  auto key =
      MakeRequestKey(context, "note", actor, request.request_id(), request.SerializeAsString());
  if (!key.ok()) return done(key.status());
  command.request = *key;
  auto earlier = FindEarlier(context, command.request);
  if (!earlier.ok()) return done(earlier.status());
  if (earlier->has_value()) return done(AnswerAgain(context, (*earlier)->replies.at(0)));
  Note note;
  auto item = MakeItem(context, actor, request, &note);
  if (!item.ok()) return done(item.status());
  command.items.push_back(*std::move(item));
  QueueNoting(context, engine::Lane::kInteractive, std::move(command),
              [&context, note = std::move(note),
               done = std::move(done)](absl::StatusOr<std::vector<DecisionReply>> replies) {
                if (!replies.ok()) return done(replies.status());
                const DecisionReply& reply = replies->at(0);
                if (reply.fault.has_value()) return done(StatusOfFault(*reply.fault));
                if (reply.hash.empty()) return done(AnswerAgain(context, reply));
                AddNoteResponse response;
                *response.mutable_note() = note;
                response.mutable_note()->set_seq(reply.seq.value());
                *response.mutable_receipt() = ReceiptOf(context, reply);
                done(std::move(response));
              });
}

absl::StatusOr<region::v1::ListNotesResponse> ListNotes(
    const Context& context, const region::v1::ListNotesRequest& request) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(request.application_id()));
  const auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(const auto key, KeyToOpenWith(context, *view, id));
  region::v1::ListNotesResponse response;
  if (!key.has_value()) return response;
  ASSIGN_OR_RETURN(NotedPage page,
                   NotedPage::Begin(*view, kNote, id, request.page_size(), request.page_token()));
  for (; page.Valid(); page.Next()) {
    ASSIGN_OR_RETURN(*response.add_notes(),
                     OpenStoredNote(context, *view, *key, id, page.seq(), page.sealed()));
  }
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Finish());
  return response;
}

}  // namespace kopa::node
