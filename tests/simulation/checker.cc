// What is checked while a world runs; converged.cc has what is checked at its end.

#include "tests/simulation/checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;

Checker::Checker(const std::vector<programme::v1::Call>& calls) {
  for (const programme::v1::Call& call : calls) {
    limits_[CallId(call.id())] = ledger::UnitLimits(call.limits());
  }
}

// --- Nodes

void Checker::LimitsHold(const CallId& call) {
  const ledger::UnitLimits& limits = limits_[call];
  const Amounts most = limits.amounts() + limits.LimitedPart(allowances_[call]);
  if (AllAtMost(limits.LimitedPart(awarded_[call]), most)) return;
  Fault(absl::StrCat("overspent: ", call.value(), " has awarded ", awarded_[call].DebugString(),
                     " of ", most.DebugString()));
}

void Checker::NoteAward(History& history, const national::v1::ApplicationSummary& summary,
                        uint64_t seq) {
  const CallId call(summary.call());
  const ApplicationId id = *Uuid::FromBytes(summary.application_id());
  const Amounts now = Amounts::FromProto(summary.awarded());
  auto& [held_call, held] = history.awards[id];
  held_call = call;
  const Amounts more = ledger::ClampToZero(now - held);
  if (!more.IsZero()) history.raised[seq] = {call, more};
  history.awarded[call] = history.awarded[call] - held + now;
  held = now;
}

void Checker::TakeRecord(History& history, const national::v1::JournalRecord& record) {
  national::v1::PublicRecord what;
  KOPA_CHECK(journal::ParsePublic(record, &what).ok());
  if (what.has_handed_back()) {
    history.handed_back[CallId(what.handed_back().call())] =
        Amounts::FromProto(what.handed_back().handed_back());
  } else if (what.has_application_changed()) {
    NoteAward(history, what.application_changed().summary(), record.seq());
  }
}

void Checker::NoteRecord(const NodeMachine& node, History& history,
                         const national::v1::JournalRecord& record) {
  national::v1::PublicRecord what;
  absl::Status status = journal::Follow(history.head, record);
  if (status.ok()) status = journal::ParsePublic(record, &what);
  if (!status.ok()) {
    Fault(absl::StrCat(node.Name(), " wrote: ", status.ToString()));
    return;
  }
  history.hashes.push_back(record.hash());
  TakeRecord(history, record);
  if (!what.has_application_changed()) return;
  const national::v1::ApplicationSummary& summary = what.application_changed().summary();
  Award& award = awards_[*Uuid::FromBytes(summary.application_id())];
  award.call = CallId(summary.call());
  const Amounts now = Amounts::FromProto(summary.awarded());
  awarded_[award.call] = awarded_[award.call] - award.amounts + now;
  award.amounts = now;
  LimitsHold(award.call);
}

void Checker::ReadJournal(const NodeMachine& node) {
  History& history = histories_[node.index()];
  const auto view = node.durable().Snapshot();
  const auto records = view->Scan(node::kJournal, node::SeqKey(history.head.seq.Next()), "");
  for (; records->Valid() && faults_.empty(); records->Next()) {
    national::v1::JournalRecord record;
    if (!record.ParseFromArray(records->value().data(),
                               static_cast<int>(records->value().size()))) {
      Fault(absl::StrCat(node.Name(), " wrote a record that does not parse"));
      return;
    }
    NoteRecord(node, history, record);
  }
  if (!faults_.empty() || history.head.seq.value() == 0) return;
  // What was there stays there.
  const auto last = node.durable().Get(node::kJournal, node::SeqKey(history.head.seq));
  national::v1::JournalRecord record;
  if (!last.ok() || !record.ParseFromString(*last) || record.hash() != history.head.hash) {
    Fault(absl::StrCat(node.Name(), ": record ", history.head.seq.value(),
                       " was replaced or is gone"));
  }
  if (node.is_running() && !(node.core().state().head == history.head)) {
    Fault(absl::StrCat(node.Name(), " believes its journal to end at ",
                       node.core().state().head.seq.value(), "; on disk it ends at ",
                       history.head.seq.value()));
  }
}

