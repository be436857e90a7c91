#include "client/cli/session.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::NODE_STATE_RETIRED;

// Of the narrowest terminal in use, less one.
constexpr size_t kProgressWidthMax = 79;

// What is wrong with an address or a certificate was typed, so it is wrong usage.
template <typename T>
absl::StatusOr<T> AsUsage(absl::StatusOr<T> client) {
  if (client.ok() || !absl::IsInvalidArgument(client.status())) return client;
  return UsageError(client.status().message());
}

}  // namespace

std::string FaultText(const Fault& fault) {
  return absl::StrCat(fault.field, fault.field.empty() ? "" : ": ", fault.code, ": ",
                      fault.message);
}

std::string ErrorText(const absl::Status& status) {
  std::string text = absl::StrCat("kopa: ", status.message(), "\n");
  const std::vector<Fault> faults = FaultsOf(status);
  // A status that only repeats its one fault, and where it is, needs no second line.
  if (faults.size() == 1 && absl::StrContains(status.message(), faults[0].message) &&
      absl::StrContains(status.message(), faults[0].field)) {
    return text;
  }
  for (const Fault& fault : faults) absl::StrAppend(&text, "  ", FaultText(fault), "\n");
  return text;
}

absl::Status Session::RequireServer() const {
  if (settings_.central.empty() && settings_.node.empty()) {
    return UsageError(
        "no server is named: give --central ADDR:PORT or --node ADDR:PORT, set KOPA_CENTRAL or "
        "KOPA_NODE, or name a context");
  }
  const client::ConnectionOptions& connection = settings_.connection;
  if (!connection.insecure &&
      (connection.tls_certificate_file.empty() || connection.tls_key_file.empty() ||
       connection.tls_authority_file.empty())) {
    return UsageError(
        "no certificate is named: give --tls-cert, --tls-key and --tls-ca, or --insecure for a "
        "trial on this machine");
  }
  return absl::OkStatus();
}

absl::Status Session::RequireActor() const {
  RETURN_IF_ERROR(RequireServer());
  if (settings_.actor_is_known || !settings_.connection.insecure) return absl::OkStatus();
  return UsageError("say who you are with --actor NAME or KOPA_ACTOR");
}

absl::StatusOr<std::unique_ptr<client::CentralClient>> Session::Central(absl::string_view why) {
  RETURN_IF_ERROR(RequireServer());
  if (!has_central()) {
    return UsageError(absl::StrCat(why, " needs the centre: give --central ADDR:PORT"));
  }
  return AsUsage(connections_.Central(settings_.central));
}

absl::StatusOr<std::unique_ptr<client::NodeClient>> Session::Node(const NodeAddress& node) {
  RETURN_IF_ERROR(RequireServer());
  const auto patience = node.is_away ? client::Patience::kOneTry : client::Patience::kUsual;
  return AsUsage(connections_.Node(node.node, node.address, patience));
}

absl::StatusOr<std::vector<NodeAddress>> Session::Nodes() {
  RETURN_IF_ERROR(RequireServer());
  if (!has_central()) {
    ASSIGN_OR_RETURN(const auto node, Node({"", settings_.node}));
    ASSIGN_OR_RETURN(const auto status, node->GetStatus());
    return std::vector<NodeAddress>{{status.node(), settings_.node}};
  }
  ASSIGN_OR_RETURN(const auto central, Central(""));
  ASSIGN_OR_RETURN(const auto nodes, central->ListNodes());
  std::vector<NodeAddress> reachable;
  for (const auto& node : nodes) {
    if (node.address().empty() || node.state() == NODE_STATE_RETIRED) continue;
    reachable.push_back({node.node(), node.address(), !node.connected()});
  }
  if (reachable.empty()) {
    return absl::UnavailableError(
        absl::StrCat("the centre at ", settings_.central, " knows no node yet"));
  }
  std::sort(reachable.begin(), reachable.end(),
            [](const NodeAddress& a, const NodeAddress& b) { return a.node < b.node; });
  return reachable;
}

absl::StatusOr<kopa::programme::v1::Call> Session::Call(const std::string& call) {
  RETURN_IF_ERROR(RequireServer());
  if (has_central()) {
    ASSIGN_OR_RETURN(const auto central, Central(""));
    return central->GetCall(call);
  }
  ASSIGN_OR_RETURN(const auto node, Node({"", settings_.node}));
  ASSIGN_OR_RETURN(const auto calls, node->ListCalls());
  std::vector<std::string> known;
  for (const auto& candidate : calls) {
    if (candidate.id() == call) return candidate;
    known.push_back(candidate.id());
  }
  return absl::NotFoundError(absl::StrCat("the node at ", settings_.node, " has no call \"", call,
                                          "\"; it has: ", absl::StrJoin(known, ", ")));
}

void Session::Print(const Json& json, const std::function<Table()>& table) {
  std::ostream& out = *environment_.out;
  switch (settings_.output) {
    case OutputFormat::kJson:
      out << JsonText(json);
      break;
    case OutputFormat::kTable:
      out << table().ToText(environment_.colour);
      break;
    case OutputFormat::kCsv:
      out << table().ToCsv();
      break;
  }
  out.flush();
}

void Session::WriteError(absl::string_view text) {
  MutexLock lock(&error_mutex_);
  // To the line's beginning and clear it: a progress line may stand there.
  if (environment_.err_is_terminal) *environment_.err << "\r\033[K";
  *environment_.err << std::string(text) << std::flush;
}

void Session::Note(absl::string_view line) { WriteError(absl::StrCat("kopa: ", line, "\n")); }

void Session::Complain(const absl::Status& status) { WriteError(ErrorText(status)); }

void Session::ComplainOnce(const std::vector<absl::Status>& failures, const absl::Status& but) {
  std::set<std::string> said = {ErrorText(but)};
  for (const absl::Status& failure : failures) {
    if (said.insert(ErrorText(failure)).second) Complain(failure);
  }
}

void Session::ShowProgress(absl::string_view line) {
  // A line that wraps could not be taken back.
  WriteError(line.empty() ? "" : absl::StrCat("kopa: ", line).substr(0, kProgressWidthMax));
}

}  // namespace kopa::cli
