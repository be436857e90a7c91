#ifndef KOPA_CLIENT_CLI_SESSION_H_
#define KOPA_CLIENT_CLI_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/environment.h"
#include "client/cli/exit_code.h"
#include "client/cli/global_settings.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/include/kopa/connections.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::cli {

// A node and the way to it.
struct NodeAddress {
  std::string node;
  std::string address;
  bool is_away = false;  // the centre has no link to it
};

// What one run of a command works with: settings, servers, output. Servers are not asked before a
// command does.
class Session {
 public:
  Session(const ToolEnvironment& environment, GlobalSettings settings)
      : environment_(environment),
        settings_(std::move(settings)),
        connections_(settings_.connection, environment.parts) {}

  const ToolEnvironment& environment() const { return environment_; }
  const GlobalSettings& settings() const { return settings_; }
  client::Connections& connections() { return connections_; }
  bool has_central() const { return !settings_.central.empty(); }

  // A usage error where no address is given at all.
  absl::Status RequireServer() const;
  // For commands that change something: a usage error where on a plaintext connection nobody says
  // who acts.
  absl::Status RequireActor() const;
  // A usage error unless the centre's address is given; `why` says what needs it.
  absl::StatusOr<std::unique_ptr<client::CentralClient>> Central(absl::string_view why);
  // One that is away is tried once and not for long.
  absl::StatusOr<std::unique_ptr<client::NodeClient>> Node(const NodeAddress& node);

  // The nodes that commands on applications go to: with --node that one (asked for its name), with
  // --central all that can be reached, sorted by id.
  absl::StatusOr<std::vector<NodeAddress>> Nodes();

  // A call's definition, from the centre or the node.
  absl::StatusOr<kopa::programme::v1::Call> Call(const std::string& call);

  // Results, in the form that was asked for. `table` is only called where it is needed.
  void Print(const Json& json, const std::function<Table()>& table);

  // The four below write to stderr, from any thread.
  // One line: "kopa: ...".
  void Note(absl::string_view line);
  // A failure with all its faults.
  void Complain(const absl::Status& status);
  // Failures of several servers: what is the same is said once. Those that say what `but` says are
  // left out.
  void ComplainOnce(const std::vector<absl::Status>& failures,
                    const absl::Status& but = absl::OkStatus());
  // On a terminal the line that is redrawn; whatever is written next takes its place. Empty removes
  // it.
  void ShowProgress(absl::string_view line);

 private:
  void WriteError(absl::string_view text);

  const ToolEnvironment& environment_;
  const GlobalSettings settings_;
  client::Connections connections_;
  Mutex error_mutex_;  // one text at a time on stderr
};

// "amount_eur: BAD_AMOUNT: not an amount"; without the field where the fault names none.
std::string FaultText(const Fault& fault);

// "kopa: the message", and each fault on a line of its own.
std::string ErrorText(const absl::Status& status);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SESSION_H_
