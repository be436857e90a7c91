// What is checked after every write; checked_answers.cc has what is checked when something leaves
// or an operator acts, converged.cc what is checked at the end.

#include "tests/simulation/checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::simulation {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;

Checker::Checker(const std::vector<programme::v1::Call>& calls) {
  for (const programme::v1::Call& call : calls) {
    limits_[CallId(call.id())] = ledger::UnitLimits(call.limits());
  }
}

// --- Journals

const std::string& Checker::History::hash() const {
  static const journal::Head kNone;
  return records.empty() ? kNone.hash : records.back()->head.hash;
}

bool Checker::History::Has(const journal::Head& head) const {
  const uint64_t at = head.seq.value();
  return at == 0 || (at <= seq() && records[at - 1]->head.hash == head.hash);
}

void Checker::History::Take(const Journalled& record) {
  records.push_back(&record);
  switch (record.says) {
    case Journalled::Says::kNothingOfMoney:
      return;
    case Journalled::Says::kHandedBack:
      handed_back[record.call] = record.amounts;
      return;
    case Journalled::Says::kFrozen:
      frozen[record.call] = record.amounts;
      return;
    case Journalled::Says::kHeld: {
      Award& held = awards[record.application];
      held.call = record.call;
      const Amounts more = ledger::ClampToZero(record.amounts - held.amounts);
      if (!more.IsZero()) raised[record.head.seq.value()] = {record.call, more};
      Amounts& sum = awarded[record.call];
      sum = sum - held.amounts + record.amounts;
      held.amounts = record.amounts;
    }
  }
}

absl::StatusOr<const Checker::Journalled*> Checker::Read(const NodeId& node, uint64_t seq,
                                                         absl::string_view bytes, bool* is_new) {
  std::vector<std::list<Journalled>>& all = journalled_[node];
  if (all.size() < seq) all.resize(seq);
  std::list<Journalled>& same_number = all[seq - 1];
  *is_new = false;
  for (const Journalled& known : same_number) {
    if (known.bytes == bytes) return &known;
  }
  *is_new = true;
  national::v1::JournalRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(absl::StrCat("record ", seq, " does not parse"));
  }
  journal::Head head{Seq(seq - 1), record.prev_hash()};
  RETURN_IF_ERROR(journal::Follow(head, record));
  national::v1::PublicRecord what;
  RETURN_IF_ERROR(journal::ParsePublic(record, &what));
  Journalled read;
  read.bytes = std::string(bytes);
  read.prev_hash = record.prev_hash();
  read.head = std::move(head);
  if (what.has_handed_back()) {
    read.says = Journalled::Says::kHandedBack;
    read.call = CallId(what.handed_back().call());
    read.amounts = Amounts::FromProto(what.handed_back().handed_back());
  } else if (what.has_headroom_frozen()) {
    read.says = Journalled::Says::kFrozen;
    read.call = CallId(what.headroom_frozen().call());
    read.amounts = Amounts::FromProto(what.headroom_frozen().frozen());
  } else if (what.has_application_changed()) {
    const national::v1::ApplicationSummary& summary = what.application_changed().summary();
    read.says = Journalled::Says::kHeld;
    read.call = CallId(summary.call());
    read.amounts = Amounts::FromProto(summary.awarded());
    ASSIGN_OR_RETURN(read.application, Uuid::FromBytes(summary.application_id()));
  }
  same_number.push_back(std::move(read));
  return &same_number.back();
}

// --- Nodes

void Checker::LimitsHold(const CallId& call) {
  const ledger::UnitLimits& limits = limits_[call];
  const Amounts most = limits.amounts() + limits.LimitedPart(allowances_[call]);
  if (AllAtMost(limits.LimitedPart(awarded_[call]), most)) return;
  Fault(absl::StrCat("overspent: ", call.value(), " has awarded ", awarded_[call].DebugString(),
                     " of ", most.DebugString()));
}

void Checker::NoteAward(const NodeId& node, const Journalled& record) {
  Held& held = held_[record.application];
  Amounts& sum = awarded_[record.call];
  sum = sum - held.award.amounts + record.amounts;
  held = {node, {record.call, record.amounts}};
  LimitsHold(record.call);
}

