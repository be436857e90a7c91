// What is checked when something leaves, and what operators do to what the checker believes.

#include <set>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "common/journal/epochs.h"
#include "regional-node/core/families.h"
#include "tests/simulation/checker.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::ledger::Amounts;

namespace {

EpochNumber EpochOnDisk(const NodeMachine& node) {
  const auto stored = node.durable().Get(node::kMeta, node::kNodeStateKey);
  return stored.ok() ? node::NodeState::Parse(*stored)->epoch : EpochNumber();
}

}  // namespace

// --- What leaves

void Checker::KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                          const std::string& hash) {
  if (seq.value() == 0) return;
  const History& history = histories_[node.index()];
  const bool is_there = seq.value() <= history.seq();
  if (!is_there || (!hash.empty() && history.records[seq.value() - 1]->head.hash != hash)) {
    return Fault(
        absl::StrCat(node.Name(), " acknowledged record ", seq.value(), " before it was on disk"));
  }
  receipts_.push_back({node.index(), node.restores(), id, seq, hash});
}

void Checker::Answered(const NodeMachine& node, const node::DecisionReply& reply) {
  if (reply.stale || reply.fault.has_value()) return;
  KeepReceipt(node, reply.id, reply.seq, reply.hash);
  if (reply.status != national::v1::APPLICATION_STATUS_APPROVED) return;
  // An approval that is told has been written, whatever became of the application since.
  for (const auto& [call, limits] : limits_) {
    const auto application = node::FetchApplication(node.durable(), call, reply.id);
    if (!application.ok()) continue;
    for (const region::v1::HistoryEntry& entry : application->history()) {
      if (entry.status() == national::v1::APPLICATION_STATUS_APPROVED) return;
    }
  }
  Fault(absl::StrCat(node.Name(), " told that ", reply.id.ToString(),
                     " is approved, and has not written it"));
}

void Checker::Answered(const NodeMachine& node, const node::SubmitItemReply& reply) {
  KeepReceipt(node, reply.id, reply.seq, reply.hash);
}

void Checker::AnsweredOffice(const CentralMachine& centre, const CallId& call, uint32_t version) {
  const auto stored = centre.durable().Get(central::kCall, call.value());
  programme::v1::CallPublication publication;
  if (!stored.ok() || !publication.ParseFromString(*stored) ||
      publication.call().version() < version) {
    Fault(absl::StrCat("the office was told of version ", version, " of ", call.value(),
                       " before it was on disk"));
  }
}

void Checker::OtherAnswer(const NodeMachine& node, const std::string& what) {
  Fault(absl::StrCat(node.Name(), ": ", what));
}

void Checker::Admitted(const NodeMachine& node, const CentralMachine& centre,
                       const std::deque<NodeMachine>& nodes) {
  unproven_.erase(node.index());
  const journal::Head& applied = centre.core().nodes().at(node.id()).record.applied;
  if (!histories_[node.index()].Has(applied)) {
    Fault(absl::StrCat("the centre let ", node.Name(), " in, whose history is another one"));
  }
  // Another store of the same node may have awarded what nobody has heard of, and go on as long as
  // it does not hear of this one.
  for (const NodeMachine& other : nodes) {
    if (other.id() != node.id() || other.index() == node.index()) continue;
    // At the rejoin all that the other one could spend was frozen: that needs no allowance.
    if (journal::HasRejoinedSince(EpochOnDisk(node), EpochOnDisk(other))) continue;
    if (!allowed_pairs_.emplace(node.index(), other.index()).second) continue;
    const History& unheard = histories_[other.index()];
    for (const auto& [at, raised] : unheard.raised) {
      if (at <= applied.seq.value()) continue;
      allowances_[raised.call] = allowances_[raised.call] + raised.amounts;
    }
    const auto ledgers = other.durable().Snapshot()->Scan(node::kLedger, "", "");
    for (; ledgers->Valid(); ledgers->Next()) {
      const auto totals = ledger::Totals::Parse(ledgers->value());
      const CallId call(ledgers->key());
      allowances_[call] = allowances_[call] + ledger::ClampToZero(totals->Headroom());
    }
  }
}

// --- Operators

Checker::History Checker::ReadAnew(const NodeId& node, const storage::Store& store) {
  History history;
  const auto records = store.Snapshot()->Scan(node::kJournal, "", "");
  for (; records->Valid(); records->Next()) {
    bool is_new = false;
    const auto record = Read(node, history.seq() + 1, records->value(), &is_new);
    KOPA_CHECK_MSG(record.ok(), record.status().ToString());
    KOPA_CHECK((*record)->prev_hash == history.hash());
    history.Take(**record);
    // Written just before its process died, and so not looked at yet.
    if (is_new && (*record)->says == Journalled::Says::kHeld) NoteAward(node, **record);
  }
  return history;
}

