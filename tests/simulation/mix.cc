#include "tests/simulation/mix.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/chance.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::programme::v1::Call;

namespace {

// So that the mix of a seed and its history are not drawn from the same numbers.
constexpr uint64_t kMixSalt = 0x6D69786564ULL;

constexpr Kind kFaults[] = {Kind::kCut,
                            Kind::kCutUp,
                            Kind::kCutDown,
                            Kind::kCommitNodeDies,
                            Kind::kCommitCentreDies,
                            Kind::kCrashNode,
                            Kind::kStopNode,
                            Kind::kCrashCentre,
                            Kind::kClockJump,
                            Kind::kLose,
                            Kind::kCopy,
                            Kind::kRestore,
                            Kind::kTwin,
                            Kind::kCopyCentre,
                            Kind::kRestoreCentre};

void SetWork(Mix& mix) {
  mix.weight(Kind::kUserWants) = 20;
  mix.weight(Kind::kUserSends) = 30;
  mix.weight(Kind::kUserAsksAgain) = 2;
  mix.weight(Kind::kOfficeWants) = 1;
  mix.weight(Kind::kCommitNode) = 40;
  mix.weight(Kind::kCommitCentre) = 60;
  mix.weight(Kind::kDial) = 20;
  mix.weight(Kind::kNodeSends) = 30;
  mix.weight(Kind::kUp) = 40;
  mix.weight(Kind::kDown) = 40;
  mix.weight(Kind::kNodeNotices) = 12;
  mix.weight(Kind::kCentreNotices) = 8;
  mix.weight(Kind::kStartNode) = 20;
  mix.weight(Kind::kStartCentre) = 20;
  mix.weight(Kind::kTime) = 8;
  mix.weight(Kind::kJoin) = 4;
}

void AddCuts(Mix& mix, Chance& chance) {
  mix.weight(Kind::kCut) = 1 + chance.Below(3);
  mix.weight(Kind::kCutUp) = chance.Below(3);
  mix.weight(Kind::kCutDown) = chance.Below(3);
}

void AddCrashes(Mix& mix, Chance& chance) {
  mix.weight(Kind::kCommitNodeDies) = 1 + chance.Below(2);
  mix.weight(Kind::kCommitCentreDies) = chance.Below(3);
  mix.weight(Kind::kCrashNode) = chance.Below(2);
  mix.weight(Kind::kStopNode) = chance.Below(2);
  mix.weight(Kind::kCrashCentre) = chance.Below(2);
  mix.power_loss_percent = chance.Percent(50) ? 0 : chance.Below(100);
}

void AddRejoins(Mix& mix, Chance& chance) {
  mix.weight(Kind::kRejoin) = 3 + chance.Below(10);
  mix.weight(Kind::kOfficeWants) = 4;
  mix.releases = chance.Below(3);
}

void AddCopies(Mix& mix, Chance& chance) {
  mix.weight(Kind::kCopy) = 3;
  mix.weight(Kind::kRestore) = 2 + chance.Below(8);
  mix.weight(Kind::kTwin) = chance.Below(2);
  mix.fence_lost_percent = chance.Below(3) * 50;
  if (chance.Percent(70)) AddRejoins(mix, chance);
}

void AddCentreCopies(Mix& mix) {
  mix.weight(Kind::kCopyCentre) = 2;
  mix.weight(Kind::kRestoreCentre) = 1;
  mix.weight(Kind::kCrashCentre) = 1;
}

void AddOffice(Mix& mix, Chance& chance) {
  mix.weight(Kind::kOfficeWants) = 2 + chance.Below(4);
  mix.limit_changes = chance.Below(3);
  mix.closings = chance.Percent(20) ? 1 : 0;
  mix.rankings = chance.Below(3);
}

void ShareOut(Call& call, size_t nodes) {
  int32_t left = 10'000;
  for (size_t i = 0; i < nodes; ++i) {
    auto* share = call.mutable_allotment()->add_shares();
    share->set_node(absl::StrCat("node-", i));
    const int32_t part = i + 1 == nodes ? left : 10'000 / static_cast<int32_t>(nodes) + 1;
    share->set_basis_points(part);
    left -= part;
  }
}

void AddLosses(Mix& mix, Chance& chance) {
  mix.weight(Kind::kLose) = 1;
  mix.weight(Kind::kOfficeWants) = 4;
  mix.retirements = chance.Below(3);
  mix.releases = 1;
}

// Small budgets of odd cents and slots, so that the end of the money is where most of the time is
// spent.
Call DrawCall(size_t number, size_t nodes, Chance& chance) {
  const int64_t cents = chance.Percent(15) ? -1 : chance.Between(300, 4000);
  const int64_t slots = cents >= 0 && chance.Percent(30) ? -1 : chance.Between(2, 14);
  Call call = node::TestCall(absl::StrCat("call-", number), cents, slots);
  auto* allotment = call.mutable_allotment();
  if (chance.Percent(35)) allotment->set_pending(programme::v1::PENDING_POLICY_STRICT);
  if (chance.Percent(70)) allotment->set_typical_award_cents(chance.Between(50, 700));
  if (chance.Percent(15)) {
    allotment->set_policy(programme::v1::ALLOTMENT_POLICY_FIXED_SHARES);
    ShareOut(call, nodes);
  } else if (chance.Percent(10)) {
    allotment->set_policy(programme::v1::ALLOTMENT_POLICY_CENTRAL_ONLY);
    call.mutable_ranking()->set_apply_allowed(true);
  }
  if (chance.Percent(40)) call.mutable_ranking()->set_apply_allowed(true);
  if (chance.Percent(50)) {
    call.mutable_ranking()->set_cut(programme::v1::PENDING_POLICY_SKIP);
  }
  // Long ago and for ever: the window itself is the handlers' business.
  call.mutable_window()->set_opens("2020-01-01T00:00:00");
  call.mutable_window()->set_closes("2039-01-01T00:00:00");
  call.mutable_window()->set_zone("Europe/Riga");
  return call;
}

Mix Basic(Chance& chance) {
  Mix mix;
  mix.nodes = 2 + chance.Below(3);
  mix.steps = 100 + chance.Below(250);
  SetWork(mix);
  const size_t calls = 1 + chance.Below(3);
  for (size_t i = 0; i < calls; ++i) mix.calls.push_back(DrawCall(i, mix.nodes, chance));
  return mix;
}

Mix Swarm(Chance& chance) {
  Mix mix = Basic(chance);
  if (chance.Percent(60)) AddCuts(mix, chance);
  if (chance.Percent(60)) AddCrashes(mix, chance);
  if (chance.Percent(30)) AddCopies(mix, chance);
  if (chance.Percent(20)) AddCentreCopies(mix);
  if (chance.Percent(50)) AddOffice(mix, chance);
  if (chance.Percent(30)) mix.weight(Kind::kClockJump) = 2;
  if (chance.Percent(10)) AddLosses(mix, chance);
  if (chance.Percent(20)) mix.late_nodes = 1;
  return mix;
}

}  // namespace

