// kopa pki init, issue, list, revoke, crl: a small certificate authority in a folder.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "common/base/status.h"
#include "common/pki/authority.h"
#include "common/rpc/identity.h"

namespace kopa::cli {
namespace {

using pki::Authority;
using pki::Holder;
using pki::HolderKind;
using pki::IndexEntry;

struct Options {
  std::string dir;
  std::string node;
  bool central = false;
  std::string person;
  std::vector<std::string> hosts;
  std::optional<int> days;  // else the default of what is made
  std::string which;
  std::string reason = "unspecified";
};

// What was typed is wrong, no server is to blame.
absl::Status AsUsage(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? UsageError(status.message()) : status;
}

// Beside the tool's own config file.
absl::StatusOr<std::string> FolderOf(const Session& session, const std::string& given) {
  if (!given.empty()) return given;
  const settings::Environment& variable = session.environment().variable;
  const std::string config = variable("XDG_CONFIG_HOME").value_or("");
  if (!config.empty()) return config + "/kopa/pki";
  const std::string home = variable("HOME").value_or("");
  if (!home.empty()) return home + "/.config/kopa/pki";
  return UsageError("--dir is needed where neither XDG_CONFIG_HOME nor HOME is set");
}

absl::StatusOr<Authority> Open(const Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const std::string folder, FolderOf(session, options.dir));
  const client::ClientParts& parts = session.environment().parts;
  return Authority::Open(folder, parts.clock, parts.entropy);
}

absl::Time Now(const Session& session) { return session.environment().parts.clock->Now(); }

std::string TimeText(absl::Time time) {
  if (time == absl::InfiniteFuture()) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string ReasonText(const IndexEntry& entry) {
  return entry.is_revoked() ? std::string(pki::WordOf(entry.reason)) : "";
}

Json JsonOf(const IndexEntry& entry, absl::Time now) {
  return {{"serial", entry.serial},
          {"kind", std::string(pki::WordOf(entry.holder.kind))},
          {"name", entry.holder.name},
          {"uri", pki::UriOf(entry.holder)},
          {"notBefore", TimeText(entry.not_before)},
          {"notAfter", TimeText(entry.not_after)},
          {"state", std::string(pki::WordOf(entry.StateAt(now)))},
          {"revokedTime", TimeText(entry.revoked)},
          {"reason", ReasonText(entry)}};
}

Json JsonOf(const std::vector<IndexEntry>& entries, absl::Time now) {
  Json rows = Json::array();
  for (const IndexEntry& entry : entries) rows.push_back(JsonOf(entry, now));
  return rows;
}

Table TableOf(const std::vector<IndexEntry>& entries, absl::Time now) {
  Table table({{"serial"}, {"kind"}, {"name"}, {"from"}, {"until"}, {"state"}, {"reason"}});
  for (const IndexEntry& entry : entries) {
    table.AddRow({entry.serial, std::string(pki::WordOf(entry.holder.kind)), entry.holder.name,
                  TimeText(entry.not_before), TimeText(entry.not_after),
                  std::string(pki::WordOf(entry.StateAt(now))), ReasonText(entry)});
  }
  return table;
}

Json JsonOfAuthority(const Authority& authority) {
  return {{"caFile", authority.PathOf("ca.crt")},
          {"notBefore", TimeText(authority.not_before())},
          {"notAfter", TimeText(authority.not_after())}};
}

Json JsonOfRevocations(const Authority& authority) {
  return {{"crlFile", authority.PathOf("ca.crl")},
          {"nextUpdate", TimeText(authority.revocations_until())}};
}

absl::StatusOr<ExitCode> RunInit(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const std::string folder, FolderOf(session, options.dir));
  const client::ClientParts& parts = session.environment().parts;
  const auto authority = Authority::Init(folder, options.days.value_or(pki::kAuthorityDaysDefault),
                                         parts.clock, parts.entropy);
  if (!authority.ok()) return AsUsage(authority.status());
  session.Print({{"dir", folder},
                 {"ca", JsonOfAuthority(*authority)},
                 {"crl", JsonOfRevocations(*authority)}},
                [&] {
                  Table table({{"folder"}, {"until"}});
                  table.AddRow({folder, TimeText(authority->not_after())});
                  return table;
                });
  return ExitCode::kDone;
}

absl::StatusOr<Holder> HolderOf(const Options& options) {
  const int given = static_cast<int>(!options.node.empty()) + static_cast<int>(options.central) +
                    static_cast<int>(!options.person.empty());
  if (given != 1)
    return UsageError("say for whom: --node ID, --central or --person NAME, just one");
  if (options.central) return Holder{HolderKind::kCentral, ""};
  if (!options.node.empty()) return Holder{HolderKind::kNode, options.node};
  if (const absl::Status status = rpc::CheckActorName(options.person); !status.ok()) {
    return UsageError(absl::StrCat("--person: ", status.message()));
  }
  return Holder{HolderKind::kPerson, options.person};
}

absl::StatusOr<ExitCode> RunIssue(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const Holder holder, HolderOf(options));
  ASSIGN_OR_RETURN(Authority authority, Open(session, options));
  const auto issued = authority.Issue(holder, options.hosts, options.days);
  if (!issued.ok()) return AsUsage(issued.status());
  Json json = JsonOf(issued->entry, Now(session));
  json["hosts"] = issued->hosts;
  json["certificateFile"] = issued->certificate_file;
  json["keyFile"] = issued->key_file;
  json["caFile"] = authority.PathOf("ca.crt");
  json["crlFile"] = authority.PathOf("ca.crl");
  session.Print(json, [&] {
    Table table({{"serial"}, {"kind"}, {"name"}, {"until"}, {"certificate"}, {"key"}});
    table.AddRow({issued->entry.serial, std::string(pki::WordOf(holder.kind)), holder.name,
                  TimeText(issued->entry.not_after), issued->certificate_file, issued->key_file});
    return table;
  });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunList(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(Authority authority, Open(session, options));
  RETURN_IF_ERROR(authority.RenewRevocations());
  const absl::Time now = Now(session);
  session.Print({{"certificates", JsonOf(authority.entries(), now)},
                 {"ca", JsonOfAuthority(authority)},
                 {"crl", JsonOfRevocations(authority)}},
                [&] { return TableOf(authority.entries(), now); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunRevoke(Session& session, const Options& options) {
  const auto reason = pki::ParseReason(options.reason);
  if (!reason.ok()) return UsageError(absl::StrCat("--reason: ", reason.status().message()));
  ASSIGN_OR_RETURN(Authority authority, Open(session, options));
  const auto revoked = authority.Revoke(options.which, *reason);
  if (!revoked.ok()) return AsUsage(revoked.status());
  const absl::Time now = Now(session);
  session.Print({{"revoked", JsonOf(*revoked, now)}, {"crl", JsonOfRevocations(authority)}},
                [&] { return TableOf(*revoked, now); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunCrl(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(Authority authority, Open(session, options));
  RETURN_IF_ERROR(authority.RenewRevocations());
  session.Print({{"crl", JsonOfRevocations(authority)}}, [&] {
    Table table({{"file"}, {"renew before"}});
    table.AddRow({authority.PathOf("ca.crl"), TimeText(authority.revocations_until())});
    return table;
  });
  return ExitCode::kDone;
}

CLI::App* AddOne(CommandTree& tree, CLI::App& group, const std::string& name,
                 const std::string& help, const std::shared_ptr<Options>& options,
                 absl::StatusOr<ExitCode> (*run)(Session&, const Options&)) {
  CLI::App* command = tree.Add(group, name, help);
  command
      ->add_option("--dir", options->dir,
                   "the authority's folder; default is kopa/pki in the user's config folder")
      ->type_name("DIR");
  tree.Bind(command, [options, run](Session& session) { return run(session, *options); });
  return command;
}

void AddDays(CLI::App* command, const std::shared_ptr<Options>& options, const std::string& help) {
  command->add_option("--days", options->days, help)->type_name("N");
}

}  // namespace

void AddPkiCommands(CommandTree& tree) {
  CLI::App* group = tree.Add(tree.root(), "pki", "certificates: a small authority of your own");
  group->require_subcommand(1);
  group->footer(
      "Example:\n"
      "  kopa pki init\n"
      "  kopa pki issue --central --host central.example.lv\n"
      "  kopa pki issue --node zemgale --host zemgale.example.lv\n"
      "  kopa pki issue --person anna\n"
      "  kopa pki revoke person/anna --reason key-compromise");

  auto options = std::make_shared<Options>();
  CLI::App* command = AddOne(tree, *group, "init", "make an authority", options, RunInit);
  AddDays(command, options,
          absl::StrCat("how long it is valid; default ", pki::kAuthorityDaysDefault));

  options = std::make_shared<Options>();
  command = AddOne(tree, *group, "issue", "make a key and a certificate", options, RunIssue);
  command->add_option("--node", options->node, "for this node")->type_name("ID");
  command->add_flag("--central", options->central, "for the centre");
  command->add_option("--person", options->person, "for this person")->type_name("NAME");
  command
      ->add_option("--host", options->hosts,
                   "what clients call the server: DNS name or IP address; may be repeated; default "
                   "is localhost and 127.0.0.1")
      ->type_name("HOST");
  AddDays(command, options,
          absl::StrCat("how long it is valid, at most ", pki::kDaysMax, "; default ",
                       pki::kPersonDaysDefault, " for people, ", pki::kServerDaysDefault,
                       " for servers"));

  options = std::make_shared<Options>();
  AddOne(tree, *group, "list", "what was issued, and what became of it", options, RunList);

  options = std::make_shared<Options>();
  command = AddOne(tree, *group, "revoke", "let a certificate count no longer", options, RunRevoke);
  command
      ->add_option("which", options->which,
                   "serial number, or whose: anna, person/anna, node/zemgale, central")
      ->required();
  command->add_option("--reason", options->reason, absl::StrCat("one of ", pki::ReasonWords()));

  options = std::make_shared<Options>();
  AddOne(tree, *group, "crl", "renew the revocation list", options, RunCrl);
}

}  // namespace kopa::cli