void Checker::ReadJournal(const NodeMachine& node) {
  History& history = histories_[node.index()];
  const auto view = node.durable().Snapshot();
  // From the last that is known: what was there stays there.
  const uint64_t first = std::max<uint64_t>(1, history.seq());
  const auto records = view->Scan(node::kJournal, node::SeqKey(Seq(first)), "");
  uint64_t seq = first;
  for (; records->Valid() && faults_.empty(); records->Next(), ++seq) {
    if (records->key() != node::SeqKey(Seq(seq))) {
      return Fault(absl::StrCat(node.Name(), " has no record ", seq, " and goes on after it"));
    }
    if (seq <= history.seq()) {
      if (records->value() == history.records[seq - 1]->bytes) continue;
      return Fault(absl::StrCat(node.Name(), ": record ", seq, " was replaced"));
    }
    bool is_new = false;
    const auto record = Read(node.id(), seq, records->value(), &is_new);
    if (!record.ok()) {
      return Fault(absl::StrCat(node.Name(), " wrote: ", record.status().ToString()));
    }
    if ((*record)->prev_hash != history.hash()) {
      return Fault(absl::StrCat(node.Name(), " wrote: record ", seq,
                                " does not follow the record before it"));
    }
    history.Take(**record);
    if (!is_new || (*record)->says != Journalled::Says::kHeld) continue;
    NoteAward(node.id(), **record);
    if (unproven_.contains(node.index()) && history.raised.contains(seq)) {
      Fault(absl::StrCat(node.Name(), " awards in record ", seq,
                         ", and its store has not been proved to be the newest"));
    }
  }
  if (!faults_.empty()) return;
  if (seq <= history.seq()) {
    return Fault(absl::StrCat(node.Name(), ": record ", history.seq(), " is gone"));
  }
  if (!node.is_running()) return;
  const journal::Head& head = node.core().state().head;
  if (head.seq.value() != history.seq() || head.hash != history.hash()) {
    Fault(absl::StrCat(node.Name(), " believes its journal to end at ", head.seq.value(),
                       "; on disk it ends at ", history.seq()));
  }
}

void Checker::NodeLedgersHold(const NodeMachine& node, const CentralMachine& centre) {
  const History& history = histories_[node.index()];
  const auto find = [](const std::map<CallId, Amounts>& amounts, const CallId& call) {
    const auto found = amounts.find(call);
    return found == amounts.end() ? Amounts() : found->second;
  };
  for (const auto& figures : node.core().Figures()) {
    const ledger::UnitLimits& limits = limits_[figures.call];
    const auto fault = [&](const std::string& what) {
      Fault(absl::StrCat(node.Name(), ", ", figures.call.value(), ": ", what));
    };
    if (limits.LimitedPart(figures.headroom).AnyNegative()) {
      fault(absl::StrCat("headroom is ", figures.headroom.DebugString()));
    }
    const Amounts held = find(history.awarded, figures.call);
    if (figures.totals.Approved() != held) {
      fault(absl::StrCat("its ledger has ", figures.totals.Approved().DebugString(),
                         " awarded, its journal ", held.DebugString()));
    }
    if (figures.totals.handed_back != find(history.handed_back, figures.call) ||
        figures.totals.frozen != find(history.frozen, figures.call)) {
      fault(
          "what its ledger has handed back or frozen is not what its journal "
          "says");
    }
    if (is_centre_restored_) continue;  // it may have forgotten some, until the node reports
    // The centre's figure only grows, so what was seen once need not be looked up again.
    Amounts& seen = allotted_seen_[{node.index(), figures.call}];
    if (seen == figures.totals.allotted) continue;
    const auto stored =
        centre.durable().Get(central::kLedger, central::LedgerKey(figures.call, node.id()));
    Amounts allotted;
    if (stored.ok()) allotted = ledger::Totals::Parse(*stored)->allotted;
    seen = figures.totals.allotted;
    if (AllAtMost(limits.LimitedPart(seen), limits.LimitedPart(allotted))) continue;
    fault(absl::StrCat("it takes ", seen.DebugString(), " for allotted; the centre's disk says ",
                       allotted.DebugString()));
  }
}

