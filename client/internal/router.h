#ifndef KOPA_CLIENT_INTERNAL_ROUTER_H_
#define KOPA_CLIENT_INTERNAL_ROUTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/input_application.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/intake/check.h"
#include "common/programme/call_rules.h"
#include "common/territory/territory.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

// The node that covers a municipality on the day that counts for the call; `municipality` is its
// ATVK code or name. INVALID_ARGUMENT where it is not to be told, NOT_FOUND where it is no node's.
absl::StatusOr<std::string> NodeOfMunicipality(const kopa::programme::v1::Call& call,
                                               absl::string_view municipality);

// Decides where an application of a file goes: to the node of its municipality, or nowhere. For one
// thread.
class Router {
 public:
  // With `only_node` everything goes there, whatever its municipality: the node refuses what is
  // another region's. Fails where the call's definition breaks its own rules.
  static absl::StatusOr<std::unique_ptr<Router>> Create(const kopa::programme::v1::Call& call,
                                                        std::string only_node, const Clock* clock);

  struct Route {
    std::string node;  // whose it is; empty where that is not known
    std::vector<Fault>
        faults;  // not empty: it can't be sent, and this is all that is wrong with it
  };
  Route Decide(const InputApplication& application);

  // What tells one application of this process from another at a node, and what it says, as hashes.
  struct Identity {
    uint64_t reference = 0;
    uint64_t content = 0;
  };
  // Of an application for this node. With `normal` of its normal form, just as the node compares
  // it, which takes all checks; else as it is written, without the content.
  Identity IdentityOf(const std::string& node, const kopa::region::v1::ApplicationInput& input,
                      bool normal) const;

 private:
  Router(Territory territory, kopa::programme::CallRules rules, std::string only_node,
         const Clock* clock)
      : territory_(std::move(territory)),
        rules_(std::move(rules)),
        only_node_(std::move(only_node)),
        clock_(clock) {}

  // Empty where the municipality is not to be told, or no node's.
  const std::string& NodeOf(const std::string& municipality);
  std::string FindNode(absl::string_view municipality) const;
  std::vector<Fault> AllFaults(const InputApplication& application) const;
  intake::CheckedApplication Check(const kopa::region::v1::ApplicationInput& input) const;

  const Territory territory_;
  const kopa::programme::CallRules rules_;
  const std::string only_node_;
  const Clock* const clock_;
  // Names repeat from row to row, and matching one takes a while. Bounded: see the .cc.
  absl::flat_hash_map<std::string, std::string> nodes_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_ROUTER_H_
