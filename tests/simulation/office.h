#ifndef KOPA_TESTS_SIMULATION_OFFICE_H_
#define KOPA_TESTS_SIMULATION_OFFICE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "central/core/commands.h"
#include "tests/simulation/central_machine.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/mix.h"
#include "tests/simulation/node_machine.h"
#include "tests/simulation/trace.h"

namespace kopa::simulation {

// The people of the central office: two of them raise and cut budgets and caps, give nodes up for
// lost and attest what was never spent; one closes calls and applies rankings. They don't ask again
// where no answer comes, since none of it is remembered by a request.
class Office {
 public:
  Office(const Mix* mix, Checker* checker, Trace* trace)
      : mix_(*mix), checker_(*checker), trace_(*trace) {}

  // Somebody wants something of the running centre, and sends it at once.
  void Want(CentralMachine& centre, const std::deque<NodeMachine>& nodes, Chance& chance);
  void Replied(const CentralMachine& centre, engine::Ticket ticket, central::CentralReply&& reply);
  // Answers that were on their way are gone.
  void CentreCrashed() { sent_.clear(); }

 private:
  central::StaffEntry Staff(const std::string& verb, Chance& chance) const;
  // These leave in proposed_ what is to be proposed, or that nothing is.
  void WantLimits(const CentralMachine& centre, const CallId& call, Chance& chance);
  void WantRetirement(const CentralMachine& centre, const std::deque<NodeMachine>& nodes,
                      Chance& chance);
  void WantRelease(const CentralMachine& centre, const std::deque<NodeMachine>& nodes,
                   const CallId& call, Chance& chance);
  bool IsReleaseSent() const;
  void Send(CentralMachine& centre, const std::string& what, central::CentralCommand command);

  const Mix& mix_;
  Checker& checker_;
  Trace& trace_;
  std::map<engine::Ticket, std::string> sent_;
  // What was proposed last, for the second person; nothing is set where nothing was.
  national::v1::Change proposed_;
  engine::Ticket proposal_ticket_ = 0;  // of that
  engine::Ticket last_ticket_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_OFFICE_H_
