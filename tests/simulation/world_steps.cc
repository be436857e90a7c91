// What can happen next in a world, and how it is told.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace kopa::simulation {

namespace {

// A copy that is refused dials again and again; a few times are enough to see what comes of it.
constexpr size_t kVainDialsMost = 3;
// Two stores of one node would take turns for ever.
constexpr size_t kRejoinsMost = 3;

using Weighted = std::vector<std::pair<Step, size_t>>;

void Add(const Mix& mix, Kind kind, size_t on, size_t which, Weighted& steps) {
  if (const size_t weight = mix.weight(kind); weight > 0) {
    steps.push_back({{kind, on, which, 0}, weight});
  }
}

}  // namespace

bool World::MayDial(const NodeMachine& node) const {
  if (!node.is_running() || node.has_session() || !centre_.is_running()) return false;
  const bool is_copy = node.restores() > 0 ||
                       std::any_of(nodes_.begin(), nodes_.end(), [&](const NodeMachine& other) {
                         return other.id() == node.id() && other.index() != node.index();
                       });
  return !is_copy || node.vain_dials() < kVainDialsMost;
}

bool World::MayRejoin(const NodeMachine& node) const {
  // What a restored centre has forgotten can't be frozen: operators wait until it has heard from
  // every node, which takes this one, too. That is not played.
  return node.IsFenced() && node.rejoins() < kRejoinsMost && centre_.is_running() &&
         centre_.restores() == 0;
}

void World::AddOfNode(const NodeMachine& node, Weighted& steps) const {
  const Mix& mix = settings_.mix;
  const size_t on = node.index();
  if (node.is_lost()) return;
  // A node that is to join later does not run yet; a twin runs from the beginning.
  if (!centre_.KnowsNode(node.id())) {
    Add(mix, Kind::kJoin, on, 0, steps);
    return;
  }
  if (MayRejoin(node)) Add(mix, Kind::kRejoin, on, 0, steps);
  if (!node.is_running()) {
    Add(mix, Kind::kStartNode, on, 0, steps);
    if (faults_on_ && copies_.contains(on)) Add(mix, Kind::kRestore, on, 0, steps);
    return;
  }
  if (wishes_on_) {
    Add(mix, Kind::kUserWants, on, 0, steps);
    Add(mix, Kind::kUserAsksAgain, on, 0, steps);
  }
  if (users_.HasUnsent(node)) Add(mix, Kind::kUserSends, on, 0, steps);
  if (node.HasWork()) Add(mix, Kind::kCommitNode, on, 0, steps);
  if (MayDial(node)) Add(mix, Kind::kDial, on, 0, steps);
  if (node.HasNews()) Add(mix, Kind::kNodeSends, on, 0, steps);
  if (!faults_on_) return;
  if (node.HasWork()) Add(mix, Kind::kCommitNodeDies, on, 0, steps);
  Add(mix, Kind::kCrashNode, on, 0, steps);
  Add(mix, Kind::kStopNode, on, 0, steps);
}

void World::AddOfSession(const Session& session, Weighted& steps) const {
  const Mix& mix = settings_.mix;
  size_t which = 0;
  for (const auto& [id, other] : sessions_) {
    if (id < session.id && other.machine == session.machine) ++which;
  }
  const size_t on = session.machine;
  if (session.is_open_at_centre && !session.up.empty()) Add(mix, Kind::kUp, on, which, steps);
  if (session.is_open_at_node && !session.down.empty()) Add(mix, Kind::kDown, on, which, steps);
  if (session.IsBroken()) {
    if (session.is_open_at_node) Add(mix, Kind::kNodeNotices, on, which, steps);
    if (session.is_open_at_centre) Add(mix, Kind::kCentreNotices, on, which, steps);
  }
  if (!faults_on_) return;
  if (!session.is_up_cut || !session.is_down_cut) Add(mix, Kind::kCut, on, which, steps);
  if (!session.is_up_cut) Add(mix, Kind::kCutUp, on, which, steps);
  if (!session.is_down_cut) Add(mix, Kind::kCutDown, on, which, steps);
}

