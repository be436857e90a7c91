#include "tests/simulation/users.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::ledger::Amounts;
using ::kopa::programme::Verb;

namespace {

constexpr size_t kSettledKept = 40;

// What somebody may want of an application at a status, and how likely.
struct Wish {
  Verb verb;
  size_t weight;
};

std::vector<Wish> WishesAt(national::v1::ApplicationStatus status) {
  switch (status) {
    case national::v1::APPLICATION_STATUS_SUBMITTED:
      return {{Verb::kEvaluate, 90}, {Verb::kReturn, 5}, {Verb::kWithdraw, 3}};
    case national::v1::APPLICATION_STATUS_RETURNED:
      return {{Verb::kResubmit, 90}, {Verb::kWithdraw, 10}};
    case national::v1::APPLICATION_STATUS_EVALUATED:
      return {{Verb::kApprove, 85}, {Verb::kReserve, 6}, {Verb::kReject, 3}, {Verb::kEvaluate, 6}};
    case national::v1::APPLICATION_STATUS_PENDING_FUNDS:
      return {{Verb::kWithdraw, 5}, {Verb::kReserve, 5}, {Verb::kApprove, 5}, {Verb::kReject, 1}};
    case national::v1::APPLICATION_STATUS_APPROVED:
      return {{Verb::kWithdraw, 8}, {Verb::kContract, 12}, {Verb::kAmend, 12},
              {Verb::kUndo, 5},     {Verb::kPublish, 2},   {Verb::kApprove, 3}};
    case national::v1::APPLICATION_STATUS_RESERVE:
      return {{Verb::kApprove, 50}, {Verb::kReject, 5}};
    case national::v1::APPLICATION_STATUS_CONTRACTED:
      return {{Verb::kPay, 20}, {Verb::kAmend, 15}, {Verb::kReport, 10}, {Verb::kTerminate, 10}};
    case national::v1::APPLICATION_STATUS_REPORTED:
      return {{Verb::kPay, 20}, {Verb::kRepay, 8}, {Verb::kClose, 10}, {Verb::kTerminate, 8}};
    default:
      return {};
  }
}

bool NamesCents(Verb verb) {
  return verb == Verb::kAmend || verb == Verb::kPay || verb == Verb::kRepay ||
         verb == Verb::kTerminate;
}

}  // namespace

Users::Request& Users::Open(const NodeMachine& node, Ask ask, const CallId& call,
                            const ApplicationId& id, absl::Time now, Chance& chance) {
  Request& request = open_[++last_number_];
  request.number = last_number_;
  request.machine = node.index();
  request.restores = node.restores();
  request.wanted = now;
  request.ask = ask;
  request.key.id = chance.entropy().NewUuid(now);
  request.key.digest = node::Digest::FromBytes(ByteWriter().U64(0).U64(last_number_).Take());
  request.call = call;
  request.id = id;
  request.actor = chance.Percent(50) ? "Dace" : "Ilze";
  return request;
}

void Users::Want(const NodeMachine& node, absl::Time now, Chance& chance) {
  if (known_.empty() || chance.Percent(25)) {
    const CallId call(calls_[chance.Below(calls_.size())].id());
    const ApplicationId id = chance.entropy().NewUuid(now);
    Request& request = Open(node, Ask::kSubmit, call, id, now, chance);
    // Some come twice, from another client.
    const uint64_t reference = chance.Percent(10) ? last_number_ / 2 : last_number_;
    request.hand_in = {absl::StrCat("A-", reference),
                       Amounts(chance.Between(1, 900), chance.Between(1, 3), 0)};
    return;
  }
  const Known known = known_[chance.Below(known_.size())];
  if (known.node == node.id()) WantChange(node, known, now, chance);
}

void Users::WantChange(const NodeMachine& node, const Known& known, absl::Time now,
                       Chance& chance) {
  const auto application = node::FetchApplication(node.store(), known.call, known.id);
  if (!application.ok()) return;
  const std::vector<Wish> wishes = WishesAt(application->summary().status());
  // Most of what is decided stays as it is.
  size_t dice = chance.Below(100);
  const Wish* wish = nullptr;
  for (const Wish& one : wishes) {
    if (dice < one.weight) {
      wish = &one;
      break;
    }
    dice -= one.weight;
  }
  if (wish == nullptr) return;
  if (wish->verb == Verb::kEvaluate) {
    Open(node, Ask::kEvaluate, known.call, known.id, now, chance);
    return;
  }
  if (wish->verb == Verb::kResubmit) {
    Request& request = Open(node, Ask::kSubmit, known.call, known.id, now, chance);
    request.hand_in = known.hand_in;
    request.hand_in.content = absl::StrCat("corrected in request ", request.number);
    request.hand_in.requested = Amounts(chance.Between(1, 900), chance.Between(1, 3), 0);
    return;
  }
  Request& request = Open(node, Ask::kDecide, known.call, known.id, now, chance);
  request.verb = wish->verb;
  if (NamesCents(wish->verb) && !chance.Percent(10)) request.cents = chance.Between(1, 700);
}

