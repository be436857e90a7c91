#ifndef KOPA_TESTS_SIMULATION_WORLD_H_
#define KOPA_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/simulation/central_machine.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/node_machine.h"
#include "tests/simulation/session.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/users.h"

namespace kopa::simulation {

// A centre, its nodes, the streams between them and the people at them, driven move by move from
// one seed: what is delivered, written, delayed, cut or killed next is drawn by lot among what can
// happen. A process that is killed loses what it has not written; its disk stays as it is.
class World {
 public:
  struct Settings {
    uint64_t seed = 1;
    size_t nodes = 3;
    std::vector<programme::v1::Call> calls;
    bool with_faults = true;  // cuts, crashes, jumping clocks
    bool with_users = true;   // who want something by chance
  };

  explicit World(const Settings& settings);

  // Up to `moves` moves; ends early at the first thing that the checker finds wrong.
  void Run(size_t moves);
  // No more faults and wishes: everything is started, delivered and answered, and the checker looks
  // at the whole. A world that does not come to rest is a fault, too.
  void ComeToRest();

  void WantAward(size_t node, const CallId& call, const ledger::Amounts& award) {
    users_.WantAward(nodes_[node], call, award, now_);
  }

  const std::vector<std::string>& faults() const { return checker_.faults(); }
  const Trace& trace() const { return trace_; }
  const std::deque<NodeMachine>& nodes() const { return nodes_; }
  const CentralMachine& centre() const { return centre_; }
  size_t moves() const { return moves_; }
  size_t messages() const { return messages_; }
  size_t answered() const { return users_.answered(); }

 private:
  enum class Kind {
    kUserWants,
    kUserSends,
    kCommitNode,
    kCommitCentre,
    kDial,
    kNodeSends,
    kUp,
    kDown,
    kNodeNotices,
    kCentreNotices,
    kCut,
    kCrashNode,
    kStartNode,
    kCrashCentre,
    kStartCentre,
    kTime,
  };
  struct Move {
    Kind kind;
    size_t weight;
    uint64_t on = 0;  // which node or session
  };

  std::vector<Move> PossibleMoves() const;
  void AddFaults(std::vector<Move>& moves) const;
  bool MakeOne();
  void Make(const Move& move);
  void PassTime(absl::Duration time);

  void CommitNode(NodeMachine& node);
  void CommitCentre();
  void Deliver(const central::CentralEffects& effects);
  void StartNode(NodeMachine& node);
  void StartCentre();
  void CrashNode(NodeMachine& node);
  void CrashCentre();
  void Cut(Session& session);
  void EndAtNode(Session& session);
  void EndAtCentre(Session& session);
  void ForgetEndedSessions();
  absl::Time NowAt(const NodeMachine& node) const { return now_ + skews_[node.index()]; }
  // By lot, while there are faults: the process dies here.
  bool DiesHere() { return faults_on_ && chance_.Percent(1); }

  const Settings settings_;
  bool faults_on_;
  bool users_on_;
  Chance chance_;
  Trace trace_;
  Checker checker_;
  Users users_;
  CentralMachine centre_;
  std::deque<NodeMachine> nodes_;
  std::vector<absl::Duration> skews_;
  std::map<uint64_t, Session> sessions_;
  uint64_t last_session_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1'715'000'000);
  size_t moves_ = 0;
  size_t messages_ = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_WORLD_H_