void Checker::NodeLedgersHold(const NodeMachine& node, const CentralMachine& centre) {
  const History& history = histories_[node.index()];
  for (const auto& figures : node.core().Figures()) {
    const ledger::UnitLimits& limits = limits_[figures.call];
    const std::string where = absl::StrCat(node.Name(), ", ", figures.call.value(), ": ");
    if (limits.LimitedPart(figures.headroom).AnyNegative()) {
      Fault(absl::StrCat(where, "headroom is ", figures.headroom.DebugString()));
    }
    const auto awarded = history.awarded.find(figures.call);
    const Amounts held = awarded == history.awarded.end() ? Amounts() : awarded->second;
    if (figures.totals.Approved() != held) {
      Fault(absl::StrCat(where, "its ledger has ", figures.totals.Approved().DebugString(),
                         " awarded, its journal ", held.DebugString()));
    }
    const auto stored =
        centre.durable().Get(central::kLedger, central::LedgerKey(figures.call, node.id()));
    Amounts allotted;
    if (stored.ok()) allotted = ledger::Totals::Parse(*stored)->allotted;
    if (is_centre_restored_) continue;  // it may have forgotten some, until the node reports
    if (!AllAtMost(limits.LimitedPart(figures.totals.allotted), limits.LimitedPart(allotted))) {
      Fault(absl::StrCat(where, "it takes ", figures.totals.allotted.DebugString(),
                         " for allotted; the centre's disk says ", allotted.DebugString()));
    }
  }
}

void Checker::NodeSynced(const NodeMachine& node, const CentralMachine& centre) {
  ReadJournal(node);
  NodeLedgersHold(node, centre);
  if (node.core().state().fenced() && !HasCopies(node.id())) {
    Fault(absl::StrCat(node.Name(), " was fenced: ", node.core().state().fence_detail));
  }
}

// --- The centre

void Checker::NoteLimits(const CentralMachine& centre) {
  for (const auto& [id, publication] : centre.core().calls()) {
    uint32_t& version = versions_[id];
    if (publication.call().version() == version) continue;
    version = publication.call().version();
    const ledger::UnitLimits before = limits_[id];
    limits_[id] = ledger::UnitLimits(publication.call().limits());
    // What was held to a larger budget is not overspent because the office has lost that paper.
    if (is_centre_restored_) {
      allowances_[id] =
          allowances_[id] + ledger::ClampToZero(before.amounts() - limits_[id].amounts());
    }
    LimitsHold(id);
  }
}

bool Checker::IsInSomeHistory(const NodeId& node, uint64_t seq, const std::string& hash,
                              const std::deque<NodeMachine>& nodes) const {
  for (const NodeMachine& machine : nodes) {
    if (machine.id() != node) continue;
    const auto found = histories_.find(machine.index());
    if (found == histories_.end() || found->second.hashes.size() < seq) continue;
    if (found->second.hashes[seq - 1] == hash) return true;
  }
  const auto lost = lost_hashes_.find(node);
  return lost != lost_hashes_.end() && lost->second.contains(hash);
}

void Checker::FollowApplied(const CentralMachine& centre, const NodeId& node,
                            const journal::Head& applied, const std::deque<NodeMachine>& nodes) {
  History& known = applied_[node];
  if (applied.seq < known.head.seq) {
    return Fault(absl::StrCat("the centre's cursor for ", node.value(), " went back from ",
                              known.head.seq.value(), " to ", applied.seq.value()));
  }
  for (uint64_t seq = known.head.seq.value() + 1; seq <= applied.seq.value(); ++seq) {
    const auto stored =
        centre.durable().Get(central::kNodeJournal, central::NodeSeqKey(node, Seq(seq)));
    national::v1::JournalRecord record;
    if (!stored.ok() || !record.ParseFromString(*stored) || record.prev_hash() != known.head.hash) {
      return Fault(absl::StrCat("the centre says that it has record ", seq, " of ", node.value(),
                                ", and has not"));
    }
    if (!IsInSomeHistory(node, seq, record.hash(), nodes)) {
      return Fault(absl::StrCat("the centre has a record ", seq, " of ", node.value(),
                                " that no store of it has on disk"));
    }
    known.head = {Seq(seq), record.hash()};
    TakeRecord(known, record);
  }
}