void World::AddOfOperators(Weighted& steps) const {
  const Mix& mix = settings_.mix;
  for (const NodeMachine& node : nodes_) {
    const size_t on = node.index();
    if (node.is_lost() || !centre_.KnowsNode(node.id())) continue;
    const auto copies = copies_.find(on);
    Add(mix, Kind::kCopy, on, 0, steps);
    const bool has_twins = nodes_.size() > mix.nodes;
    if (copies != copies_.end() && !has_twins) Add(mix, Kind::kTwin, on, 0, steps);
  }
  // At most one is lost for good, and not all of them.
  const bool is_one_lost =
      std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.is_lost(); });
  Add(mix, Kind::kCopyCentre, 0, 0, steps);
  if (!centre_.is_running() && !centre_copies_.empty()) {
    Add(mix, Kind::kRestoreCentre, 0, 0, steps);
  }
  if (!is_one_lost && centre_.KnowsNode(nodes_[0].id())) Add(mix, Kind::kLose, 0, 0, steps);
}

Weighted World::Possible() const {
  const Mix& mix = settings_.mix;
  Weighted steps;
  steps.reserve(64);
  if (centre_.is_running()) {
    if (wishes_on_) Add(mix, Kind::kOfficeWants, 0, 0, steps);
    if (centre_.HasWork()) Add(mix, Kind::kCommitCentre, 0, 0, steps);
  } else {
    Add(mix, Kind::kStartCentre, 0, 0, steps);
  }
  for (const NodeMachine& node : nodes_) AddOfNode(node, steps);
  for (const auto& [id, session] : sessions_) AddOfSession(session, steps);
  if (!faults_on_) return steps;
  Add(mix, Kind::kTime, 0, 0, steps);
  Add(mix, Kind::kClockJump, 0, 0, steps);
  AddOfOperators(steps);
  if (!centre_.is_running()) return steps;
  Add(mix, Kind::kCrashCentre, 0, 0, steps);
  if (centre_.HasWork()) Add(mix, Kind::kCommitCentreDies, 0, 0, steps);
  return steps;
}

bool World::IsPossible(const Step& step) const {
  for (const auto& [possible, weight] : Possible()) {
    if (possible.kind == step.kind && possible.on == step.on && possible.which == step.which) {
      return true;
    }
  }
  return false;
}

std::optional<Step> World::Draw(Chance& chance) const {
  const Weighted steps = Possible();
  size_t sum = 0;
  for (const auto& [step, weight] : steps) sum += weight;
  if (sum == 0) return std::nullopt;
  size_t at = chance.Below(sum);
  for (const auto& [step, weight] : steps) {
    if (at < weight) {
      Step drawn = step;
      drawn.salt = chance.Salt();
      return drawn;
    }
    at -= weight;
  }
  return std::nullopt;
}

void World::Say(const Step& step) {
  if (trace_.wants_digest()) {
    trace_.Digest(absl::StrCat(static_cast<int>(step.kind), " ", step.on, " ", step.which, "\n"));
  }
  if (!trace_.wants_words()) return;
  std::string line(KindName(step.kind));
  switch (step.kind) {
    case Kind::kOfficeWants:
    case Kind::kCommitCentre:
    case Kind::kCommitCentreDies:
    case Kind::kCrashCentre:
    case Kind::kStartCentre:
    case Kind::kTime:
    case Kind::kClockJump:
    case Kind::kCopyCentre:
    case Kind::kRestoreCentre:
      break;
    default:
      absl::StrAppend(&line, ": ", nodes_[step.on].Name());
      if (step.which > 0) absl::StrAppend(&line, ", stream ", step.which + 1);
  }
  trace_.Say(line);
}

}  // namespace kopa::simulation
