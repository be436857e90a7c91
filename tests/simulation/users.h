#ifndef KOPA_TESTS_SIMULATION_USERS_H_
#define KOPA_TESTS_SIMULATION_USERS_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/strong.h"
#include "kopa/programme/v1/call.pb.h"
#include "regional-node/core/commands.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/node_machine.h"
#include "tests/simulation/trace.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {

// The coordinators at the regions and their clients: they hand in, evaluate, decide and pay, and
// when no answer comes they ask again under the same request id. Now and then they ask again though
// they have an answer. Does what the handlers of regional-node/service do before a command is
// queued.
class Users {
 public:
  Users(std::vector<programme::v1::Call> calls, Checker* checker, Trace* trace)
      : calls_(std::move(calls)), checker_(*checker), trace_(*trace) {}

  // Somebody at the node wants something; it is sent later.
  void Want(const NodeMachine& node, absl::Time now, Chance& chance);
  // Wants an application handed in, evaluated and approved.
  void WantAward(const NodeMachine& node, const CallId& call, const ledger::Amounts& award,
                 absl::Time now, Chance& chance);
  // Wants the answer to some earlier request once more.
  void AskAgain(const NodeMachine& node, Chance& chance);

  // Of a running node.
  bool HasUnsent(const NodeMachine& node) const;
  void SendOne(NodeMachine& node, Chance& chance);
  void Replied(const NodeMachine& node, engine::Ticket ticket, node::NodeReply&& reply);
  // Answers that were on their way are gone.
  void NodeCrashed(const NodeMachine& node);

  size_t answered() const { return answered_; }

 private:
  enum class Ask { kSubmit, kEvaluate, kDecide };
  // What the same request must be answered every time.
  struct Answer {
    ApplicationId id;
    Seq seq;
    bool is_fault = false;
    // Of hand-ins the outcome, of decisions the status; 0: it waited for funds, so it may change.
    int what = 0;
  };
  struct Request {
    uint64_t number = 0;
    size_t machine = 0;
    size_t restores = 0;  // of the machine, when it was wanted
    absl::Time wanted;
    Ask ask = Ask::kSubmit;
    node::RequestKey key;
    CallId call;
    ApplicationId id;
    node::HandIn hand_in;
    std::optional<ApplicationId> current;  // what the hand-in may replace
    programme::Verb verb{};
    std::string actor;
    int64_t cents = 0;                  // zero: none is named
    std::vector<programme::Verb> then;  // what is wanted once this is done
    engine::Ticket ticket = 0;          // zero: not sent, or its answer was lost
    std::optional<Answer> answer;       // of the first time
  };
  struct Known {
    NodeId node;
    CallId call;
    ApplicationId id;
    node::HandIn hand_in;
  };

  Request& Open(const NodeMachine& node, Ask ask, const CallId& call, const ApplicationId& id,
                absl::Time now, Chance& chance);
  void WantChange(const NodeMachine& node, const Known& known, absl::Time now, Chance& chance);
  bool IsSendable(const NodeMachine& node, const Request& request) const;
  // The command of the request as things stand; nothing where it has become pointless.
  std::optional<node::NodeCommand> CommandOf(const NodeMachine& node, const Request& request) const;
  bool WasAnsweredBefore(const NodeMachine& node, const Request& request,
                         std::vector<node::DecisionReply>* replies) const;
  void TakeSubmitted(const NodeMachine& node, Request request, const node::SubmitItemReply& item);
  void TakeDecided(const NodeMachine& node, Request request, const node::DecisionReply& item);
  // Compares with the first answer, or keeps it.
  void Settle(const NodeMachine& node, Request request, const Answer& answer);
  void GoOn(const NodeMachine& node, const Request& request);

  const std::vector<programme::v1::Call> calls_;
  Checker& checker_;
  Trace& trace_;
  std::map<uint64_t, Request> open_;  // by number, in the order in which they were wanted
  std::map<engine::Ticket, uint64_t> sent_;
  std::vector<Known> known_;
  std::deque<Request> settled_;
  uint64_t last_number_ = 0;
  engine::Ticket last_ticket_ = 0;
  size_t answered_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_USERS_H_
