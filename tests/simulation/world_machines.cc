// How machines start, commit and die in a world.

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace kopa::simulation {

void World::CommitNode(NodeMachine& node, Death death, Chance& chance) {
  node::NodeEffects effects = node.Step(NowAt(node), 1 + chance.Below(6));
  if (death == Death::kBeforeWrite || death == Death::kBetweenHalves) {
    return CrashNode(node, DrawPowerLoss(chance), chance);
  }
  node.Write(effects);
  if (settings_.planted == Planted::kAckBeforeSync) Answer(node, effects);
  // A failed sync tells nothing about what is on disk, and ends the process.
  if (death == Death::kAfterWrite || death == Death::kFailedSync) {
    return CrashNode(node, DrawPowerLoss(chance) || death == Death::kFailedSync, chance);
  }
  node.Sync();
  if (settings_.planted != Planted::kBatchLost) checker_.NodeSynced(node, centre_);
  if (death == Death::kAfterSync) return CrashNode(node, DrawPowerLoss(chance), chance);
  Answer(node, effects);
}

void World::Answer(NodeMachine& node, node::NodeEffects& effects) {
  for (auto& [ticket, reply] : effects.replies) {
    if (trace_.wants_digest()) trace_.Digest(reply.status.ToString());
    // The centre on the other end is not the one that this node knows.
    const bool is_refused = ticket == 0 && !reply.status.ok();
    if (is_refused && node.has_session()) EndAtNode(sessions_.at(node.session()));
    users_.Replied(node, ticket, std::move(reply));
  }
  effects.replies.clear();
}

void World::CommitCentre(Death death, Chance& chance) {
  central::CentralEffects effects = centre_.Step(now_ + centre_skew_, 1 + chance.Below(6));
  if (settings_.planted == Planted::kAllotmentBeforeDurable) Deliver(effects);
  if (death == Death::kBeforeWrite) return CrashCentre(DrawPowerLoss(chance), chance);
  centre_.WriteFirstHalf(effects);
  if (death == Death::kBetweenHalves) return CrashCentre(DrawPowerLoss(chance), chance);
  centre_.Write(effects);
  if (death == Death::kAfterWrite || death == Death::kFailedSync) {
    return CrashCentre(DrawPowerLoss(chance) || death == Death::kFailedSync, chance);
  }
  centre_.Sync();
  checker_.CentreSynced(centre_);
  if (death == Death::kAfterSync) return CrashCentre(DrawPowerLoss(chance), chance);
  if (settings_.planted != Planted::kAllotmentBeforeDurable) Deliver(effects);
  for (auto& [ticket, reply] : effects.replies) office_.Replied(centre_, ticket, std::move(reply));
}

void World::Deliver(const central::CentralEffects& effects) {
  for (const central::Outgoing& outgoing : effects.outgoing) {
    const auto found = sessions_.find(outgoing.session.value());
    if (found == sessions_.end()) continue;
    Session& session = found->second;
    const auto* message = std::get_if<national::v1::ConnectResponse>(&outgoing.what);
    if (message != nullptr && message->has_admitted() && session.is_open_at_node) {
      checker_.Admitted(nodes_[session.machine], centre_, nodes_);
    }
    centre_.Send(session, outgoing.what);
    if (message != nullptr) continue;
    // The centre has ended the stream by itself and hears no more of it.
    session.is_open_at_centre = false;
    session.up.clear();
  }
}

void World::StartNode(NodeMachine& node, Chance& chance) {
  const node::NodeEffects effects = node.Start(NowAt(node), chance.entropy().Bytes(16));
  const bool dies =
      faults_on_ && settings_.mix.weight(Kind::kCommitNodeDies) > 0 && chance.Percent(4);
  if (dies && chance.Percent(50)) return CrashNode(node, DrawPowerLoss(chance), chance);
  node.Write(effects);
  if (dies) return CrashNode(node, DrawPowerLoss(chance), chance);
  node.Sync();
  if (settings_.planted != Planted::kBatchLost) checker_.NodeSynced(node, centre_);
}

void World::StartCentre(Chance& chance) {
  const central::CentralEffects effects =
      centre_.Start(now_ + centre_skew_, chance.entropy().Bytes(16));
  for (NodeMachine& node : nodes_) node.ForgetVainDials();
  const bool dies =
      faults_on_ && settings_.mix.weight(Kind::kCommitCentreDies) > 0 && chance.Percent(4);
  if (dies) return CrashCentre(DrawPowerLoss(chance), chance);
  centre_.Write(effects);
  centre_.Sync();
  checker_.CentreSynced(centre_);
}

void World::CrashNode(NodeMachine& node, bool power_loss, Chance& chance) {
  trace_.Say(absl::StrCat("  ", node.Name(), power_loss ? " loses power" : " dies"));
  EndNode(node, chance);
  node.Crash(power_loss);
}

void World::EndNode(NodeMachine& node, Chance& chance) {
  if (node.has_session()) {
    Session& session = sessions_.at(node.session());
    Cut(session, true, true, chance);
    session.is_open_at_node = false;
  }
  users_.NodeCrashed(node);
}

void World::CrashCentre(bool power_loss, Chance& chance) {
  trace_.Say(power_loss ? "  the centre loses power" : "  the centre dies");
  centre_.Crash(power_loss);
  office_.CentreCrashed();
  for (auto& [id, session] : sessions_) {
    Cut(session, true, true, chance);
    session.is_open_at_centre = false;
  }
}

}  // namespace kopa::simulation
