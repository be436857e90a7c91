#include "tests/simulation/world.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::simulation {

namespace {

// More than any world needs to come to rest; one that moves on for ever goes in circles.
constexpr size_t kStepsToRestMost = 20'000;
constexpr size_t kStepsWithoutWishes = 50;
// So that the end is not drawn from the same numbers as the history before it.
constexpr uint64_t kRestSalt = 0x72657374ULL;

std::vector<NodeId> NodeIds(size_t count) {
  std::vector<NodeId> ids;
  for (size_t i = 0; i < count; ++i) ids.push_back(NodeId(absl::StrCat("node-", i)));
  return ids;
}

}  // namespace

World::World(Settings settings)
    : settings_(std::move(settings)),
      trace_(settings_.trace),
      checker_(settings_.mix.calls),
      users_(settings_.mix.calls, &checker_, &trace_),
      office_(&settings_.mix, &checker_, &trace_),
      centre_(NodeIds(settings_.mix.nodes -
                      std::min(settings_.mix.late_nodes, settings_.mix.nodes - 1)),
              settings_.mix.calls, settings_.planted),
      skews_(settings_.mix.nodes) {
  for (const NodeId& id : NodeIds(settings_.mix.nodes)) {
    nodes_.emplace_back(nodes_.size(), id, settings_.planted);
  }
}

// --- Driving

void World::Run() {
  Chance chance(settings_.seed);
  for (size_t left = settings_.mix.steps; left > 0 && faults().empty(); --left) {
    const std::optional<Step> step = Draw(chance);
    if (!step.has_value()) return;
    if (settings_.on_step) settings_.on_step(*step);
    Make(*step);
  }
}

void World::Replay(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (!faults().empty()) return;
    if (IsPossible(step)) Make(step);
  }
}

bool World::SomebodyWaits() const {
  return centre_.WantsTick() || std::any_of(nodes_.begin(), nodes_.end(),
                                            [](const auto& node) { return node.WantsTick(); });
}

void World::KnowAllNodes(Chance& chance) {
  bool is_new = false;
  for (const NodeMachine& node : nodes_) {
    if (centre_.KnowsNode(node.id())) continue;
    centre_.AddNode(node.id());
    is_new = true;
  }
  if (centre_.is_running()) {
    for (const NodeMachine& node : nodes_) {
      is_new = is_new || !centre_.core().nodes().contains(node.id());
    }
    if (is_new) CrashCentre(/*power_loss=*/false, chance);
  }
  for (NodeMachine& node : nodes_) node.ForgetVainDials();
}

void World::ComeToRest() {
  wishes_on_ = false;
  trace_.Say("no more wishes");
  Chance chance(settings_.seed ^ kRestSalt);
  // Links break a while longer with nothing new said over them: what was on the way then must not
  // depend on later traffic to be made good.
  const auto some = [&](size_t steps) {
    for (; steps > 0 && faults().empty(); --steps) {
      const std::optional<Step> step = Draw(chance);
      if (!step.has_value()) return steps;
      Make(*step);
    }
    return steps;
  };
  some(kStepsWithoutWishes);
  faults_on_ = false;
  trace_.Say("no more faults");
  centre_skew_ = absl::ZeroDuration();
  std::fill(skews_.begin(), skews_.end(), absl::ZeroDuration());
  KnowAllNodes(chance);
  size_t left = kStepsToRestMost;
  while (faults().empty() && left > 0) {
    left = some(left);
    if (left == 0 || !SomebodyWaits()) break;
    --left;
    PassTime(absl::Seconds(6), chance);
  }
  if (!faults().empty()) return;
  if (left == 0) return checker_.NeverCameToRest();
  checker_.Converged(centre_, nodes_);
}

// --- What happens

World::Death World::DrawDeath(Chance& chance) const {
  constexpr Death kDeaths[] = {Death::kBeforeWrite, Death::kBetweenHalves, Death::kAfterWrite,
                               Death::kFailedSync, Death::kAfterSync};
  return kDeaths[chance.Below(std::size(kDeaths))];
}

Session* World::FindSession(size_t machine, size_t which) {
  for (auto& [id, session] : sessions_) {
    if (session.machine != machine) continue;
    if (which == 0) return &session;
    --which;
  }
  return nullptr;
}

void World::Make(const Step& step) {
  Say(step);
  Chance chance(step.salt);
  switch (step.kind) {
    case Kind::kOfficeWants:
      office_.Want(centre_, nodes_, chance);
      break;
    case Kind::kCommitCentre:
      CommitCentre(Death::kNone, chance);
      break;
    case Kind::kCommitCentreDies:
      CommitCentre(DrawDeath(chance), chance);
      break;
    case Kind::kCrashCentre:
      CrashCentre(DrawPowerLoss(chance), chance);
      break;
    case Kind::kStartCentre:
      StartCentre(chance);
      break;
    case Kind::kTime:
      PassTime(absl::Milliseconds(chance.Between(1, 3000)), chance);
      break;
    case Kind::kClockJump: {
      const size_t who = chance.Below(skews_.size() + 1);
      const absl::Duration skew = absl::Minutes(chance.Between(-90, 90));
      (who == skews_.size() ? centre_skew_ : skews_[who]) = skew;
      break;
    }
    case Kind::kCopyCentre:
      Keep(centre_.TakeCopy(), centre_copies_, chance);
      break;
    case Kind::kRestoreCentre:
      RestoreCentre(chance);
      break;
    case Kind::kUp:
    case Kind::kDown:
    case Kind::kNodeNotices:
    case Kind::kCentreNotices:
      MakeOnSession(step, *FindSession(step.on, step.which));
      break;
    case Kind::kCut:
    case Kind::kCutUp:
    case Kind::kCutDown:
      Cut(*FindSession(step.on, step.which), step.kind != Kind::kCutDown, step.kind != Kind::kCutUp,
          chance);
      break;
    case Kind::kJoin:
    case Kind::kLose:
    case Kind::kCopy:
    case Kind::kRestore:
    case Kind::kTwin:
    case Kind::kRejoin:
      Operate(step, nodes_[step.on], chance);
      break;
    default:
      MakeOnNode(step, nodes_[step.on], chance);
  }
  ForgetEndedSessions();
}

