#ifndef KOPA_REGIONAL_NODE_SERVICE_NODE_VIEW_H_
#define KOPA_REGIONAL_NODE_SERVICE_NODE_VIEW_H_

#include <map>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

// How the node stands, for answers, metrics and the link: what is durable, never what is only
// decided.
struct NodeStanding {
  NodeState state;
  bool connected = false;
  size_t applications = 0;
  std::vector<NodeCore::CallFigures> figures;
  std::map<CallId, ledger::Amounts> demands;
  Seq acknowledged;  // up to where the centre has confirmed the journal
  absl::Time last_contact = absl::InfinitePast();
};

// Written by the committer's thread after each group and by the link; read by everyone.
// Thread-safe.
class NodeView {
 public:
  void Update(const NodeCore& core) {
    std::vector<NodeCore::CallFigures> figures = core.Figures();
    MutexLock lock(&mutex_);
    standing_.state = core.state();
    standing_.connected = core.connected();
    standing_.applications = core.applications();
    standing_.figures = std::move(figures);
    standing_.demands = core.demands();
    changed_.NotifyAll();
  }
  void NoteContact(absl::Time now) {
    MutexLock lock(&mutex_);
    standing_.last_contact = now;
  }
  void NoteAcknowledged(Seq seq) {
    MutexLock lock(&mutex_);
    standing_.acknowledged = seq;
    changed_.NotifyAll();
  }
  NodeStanding Get() const {
    MutexLock lock(&mutex_);
    return standing_;
  }
  // The journal's durable head alone: cheap, for the link's loop.
  journal::Head head() const {
    MutexLock lock(&mutex_);
    return standing_.state.head;
  }
  EpochNumber epoch() const {
    MutexLock lock(&mutex_);
    return standing_.state.epoch;
  }
  std::map<CallId, ledger::Amounts> demands() const {
    MutexLock lock(&mutex_);
    return standing_.demands;
  }
  // Waits until the centre has confirmed everything, or the time is up.
  bool WaitUntilAcknowledged(absl::Duration timeout) const {
    const absl::Time deadline = absl::Now() + timeout;
    MutexLock lock(&mutex_);
    while (standing_.acknowledged < standing_.state.head.seq) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration() || !standing_.connected) return false;
      changed_.WaitFor(&mutex_, absl::ToChronoNanoseconds(left));
    }
    return true;
  }

 private:
  mutable Mutex mutex_;
  mutable CondVar changed_;
  NodeStanding standing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_NODE_VIEW_H_
