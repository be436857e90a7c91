#ifndef KOPA_TESTS_SIMULATION_SESSION_H_
#define KOPA_TESTS_SIMULATION_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <variant>

#include "absl/status/status.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::simulation {

// One stream between a node and the centre: what is on its way, in order. When it is cut, the end
// of what is on the way is lost, the beginning may still arrive, and each side notices in its own
// time.
struct Session {
  using Down = std::variant<national::v1::ConnectResponse, absl::Status>;

  uint64_t id = 0;
  size_t node = 0;
  std::deque<national::v1::ConnectRequest> up;
  std::deque<Down> down;
  bool is_cut = false;
  bool is_open_at_node = true;
  bool is_open_at_centre = true;  // the centre's process is to hear of its end

  bool IsOver() const { return !is_open_at_node && !is_open_at_centre; }
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_SESSION_H_
