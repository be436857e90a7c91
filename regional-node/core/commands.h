#ifndef KOPA_REGIONAL_NODE_CORE_COMMANDS_H_
#define KOPA_REGIONAL_NODE_CORE_COMMANDS_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/engine/effects.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "common/programme/lifecycle.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/link.pb.h"
#include "kopa/region/v1/application.pb.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/core/header.h"
#include "regional-node/core/late.h"

namespace kopa::node {

// Who asks, under which request id, with which content: a retry is known by it.
struct RequestKey {
  Uuid id;        // nil: the caller gave none, so a retry can't be known
  Digest digest;  // of the id and the whole request
};

// The sealed parts of one change and what the journal commits to of them.
struct SealedParts {
  std::string personal;  // empty where the change brings no personal data
  std::string staff;     // empty where nobody acted (funds that arrived)
  journal::Commitments commitments;
};

// An application is late, and two people have admitted it: that is used up by taking it in.
struct LateUse {
  Digest admission;
  Fault closed;  // what refuses it where somebody else was quicker
};

// One application handed in, already checked and sealed by the handler.
struct SubmitItem {
  ApplicationId new_id;  // taken if the application is new
  region::v1::Application record;
  Digest reference;
  Digest content;
  std::vector<Fault> faults;  // what refuses it, unless it is a replay
  std::optional<LateUse> late;
  SealedParts sealed;
  std::string wrapped_key;  // for the key store; empty where the application keeps the key it has
  // The stored record, where this one may replace it: set on the second try, after the core asked.
  std::optional<region::v1::Application> current;
};

struct SubmitCommand {
  RequestKey request;
  CallId call;
  bool dry_run = false;
  // This very request was answered before: whatever it brings is old, and replaces nothing.
  bool answered_before = false;
  std::vector<SubmitItem> items;
};

// One evaluation: `next` is `current` with the evaluation added and the score worked out.
struct EvaluateItem {
  ApplicationId id;
  std::optional<Fault> refused;  // the handler found a fault; the rest is empty then
  region::v1::Application next;
  uint32_t current_version = 0;
  SealedParts sealed;
};

struct EvaluateCommand {
  RequestKey request;
  std::vector<EvaluateItem> items;
};

struct DecideItem {
  ApplicationId id;
  std::optional<Fault> refused;  // the handler found a fault; the rest is empty then
  region::v1::Application current;
  programme::Verb verb{};
  std::optional<int64_t> award_cents;  // approvals: instead of what was asked for
  bool has_reason = false;
  SealedParts sealed;
};

struct DecisionReply {
  ApplicationId id;
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  std::optional<Fault> fault;
  Seq seq;           // zero where nothing was changed
  std::string hash;  // of the record; empty where nothing was changed, and in a repeated answer
  // The application has changed since it was fetched: fetch it and ask again. If one item is stale
  // nothing of the command was done.
  bool stale = false;
};

struct DecideCommand {
  RequestKey request;
  std::string actor;
  std::vector<DecideItem> items;
  // What this very request was answered before, where it was: then there are no items, and it is
  // answered again.
  std::vector<DecisionReply> answered;
};

// Somebody wants a late application taken in. The same by a second person makes it hold.
struct LateCommand {
  RequestKey request;
  std::string actor;
  CallId call;
  Digest reference;    // of call and external_ref
  LateEntry expected;  // what the handler found stored, and sealed for; default where nothing was
  Uuid admission;      // names a new admission
  SealedParts sealed;
};

// Something laid to an application that changes nothing of what the centre sees: a remark, a
// document, or who is to evaluate it.
struct NoteItem {
  ApplicationId id;
  std::optional<Fault> refused;  // the handler found a fault; the rest is empty then
  national::v1::NoteKind kind = national::v1::NOTE_KIND_UNSPECIFIED;  // not CONFLICT
  SealedParts sealed;                 // `personal` is the remark or the head of the document
  std::vector<std::string> parts;     // documents: their sealed parts in order
  std::vector<std::string> assign;    // assignments: evaluators that are not assigned yet...
  std::vector<std::string> unassign;  // ...and those that are, and shall not be any longer
};

struct NoteCommand {
  RequestKey request;
  std::vector<NoteItem> items;
};

// Somebody has a conflict of interest with one application.
struct ConflictCommand {
  RequestKey request;
  ApplicationId id;
  uint32_t current_version = 0;
  std::string evaluator;  // whose
  SealedParts sealed;
  // The application without what they scored, the score worked out anew; absent where they scored
  // nothing.
  std::optional<region::v1::Application> next;
  SealedParts change_sealed;  // of that change
};

// A decision of the national ranking, with the application that it is about: nothing where the node
// has none such.
struct NationalDecisionCommand {
  national::v1::DownEntry entry;
  std::optional<region::v1::Application> current;
};

// The proof matched: the centre is connected and the node may spend what it holds.
struct LinkAdmitted {
  uint64_t incarnation = 0;
  std::string incarnation_nonce;
  std::string centre_key = {};  // that the centre signs its heads with
  // Where its own journal ended at the greeting, and the signature of that.
  journal::Head centre_head = {};
  std::string centre_signature = {};
};
struct LinkLost {};
struct TimePassed {};

using NodeCommand =
    std::variant<TimePassed, SubmitCommand, EvaluateCommand, DecideCommand, NoteCommand,
                 ConflictCommand, LinkAdmitted, LinkLost, national::v1::AllotmentTotals,
                 national::v1::Recall, national::v1::DownEntry, NationalDecisionCommand,
                 LateCommand, national::v1::Fence, national::v1::CentreRecords,
                 national::v1::CentreHeartbeat>;

struct SubmitItemReply {
  region::v1::SubmitOutcome outcome = region::v1::SUBMIT_OUTCOME_UNSPECIFIED;
  ApplicationId id;
  Seq seq;           // of the record that holds the hand-in
  std::string hash;  // of that record; empty for a replay, whose record the handler reads
  std::vector<Fault> faults;
  // The application stands at RETURNED and may be replaced: hand it in again with `current` set.
  bool needs_current = false;
};

struct SubmitReply {
  std::vector<SubmitItemReply> items;
};
struct DecideReply {
  std::vector<DecisionReply> items;
};
struct LateReply {
  LateEntry entry;
  Seq seq;  // zero where nothing was changed
  std::string hash;
  bool stale = false;  // it is not as the handler found it: look again
};
struct Done {};

// What became of a command as a whole; `status` tells whether it was taken at all.
struct NodeReply {
  absl::Status status;
  std::variant<Done, SubmitReply, DecideReply, LateReply> result;
};

struct NodeEffects : engine::BasicEffects<NodeReply> {
  // For the key store, durable before the batch.
  std::vector<std::pair<ApplicationId, std::string>> wrapped_keys;
  // Definitions that were taken over, for the handlers' rules.
  std::vector<programme::v1::Call> calls_changed;
  // Schools whose team was trained, for the handlers' checks.
  std::vector<national::v1::SchoolAnnounced> schools_learned;
  // What is wrong with the centre's history, for the log.
  std::vector<std::string> alarms;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_COMMANDS_H_
