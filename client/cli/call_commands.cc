// kopa calls; call show, template, load, close, extend.

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "client/cli/call_template.h"
#include "client/cli/commands.h"
#include "client/cli/outline.h"
#include "client/cli/proposal_output.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::programme::v1::Call;

// The method takes 1 MiB.
constexpr size_t kDefinitionBytesMax = 1 << 20;

struct ChangeOptions {
  std::string file;
  std::string call;
  std::string closes;
  std::string reason;
};

absl::StatusOr<std::vector<Call>> ListCalls(Session& session) {
  RETURN_IF_ERROR(session.RequireServer());
  if (session.has_central()) {
    ASSIGN_OR_RETURN(const auto central, session.Central("calls"));
    return central->ListCalls();
  }
  ASSIGN_OR_RETURN(const auto node, session.Node({"", session.settings().node}));
  return node->ListCalls();
}

// The last moment, as people say it: windows end where a day begins, and nobody hands in on that
// day.
std::string UntilText(const Call& call) {
  if (call.closed()) return "closed";
  absl::string_view closes = call.window().closes();
  absl::CivilDay day;
  if (!absl::ConsumeSuffix(&closes, "T00:00:00") || !absl::ParseCivilTime(closes, &day)) {
    return call.window().closes();
  }
  return absl::FormatCivilTime(day - 1);
}

// The same for the beginning, which is the day itself.
std::string FromText(const Call& call) {
  return std::string(absl::StripSuffix(call.window().opens(), "T00:00:00"));
}

Table CallsTable(const std::vector<Call>& calls) {
  Table table({{"call"}, {"name"}, {"form"}, {"from"}, {"until"}, {"budget EUR", true}});
  for (const Call& call : calls) {
    table.AddRow(
        {call.id(), call.name().en(), EnumWord(call.form()), FromText(call), UntilText(call),
         call.limits().has_budget_cents() ? programme::FormatCents(call.limits().budget_cents())
                                          : "no limit"});
  }
  return table;
}

absl::StatusOr<ExitCode> RunCalls(Session& session) {
  ASSIGN_OR_RETURN(std::vector<Call> calls, ListCalls(session));
  std::sort(calls.begin(), calls.end(),
            [](const Call& a, const Call& b) { return a.id() < b.id(); });
  Json rows = Json::array();
  for (const Call& call : calls) rows.push_back(ToJson(call));
  session.Print({{"calls", std::move(rows)}}, [&calls] { return CallsTable(calls); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunShow(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(const Call call, session.Call(id));
  return PrintOutline(session, ToJson(call));
}

absl::StatusOr<ExitCode> RunTemplate(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(const Call call, session.Call(id));
  ASSIGN_OR_RETURN(const std::string text, CallTemplate(call));
  *session.environment().out << text << std::flush;
  return ExitCode::kDone;
}

Table CallTable(const Call& call, const std::string& outcome) {
  Table table({{"call"}, {"version", true}, {"name"}, {"outcome"}});
  table.AddRow({call.id(), absl::StrCat(call.version()), call.name().en(), outcome});
  return table;
}

absl::StatusOr<ExitCode> RunLoad(Session& session, const ChangeOptions& options) {
  ASSIGN_OR_RETURN(const auto central, session.Central("loading a call"));
  kopa::national::v1::LoadCallRequest request;
  ASSIGN_OR_RETURN(*request.mutable_definition(), ReadFile(options.file));
  if (request.definition().size() > kDefinitionBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.file, " has ", request.definition().size(),
                     " bytes; a definition may have ", kDefinitionBytesMax));
  }
  request.set_file_name(std::filesystem::path(options.file).filename().string());
  request.set_reason(options.reason);
  ASSIGN_OR_RETURN(const auto response, central->LoadCall(request));
  session.Print(ToJson(response), [&response] {
    return CallTable(response.call(), response.changed() ? "published" : "was published already");
  });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunClose(Session& session, const ChangeOptions& options) {
  ASSIGN_OR_RETURN(const auto central, session.Central("closing a call"));
  kopa::national::v1::CloseCallRequest request;
  request.set_call(options.call);
  request.set_reason(options.reason);
  ASSIGN_OR_RETURN(const auto response, central->CloseCall(request));
  session.Print(ToJson(response), [&response] { return CallTable(response.call(), "closed"); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunExtend(Session& session, const ChangeOptions& options) {
  kopa::national::v1::Change change;
  change.set_call(options.call);
  change.set_window_closes(options.closes);
  return ProposeChange(session, change, options.reason);
}

void AddChangeCommands(CommandTree& tree, CLI::App& group) {
  const auto load = std::make_shared<ChangeOptions>();
  CLI::App* command = tree.Add(group, "load", "publish a new call, or a new version of one");
  command->add_option("file", load->file, "its definition, CALL.textproto")->required();
  command->add_option("--reason", load->reason, "why");
  command->footer(
      "A call that has opened takes only a definition whose `amendment` names the version that it\n"
      "changes.\nExample:\n  kopa call load kontakts-2025.textproto");
  tree.BindChanging(command, [load](Session& session) { return RunLoad(session, *load); });

  const auto close = std::make_shared<ChangeOptions>();
  command = tree.Add(group, "close", "take nothing more in and give nothing more out");
  command->add_option("call", close->call, "which call")->required();
  command->add_option("--reason", close->reason, "why");
  command->footer("Example:\n  kopa call close kontakts-2024 --reason \"viss piešķirts\"");
  tree.BindChanging(command, [close](Session& session) { return RunClose(session, *close); });

  const auto extend = std::make_shared<ChangeOptions>();
  command = tree.Add(group, "extend", "propose a later end of the window, or confirm that");
  command->add_option("call", extend->call, "which call")->required();
  command->add_option("--closes", extend->closes, "its new end, exclusive, in the call's time zone")
      ->required();
  command->add_option("--reason", extend->reason, "why")->required();
  command->footer(
      "Two people ask for the same.\nExample, for all of 24 May:\n"
      "  kopa --actor anna call extend kontakts-2024 --closes 2024-05-25T00:00:00 --reason ...\n"
      "  kopa --actor berta call extend kontakts-2024 --closes 2024-05-25T00:00:00 --reason ...");
  tree.BindChanging(command, [extend](Session& session) { return RunExtend(session, *extend); });
}

}  // namespace

void AddCallCommands(CommandTree& tree) {
  tree.Bind(tree.Add(tree.root(), "calls", "the calls that there are"), RunCalls);
  CLI::App* group = tree.Add(tree.root(), "call", "one call");
  group->require_subcommand(1);

  const auto show = std::make_shared<std::string>();
  CLI::App* command = tree.Add(*group, "show", "its whole definition");
  command->add_option("call", *show, "which call")->required();
  tree.Bind(command, [show](Session& session) { return RunShow(session, *show); });

  const auto call = std::make_shared<std::string>();
  command = tree.Add(*group, "template", "an empty file to fill in, with one made-up row");
  command->add_option("call", *call, "which call")->required();
  tree.Bind(command, [call](Session& session) { return RunTemplate(session, *call); });
  AddChangeCommands(tree, *group);
}

}  // namespace kopa::cli
