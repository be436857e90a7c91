// kopa app note, app notes: remarks on an application; they stay in its region.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "client/cli/one_application.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::Note;

struct NoteOptions {
  OneApplication one;
  std::string text;
};

Table NotesTable(const std::vector<Note>& notes) {
  Table table({{"seq", true}, {"time"}, {"who"}, {"text"}});
  for (const Note& note : notes) {
    table.AddRow({absl::StrCat(note.seq()), TimeText(note.has_time(), note.time()), note.author(),
                  note.text()});
  }
  return table;
}

absl::StatusOr<ExitCode> RunNote(Session& session, const NoteOptions& options) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options.one));
  kopa::region::v1::AddNoteRequest request;
  request.set_application_id(std::string(found.id.bytes()));
  request.set_text(options.text);
  ASSIGN_OR_RETURN(const auto response, found.client->AddNote(std::move(request)));
  Json json = {{"id", found.id.ToString()}, {"node", found.node.node}};
  json.update(ToJson(response));
  session.Print(json, [&response] { return NotesTable({response.note()}); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunNotes(Session& session, const OneApplication& one) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, one));
  ASSIGN_OR_RETURN(const std::vector<Note> notes, found.client->ListNotes(found.id));
  Json list = Json::array();
  for (const Note& note : notes) list.push_back(ToJson(note));
  session.Print(
      {{"id", found.id.ToString()}, {"node", found.node.node}, {"notes", std::move(list)}},
      [&notes] { return NotesTable(notes); });
  return ExitCode::kDone;
}

}  // namespace

void AddNoteCommands(CommandTree& tree, CLI::App& app) {
  const auto note = std::make_shared<NoteOptions>();
  CLI::App* command = tree.Add(app, "note", "lay a remark to an application");
  AddOneApplicationOptions(command, &note->one);
  command->add_option("--text", note->text, "what to note")->required();
  command->footer(
      "Example:\n  kopa app note --ref K-17 --call kontakts-2024 --text \"zvanīts 3. maijā\"");
  tree.BindChanging(command, [note](Session& session) { return RunNote(session, *note); });

  const auto notes = std::make_shared<OneApplication>();
  command = tree.Add(app, "notes", "the remarks on an application");
  AddOneApplicationOptions(command, notes.get());
  tree.Bind(command, [notes](Session& session) { return RunNotes(session, *notes); });
}

}  // namespace kopa::cli