void Users::WantAward(const NodeMachine& node, const CallId& call, const Amounts& award,
                      absl::Time now, Chance& chance) {
  Request& request = Open(node, Ask::kSubmit, call, chance.entropy().NewUuid(now), now, chance);
  request.hand_in = {absl::StrCat("A-", last_number_), award};
  request.then = {Verb::kEvaluate, Verb::kApprove};
}

void Users::AskAgain(const NodeMachine& node, Chance& chance) {
  if (settled_.empty()) return;
  const size_t at = chance.Below(settled_.size());
  Request request = settled_[at];
  // What an old copy was asked before it was put back, nobody can expect it to know.
  if (request.machine != node.index() || request.restores != node.restores()) return;
  if (open_.contains(request.number)) return;
  settled_.erase(settled_.begin() + static_cast<std::ptrdiff_t>(at));
  request.then.clear();
  request.ticket = 0;
  open_.emplace(request.number, std::move(request));
}

bool Users::IsSendable(const NodeMachine& node, const Request& request) const {
  return request.machine == node.index() && request.ticket == 0 && node.Knows(request.call);
}

bool Users::HasUnsent(const NodeMachine& node) const {
  for (const auto& [number, request] : open_) {
    if (IsSendable(node, request)) return true;
  }
  return false;
}

bool Users::WasAnsweredBefore(const NodeMachine& node, const Request& request,
                              std::vector<node::DecisionReply>* replies) const {
  const auto stored = node.store().Get(node::kRequest, request.key.id.bytes());
  if (!stored.ok()) return false;
  const auto entry = node::RequestEntry::Parse(*stored);
  KOPA_CHECK(entry.ok() && entry->digest == request.key.digest);
  *replies = entry->replies;
  return true;
}

std::optional<node::NodeCommand> Users::CommandOf(const NodeMachine& node,
                                                  const Request& request) const {
  std::vector<node::DecisionReply> replies;
  const bool answered = WasAnsweredBefore(node, request, &replies);
  if (request.ask == Ask::kSubmit) {
    node::SubmitCommand submit;
    submit.request = request.key;
    submit.call = request.call;
    submit.answered_before = answered;
    node::SubmitItem item = node::MakeSubmitItem(request.call, request.id, request.hand_in);
    if (request.current.has_value()) {
      auto current = node::FetchApplication(node.store(), request.call, *request.current);
      if (current.ok()) item.current = *std::move(current);
    }
    submit.items.push_back(std::move(item));
    return submit;
  }
  const auto current = node::FetchApplication(node.store(), request.call, request.id);
  if (!current.ok()) return std::nullopt;
  if (request.ask == Ask::kEvaluate) {
    node::EvaluateCommand evaluate;
    evaluate.request = request.key;
    const int64_t points = 2900 + 50 * static_cast<int64_t>(request.number % 40);
    evaluate.items.push_back(
        node::MakeEvaluateItem(*current, absl::StrCat("Eva ", request.number), points));
    return evaluate;
  }
  node::DecideCommand decide;
  decide.request = request.key;
  decide.actor = request.actor;
  if (answered) {
    decide.answered = std::move(replies);
  } else {
    decide.items.push_back(node::MakeDecideItem(*current, request.verb));
    if (request.cents > 0) decide.items.back().award_cents = request.cents;
  }
  return decide;
}

void Users::SendOne(NodeMachine& node, Chance& chance) {
  std::vector<Request*> sendable;
  for (auto& [number, request] : open_) {
    if (IsSendable(node, request)) sendable.push_back(&request);
  }
  if (sendable.empty()) return;
  // Mostly in order; requests of different people may overtake each other.
  Request& request = *sendable[chance.Percent(80) ? 0 : chance.Below(sendable.size())];
  if (request.ask == Ask::kEvaluate) {
    // Read before it is queued, as the handler does.
    std::vector<node::DecisionReply> replies;
    if (WasAnsweredBefore(node, request, &replies)) {
      return TakeDecided(node, request, replies.at(0));
    }
  }
  // The handler draws the id of what may be new, anew each time.
  if (request.ask == Ask::kSubmit) {
    request.id = chance.entropy().NewUuid(request.wanted);
  }
  auto command = CommandOf(node, request);
  if (!command.has_value()) {
    open_.erase(request.number);
    return;
  }
  request.ticket = ++last_ticket_;
  sent_[request.ticket] = request.number;
  if (trace_.wants_words()) {
    trace_.Say(absl::StrCat("  request ", request.number, " to ", node.Name(), ": ",
                            request.ask == Ask::kSubmit     ? "hand in"
                            : request.ask == Ask::kEvaluate ? "evaluate"
                                                            : programme::VerbName(request.verb),
                            " ", request.id.ToString(), " of ", request.call.value(),
                            request.ask == Ask::kSubmit
                                ? " for " + request.hand_in.requested.DebugString()
                                : std::string()));
  }
  node.Queue(request.ticket, *std::move(command));
}