void Checker::NodeSynced(const NodeMachine& node, const CentralMachine& centre) {
  ReadJournal(node);
  NodeLedgersHold(node, centre);
  if (node.core().state().fenced() && !MayBeFenced(node.id())) {
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

void Checker::FollowApplied(const CentralMachine& centre, const NodeId& node,
                            const journal::Head& applied) {
  History& known = applied_[node];
  if (applied.seq.value() < known.seq()) {
    return Fault(absl::StrCat("the centre's cursor for ", node.value(), " went back from ",
                              known.seq(), " to ", applied.seq.value()));
  }
  for (uint64_t seq = known.seq() + 1; seq <= applied.seq.value(); ++seq) {
    const auto stored =
        centre.durable().Get(central::kNodeJournal, central::NodeSeqKey(node, Seq(seq)));
    if (!stored.ok()) {
      return Fault(absl::StrCat("the centre says that it has record ", seq, " of ", node.value(),
                                ", and has not"));
    }
    bool is_new = false;
    const auto record = Read(node, seq, *stored, &is_new);
    if (!record.ok() || is_new) {
      return Fault(absl::StrCat("the centre has a record ", seq, " of ", node.value(),
                                " that no store of it has on disk"));
    }
    if ((*record)->prev_hash != known.hash()) {
      return Fault(absl::StrCat("the centre has a record ", seq, " of ", node.value(),
                                " that does not follow the record before it"));
    }
    known.Take(**record);
  }
  if (applied.hash != known.hash()) {
    Fault(absl::StrCat("the centre believes record ", known.seq(), " of ", node.value(),
                       " to be another one than it has on disk"));
  }
}

void Checker::CentralLedgerHolds(const CallId& id, const ledger::CentralLedger& ledger) {
  const ledger::UnitLimits& limits = ledger.limits();
  Amounts out;
  for (const auto& [node, totals] : ledger.nodes()) {
    const auto fault = [&, node = &node](const std::string& what) {
      Fault(absl::StrCat("the centre's ledger, ", id.value(), ", ", node->value(), ": ", what));
    };
    History& known = applied_[node];
    if (totals.Approved() != known.awarded[id]) {
      fault(absl::StrCat(totals.Approved().DebugString(), " awarded; its journal up to ",
                         known.seq(), " says ", known.awarded[id].DebugString()));
    }
    if (totals.handed_back != known.handed_back[id]) {
      fault(absl::StrCat(totals.handed_back.DebugString(), " handed back; its journal up to ",
                         known.seq(), " says ", known.handed_back[id].DebugString()));
    }
    const Amounts& frozen = known.frozen[id];
    if (retired_.contains(node) ? !AllAtMost(frozen, totals.frozen) : totals.frozen != frozen) {
      fault(absl::StrCat(totals.frozen.DebugString(), " frozen; its journal up to ", known.seq(),
                         " says ", frozen.DebugString()));
    }
    if (!AllAtMost(totals.released, totals.frozen)) {
      fault(absl::StrCat(totals.released.DebugString(), " released of what is frozen"));
    }
    if (limits.LimitedPart(totals.Headroom()).AnyNegative()) {
      fault(absl::StrCat("headroom is ", totals.Headroom().DebugString()));
    }
    out = out + totals.allotted - totals.handed_back - totals.released;
  }
  if (is_centre_restored_) return;  // more may be out than it remembers
  const Amounts available = ledger.Available();
  if (limits.LimitedPart(available).AnyNegative() ||
      limits.LimitedPart(out + available) != limits.amounts()) {
    Fault(absl::StrCat("the centre's ledger, ", id.value(), ": ", available.DebugString(),
                       " available and ", out.DebugString(), " out of ",
                       limits.amounts().DebugString()));
  }
}

void Checker::CentreSynced(const CentralMachine& centre) {
  NoteLimits(centre);
  for (const auto& [node, status] : centre.core().nodes()) {
    if (status.record.fence_reason == national::v1::FENCE_REASON_RETIRED) retired_.insert(node);
    FollowApplied(centre, node, status.record.applied);
    if (status.record.fenced() && !MayBeFenced(node)) {
      Fault(absl::StrCat("the centre fenced ", node.value(), ": ", status.record.fence_detail));
    }
  }
  for (const auto& [id, call] : centre.core().fold().calls()) CentralLedgerHolds(id, call.ledger);
}

}  // namespace kopa::simulation
