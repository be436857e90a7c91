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
#include "central/core/staff_entry.h"
#include "common/base/strong.h"
#include "common/engine/effects.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/link.pb.h"
#include "kopa/national/v1/office.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// One stream of one node; a new stream has a new number.
using Session = StrongInt<struct SessionTag, uint64_t>;

struct HelloCommand {
  Session session;
  national::v1::Hello hello;
  // 16 random bytes, for the incarnation that begins if the greeting tells that this store was
  // restored from a copy.
  std::string nonce = {};
  // Hash of the centre's own record at hello.centre_seq_seen; empty where there is none.
  std::string hash_at_seen = {};
  // Whether hello.centre_signature is the centre's own. Checked by who hands the greeting in, since
  // the core has no key.
  bool is_signed = false;
  // Hash of the centre's own record at hello.centre_signed_seq; empty where there is none.
  std::string hash_at_signed = {};
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

// Up to where a node says that its journal goes, signed.
struct NodeHeadCommand {
  Session session;
  NodeId node;
  national::v1::NodeHeartbeat heartbeat;
};

struct SessionLost {
  Session session;
  NodeId node;
};

struct TimePassed {};

// What the central office wants; office.proto has the contracts. Who and why is in `staff`.
struct LoadCallCommand {
  programme::v1::Call definition;  // checked by itself
  StaffEntry staff;
};
struct CloseCallCommand {
  CallId call;
  StaffEntry staff;
};
struct ProposeCommand {
  national::v1::Change change;
  StaffEntry staff;
};
struct SettleProposalCommand {
  uint64_t number = 0;
  national::v1::ProposalState state = national::v1::PROPOSAL_STATE_UNSPECIFIED;
  StaffEntry staff;
};
struct ApplyRankingCommand {
  CallId call;
  std::string digest;  // of the ranking that was looked at; empty takes any
  StaffEntry staff;
};

using CentralCommand =
    std::variant<TimePassed, HelloCommand, ProofCommand, RecordsCommand, DemandCommand,
                 NodeHeadCommand, SessionLost, LoadCallCommand, CloseCallCommand, ProposeCommand,
                 SettleProposalCommand, ApplyRankingCommand>;

// What became of a command of the office; `result` is there where `status` is OK.
struct CentralReply {
  struct Published {
    programme::v1::Call call;
    bool changed = false;
  };
  // The ranking by its digest and figures; who shows it fills in what is in the store alone.
  using Applied = national::v1::ApplyRankingResponse;

  absl::Status status;
  std::variant<std::monostate, Published, national::v1::Proposal, Applied> result;
};

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
  // Calls whose rankings' open decisions are others than before.
  std::set<CallId> decisions_changed;
  // What an operator should know, in words.
  std::vector<std::string> warnings;
  // Histories that were found to be rewritten, in words.
  std::vector<std::string> alarms;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_COMMANDS_H_