void Users::Settle(const NodeMachine& node, Request request, const Answer& answer) {
  open_.erase(request.number);
  ++answered_;
  // An old copy that was put back in between knows nothing of the first answer.
  if (request.restores != node.restores()) request.answer.reset();
  if (request.answer.has_value()) {
    const Answer& first = *request.answer;
    const bool same = first.id == answer.id && first.is_fault == answer.is_fault &&
                      (first.what == 0 || answer.what == 0 ||
                       (first.seq == answer.seq && first.what == answer.what));
    if (!same) {
      checker_.OtherAnswer(
          node, absl::StrCat("request ", request.number, " was answered ", first.what, " at ",
                             first.seq.value(), " the first time and ", answer.what, " at ",
                             answer.seq.value(), " the next"));
    }
  } else {
    request.answer = answer;
    request.restores = node.restores();
    GoOn(node, request);
  }
  settled_.push_back(std::move(request));
  if (settled_.size() > kSettledKept) settled_.pop_front();
}

void Users::GoOn(const NodeMachine& node, const Request& request) {
  if (request.answer->is_fault || request.then.empty()) return;
  const Verb next = request.then.front();
  Chance chance(request.number);
  Request& later = Open(node, next == Verb::kEvaluate ? Ask::kEvaluate : Ask::kDecide, request.call,
                        request.answer->id, absl::UnixEpoch(), chance);
  later.verb = next;
  later.then.assign(request.then.begin() + 1, request.then.end());
}

void Users::TakeSubmitted(const NodeMachine& node, Request request,
                          const node::SubmitItemReply& item) {
  if (item.needs_current) {
    Request& open = open_.at(request.number);
    open.current = item.id;
    return;
  }
  const bool is_fault = item.outcome == region::v1::SUBMIT_OUTCOME_REJECTED;
  if (!is_fault) checker_.Answered(node, item);
  if (item.outcome == region::v1::SUBMIT_OUTCOME_ACCEPTED && !request.answer.has_value()) {
    known_.push_back({node.id(), request.call, item.id, request.hand_in});
    request.id = item.id;
  }
  Answer answer{item.id, item.seq, is_fault, item.outcome};
  // What was accepted may have been handed in anew since, and is refused then.
  if (request.answer.has_value() && is_fault) {
    open_.erase(request.number);
    return;
  }
  Settle(node, std::move(request), answer);
}

void Users::TakeDecided(const NodeMachine& node, Request request, const node::DecisionReply& item) {
  if (item.stale) {
    open_.at(request.number).ticket = 0;  // fetched and asked again
    return;
  }
  checker_.Answered(node, item);
  Answer answer{item.id, item.seq, item.fault.has_value(), static_cast<int>(item.status)};
  // The answer to what waited is what has become of it.
  if (request.ask == Ask::kDecide && request.verb == Verb::kApprove && !answer.is_fault) {
    answer.what = 0;
  }
  if (answer.is_fault) answer.what = 0;
  Settle(node, std::move(request), answer);
}

void Users::Replied(const NodeMachine& node, engine::Ticket ticket, node::NodeReply&& reply) {
  const auto sent = sent_.find(ticket);
  if (sent == sent_.end()) return;  // the link's own commands
  const uint64_t number = sent->second;
  sent_.erase(sent);
  Request& request = open_.at(number);
  request.ticket = 0;
  if (trace_.wants_words()) {
    trace_.Say(absl::StrCat("  answer to request ", number, ": ", reply.status.ToString()));
  }
  if (!reply.status.ok()) {
    open_.erase(number);  // the node is fenced
  } else if (auto* submitted = std::get_if<node::SubmitReply>(&reply.result)) {
    TakeSubmitted(node, request, submitted->items.at(0));
  } else if (auto* decided = std::get_if<node::DecideReply>(&reply.result)) {
    const node::DecisionReply& item = decided->items.at(0);
    if (trace_.wants_words()) {
      trace_.Say(absl::StrCat("    ", programme::StatusName(item.status), " at ", item.seq.value(),
                              item.stale ? ", stale" : "",
                              item.fault.has_value() ? ", " + item.fault->code : ""));
    }
    TakeDecided(node, request, item);
  }
}

void Users::NodeCrashed(const NodeMachine& node) {
  for (auto& [number, request] : open_) {
    if (request.machine != node.index() || request.ticket == 0) continue;
    sent_.erase(request.ticket);
    request.ticket = 0;
  }
}

}  // namespace kopa::simulation