void Checker::CentreSynced(const CentralMachine& centre, const std::deque<NodeMachine>& nodes) {
  NoteLimits(centre);
  for (const auto& [node, status] : centre.core().nodes()) {
    FollowApplied(centre, node, status.record.applied, nodes);
    if (status.record.fenced() && !HasCopies(node)) {
      Fault(absl::StrCat("the centre fenced ", node.value(), ": ", status.record.fence_detail));
    }
  }
  for (const auto& [id, call] : centre.core().fold().calls()) {
    const ledger::UnitLimits& limits = call.ledger.limits();
    const Amounts available = call.ledger.Available();
    Amounts out;
    for (const auto& [node, totals] : call.ledger.nodes()) {
      const std::string where =
          absl::StrCat("the centre's ledger, ", id.value(), ", ", node.value(), ": ");
      History& known = applied_[node];
      if (totals.Approved() != known.awarded[id]) {
        Fault(absl::StrCat(where, totals.Approved().DebugString(), " awarded; its journal up to ",
                           known.head.seq.value(), " says ", known.awarded[id].DebugString()));
      }
      if (totals.handed_back != known.handed_back[id]) {
        Fault(absl::StrCat(where, totals.handed_back.DebugString(), " handed back; its journal ",
                           "up to ", known.head.seq.value(), " says ",
                           known.handed_back[id].DebugString()));
      }
      if (limits.LimitedPart(totals.Headroom()).AnyNegative()) {
        Fault(absl::StrCat(where, "headroom is ", totals.Headroom().DebugString()));
      }
      out = out + totals.allotted - totals.handed_back - totals.released;
    }
    if (is_centre_restored_) continue;  // more may be out than it remembers
    if (limits.LimitedPart(available).AnyNegative() ||
        limits.LimitedPart(out + available) != limits.amounts()) {
      Fault(absl::StrCat("the centre's ledger, ", id.value(), ": ", available.DebugString(),
                         " available and ", out.DebugString(), " out of ",
                         limits.amounts().DebugString()));
    }
  }
}

// --- What leaves

void Checker::KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                          const std::string& hash) {
  if (seq.value() == 0) return;
  const History& history = histories_[node.index()];
  if (seq > history.head.seq || (!hash.empty() && history.hashes[seq.value() - 1] != hash)) {
    Fault(
        absl::StrCat(node.Name(), " acknowledged record ", seq.value(), " before it was on disk"));
    return;
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
  const journal::Head& applied = centre.core().nodes().at(node.id()).record.applied;
  const History& history = histories_[node.index()];
  const uint64_t seq = applied.seq.value();
  if (seq > 0 && (history.hashes.size() < seq || history.hashes[seq - 1] != applied.hash)) {
    Fault(absl::StrCat("the centre let ", node.Name(), " in, whose history is another one"));
  }
  // Another store of the same node may have awarded what nobody has heard of, and go on as long as
  // it does not hear of this one.
  for (const NodeMachine& other : nodes) {
    if (other.id() != node.id() || other.index() == node.index()) continue;
    if (!allowed_pairs_.emplace(node.index(), other.index()).second) continue;
    const History& unheard = histories_[other.index()];
    for (const auto& [at, raised] : unheard.raised) {
      if (at > seq) allowances_[raised.first] = allowances_[raised.first] + raised.second;
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

Checker::History Checker::ReadCopy(const NodeMachine::Copy& copy) {
  History history;
  const auto view = copy.store->Snapshot();
  const auto records = view->Scan(node::kJournal, "", "");
  for (; records->Valid(); records->Next()) {
    national::v1::JournalRecord record;
    KOPA_CHECK(
        record.ParseFromArray(records->value().data(), static_cast<int>(records->value().size())));
    KOPA_CHECK(journal::Follow(history.head, record).ok());
    history.hashes.push_back(record.hash());
    TakeRecord(history, record);
  }
  return history;
}

void Checker::CentreRestored(const CentralMachine& centre) {
  is_centre_restored_ = true;
  applied_.clear();
  const auto nodes = centre.durable().Snapshot()->Scan(central::kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    const NodeId node(nodes->key());
    const auto record = central::NodeRecord::Parse(nodes->value());
    KOPA_CHECK(record.ok());
    History& known = applied_[node];
    for (uint64_t seq = 1; seq <= record->applied.seq.value(); ++seq) {
      const auto stored =
          centre.durable().Get(central::kNodeJournal, central::NodeSeqKey(node, Seq(seq)));
      national::v1::JournalRecord journalled;
      KOPA_CHECK(stored.ok() && journalled.ParseFromString(*stored));
      KOPA_CHECK(journal::Follow(known.head, journalled).ok());
      TakeRecord(known, journalled);
    }
  }
}

void Checker::Copied(const NodeMachine& node, const NodeMachine& twin,
                     const NodeMachine::Copy& copy) {
  with_copies_.insert(node.id());
  histories_[twin.index()] = ReadCopy(copy);
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
    allowances_[raised.first] = allowances_[raised.first] + raised.second;
  }
  for (uint64_t seq = copy.head + 1; seq <= history.hashes.size(); ++seq) {
    lost_hashes_[node.id()].insert(history.hashes[seq - 1]);
  }
  history = ReadCopy(copy);
}

}  // namespace kopa::simulation
