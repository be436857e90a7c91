#include "client/cli/global_settings.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "common/base/status.h"
#include "common/rpc/identity.h"

namespace kopa::cli {
namespace {

std::string Variable(const settings::Environment& variable, const std::string& name) {
  return variable(name).value_or("");
}

absl::StatusOr<ContextSettings> ChosenContext(const GlobalFlags& flags,
                                              const ContextFile& contexts) {
  const std::string name = flags.context.empty() ? contexts.current : flags.context;
  if (name.empty()) return ContextSettings();
  const auto found = contexts.contexts.find(name);
  if (found != contexts.contexts.end()) return found->second;
  return UsageError(absl::StrCat("there is no context \"", name, "\" in the config file"));
}

absl::StatusOr<bool> ParseFlag(const std::string& name, const std::string& text) {
  const std::string word = absl::AsciiStrToLower(text);
  if (word == "1" || word == "true" || word == "yes") return true;
  if (word.empty() || word == "0" || word == "false" || word == "no") return false;
  return UsageError(absl::StrCat(name, " is \"", text, "\"; it takes 1 or 0"));
}

absl::StatusOr<OutputFormat> ParseOutput(const std::string& text) {
  if (text.empty() || text == "table") return OutputFormat::kTable;
  if (text == "json") return OutputFormat::kJson;
  if (text == "csv") return OutputFormat::kCsv;
  return UsageError(absl::StrCat("--output takes table, json or csv, not \"", text, "\""));
}

const std::string& FirstGiven(const std::string& a, const std::string& b, const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

// Who acts; empty where nobody says so. Where certificates are used, they say it.
absl::StatusOr<std::string> ActorOf(const GlobalFlags& flags, const settings::Environment& variable,
                                    const ContextSettings& context, bool insecure) {
  std::string actor =
      FirstGiven(flags.actor.value_or(""), Variable(variable, "KOPA_ACTOR"), context.actor);
  if (actor.empty()) actor = Variable(variable, "USER");
  const bool is_given = !actor.empty() || flags.actor.has_value();
  if (!is_given || !insecure) return actor;
  const absl::Status status = rpc::CheckActorName(flags.actor.value_or(actor));
  if (!status.ok()) return UsageError(absl::StrCat("--actor: ", status.message()));
  return actor;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  int64_t seconds = 0;
  absl::Duration timeout;
  if (absl::SimpleAtoi(text, &seconds)) {
    timeout = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &timeout)) {
    return UsageError(
        absl::StrCat("--timeout takes seconds, or e.g. 90s or 5m, not \"", text, "\""));
  }
  if (timeout <= absl::ZeroDuration() || timeout > absl::Hours(24)) {
    return UsageError("--timeout must be over zero and at most 24h");
  }
  return timeout;
}

absl::StatusOr<GlobalSettings> Merge(const GlobalFlags& flags,
                                     const settings::Environment& variable,
                                     const ContextFile& contexts) {
  if (!flags.central.empty() && !flags.node.empty()) {
    return UsageError("give --central or --node, not both");
  }
  ASSIGN_OR_RETURN(const ContextSettings context, ChosenContext(flags, contexts));
  GlobalSettings merged;
  // A context that is named on the command line is as good as its addresses typed.
  const std::string env_central = flags.context.empty() ? Variable(variable, "KOPA_CENTRAL") : "";
  const std::string env_node = flags.context.empty() ? Variable(variable, "KOPA_NODE") : "";
  if (!flags.central.empty() || !flags.node.empty()) {
    merged.central = flags.central;
    merged.node = flags.node;
  } else if (!env_central.empty() || !env_node.empty()) {
    merged.central = env_central;
    merged.node = env_central.empty() ? env_node : "";
  } else {
    merged.central = context.central;
    merged.node = context.central.empty() ? context.node : "";
  }
  ASSIGN_OR_RETURN(const bool env_insecure,
                   ParseFlag("KOPA_INSECURE", Variable(variable, "KOPA_INSECURE")));
  client::ConnectionOptions& connection = merged.connection;
  connection.insecure = flags.insecure || env_insecure || context.insecure;
  ASSIGN_OR_RETURN(connection.actor, ActorOf(flags, variable, context, connection.insecure));
  merged.actor_is_known = !connection.actor.empty();
  if (!merged.actor_is_known) connection.actor = rpc::kAnonymous;
  connection.tls_certificate_file =
      FirstGiven(flags.tls_certificate_file, Variable(variable, "KOPA_TLS_CERT"),
                 context.tls_certificate_file);
  connection.tls_key_file =
      FirstGiven(flags.tls_key_file, Variable(variable, "KOPA_TLS_KEY"), context.tls_key_file);
  connection.tls_authority_file = FirstGiven(
      flags.tls_authority_file, Variable(variable, "KOPA_TLS_CA"), context.tls_authority_file);
  if (!flags.timeout.empty()) {
    ASSIGN_OR_RETURN(connection.timeout, ParseTimeout(flags.timeout));
    connection.connect_timeout = connection.timeout;
  }
  ASSIGN_OR_RETURN(merged.output, ParseOutput(flags.output));
  return merged;
}

}  // namespace kopa::cli
