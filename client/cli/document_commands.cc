// kopa app attach, documents, fetch: documents of an application.

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "client/cli/one_application.h"
#include "client/cli/private_file.h"
#include "common/base/bytes.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::Document;

// Above what a node takes; a file that is plainly something else is not even read.
constexpr int64_t kDocumentBytesMax = 10 << 20;

struct AttachOptions {
  OneApplication one;
  std::vector<std::string> words;  // the id, unless there is a reference; then files
};

struct FetchOptions {
  OneApplication one;
  std::vector<std::string> words;  // the id, unless there is a reference; then the number
  std::string out;
  bool force = false;
};

// What became of one file.
struct Attached {
  std::string file;
  absl::StatusOr<Document> document = absl::UnknownError("");
};

// The id is the first word unless a reference names the application.
absl::Status TakeId(std::vector<std::string>* words, OneApplication* one) {
  if (!one->reference.empty()) return absl::OkStatus();
  if (words->empty())
    return UsageError("no application is named: give its id, or --ref and --call");
  one->id = words->front();
  words->erase(words->begin());
  return absl::OkStatus();
}

std::vector<std::string> DocumentCells(const Document& document) {
  return {absl::StrCat(document.seq()),
          TimeText(document.has_time(), document.time()),
          document.name(),
          EnumWord(document.type()),
          absl::StrCat(document.size_bytes()),
          document.added_by(),
          ToHex(document.sha256())};
}

std::vector<Table::Column> DocumentColumns() {
  return {{"seq", true}, {"time"}, {"name"}, {"type"}, {"bytes", true}, {"who"}, {"sha256"}};
}

absl::StatusOr<std::string> ReadDocumentFile(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > kDocumentBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has ", info.st_size, " bytes; a document may have at most 10 MB"));
  }
  return ReadFile(path);
}

absl::StatusOr<Document> AttachOne(const FoundApplication& found, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadDocumentFile(path));
  kopa::region::v1::DocumentHead head;
  head.set_application_id(std::string(found.id.bytes()));
  head.set_name(std::filesystem::path(path).filename().string());
  ASSIGN_OR_RETURN(auto response, found.client->AttachDocument(std::move(head), content));
  return std::move(*response.mutable_document());
}

std::string ErrorOf(const absl::Status& status) {
  if (status.ok()) return "";
  const std::vector<Fault> faults = FaultsOf(status);
  const std::string code = !faults.empty() ? faults[0].code : rpc::ReasonOf(status);
  return absl::StrCat(code.empty() ? absl::StatusCodeToString(status.code()) : code, ": ",
                      status.message());
}

void PrintAttached(Session& session, const FoundApplication& found,
                   const std::vector<Attached>& all) {
  Json results = Json::array();
  for (const Attached& one : all) {
    Json row = {{"file", one.file}, {"error", ErrorOf(one.document.status())}};
    row["document"] = one.document.ok() ? ToJson(*one.document) : Json(nullptr);
    results.push_back(std::move(row));
  }
  session.Print(
      {{"id", found.id.ToString()}, {"node", found.node.node}, {"results", std::move(results)}},
      [&all] {
        Table table({{"file"}, {"seq", true}, {"type"}, {"bytes", true}, {"error"}});
        for (const Attached& one : all) {
          const Document document = one.document.ok() ? *one.document : Document();
          table.AddRow({one.file, one.document.ok() ? absl::StrCat(document.seq()) : "",
                        EnumWord(document.type()), absl::StrCat(document.size_bytes()),
                        ErrorOf(one.document.status())});
        }
        return table;
      });
}

absl::StatusOr<ExitCode> RunAttach(Session& session, AttachOptions options) {
  RETURN_IF_ERROR(TakeId(&options.words, &options.one));
  if (options.words.empty()) return UsageError("no file is named");
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options.one));
  std::vector<Attached> all;
  for (const std::string& path : options.words) all.push_back({path, AttachOne(found, path)});
  PrintAttached(session, found, all);
  const auto failed = [](const Attached& one) { return !one.document.ok(); };
  const auto failures = std::count_if(all.begin(), all.end(), failed);
  if (failures == 0) return ExitCode::kDone;
  if (failures < static_cast<int64_t>(all.size())) return ExitCode::kPartly;
  return all.front().document.status();
}

