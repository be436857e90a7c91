#ifndef KOPA_TESTS_SIMULATION_WORLD_H_
#define KOPA_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/central_machine.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/mix.h"
#include "tests/simulation/node_machine.h"
#include "tests/simulation/office.h"
#include "tests/simulation/planted.h"
#include "tests/simulation/session.h"
#include "tests/simulation/step.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/users.h"

namespace kopa::simulation {

// A centre, its nodes, the streams between them and the people at them, driven step by step from
// one seed: what is delivered, written, delayed, cut or killed next is drawn by lot among what can
// happen. Steps can be played again, all or some of them.
class World {
 public:
  struct Settings {
    uint64_t seed = 1;
    Mix mix;
    Planted planted = Planted::kNone;
    Trace::Mode trace = Trace::Mode::kNone;
    // Told of each step drawn by lot, before it is made.
    std::function<void(const Step&)> on_step;
  };

  explicit World(Settings settings);

  // As many steps as the mix says, drawn by lot; ends early at the first thing that the checker
  // finds wrong.
  void Run();
  // These steps; what is not possible when its turn comes is left out.
  void Replay(const std::vector<Step>& steps);
  // No more faults and wishes: everything is started, delivered and answered, and the checker looks
  // at the whole. A world that does not come to rest is a fault, too.
  void ComeToRest();

  void WantAward(size_t node, const CallId& call, const ledger::Amounts& award, Chance& chance) {
    users_.WantAward(nodes_[node], call, award, now_, chance);
  }

  const std::vector<std::string>& faults() const { return checker_.faults(); }
  const Trace& trace() const { return trace_; }
  const CentralMachine& centre() const { return centre_; }
  size_t messages() const { return messages_; }
  size_t answered() const { return users_.answered(); }
  // Of all that is on disks.
  uint64_t StoresDigest() const;

 private:
  // Where in a group the process dies.
  enum class Death { kNone, kBeforeWrite, kBetweenHalves, kAfterWrite, kFailedSync, kAfterSync };

  // --- What can happen (world_steps.cc)
  std::vector<std::pair<Step, size_t>> Possible() const;
  void AddOfNode(const NodeMachine& node, std::vector<std::pair<Step, size_t>>& steps) const;
  void AddOfSession(const Session& session, std::vector<std::pair<Step, size_t>>& steps) const;
  void AddOfOperators(std::vector<std::pair<Step, size_t>>& steps) const;
  bool IsPossible(const Step& step) const;
  // The next step by lot; nothing where nothing is possible.
  std::optional<Step> Draw(Chance& chance) const;
  void Say(const Step& step);
  bool MayDial(const NodeMachine& node) const;
  bool MayRejoin(const NodeMachine& node) const;

  // --- What happens
  void Make(const Step& step);
  void MakeOnNode(const Step& step, NodeMachine& node, Chance& chance);
  void MakeOnSession(const Step& step, Session& session);
  void Operate(const Step& step, NodeMachine& node, Chance& chance);
  void PassTime(absl::Duration time, Chance& chance);
  void CommitNode(NodeMachine& node, Death death, Chance& chance);
  void CommitCentre(Death death, Chance& chance);
  void Answer(NodeMachine& node, node::NodeEffects& effects);
  void Deliver(const central::CentralEffects& effects);
  void StartNode(NodeMachine& node, Chance& chance);
  void StartCentre(Chance& chance);
  void CrashNode(NodeMachine& node, bool power_loss, Chance& chance);
  void EndNode(NodeMachine& node, Chance& chance);
  void CrashCentre(bool power_loss, Chance& chance);
  // A few copies are kept, of any age.
  template <typename Copy>
  static void Keep(Copy copy, std::vector<Copy>& copies, Chance& chance) {
    constexpr size_t kCopiesMost = 2;
    if (copies.size() < kCopiesMost) {
      copies.push_back(std::move(copy));
    } else {
      copies[chance.Below(kCopiesMost)] = std::move(copy);
    }
  }
  void StartTwin(NodeMachine& node);
  void RestoreCentre(Chance& chance);
  // What `kopa-node rejoin` gets from the centre.
  node::CentreCopy FetchForRejoin(const NodeMachine& node) const;
  void Rejoin(NodeMachine& node, Chance& chance);
  static void Cut(Session& session, bool up, bool down, Chance& chance);
  void EndAtNode(Session& session);
  void EndAtCentre(Session& session);
  void ForgetEndedSessions();
  // True where somebody only waits for time to pass.
  bool SomebodyWaits() const;
  void KnowAllNodes(Chance& chance);

  // The `which`-th stream of a machine; null where there are fewer.
  Session* FindSession(size_t machine, size_t which);
  absl::Time NowAt(const NodeMachine& node) const { return now_ + skews_[node.index()]; }
  Death DrawDeath(Chance& chance) const;
  bool DrawPowerLoss(Chance& chance) const {
    return chance.Percent(settings_.mix.power_loss_percent);
  }

  const Settings settings_;
  bool faults_on_ = true;
  bool wishes_on_ = true;
  Trace trace_;
  Checker checker_;
  Users users_;
  Office office_;
  CentralMachine centre_;
  absl::Duration centre_skew_;
  std::deque<NodeMachine> nodes_;
  std::vector<absl::Duration> skews_;
  std::map<size_t, std::vector<NodeMachine::Copy>> copies_;
  std::vector<std::unique_ptr<storage::MemoryStore>> centre_copies_;
  std::map<uint64_t, Session> sessions_;
  uint64_t last_session_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1'715'000'000);
  size_t messages_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_WORLD_H_
