// kopa export: the awards of a call, or all its applications, as a file for others.

#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/end_in_order.h"
#include "client/internal/export/export_file.h"
#include "client/internal/export/export_writer.h"
#include "common/base/status.h"
#include "common/programme/lifecycle.h"

namespace kopa::cli {
namespace {

using client::ExportFile;
using client::ExportFormat;
using client::ExportWriter;
using kopa::region::v1::ListApplicationsRequest;
using kopa::region::v1::ListApplicationsResponse;

constexpr char kStandardOutput[] = "-";

struct Options {
  std::string call;
  std::string format;
  std::string out = kStandardOutput;
  bool byte_order_mark = false;
  bool all = false;

  bool to_standard_output() const { return out == kStandardOutput; }
};

struct NodeRows {
  std::string node;
  int64_t rows = 0;
};

absl::StatusOr<ExportFormat> ParseFormat(const std::string& word) {
  if (word == "csv") return ExportFormat::kCsv;
  if (word == "xlsx") return ExportFormat::kXlsx;
  if (word == "360giving") return ExportFormat::kGrantJson;
  if (word == "360giving-csv") return ExportFormat::kGrantCsv;
  return UsageError(
      absl::StrCat("--format takes csv, xlsx, 360giving or 360giving-csv, not \"", word, "\""));
}

absl::Status CheckOptions(const Options& options, ExportFormat format) {
  const bool table = format == ExportFormat::kCsv || format == ExportFormat::kXlsx;
  if (options.all && !table) {
    return UsageError("--all goes with csv and xlsx: open data is of awards only");
  }
  const bool csv = format == ExportFormat::kCsv || format == ExportFormat::kGrantCsv;
  if (options.byte_order_mark && !csv) return UsageError("--bom goes with csv and 360giving-csv");
  return absl::OkStatus();
}

// One run. Nodes are gone through one after the other, in the order of their ids, a page at a time.
class ExportRun {
 public:
  ExportRun(Session* session, const Options* options) : session_(session), options_(options) {}

  absl::StatusOr<ExitCode> Run() {
    ASSIGN_OR_RETURN(const ExportFormat format, ParseFormat(options_->format));
    RETURN_IF_ERROR(CheckOptions(*options_, format));
    if (!absl::LoadTimeZone("Europe/Riga", &zone_)) {
      return absl::FailedPreconditionError(
          "the system has no time zone Europe/Riga; install tzdata");
    }
    ASSIGN_OR_RETURN(const auto call, session_->Call(options_->call));
    ASSIGN_OR_RETURN(nodes_, session_->Nodes());
    if (!options_->to_standard_output()) {
      ASSIGN_OR_RETURN(file_, ExportFile::Create(options_->out));
    }
    ASSIGN_OR_RETURN(
        writer_, client::NewExportWriter({format, options_->byte_order_mark}, call,
                                         [this](absl::string_view bytes) { return Write(bytes); }));
    if (const ExitCode code = FindMissing(); code != ExitCode::kDone) return code;
    const EndInOrder end_in_order(session_->environment());
    for (const NodeAddress& node : nodes_) {
      const absl::Status status = ExportNode(node);
      if (status.ok()) continue;
      if (absl::IsCancelled(status) || !write_error_.ok()) return status;
      session_->Complain(status);
      return Incomplete({node.node});
    }
    return Conclude();
  }

 private:
  absl::Status Write(absl::string_view bytes) {
    if (file_ != nullptr) return write_error_ = file_->Write(bytes);
    std::ostream& out = *session_->environment().out;
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.good()) write_error_ = absl::InternalError("writing to standard output failed");
    return write_error_;
  }

