#ifndef KOPA_TESTS_SIMULATION_USERS_H_
#define KOPA_TESTS_SIMULATION_USERS_H_

#include <map>
#include <string>
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

// The coordinators at the regions and their clients: they hand in, evaluate and decide, and when no
// answer comes they ask again under the same request id. Does what the handlers of
// regional-node/service do before a command is queued.
class Users {
 public:
  Users(std::vector<programme::v1::Call> calls, Chance* chance, Checker* checker, Trace* trace)
      : calls_(std::move(calls)), chance_(*chance), checker_(*checker), trace_(*trace) {}

  // Somebody at the node wants something; it is sent later.
  void Want(const NodeMachine& node, absl::Time now);
  // Wants an application handed in, evaluated and approved.
  void WantAward(const NodeMachine& node, const CallId& call, const ledger::Amounts& award,
                 absl::Time now);

  // Of a running node.
  bool HasUnsent(const NodeMachine& node) const;
  void SendOne(NodeMachine& node);
  void Replied(const NodeMachine& node, engine::Ticket ticket, node::NodeReply&& reply);
  // Answers that were on their way are gone.
  void NodeCrashed(const NodeMachine& node);

  size_t answered() const { return answered_; }

 private:
  enum class Kind { kSubmit, kEvaluate, kDecide };
  struct Request {
    size_t node = 0;
    Kind kind = Kind::kSubmit;
    node::RequestKey key;
    CallId call;
    ApplicationId id;
    node::HandIn hand_in;
    programme::Verb verb{};
    std::vector<programme::Verb> then;  // what is wanted once this is done
    engine::Ticket ticket = 0;          // zero: not sent, or its answer was lost
  };
  struct Known {
    size_t node;
    CallId call;
    ApplicationId id;
  };

  Request& Open(const NodeMachine& node, Kind kind, const CallId& call, const ApplicationId& id,
                absl::Time now);
  void WantChange(const NodeMachine& node, const Known& known, absl::Time now);
  bool IsSendable(const NodeMachine& node, const Request& request) const;
  bool AnswerFromStore(const NodeMachine& node, const Request& request);
  void TakeDecision(const NodeMachine& node, Request& request, const node::DecisionReply& reply);
  void Close(uint64_t number);

  const std::vector<programme::v1::Call> calls_;
  Chance& chance_;
  Checker& checker_;
  Trace& trace_;
  std::map<uint64_t, Request> open_;  // by number, in the order in which they were wanted
  std::map<engine::Ticket, uint64_t> sent_;
  std::vector<Known> known_;
  uint64_t last_number_ = 0;
  engine::Ticket last_ticket_ = 0;
  size_t answered_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_USERS_H_
