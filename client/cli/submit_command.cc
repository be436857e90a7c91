// kopa submit: applications from files to the nodes of their municipalities.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/submit_run.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

absl::Status Check(const SubmitOptions& options) {
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    return UsageError("standard input can be read only once");
  }
  if (!options.rejects.empty() && options.files.size() > 1) {
    return UsageError(
        "--rejects takes the rejected rows of one file; without it each file has its own");
  }
  std::vector<std::string> names = options.files;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return UsageError(absl::StrCat(*twice, " is named twice"));
  // It would take the place of receipts of an earlier run.
  if (options.dry_run && !options.results.empty()) {
    return UsageError("--results lists receipts, and --dry-run gives none: leave one of them out");
  }
  if (options.errors_max < 0) return UsageError("--max-errors must be over zero");
  if (options.batch_applications < 1 ||
      options.batch_applications > client::kBatchApplicationsMax) {
    return UsageError(absl::StrCat("--batch takes 1 to ", client::kBatchApplicationsMax));
  }
  return absl::OkStatus();
}

}  // namespace

void AddSubmitCommand(CommandTree& tree) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* command =
      tree.Add(tree.root(), "submit", "hand in applications from files; safe to run again");
  command->add_option("files", options->files, "CSV or JSON lines; - is standard input")
      ->required();
  command->add_option("--call", options->call, "which call")->required();
  command->add_flag("--dry-run", options->dry_run, "all checks, nothing kept");
  command->add_option("--encoding", options->encoding, "of the files, where it is not found right");
  command->add_option("--rejects", options->rejects, "where rejected rows go");
  command->add_option("--results", options->results, "write reference, id and receipt of each");
  command->add_option("--max-errors", options->errors_max, "stop at so many rejected rows");
  command->add_option("--batch", options->batch_applications, "applications a message");
  command->footer(
      "Refused rows come back in FILE.rejected.csv with what is wrong with each, to be corrected "
      "and\n"
      "submitted as it is; so do rows whose node was away. An empty file of a call: kopa call "
      "template\n"
      "CALL. After Ctrl-C, a lost connection or a crash run the same command again: what is in "
      "already is\n"
      "counted as replayed.\n"
      "Example:\n  kopa submit pieteikumi.csv --call kontakts-2024");
  tree.Bind(command, [options](Session& session) -> absl::StatusOr<ExitCode> {
    RETURN_IF_ERROR(Check(*options));
    if (!options->dry_run) RETURN_IF_ERROR(session.RequireActor());
    return SubmitRun(&session, options.get()).Run();
  });
}

}  // namespace kopa::cli