void Checker::CentreRestored(const CentralMachine& centre) {
  is_centre_restored_ = true;
  applied_.clear();
  const auto nodes = centre.durable().Snapshot()->Scan(central::kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    const auto record = central::NodeRecord::Parse(nodes->value());
    KOPA_CHECK(record.ok());
    FollowApplied(centre, NodeId(nodes->key()), record->applied);
  }
}

void Checker::Copied(const NodeMachine& node, const NodeMachine& twin,
                     const NodeMachine::Copy& copy) {
  with_copies_.insert(node.id());
  unproven_.insert(twin.index());
  histories_[twin.index()] = ReadAnew(node.id(), *copy.store);
}

void Checker::Restoring(const NodeMachine& node, const NodeMachine::Copy& copy, bool keeps_fence,
                        const CentralMachine& centre) {
  with_copies_.insert(node.id());
  History& history = histories_[node.index()];
  const auto stored = centre.durable().Get(central::kNode, node.id().value());
  const bool centre_can_tell =
      stored.ok() && central::NodeRecord::Parse(*stored)->applied.seq.value() > copy.head;
  for (const auto& [at, raised] : history.raised) {
    if (at <= copy.head || keeps_fence || centre_can_tell) continue;
    allowances_[raised.call] = allowances_[raised.call] + raised.amounts;
  }
  // The fence file tells a copy that is no older from one that is.
  if (!keeps_fence || copy.head < history.seq()) unproven_.insert(node.index());
  history = ReadAnew(node.id(), *copy.store);
}

void Checker::Rejoined(const NodeMachine& node, Seq common) {
  unproven_.insert(node.index());
  const History before = std::move(histories_[node.index()]);
  History& history = histories_[node.index()];
  history = History();
  std::set<ApplicationId> gave_way;
  for (const Journalled* const record : before.records) {
    if (record->head.seq <= common) {
      history.Take(*record);
    } else if (record->says == Journalled::Says::kHeld) {
      gave_way.insert(record->application);
    }
  }
  ReadJournal(node);
  // What this store alone had made of an application is what it says of it now: an award that the
  // centre never heard of waits for funds, or has given way to what the centre has.
  for (const ApplicationId& id : gave_way) {
    Held& held = held_[id];
    const Amounts now = history.awards[id].amounts;
    Amounts& sum = awarded_[held.award.call];
    sum = sum - held.award.amounts + now;
    held.award.amounts = now;
    LimitsHold(held.award.call);
  }
  for (Receipt& receipt : receipts_) {
    const bool stays = receipt.machine == node.index() && receipt.restores + 1 == node.restores() &&
                       receipt.seq <= common;
    if (stays) receipt.restores = node.restores();
  }
  const auto ledgers = node.durable().Snapshot()->Scan(node::kLedger, "", "");
  for (; ledgers->Valid(); ledgers->Next()) {
    const auto totals = ledger::Totals::Parse(ledgers->value());
    const CallId call(ledgers->key());
    if (limits_[call].LimitedPart(totals->Headroom()).IsZero()) continue;
    Fault(absl::StrCat(node.Name(), " has rejoined and can still spend ",
                       totals->Headroom().DebugString(), " under ", call.value()));
  }
}

void Checker::RejoinFailed(const NodeMachine& node, const absl::Status& status) {
  Fault(absl::StrCat(node.Name(), " can't rejoin: ", status.ToString()));
}

Amounts Checker::Unspent(const NodeId& node, const CallId& call, const CentralMachine& centre,
                         const std::deque<NodeMachine>& nodes) const {
  const central::NodeRecord& record = centre.core().nodes().at(node).record;
  const bool is_retired = record.fence_reason == national::v1::FENCE_REASON_RETIRED;
  for (const NodeMachine& machine : nodes) {
    if (machine.id() != node || machine.is_lost()) continue;
    // A store from before the newest rejoin, or any of a retired node, may be spending somewhere.
    if (is_retired || journal::HasRejoinedSince(record.epoch, EpochOnDisk(machine))) return {};
  }
  const central::NationalFold& fold = centre.core().fold();
  Amounts on_paper;
  for (const auto& [id, held] : held_) {
    if (held.node != node || held.award.call != call) continue;
    const auto known = fold.summaries().find(id);
    const Amounts heard = known == fold.summaries().end() ? Amounts() : known->second.awarded;
    on_paper = on_paper + ledger::ClampToZero(held.award.amounts - heard);
  }
  const ledger::Totals& totals = fold.FindCall(call)->ledger.of(node);
  return ledger::ClampToZero(totals.frozen - totals.released - on_paper);
}

}  // namespace kopa::simulation
