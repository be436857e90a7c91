// What must hold once faults have stopped and everything is delivered.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "central/core/verify.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/verify.h"
#include "tests/simulation/checker.h"

namespace kopa::simulation {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;

namespace {

bool Speaks(const NodeMachine& node) {
  return node.is_running() && node.is_admitted() && !node.core().state().fenced();
}

}  // namespace

void Checker::JournalsStand(const std::deque<NodeMachine>& nodes) {
  for (const NodeMachine& node : nodes) {
    if (node.is_lost()) continue;
    const History& history = histories_[node.index()];
    const auto records = node.durable().Snapshot()->Scan(node::kJournal, "", "");
    uint64_t seq = 0;
    for (; records->Valid(); records->Next()) {
      if (++seq <= history.seq() && records->value() == history.records[seq - 1]->bytes) continue;
      Fault(absl::StrCat(node.Name(), ": record ", seq, " was replaced, or nobody saw it written"));
    }
    if (seq != history.seq()) Fault(absl::StrCat(node.Name(), ": its journal has become shorter"));
  }
}

void Checker::ReceiptsHold(const std::deque<NodeMachine>& nodes) {
  for (const Receipt& receipt : receipts_) {
    const NodeMachine& node = nodes[receipt.machine];
    if (node.is_lost() || node.restores() != receipt.restores) continue;
    const History& history = histories_[receipt.machine];
    const uint64_t seq = receipt.seq.value();
    const bool is_of_it =
        seq <= history.seq() && history.records[seq - 1]->application == receipt.id &&
        (receipt.hash.empty() || history.records[seq - 1]->head.hash == receipt.hash);
    if (is_of_it) continue;
    Fault(absl::StrCat("receipt ", node.Name(), "/", seq, " is of ", receipt.id.ToString(),
                       ", the journal has something else there"));
  }
}

void Checker::CentreEqualsNode(const CentralMachine& centre, const NodeMachine& node) {
  const auto& status = centre.core().nodes().at(node.id());
  const std::string& held_against = node.core().state().centre.alarm;
  if (!is_centre_restored_ && !held_against.empty()) {
    Fault(absl::StrCat(node.Name(), " raised a false alarm: ", held_against));
  }
  if (!MayBeFenced(node.id()) && !status.record.alarm.empty()) {
    Fault(absl::StrCat("the centre raised a false alarm: ", status.record.alarm));
  }
  if (!(status.record.applied == node.core().state().head)) {
    Fault(absl::StrCat(node.Name(), " is at ", node.core().state().head.seq.value(),
                       ", the centre has applied ", status.record.applied.seq.value()));
  }
  for (const auto& figures : node.core().Figures()) {
    ledger::Totals there = centre.core().fold().FindCall(figures.call)->ledger.of(node.id());
    there.released = Amounts();  // the node is not told of it
    if (there == figures.totals) continue;
    Fault(absl::StrCat(node.Name(), ", ", figures.call.value(),
                       ": the centre's ledger is not the node's; headroom ",
                       there.Headroom().DebugString(), " there, ",
                       figures.totals.Headroom().DebugString(), " here"));
  }
  const auto& summaries = centre.core().fold().summaries();
  for (const auto& [id, award] : histories_[node.index()].awards) {
    const auto found = summaries.find(id);
    if (found == summaries.end() || found->second.awarded != award.amounts) {
      Fault(absl::StrCat("the centre has another award for ", id.ToString()));
    }
  }
}

void Checker::NothingIsStranded(const CentralMachine& centre,
                                const std::deque<NodeMachine>& nodes) {
  if (centre.core().state().recovering) return;  // it waits for a node that will not come
  for (const auto& [id, call] : centre.core().fold().calls()) {
    const programme::v1::Call& definition = centre.core().calls().at(id).call();
    const auto& allotment = definition.allotment();
    Amounts could_be_had = call.ledger.Available();
    for (const NodeMachine& node : nodes) {
      if (!Speaks(node)) continue;
      for (const auto& figures : node.core().Figures()) {
        if (figures.call != id) continue;
        could_be_had = could_be_had + figures.headroom;
        if (definition.closed() && !figures.headroom.IsZero()) {
          Fault(absl::StrCat(id.value(), " is closed, and ", figures.headroom.DebugString(),
                             " did not come back from ", node.Name()));
        }
      }
    }
    if (definition.closed()) continue;
    if (allotment.policy() != programme::v1::ALLOTMENT_POLICY_ON_DEMAND) continue;
    const bool strict = allotment.pending() == programme::v1::PENDING_POLICY_STRICT;
    for (const auto& [key, wanted] : call.pending) {
      if (!centre.core().nodes().at(key.node).connected) continue;
      const Amounts award = limits_[id].LimitedPart(wanted);
      if (AllAtMost(award, could_be_had)) {
        Fault(absl::StrCat(id.value(), ": ", award.DebugString(), " waits at ", key.node.value(),
                           " while ", could_be_had.DebugString(), " could be had"));
      }
      if (strict) break;  // the first one blocks the others
    }
  }
}

void Checker::StoresVerify(const CentralMachine& centre, const std::deque<NodeMachine>& nodes) {
  // A store that was refused for another history is an alarm that stays.
  const auto is_known = [&](const std::string& check) {
    return std::any_of(with_copies_.begin(), with_copies_.end(), [&](const NodeId& node) {
      return check == absl::StrCat("journal-chain ", node.value()) &&
             !centre.core().nodes().at(node).record.alarm.empty();
    });
  };
  const auto report = [&](const std::string& who, const auto& response) {
    for (const auto& check : response.checks()) {
      // A restored centre that has forgotten a larger budget says so, and is right.
      if (is_centre_restored_ && absl::StartsWith(check.name(), "budget ")) continue;
      // What it wrote before it noticed that it is a copy is another history, and an alarm.
      if (is_centre_restored_ && absl::StartsWith(check.name(), "centre-history ")) continue;
      // One that wrote on before a node told it has rewritten what others had seen, and is told so.
      if (is_centre_restored_ && absl::StartsWith(check.name(), "centre-history ")) continue;
      if (!check.ok() && !is_known(check.name()))
        Fault(absl::StrCat(who, ": ", check.name(), ": ", check.detail()));
    }
  };
  for (const NodeMachine& node : nodes) {
    if (node.is_lost()) continue;
    report(node.Name(),
           node::VerifyNode(node.id(), *node.store().Snapshot(), 0, node::SealCheck()));
  }
  const auto response = central::Verify(*centre.store().Snapshot(), [] { return false; });
  if (response.ok()) report("the centre", *response);
}

void Checker::Converged(const CentralMachine& centre, const std::deque<NodeMachine>& nodes) {
  JournalsStand(nodes);
  ReceiptsHold(nodes);
  for (const NodeMachine& node : nodes) {
    if (node.is_lost() || !node.is_running()) continue;
    if (Speaks(node) && centre.core().nodes().at(node.id()).connected) {
      CentreEqualsNode(centre, node);
    } else if (!MayBeFenced(node.id())) {
      Fault(absl::StrCat(node.Name(), " is not connected"));
    }
  }
  for (const auto& [call, publication] : centre.core().calls()) {
    for (const auto& [node, status] : centre.core().nodes()) {
      if (!status.connected || centre.core().decisions(call).UnderWayAt(node).IsZero()) continue;
      Fault(absl::StrCat(call.value(), ": a decision of the ranking was never answered by ",
                         node.value()));
    }
  }
  NothingIsStranded(centre, nodes);
  StoresVerify(centre, nodes);
}

}  // namespace kopa::simulation