  // Before anything is written, so that who reads the output is not given half of it.
  ExitCode FindMissing() {
    std::vector<absl::Status> statuses(nodes_.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      threads.emplace_back([this, i, &statuses] {
        const auto client = session_->Node(nodes_[i]);
        statuses[i] = client.ok() ? (*client)->GetStatus().status() : client.status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<std::string> missing;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (statuses[i].ok()) continue;
      session_->Complain(statuses[i]);
      missing.push_back(nodes_[i].node);
    }
    if (missing.empty()) return ExitCode::kDone;
    const ExitCode code = Incomplete(missing);
    return missing.size() < nodes_.size() ? code : ExitCodeOf(statuses[0]);
  }

  ExitCode Incomplete(const std::vector<std::string>& missing) {
    session_->Note(
        absl::StrCat("without ", absl::StrJoin(missing, ", "), " the export is not whole",
                     file_ == nullptr ? "; what was printed is a part at most"
                                      : absl::StrCat("; ", options_->out, " was not written")));
    return ExitCode::kPartly;
  }

  absl::Status ExportNode(const NodeAddress& node) {
    ASSIGN_OR_RETURN(const auto client, session_->Node(node));
    ListApplicationsRequest request;
    request.set_call(options_->call);
    counts_.push_back({node.node, 0});
    return client->ListApplicationPages(request, [&](const ListApplicationsResponse& page) {
      if (session_->environment().interrupted()) {
        return InterruptedError("interrupted; nothing is kept. Run the same command again");
      }
      return AddPage(page, node.node);
    });
  }

  absl::Status AddPage(const ListApplicationsResponse& page, const std::string& node) {
    for (const auto& application : page.applications()) {
      if (!options_->all && !programme::HoldsAward(application.summary())) continue;
      ASSIGN_OR_RETURN(const client::ExportRow row,
                       client::MakeExportRow(application, node, zone_));
      RETURN_IF_ERROR(writer_->Add(row));
      ++counts_.back().rows;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ExitCode> Conclude() {
    RETURN_IF_ERROR(writer_->Finish());
    if (file_ == nullptr) {
      session_->environment().out->flush();
      return ExitCode::kDone;
    }
    RETURN_IF_ERROR(file_->Commit());
    int64_t rows = 0;
    Json by_node = Json::array();
    for (const NodeRows& node : counts_) {
      rows += node.rows;
      by_node.push_back({{"node", node.node}, {"rows", JsonInt(node.rows)}});
    }
    Json json = {{"call", options_->call},
                 {"format", options_->format},
                 {"file", options_->out},
                 {"rows", JsonInt(rows)}};
    json["nodes"] = std::move(by_node);
    session_->Print(json, [&] {
      Table table({{"node"}, {"rows", true}});
      for (const NodeRows& node : counts_) table.AddRow({node.node, absl::StrCat(node.rows)});
      table.AddRow({"total", absl::StrCat(rows)});
      return table;
    });
    return ExitCode::kDone;
  }

  Session* const session_;
  const Options* const options_;
  absl::TimeZone zone_;
  std::vector<NodeAddress> nodes_;
  std::unique_ptr<ExportFile> file_;  // null: standard output
  absl::Status write_error_;
  std::unique_ptr<ExportWriter> writer_;
  std::vector<NodeRows> counts_;
};

}  // namespace

void AddExportCommand(CommandTree& tree) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = tree.Add(tree.root(), "export",
                               "the awards of a call as a file for others; nobody's personal data");
  command->add_option("--call", options->call, "which call")->required();
  command->add_option("--format", options->format, "csv, xlsx, 360giving or 360giving-csv")
      ->required();
  command->add_option("--out", options->out, "where to; - is standard output, the default");
  command->add_flag("--bom", options->byte_order_mark,
                    "begin CSV with a byte order mark, for spreadsheets");
  command->add_flag("--all", options->all, "csv, xlsx: all applications, not only awards");
  command->footer(
      "A node that is away ends it with 3, and nothing gets the name of --out.\n"
      "Examples:\n"
      "  kopa export --call kontakts-2024 --format xlsx --out kontakts-2024.xlsx\n"
      "  kopa export --call kontakts-2024 --format 360giving --out grants.json\n"
      "  kopa export --call kontakts-2024 --format csv --all | less");
  tree.Bind(command,
            [options](Session& session) { return ExportRun(&session, options.get()).Run(); });
}

}  // namespace kopa::cli
