#include "tests/simulation/office.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kopa::simulation {

central::StaffEntry Office::Staff(const std::string& verb, Chance& chance) const {
  return {chance.entropy().Bytes(16), chance.Percent(50) ? "Anna" : "Baiba", verb, "as agreed"};
}

central::CentralCommand Office::LimitChange(const CentralMachine& centre, const CallId& call,
                                            Chance& chance) {
  // Mostly the second person says what the first one said.
  if (proposed_.call().empty() || chance.Percent(30)) {
    proposed_.Clear();
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
  return central::ProposeCommand{proposed_, Staff("propose", chance)};
}

void Office::Want(CentralMachine& centre, Chance& chance) {
  const auto& calls = centre.core().calls();
  const size_t sum = mix_.limit_changes + mix_.closings + mix_.rankings;
  if (calls.empty() || sum == 0) return;
  auto at = calls.begin();
  std::advance(at, chance.Below(calls.size()));
  const CallId& call = at->first;
  const size_t dice = chance.Below(sum);
  central::CentralCommand command;
  std::string what;
  if (dice < mix_.limit_changes) {
    what = "change limits";
    command = LimitChange(centre, call, chance);
  } else if (dice < mix_.limit_changes + mix_.closings) {
    what = absl::StrCat("close ", call.value());
    command = central::CloseCallCommand{call, Staff("call close", chance)};
  } else {
    what = absl::StrCat("apply the ranking of ", call.value());
    command = central::ApplyRankingCommand{call, "", Staff("rank apply", chance)};
  }
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
  if (const auto* published = std::get_if<central::CentralReply::Published>(&reply.result)) {
    checker_.AnsweredOffice(centre, CallId(published->call.id()), published->call.version());
  } else if (const auto* proposal = std::get_if<national::v1::Proposal>(&reply.result)) {
    if (proposal->state() == national::v1::PROPOSAL_STATE_CONFIRMED) proposed_.Clear();
  }
}

}  // namespace kopa::simulation
