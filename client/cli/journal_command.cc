// kopa journal export: the public journals as JSON lines, for recomputing totals elsewhere.

#include <memory>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/end_in_order.h"
#include "client/internal/export/export_file.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::JournalRecord;
using kopa::national::v1::PublicRecord;

constexpr char kStandardOutput[] = "-";

struct Options {
  std::string node;
  std::string out = kStandardOutput;
  uint64_t from_seq = 0;
};

// One line: the record's fields, and under `decoded` what its public part says. The hash is over
// the bytes of `publicRecord`, so whoever recomputes reads those.
absl::StatusOr<std::string> LineOf(const std::string& node, const JournalRecord& record) {
  PublicRecord what;
  if (!what.ParseFromString(record.public_record())) {
    return absl::DataLossError("a record that the centre sent does not parse");
  }
  Json line = {{"node", node}};
  line.update(ToJson(record));
  line["decoded"] = ToJson(what);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const auto central, session.Central("journal export"));
  std::unique_ptr<client::ExportFile> file;
  if (options.out != kStandardOutput) {
    ASSIGN_OR_RETURN(file, client::ExportFile::Create(options.out));
  }
  const EndInOrder end_in_order(session.environment());
  RETURN_IF_ERROR(central->ExportJournal(
      options.node, options.from_seq, [&](const JournalRecord& record) -> absl::Status {
        if (session.environment().interrupted()) {
          return InterruptedError("run it again; --from goes on at a record");
        }
        ASSIGN_OR_RETURN(const std::string line, LineOf(options.node, record));
        if (file != nullptr) return file->Write(line);
        std::ostream& out = *session.environment().out;
        out << line;
        return out.good() ? absl::OkStatus()
                          : absl::InternalError("writing to standard output failed");
      }));
  if (file != nullptr) RETURN_IF_ERROR(file->Commit());
  return ExitCode::kDone;
}

}  // namespace

void AddJournalCommand(CommandTree& tree) {
  CLI::App* journal = tree.Add(tree.root(), "journal", "the public journals");
  journal->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      tree.Add(*journal, "export", "a journal as JSON lines, for recomputing any total elsewhere");
  command->add_option("--node", options->node, "which node's; default is the centre's own")
      ->type_name("ID");
  command->add_option("--out", options->out, "where to; default is standard output")
      ->type_name("FILE");
  command->add_option("--from", options->from_seq, "the first record; default is 1")
      ->type_name("SEQ");
  tree.Bind(command, [options](Session& session) { return Run(session, *options); });
}

}  // namespace kopa::cli
