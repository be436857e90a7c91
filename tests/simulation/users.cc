#include "tests/simulation/users.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::ledger::Amounts;
using ::kopa::programme::Verb;

namespace {

// A handler takes nothing under a call that the node has not heard of.
bool Knows(const NodeMachine& node, const CallId& call) {
  for (const programme::v1::Call* definition : node.core().Definitions()) {
    if (definition->id() == call.value()) return true;
  }
  return false;
}

}  // namespace

Users::Request& Users::Open(const NodeMachine& node, Kind kind, const CallId& call,
                            const ApplicationId& id, absl::Time now) {
  Request& request = open_[++last_number_];
  request.node = node.index();
  request.kind = kind;
  request.key.id = chance_.entropy().NewUuid(now);
  request.key.digest = node::DigestOf(absl::StrCat("request ", last_number_));
  request.call = call;
  request.id = id;
  return request;
}

void Users::Want(const NodeMachine& node, absl::Time now) {
  if (known_.empty() || chance_.Percent(25)) {
    const CallId call(calls_[chance_.Below(calls_.size())].id());
    Request& request = Open(node, Kind::kSubmit, call, chance_.entropy().NewUuid(now), now);
    // Some come twice, from another client.
    const uint64_t reference = chance_.Percent(10) ? last_number_ / 2 : last_number_;
    request.hand_in = {absl::StrCat("A-", reference),
                       Amounts(chance_.Between(1, 900), chance_.Between(1, 3), 0)};
    return;
  }
  const Known known = known_[chance_.Below(known_.size())];
  if (known.node == node.index()) WantChange(node, known, now);
}

void Users::WantChange(const NodeMachine& node, const Known& known, absl::Time now) {
  const auto application = node::FetchApplication(node.store(), known.call, known.id);
  if (!application.ok()) return;
  const auto decide = [&](Verb verb) {
    Open(node, Kind::kDecide, known.call, known.id, now).verb = verb;
  };
  const size_t dice = chance_.Below(100);
  switch (application->summary().status()) {
    case national::v1::APPLICATION_STATUS_SUBMITTED:
      Open(node, Kind::kEvaluate, known.call, known.id, now);
      return;
    case national::v1::APPLICATION_STATUS_EVALUATED:
      return decide(dice < 90 ? Verb::kApprove : dice < 97 ? Verb::kReserve : Verb::kReject);
    case national::v1::APPLICATION_STATUS_PENDING_FUNDS:
      if (dice < 8) decide(dice < 4 ? Verb::kWithdraw : Verb::kReserve);
      return;
    case national::v1::APPLICATION_STATUS_APPROVED:
      if (dice < 6) decide(Verb::kWithdraw);
      return;
    case national::v1::APPLICATION_STATUS_RESERVE:
      return decide(Verb::kApprove);
    default:
      return;
  }
}

void Users::WantAward(const NodeMachine& node, const CallId& call, const Amounts& award,
                      absl::Time now) {
  Request& request = Open(node, Kind::kSubmit, call, chance_.entropy().NewUuid(now), now);
  request.hand_in = {absl::StrCat("A-", last_number_), award};
  request.then = {Verb::kEvaluate, Verb::kApprove};
}

bool Users::IsSendable(const NodeMachine& node, const Request& request) const {
  return request.node == node.index() && request.ticket == 0 && Knows(node, request.call);
}

bool Users::HasUnsent(const NodeMachine& node) const {
  for (const auto& [number, request] : open_) {
    if (IsSendable(node, request)) return true;
  }
  return false;
}

bool Users::AnswerFromStore(const NodeMachine& node, const Request& request) {
  const auto stored = node.store().Get(node::kRequest, request.key.id.bytes());
  if (!stored.ok()) return false;
  const auto entry = node::RequestEntry::Parse(*stored);
  KOPA_CHECK(entry.ok() && entry->digest == request.key.digest);
  for (const node::DecisionReply& reply : entry->replies) checker_.Answered(node, reply);
  return true;
}

void Users::SendOne(NodeMachine& node) {
  for (auto& [number, request] : open_) {
    if (!IsSendable(node, request)) continue;
    node::NodeCommand command;
    if (request.kind == Kind::kSubmit) {
      node::SubmitCommand submit;
      submit.request = request.key;
      submit.call = request.call;
      submit.items.push_back(node::MakeSubmitItem(request.call, request.id, request.hand_in));
      command = std::move(submit);
    } else {
      const auto current = node::FetchApplication(node.store(), request.call, request.id);
      if (!current.ok() || AnswerFromStore(node, request)) return Close(number);
      if (request.kind == Kind::kEvaluate) {
        node::EvaluateCommand evaluate;
        evaluate.request = request.key;
        evaluate.items.push_back(node::MakeEvaluateItem(*current, absl::StrCat("Eva ", number),
                                                        3000 + 50 * (number % 40)));
        command = std::move(evaluate);
      } else {
        node::DecideCommand decide;
        decide.request = request.key;
        decide.actor = "Dace";
        decide.items.push_back(node::MakeDecideItem(*current, request.verb));
        command = std::move(decide);
      }
    }
    request.ticket = ++last_ticket_;
    sent_[request.ticket] = number;
    return node.Queue(request.ticket, std::move(command));
  }
}

void Users::TakeDecision(const NodeMachine& node, Request& request,
                         const node::DecisionReply& reply) {
  checker_.Answered(node, reply);
  if (reply.fault.has_value() || request.then.empty()) return;
  const Verb next = request.then.front();
  Request& later = Open(node, next == Verb::kEvaluate ? Kind::kEvaluate : Kind::kDecide,
                        request.call, request.id, absl::UnixEpoch());
  later.verb = next;
  later.then.assign(request.then.begin() + 1, request.then.end());
}

void Users::Replied(const NodeMachine& node, engine::Ticket ticket, node::NodeReply&& reply) {
  const auto sent = sent_.find(ticket);
  if (sent == sent_.end()) return;  // the link's own commands
  const uint64_t number = sent->second;
  sent_.erase(sent);
  Request& request = open_.at(number);
  request.ticket = 0;
  trace_.Add(absl::StrCat("answer to ", number, ": ", reply.status.ToString()));
  if (auto* submitted = std::get_if<node::SubmitReply>(&reply.result)) {
    const node::SubmitItemReply& item = submitted->items.at(0);
    trace_.Add(absl::StrCat(" outcome ", item.outcome, " seq ", item.seq.value()));
    checker_.Answered(node, item);
    if (item.outcome == region::v1::SUBMIT_OUTCOME_ACCEPTED) {
      known_.push_back({node.index(), request.call, item.id});
      request.id = item.id;
      node::DecisionReply none;
      none.stale = true;  // nothing to check of it
      TakeDecision(node, request, none);
    }
  } else if (auto* decided = std::get_if<node::DecideReply>(&reply.result)) {
    const node::DecisionReply& item = decided->items.at(0);
    trace_.Add(absl::StrCat(" status ", item.status, " seq ", item.seq.value(),
                            item.stale ? " stale" : ""));
    if (item.stale) return;  // fetched and asked again
    TakeDecision(node, request, item);
  }
  Close(number);
}

void Users::Close(uint64_t number) {
  open_.erase(number);
  ++answered_;
}

void Users::NodeCrashed(const NodeMachine& node) {
  for (auto& [number, request] : open_) {
    if (request.node != node.index() || request.ticket == 0) continue;
    sent_.erase(request.ticket);
    request.ticket = 0;
  }
}

}  // namespace kopa::simulation
