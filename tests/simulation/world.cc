#include "tests/simulation/world.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/node_core.h"

namespace kopa::simulation {

namespace {

// More than any world needs to come to rest; one that moves on for ever goes in circles.
constexpr size_t kMovesToRestMax = 20'000;
constexpr size_t kMovesWithoutUsers = 250;

std::vector<NodeId> NodeIds(size_t count) {
  std::vector<NodeId> ids;
  for (size_t i = 0; i < count; ++i) ids.push_back(NodeId(absl::StrCat("node-", i)));
  return ids;
}

}  // namespace

World::World(const Settings& settings)
    : settings_(settings),
      faults_on_(settings.with_faults),
      users_on_(settings.with_users),
      chance_(settings.seed),
      checker_(settings.calls),
      users_(settings.calls, &chance_, &checker_, &trace_),
      centre_(NodeIds(settings.nodes), settings.calls),
      skews_(settings.nodes) {
  for (const NodeId& id : NodeIds(settings.nodes)) nodes_.emplace_back(nodes_.size(), id);
}

// --- What can happen

std::vector<World::Move> World::PossibleMoves() const {
  std::vector<Move> moves;
  if (users_on_) moves.push_back({Kind::kUserWants, 20});
  if (centre_.HasWork()) moves.push_back({Kind::kCommitCentre, 60});
  if (!centre_.is_running()) moves.push_back({Kind::kStartCentre, 20});
  for (const NodeMachine& node : nodes_) {
    const uint64_t on = node.index();
    if (!node.is_running()) {
      moves.push_back({Kind::kStartNode, 20, on});
      continue;
    }
    if (users_.HasUnsent(node)) moves.push_back({Kind::kUserSends, 30, on});
    if (node.HasWork()) moves.push_back({Kind::kCommitNode, 40, on});
    if (!node.has_session() && centre_.is_running()) moves.push_back({Kind::kDial, 20, on});
    if (node.HasNews()) moves.push_back({Kind::kNodeSends, 30, on});
  }
  for (const auto& [id, session] : sessions_) {
    if (session.is_open_at_centre && !session.up.empty()) moves.push_back({Kind::kUp, 40, id});
    if (session.is_open_at_node && !session.down.empty()) moves.push_back({Kind::kDown, 40, id});
    if (!session.is_cut) continue;
    if (session.is_open_at_node) moves.push_back({Kind::kNodeNotices, 12, id});
    if (session.is_open_at_centre) moves.push_back({Kind::kCentreNotices, 8, id});
  }
  if (faults_on_) AddFaults(moves);
  return moves;
}

void World::AddFaults(std::vector<Move>& moves) const {
  moves.push_back({Kind::kTime, 8});
  if (centre_.is_running()) moves.push_back({Kind::kCrashCentre, 1});
  moves.push_back({Kind::kCrashNode, 1, moves_ % nodes_.size()});
  for (const auto& [id, session] : sessions_) {
    if (!session.is_cut) moves.push_back({Kind::kCut, 2, id});
  }
}

bool World::MakeOne() {
  const std::vector<Move> moves = PossibleMoves();
  if (moves.empty()) return false;
  size_t sum = 0;
  for (const Move& move : moves) sum += move.weight;
  size_t at = chance_.Below(sum);
  for (const Move& move : moves) {
    if (at < move.weight) {
      Make(move);
      break;
    }
    at -= move.weight;
  }
  ++moves_;
  ForgetEndedSessions();
  return true;
}

void World::Run(size_t moves) {
  for (; moves > 0 && faults().empty(); --moves) {
    if (!MakeOne()) return;
  }
}

void World::ComeToRest() {
  users_on_ = false;
  // Links break a while longer with nothing new said over them: what was on the way then must not
  // depend on later traffic to be made good.
  if (settings_.with_faults) Run(kMovesWithoutUsers);
  faults_on_ = false;
  size_t left = kMovesToRestMax;
  while (faults().empty() && left > 0) {
    if (MakeOne()) {
      --left;
      continue;
    }
    bool somebody_waits = false;
    for (const NodeMachine& node : nodes_) somebody_waits = somebody_waits || node.WantsTick();
    if (!somebody_waits) break;
    PassTime(node::kFundsWait);
  }
  if (!faults().empty()) return;
  if (left == 0) return checker_.NeverCameToRest();
  checker_.Converged(centre_, nodes_);
}

// --- What happens

void World::Make(const Move& move) {
  trace_.Add(absl::StrCat("move ", static_cast<int>(move.kind), " on ", move.on));
  switch (move.kind) {
    case Kind::kUserWants:
      return users_.Want(nodes_[chance_.Below(nodes_.size())], now_);
    case Kind::kUserSends:
      return users_.SendOne(nodes_[move.on]);
    case Kind::kCommitNode:
      return CommitNode(nodes_[move.on]);
    case Kind::kCommitCentre:
      return CommitCentre();
    case Kind::kDial: {
      Session& session = sessions_[++last_session_];
      session.id = last_session_;
      session.node = move.on;
      return nodes_[move.on].Dial(session);
    }
    case Kind::kNodeSends: {
      NodeMachine& node = nodes_[move.on];
      const size_t most = 1 + chance_.Below(5);
      const size_t overlap = chance_.Percent(10) ? chance_.Below(4) : 0;
      return node.SendNews(sessions_.at(node.session()), most, overlap);
    }
    case Kind::kUp: {
      Session& session = sessions_.at(move.on);
      trace_.Add(session.up.front().ShortDebugString());
      ++messages_;
      return centre_.Receive(session, nodes_[session.node].id());
    }
    case Kind::kDown: {
      Session& session = sessions_.at(move.on);
      ++messages_;
      return nodes_[session.node].Receive(session);
    }
    case Kind::kNodeNotices:
      return EndAtNode(sessions_.at(move.on));
    case Kind::kCentreNotices:
      return EndAtCentre(sessions_.at(move.on));
    case Kind::kCut:
      return Cut(sessions_.at(move.on));
    case Kind::kCrashNode:
      return CrashNode(nodes_[move.on]);
    case Kind::kStartNode:
      return StartNode(nodes_[move.on]);
    case Kind::kCrashCentre:
      return CrashCentre();
    case Kind::kStartCentre:
      return StartCentre();
    case Kind::kTime:
      if (chance_.Percent(10)) {
        skews_[chance_.Below(skews_.size())] = absl::Minutes(chance_.Between(-60, 60));
      }
      return PassTime(absl::Milliseconds(chance_.Between(1, 3000)));
  }
}

void World::PassTime(absl::Duration time) {
  now_ += time;
  for (NodeMachine& node : nodes_) {
    if (node.WantsTick()) CommitNode(node);
  }
}

void World::CommitNode(NodeMachine& node) {
  node::NodeEffects effects = node.Step(NowAt(node), 1 + chance_.Below(6));
  if (DiesHere()) return CrashNode(node);
  node.Write(effects);
  checker_.NodeWrote(node, effects.batch);
  checker_.NobodyIsFenced(node);
  if (DiesHere()) return CrashNode(node);
  for (auto& [ticket, reply] : effects.replies) users_.Replied(node, ticket, std::move(reply));
}

void World::CommitCentre() {
  const central::CentralEffects effects = centre_.Step(now_, 1 + chance_.Below(6));
  if (DiesHere()) return CrashCentre();
  centre_.Write(effects);
  if (DiesHere()) return CrashCentre();
  Deliver(effects);
}

void World::Deliver(const central::CentralEffects& effects) {
  for (const central::Outgoing& outgoing : effects.outgoing) {
    const auto found = sessions_.find(outgoing.session.value());
    if (const auto* message = std::get_if<national::v1::ConnectResponse>(&outgoing.what)) {
      trace_.Add(absl::StrCat("to ", outgoing.session.value(), ": ", message->ShortDebugString()));
    }
    if (found == sessions_.end() || found->second.is_cut) continue;
    found->second.down.push_back(outgoing.what);
    // The centre has ended the stream by itself and hears no more of it.
    if (std::holds_alternative<absl::Status>(outgoing.what)) {
      found->second.is_open_at_centre = false;
      found->second.up.clear();
    }
  }
}

void World::StartNode(NodeMachine& node) {
  const node::NodeEffects effects =
      node.Start(NowAt(node), chance_.entropy().Bytes(16), /*may_spend=*/chance_.Percent(70));
  if (DiesHere()) return CrashNode(node);
  node.Write(effects);
  checker_.NodeWrote(node, effects.batch);
}

void World::StartCentre() {
  const central::CentralEffects effects = centre_.Start(now_, chance_.entropy().Bytes(16));
  if (DiesHere()) return CrashCentre();
  centre_.Write(effects);
}

void World::CrashNode(NodeMachine& node) {
  if (!node.is_running()) return;
  trace_.Add(absl::StrCat(node.id().value(), " dies"));
  if (node.has_session()) {
    Session& session = sessions_.at(node.session());
    Cut(session);
    session.is_open_at_node = false;
  }
  node.Crash();
  users_.NodeCrashed(node);
}

void World::CrashCentre() {
  trace_.Add("the centre dies");
  centre_.Crash();
  for (auto& [id, session] : sessions_) {
    Cut(session);
    session.is_open_at_centre = false;
  }
}

void World::Cut(Session& session) {
  if (session.is_cut) return;
  session.is_cut = true;
  session.up.resize(chance_.Below(session.up.size() + 1));
  session.down.resize(chance_.Below(session.down.size() + 1));
}

void World::EndAtNode(Session& session) {
  session.is_open_at_node = false;
  nodes_[session.node].SessionEnded();
}

void World::EndAtCentre(Session& session) {
  session.is_open_at_centre = false;
  centre_.SessionEnded(session, nodes_[session.node].id());
}

void World::ForgetEndedSessions() {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    Session& session = at->second;
    // Where one side has ended the stream the other notices, as with a cut.
    if (!session.is_open_at_node || !session.is_open_at_centre) session.is_cut = true;
    at = session.IsOver() ? sessions_.erase(at) : std::next(at);
  }
}

}  // namespace kopa::simulation
