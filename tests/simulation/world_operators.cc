// What operators do to the machines of a world.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "tests/simulation/world.h"

namespace kopa::simulation {

void World::Operate(const Step& step, NodeMachine& node, Chance& chance) {
  switch (step.kind) {
    case Kind::kJoin:
      return centre_.AddNode(node.id());  // the centre hears of it when it starts again
    case Kind::kLose:
      if (node.is_running()) CrashNode(node, /*power_loss=*/true, chance);
      return node.Lose();
    case Kind::kCopy:
      return Keep(node.TakeCopy(), copies_[node.index()], chance);
    case Kind::kRestore: {
      const auto& copies = copies_.at(node.index());
      const NodeMachine::Copy& copy = copies[chance.Below(copies.size())];
      const bool keeps_fence = !chance.Percent(settings_.mix.fence_lost_percent);
      if (trace_.wants_words()) {
        trace_.Say(absl::StrCat("  a copy that ends at ", copy.head, ", ",
                                keeps_fence ? "with" : "without", " its fence file"));
      }
      checker_.Restoring(node, copy, keeps_fence, centre_);
      return node.Restore(copy, keeps_fence);
    }
    case Kind::kTwin:
      return StartTwin(node);
    case Kind::kRejoin:
      return Rejoin(node, chance);
    default:
      return;
  }
}

void World::StartTwin(NodeMachine& node) {
  const std::vector<NodeMachine::Copy>& copies = copies_.at(node.index());
  const NodeMachine::Copy& copy = copies.back();
  NodeMachine& twin = nodes_.emplace_back(nodes_.size(), node.id(), settings_.planted);
  skews_.push_back(absl::ZeroDuration());
  checker_.Copied(node, twin, copy);
  twin.Restore(copy, /*keep_fence=*/false);
}

void World::RestoreCentre(Chance& chance) {
  const storage::MemoryStore& copy = *centre_copies_[chance.Below(centre_copies_.size())];
  centre_.Restore(copy, /*marked=*/chance.Percent(50));
  checker_.CentreRestored(centre_);
}

// --- Rejoin

node::CentreCopy World::FetchForRejoin(const NodeMachine& node) const {
  node::CentreCopy copy;
  const auto view = centre_.durable().Snapshot();
  central::NodeRecord known;
  if (const auto stored = view->Get(central::kNode, node.id().value()); stored.ok()) {
    known = *central::NodeRecord::Parse(*stored);
  }
  copy.newest_epoch = known.epoch;
  // As the fetch does: from the last record that both may have, and from the first where it is
  // another one here.
  const auto fetch = [&](Seq from) {
    copy.records.clear();
    const auto records = view->Scan(central::kNodeJournal, central::NodeSeqKey(node.id(), from),
                                    central::NodeSeqKey(node.id(), known.applied.seq.Next()));
    for (; records->Valid(); records->Next()) {
      KOPA_CHECK(copy.records.emplace_back().ParseFromArray(
          records->value().data(), static_cast<int>(records->value().size())));
    }
  };
  const auto state = node.store().Get(node::kMeta, node::kNodeStateKey);
  const Seq head = state.ok() ? node::NodeState::Parse(*state)->head.seq : Seq();
  fetch(std::max(Seq(1), std::min(head, known.applied.seq)));
  const bool is_known = !copy.records.empty() && copy.records.front().seq() > 1 &&
                        node::HasRecord(*node.store().Snapshot(), copy.records.front());
  if (!is_known) fetch(Seq(1));
  const auto calls = view->Scan(central::kCall, "", "");
  for (; calls->Valid(); calls->Next()) {
    programme::v1::CallPublication publication;
    KOPA_CHECK(
        publication.ParseFromArray(calls->value().data(), static_cast<int>(calls->value().size())));
    const CallId call(publication.call().id());
    const auto ledger = view->Get(central::kLedger, central::LedgerKey(call, node.id()));
    if (ledger.ok()) copy.allotted[call] = ledger::Totals::Parse(*ledger)->allotted;
    copy.calls.push_back(std::move(*publication.mutable_call()));
  }
  return copy;
}

void World::Rejoin(NodeMachine& node, Chance& chance) {
  if (node.is_running()) {
    EndNode(node, chance);
    node.Stop();
  }
  const auto plan = node.PlanRejoin(NowAt(node), chance.entropy().Bytes(16), FetchForRejoin(node));
  if (!plan.ok()) return checker_.RejoinFailed(node, plan.status());
  const bool dies =
      faults_on_ && settings_.mix.weight(Kind::kCommitNodeDies) > 0 && chance.Percent(15);
  if (dies && chance.Percent(50)) return;
  const node::RejoinReport& report = plan->report;
  if (report.changed) {
    node.WriteRejoin(*plan);
    checker_.Rejoined(node, report.common);
  }
  if (trace_.wants_words()) {
    trace_.Say(absl::StrCat("  both have records 1 to ", report.common.value(), "; ",
                            report.refilled, " came from the centre, ", report.rejournalled,
                            " were journalled anew; epoch ", report.epoch.value()));
    for (const auto& [call, frozen] : report.frozen) {
      trace_.Say(absl::StrCat("  frozen under ", call.value(), ": ", frozen.DebugString()));
    }
  }
  if (!dies) node.NoteRejoin(report);
}

}  // namespace kopa::simulation
