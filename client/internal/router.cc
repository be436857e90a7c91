#include "client/internal/router.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/time/time.h"
#include "common/intake/canonical.h"
#include "data/territory_data.h"

namespace kopa::client {
namespace {

// Far more than there are municipalities in all their spellings; a file of nonsense must not fill
// memory.
constexpr size_t kNamesMax = 10'000;

}  // namespace

absl::StatusOr<std::string> NodeOfMunicipality(const kopa::programme::v1::Call& call,
                                               absl::string_view municipality) {
  ASSIGN_OR_RETURN(const Territory territory, Territory::Load(territory_data::Files()));
  ASSIGN_OR_RETURN(const auto rules, kopa::programme::CallRules::Compile(call));
  ASSIGN_OR_RETURN(const auto found, territory.Resolve(municipality, rules.territory_day()));
  ASSIGN_OR_RETURN(const auto node, territory.NodeOf(*found.municipality, rules.territory_day()));
  return node.value();
}

absl::StatusOr<std::unique_ptr<Router>> Router::Create(const kopa::programme::v1::Call& call,
                                                       std::string only_node, const Clock* clock) {
  ASSIGN_OR_RETURN(Territory territory, Territory::Load(territory_data::Files()));
  ASSIGN_OR_RETURN(kopa::programme::CallRules rules, kopa::programme::CallRules::Compile(call));
  return std::unique_ptr<Router>(
      new Router(std::move(territory), std::move(rules), std::move(only_node), clock));
}

Router::Route Router::Decide(const InputApplication& application) {
  const std::string& node =
      only_node_.empty() ? NodeOf(application.input.municipality()) : only_node_;
  if (application.faults.empty() && !node.empty()) return {node, {}};
  return {node, AllFaults(application)};
}

const std::string& Router::NodeOf(const std::string& municipality) {
  const auto found = nodes_.find(municipality);
  if (found != nodes_.end()) return found->second;
  if (nodes_.size() >= kNamesMax) nodes_.clear();
  return nodes_.emplace(municipality, FindNode(municipality)).first->second;
}

std::string Router::FindNode(absl::string_view municipality) const {
  const auto resolution = territory_.Resolve(municipality, rules_.territory_day());
  if (!resolution.ok()) return "";
  const auto node = territory_.NodeOf(*resolution->municipality, rules_.territory_day());
  return node.ok() ? node->value() : "";
}

Router::Identity Router::IdentityOf(const std::string& node,
                                    const kopa::region::v1::ApplicationInput& input,
                                    bool normal) const {
  using Parts = std::tuple<absl::string_view, absl::string_view, absl::string_view>;
  const auto reference = [&](const kopa::region::v1::ApplicationInput& form) {
    const std::string applicant = intake::ApplicantKey(form);
    return uint64_t{absl::Hash<Parts>()(Parts(node, form.external_ref(), applicant))};
  };
  if (!normal) return {reference(input), 0};
  const auto form = Check(input).normal;
  return {reference(form), uint64_t{absl::Hash<std::string>()(intake::CanonicalContent(form))}};
}

intake::CheckedApplication Router::Check(const kopa::region::v1::ApplicationInput& input) const {
  const absl::Time now = clock_->Now();
  const absl::Time received = input.has_received_time()
                                  ? absl::FromUnixSeconds(input.received_time().seconds()) +
                                        absl::Nanoseconds(input.received_time().nanos())
                                  : now;
  return intake::CheckApplication(rules_, territory_, input, received, now);
}

std::vector<Fault> Router::AllFaults(const InputApplication& application) const {
  if (!application.is_readable) return application.faults;
  const intake::CheckedApplication checked = Check(application.input);
  std::vector<Fault> faults = application.faults;
  for (const Fault& fault : checked.faults) {
    // What could not be read is empty in the form; that it is missing there says nothing new.
    const bool told =
        std::any_of(application.faults.begin(), application.faults.end(),
                    [&fault](const Fault& other) { return other.field == fault.field; });
    if (!told) faults.push_back(fault);
  }
  // The municipality is right as such, but no node covers it.
  if (faults.empty()) {
    faults.push_back({"municipality", "UNKNOWN_MUNICIPALITY",
                      "no node covers this municipality on the call's territory day",
                      "šo pašvaldību konkursa dienā neapkalpo neviens mezgls"});
  }
  return faults;
}

}  // namespace kopa::client
