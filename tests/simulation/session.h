#ifndef KOPA_TESTS_SIMULATION_SESSION_H_
#define KOPA_TESTS_SIMULATION_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::simulation {

// One stream between a node and the centre: what is on its way, in order. Where a direction is cut
// the end of what is on the way is lost, and whatever is sent later; the beginning may still
// arrive. Each side notices in its own time.
struct Session {
  using Down = std::variant<national::v1::ConnectResponse, absl::Status>;

  uint64_t id = 0;
  size_t machine = 0;
  std::deque<national::v1::ConnectRequest> up;
  std::deque<Down> down;
  bool is_up_cut = false;
  bool is_down_cut = false;
  bool is_open_at_node = true;
  bool is_open_at_centre = true;  // the centre's process is to hear of its end
  // What the centre's end of the stream knows: which records of the centre's own journal the node
  // has seen, or is being sent.
  uint64_t incarnation_seen = 0;
  uint64_t own_seen = 0;
  uint64_t own_sent = 0;
  bool is_admitted = false;
  // As its Welcome said.
  uint64_t incarnation = 0;
  std::string incarnation_nonce;

  // Where the node writes its next message; lost if the direction is cut.
  national::v1::ConnectRequest& SendUp() {
    if (!is_up_cut) return up.emplace_back();
    lost_ = {};
    return lost_;
  }
  void SendDown(Down message) {
    if (!is_down_cut) down.push_back(std::move(message));
  }
  bool IsBroken() const { return is_up_cut || is_down_cut; }
  bool IsOver() const { return !is_open_at_node && !is_open_at_centre; }

 private:
  national::v1::ConnectRequest lost_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_SESSION_H_