void World::MakeOnNode(const Step& step, NodeMachine& node, Chance& chance) {
  switch (step.kind) {
    case Kind::kUserWants:
      return users_.Want(node, now_, chance);
    case Kind::kUserAsksAgain:
      return users_.AskAgain(node, chance);
    case Kind::kUserSends:
      return users_.SendOne(node, chance);
    case Kind::kCommitNode:
      return CommitNode(node, Death::kNone, chance);
    case Kind::kCommitNodeDies:
      return CommitNode(node, DrawDeath(chance), chance);
    case Kind::kDial: {
      Session& session = sessions_[++last_session_];
      session.id = last_session_;
      session.machine = node.index();
      return node.Dial(session);
    }
    case Kind::kNodeSends: {
      const size_t most = 1 + chance.Below(5);
      const size_t overlap = chance.Percent(10) ? chance.Below(4) : 0;
      return node.SendNews(sessions_.at(node.session()), most, overlap);
    }
    case Kind::kCrashNode:
      return CrashNode(node, DrawPowerLoss(chance), chance);
    case Kind::kStopNode:
      EndNode(node, chance);
      return node.Stop();
    case Kind::kStartNode:
      return StartNode(node, chance);
    default:
      return;
  }
}

void World::MakeOnSession(const Step& step, Session& session) {
  NodeMachine& node = nodes_[session.machine];
  switch (step.kind) {
    case Kind::kUp:
      if (trace_.wants_words()) {
        trace_.Say(absl::StrCat("  ", session.up.front().ShortDebugString()));
      }
      if (trace_.wants_digest()) trace_.Digest(session.up.front().SerializeAsString());
      ++messages_;
      return centre_.Receive(session, node.id());
    case Kind::kDown: {
      const auto* message = std::get_if<national::v1::ConnectResponse>(&session.down.front());
      if (trace_.wants_words()) {
        trace_.Say(absl::StrCat(
            "  ", message == nullptr ? "the stream ends" : message->ShortDebugString()));
      }
      if (trace_.wants_digest() && message != nullptr) {
        trace_.Digest(message->SerializeAsString());
      }
      ++messages_;
      return node.Receive(session);
    }
    case Kind::kNodeNotices:
      return EndAtNode(session);
    case Kind::kCentreNotices:
      return EndAtCentre(session);
    default:
      return;
  }
}

void World::PassTime(absl::Duration time, Chance& chance) {
  now_ += time;
  for (NodeMachine& node : nodes_) {
    if (node.WantsTick()) CommitNode(node, Death::kNone, chance);
  }
  if (centre_.WantsTick()) CommitCentre(Death::kNone, chance);
}

void World::Cut(Session& session, bool up, bool down, Chance& chance) {
  if (up && !session.is_up_cut) {
    session.is_up_cut = true;
    session.up.resize(chance.Below(session.up.size() + 1));
  }
  if (down && !session.is_down_cut) {
    session.is_down_cut = true;
    session.down.resize(chance.Below(session.down.size() + 1));
  }
}

void World::EndAtNode(Session& session) {
  session.is_open_at_node = false;
  nodes_[session.machine].SessionEnded();
}

void World::EndAtCentre(Session& session) {
  session.is_open_at_centre = false;
  nodes_[session.machine].ForgetVainDials();
  centre_.SessionEnded(session, nodes_[session.machine].id());
}

void World::ForgetEndedSessions() {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    Session& session = at->second;
    // Where one side has ended the stream the other notices, as with a cut.
    if (!session.is_open_at_node || !session.is_open_at_centre) {
      session.is_up_cut = true;
      session.is_down_cut = true;
    }
    at = session.IsOver() ? sessions_.erase(at) : std::next(at);
  }
}

uint64_t World::StoresDigest() const {
  Trace all(Trace::Mode::kDigest);
  const auto add = [&all](const storage::MemoryStore& store, size_t families) {
    const auto view = store.Snapshot();
    for (size_t family = 0; family < families; ++family) {
      const auto values = view->Scan(static_cast<storage::Family>(family), "", "");
      for (; values->Valid(); values->Next()) {
        all.Digest(values->key());
        all.Digest(values->value());
      }
    }
  };
  for (const NodeMachine& node : nodes_) add(node.store(), node::FamilyNames().size());
  add(centre_.store(), central::FamilyNames().size());
  return all.digest();
}

}  // namespace kopa::simulation
