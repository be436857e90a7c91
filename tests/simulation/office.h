#ifndef KOPA_TESTS_SIMULATION_OFFICE_H_
#define KOPA_TESTS_SIMULATION_OFFICE_H_

#include <cstdint>
#include <map>
#include <string>

#include "central/core/commands.h"
#include "tests/simulation/central_machine.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/mix.h"
#include "tests/simulation/trace.h"

namespace kopa::simulation {

// The people of the central office: two of them raise and cut budgets and caps, close calls and
// apply rankings. They don't ask again where no answer comes, since none of it is remembered by a
// request.
class Office {
 public:
  Office(const Mix* mix, Checker* checker, Trace* trace)
      : mix_(*mix), checker_(*checker), trace_(*trace) {}

  // Somebody wants something of the running centre, and sends it at once.
  void Want(CentralMachine& centre, Chance& chance);
  void Replied(const CentralMachine& centre, engine::Ticket ticket, central::CentralReply&& reply);
  // Answers that were on their way are gone.
  void CentreCrashed() { sent_.clear(); }

 private:
  central::StaffEntry Staff(const std::string& verb, Chance& chance) const;
  central::CentralCommand LimitChange(const CentralMachine& centre, const CallId& call,
                                      Chance& chance);

  const Mix& mix_;
  Checker& checker_;
  Trace& trace_;
  std::map<engine::Ticket, std::string> sent_;
  // What was proposed last, for the second person; empty where nothing was.
  national::v1::Change proposed_;
  engine::Ticket last_ticket_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_OFFICE_H_