void Mix::DropFaults() {
  for (const Kind kind : kFaults) weight(kind) = 0;
}

bool Mix::HasCopies() const { return weight(Kind::kRestore) > 0 || weight(Kind::kTwin) > 0; }

absl::StatusOr<Mix> DrawMix(absl::string_view name, uint64_t seed) {
  Chance chance(seed ^ kMixSalt);
  if (name == "swarm") return Swarm(chance);
  Mix mix = Basic(chance);
  if (name == "calm") return mix;
  if (name == "cuts") {
    AddCuts(mix, chance);
  } else if (name == "crashes") {
    AddCrashes(mix, chance);
    mix.power_loss_percent = 50;
  } else if (name == "copies") {
    AddCuts(mix, chance);
    AddCrashes(mix, chance);
    AddCopies(mix, chance);
  } else if (name == "losses") {
    AddCuts(mix, chance);
    AddLosses(mix, chance);
  } else if (name == "restored-centre") {
    AddCuts(mix, chance);
    AddCentreCopies(mix);
  } else if (name == "office") {
    AddCuts(mix, chance);
    AddOffice(mix, chance);
    mix.weight(Kind::kOfficeWants) = 8;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("no mix \"", std::string(name),
                     "\"; there are swarm, calm, cuts, crashes, copies, "
                     "losses, restored-centre and office"));
  }
  return mix;
}

}  // namespace kopa::simulation
