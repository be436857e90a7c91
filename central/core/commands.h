#ifndef KOPA_CENTRAL_CORE_COMMANDS_H_
#define KOPA_CENTRAL_CORE_COMMANDS_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "central/core/fold.h"
#include "common/base/strong.h"
#include "common/engine/effects.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

// One stream of one node; a new stream has a new number.
using Session = StrongInt<struct SessionTag, uint64_t>;

struct HelloCommand {
  Session session;
  national::v1::Hello hello;
};

struct ProofCommand {
  Session session;
  NodeId node;
  national::v1::Proof proof;
};

// A batch whose records were already parsed and found to follow one another by the handler.
struct RecordsCommand {
  struct Record {
    national::v1::JournalRecord journal;
    national::v1::PublicRecord what;
  };
  Session session;
  NodeId node;
  std::vector<Record> records;
};

struct DemandCommand {
  Session session;
  NodeId node;
  national::v1::Demand demand;
};

struct SessionLost {
  Session session;
  NodeId node;
};

struct TimePassed {};

using CentralCommand = std::variant<TimePassed, HelloCommand, ProofCommand, RecordsCommand,
                                    DemandCommand, SessionLost>;

struct CentralReply {};

// To one session, after the group is durable: a message, or the end of the stream with this status.
struct Outgoing {
  Session session;
  std::variant<national::v1::ConnectResponse, absl::Status> what;
};

struct CentralEffects : engine::BasicEffects<CentralReply> {
  std::vector<Outgoing> outgoing;
  // What the read view must take over.
  FoldChanges changes;
  std::set<NodeId> nodes_changed;
  std::set<CallId> calls_changed;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_COMMANDS_H_
