#include "tests/simulation/office.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kopa::simulation {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::Change;

namespace {

constexpr char kRelease[] = "release what is frozen";

}  // namespace

central::StaffEntry Office::Staff(const std::string& verb, Chance& chance) const {
  return {chance.entropy().Bytes(16), chance.Percent(50) ? "Anna" : "Baiba", verb, "as agreed"};
}

void Office::WantLimits(const CentralMachine& centre, const CallId& call, Chance& chance) {
  proposed_.set_call(call.value());
  const auto& before = centre.core().calls().at(call).call().limits();
  auto& limits = *proposed_.mutable_limits();
  if (before.has_budget_cents()) {
    limits.set_budget_cents(
        std::max<int64_t>(0, before.budget_cents() + chance.Between(-900, 900)));
  }
  if (before.has_initiatives() && chance.Percent(60)) {
    limits.set_initiatives(std::max<int64_t>(0, before.initiatives() + chance.Between(-3, 3)));
  }
}

void Office::WantRetirement(const CentralMachine& centre, const std::deque<NodeMachine>& nodes,
                            Chance& chance) {
  const auto& known = centre.core().nodes();
  for (const auto& [id, status] : known) {
    if (status.record.fence_reason == national::v1::FENCE_REASON_RETIRED) return;  // one is enough
  }
  for (const NodeMachine& node : nodes) {
    const auto status = known.find(node.id());
    if (status == known.end() || status->second.connected) continue;
    // Now and then a node is given up that was only away.
    if (!node.is_lost() && !chance.Percent(10)) continue;
    proposed_.mutable_retire_node()->set_node(node.id().value());
    return;
  }
}

void Office::WantRelease(const CentralMachine& centre, const std::deque<NodeMachine>& nodes,
                         const CallId& call, Chance& chance) {
  std::vector<std::pair<NodeId, Amounts>> unspent;
  for (const auto& [id, status] : centre.core().nodes()) {
    const Amounts amounts = checker_.Unspent(id, call, centre, nodes);
    if (!amounts.IsZero()) unspent.emplace_back(id, amounts);
  }
  if (unspent.empty()) return;
  auto& [node, amounts] = unspent[chance.Below(unspent.size())];
  if (chance.Percent(40)) {
    const Amounts part(chance.Between(0, amounts.cents()), chance.Between(0, amounts.initiatives()),
                       amounts.teams());
    if (!part.IsZero()) amounts = part;
  }
  proposed_.set_call(call.value());
  proposed_.mutable_release_frozen()->set_node(node.value());
  *proposed_.mutable_release_frozen()->mutable_units() = amounts.ToProto();
}

bool Office::IsReleaseSent() const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [](const auto& sent) { return sent.second == kRelease; });
}

void Office::Want(CentralMachine& centre, const std::deque<NodeMachine>& nodes, Chance& chance) {
  const auto& calls = centre.core().calls();
  const size_t sum =
      mix_.limit_changes + mix_.closings + mix_.rankings + mix_.retirements + mix_.releases;
  if (calls.empty() || sum == 0) return;
  auto at = calls.begin();
  std::advance(at, chance.Below(calls.size()));
  const CallId& call = at->first;
  size_t dice = chance.Below(sum);
  const auto is = [&dice](size_t weight) {
    if (dice < weight) return true;
    dice -= weight;
    return false;
  };
  if (is(mix_.closings)) {
    return Send(centre, absl::StrCat("close ", call.value()),
                central::CloseCallCommand{call, Staff("call close", chance)});
  }
  if (is(mix_.rankings)) {
    return Send(centre, absl::StrCat("apply the ranking of ", call.value()),
                central::ApplyRankingCommand{call, "", Staff("rank apply", chance)});
  }
  // Mostly the second person says what the first one said.
  if (proposed_.kind_case() == Change::KIND_NOT_SET || chance.Percent(30)) {
    proposed_.Clear();
    if (is(mix_.limit_changes)) {
      WantLimits(centre, call, chance);
    } else if (is(mix_.retirements)) {
      WantRetirement(centre, nodes, chance);
    } else {
      WantRelease(centre, nodes, call, chance);
    }
  }
  std::string what = "change limits";
  if (proposed_.has_release_frozen()) {
    // Each of the two looks for themselves, and not while another release is under way.
    const NodeId node(proposed_.release_frozen().node());
    const Amounts unspent = checker_.Unspent(node, CallId(proposed_.call()), centre, nodes);
    const Amounts wanted = Amounts::FromProto(proposed_.release_frozen().units());
    if (IsReleaseSent() || !AllAtMost(wanted, unspent)) return proposed_.Clear();
    what = kRelease;
  } else if (proposed_.has_retire_node()) {
    what = absl::StrCat("retire ", proposed_.retire_node().node());
  } else if (proposed_.kind_case() == Change::KIND_NOT_SET) {
    return;
  }
  Send(centre, what, central::ProposeCommand{proposed_, Staff("propose", chance)});
  proposal_ticket_ = last_ticket_;
}

void Office::Send(CentralMachine& centre, const std::string& what,
                  central::CentralCommand command) {
  if (trace_.wants_words()) trace_.Say(absl::StrCat("  the office wants to ", what));
  sent_[++last_ticket_] = what;
  centre.Queue(last_ticket_, std::move(command));
}

void Office::Replied(const CentralMachine& centre, engine::Ticket ticket,
                     central::CentralReply&& reply) {
  const auto sent = sent_.find(ticket);
  if (sent == sent_.end()) return;  // the link's own commands
  if (trace_.wants_words()) {
    trace_.Say(
        absl::StrCat("  the office is answered: ", sent->second, ": ", reply.status.ToString()));
  }
  sent_.erase(sent);
  if (!reply.status.ok() && ticket == proposal_ticket_) proposed_.Clear();
  if (const auto* published = std::get_if<central::CentralReply::Published>(&reply.result)) {
    checker_.AnsweredOffice(centre, CallId(published->call.id()), published->call.version());
  } else if (const auto* proposal = std::get_if<national::v1::Proposal>(&reply.result)) {
    if (proposal->state() == national::v1::PROPOSAL_STATE_CONFIRMED) proposed_.Clear();
  }
}

}  // namespace kopa::simulation