absl::StatusOr<ExitCode> RunDocuments(Session& session, const OneApplication& one) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, one));
  ASSIGN_OR_RETURN(const std::vector<Document> documents, found.client->ListDocuments(found.id));
  Json list = Json::array();
  for (const Document& document : documents) list.push_back(ToJson(document));
  session.Print(
      {{"id", found.id.ToString()}, {"node", found.node.node}, {"documents", std::move(list)}},
      [&documents] {
        Table table(DocumentColumns());
        for (const Document& document : documents) table.AddRow(DocumentCells(document));
        return table;
      });
  return ExitCode::kDone;
}

// Who uploaded it chose the name: it may not lead to another folder, nor hide.
std::string SafeName(const Document& document) {
  std::string name = std::filesystem::path(ShownText(document.name())).filename().string();
  std::replace(name.begin(), name.end(), '\\', '_');
  if (name.empty() || name[0] == '.' || name[0] == '-') {
    return absl::StrCat("document-", document.seq(), name);
  }
  return name;
}

absl::StatusOr<ExitCode> RunFetch(Session& session, FetchOptions options) {
  RETURN_IF_ERROR(TakeId(&options.words, &options.one));
  uint64_t seq = 0;
  if (options.words.size() != 1 || !absl::SimpleAtoi(options.words[0], &seq)) {
    return UsageError("say which document: its number in kopa app documents");
  }
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options.one));
  ASSIGN_OR_RETURN(const auto read, found.client->ReadDocument(found.id, seq));
  if (options.out == "-") {
    *session.environment().out << read.content << std::flush;
    return ExitCode::kDone;
  }
  const std::string path = options.out.empty() ? SafeName(read.document) : options.out;
  RETURN_IF_ERROR(WritePrivateFile(path, read.content, options.force));
  Json json = {{"file", path}};
  json["document"] = ToJson(read.document);
  session.Print(json, [&] {
    Table table({{"file"}, {"type"}, {"bytes", true}});
    table.AddRow({path, EnumWord(read.document.type()), absl::StrCat(read.content.size())});
    return table;
  });
  return ExitCode::kDone;
}

}  // namespace

void AddDocumentCommands(CommandTree& tree, CLI::App& app) {
  const auto attach = std::make_shared<AttachOptions>();
  CLI::App* command = tree.Add(app, "attach", "attach documents: PDF or signed .edoc");
  command->add_option("id_and_files", attach->words, "the application's id, then files")
      ->required();
  AddReferenceOptions(command, &attach->one);
  command->footer(
      "With --ref all words are files.\n"
      "Example:\n  kopa app attach 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11 pielikums.pdf līgums.edoc");
  tree.BindChanging(command, [attach](Session& session) { return RunAttach(session, *attach); });

  const auto documents = std::make_shared<OneApplication>();
  command = tree.Add(app, "documents", "the documents of an application");
  AddOneApplicationOptions(command, documents.get());
  tree.Bind(command, [documents](Session& session) { return RunDocuments(session, *documents); });

  const auto fetch = std::make_shared<FetchOptions>();
  command = tree.Add(app, "fetch", "save a document of an application");
  command
      ->add_option("id_and_seq", fetch->words, "the application's id, then the document's number")
      ->required();
  AddReferenceOptions(command, &fetch->one);
  command->add_option("--out", fetch->out,
                      "where to; default is its own name, - is standard output");
  command->add_flag("--force", fetch->force, "replace a file that is there");
  command->footer(
      "With --ref the only word is the number.\n"
      "Example:\n  kopa app fetch 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11 4711 --out pielikums.pdf");
  tree.Bind(command, [fetch](Session& session) { return RunFetch(session, *fetch); });
}

}  // namespace kopa::cli
