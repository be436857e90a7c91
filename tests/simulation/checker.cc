#include "tests/simulation/checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/verify.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/verify.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;

namespace {

absl::StatusOr<national::v1::ApplicationSummary> SummaryAt(const NodeMachine& node, Seq seq) {
  ASSIGN_OR_RETURN(const std::string bytes, node.store().Get(node::kJournal, node::SeqKey(seq)));
  national::v1::JournalRecord record;
  national::v1::PublicRecord what;
  if (!record.ParseFromString(bytes)) return absl::DataLossError("it does not parse");
  RETURN_IF_ERROR(journal::ParsePublic(record, &what));
  if (!what.has_application_changed()) return absl::DataLossError("it is about something else");
  return what.application_changed().summary();
}

}  // namespace

Checker::Checker(const std::vector<programme::v1::Call>& calls) {
  for (const programme::v1::Call& call : calls) {
    limits_[CallId(call.id())] = ledger::UnitLimits(call.limits());
  }
}

void Checker::NoteSummary(const national::v1::ApplicationSummary& summary) {
  const CallId call(summary.call());
  Award& award = awards_[*Uuid::FromBytes(summary.application_id())];
  award.call = call;
  awarded_[call] = awarded_[call] - award.amounts;
  award.amounts = Amounts::FromProto(summary.awarded());
  awarded_[call] = awarded_[call] + award.amounts;
  const ledger::UnitLimits& limits = limits_[call];
  if (!AllAtMost(limits.LimitedPart(awarded_[call]), limits.amounts())) {
    Fault(absl::StrCat("overspent: ", call.value(), " has awarded ", awarded_[call].DebugString(),
                       " of ", limits.amounts().DebugString()));
  }
}

void Checker::NodeWrote(const NodeMachine& node, const storage::WriteBatch& batch) {
  for (const storage::WriteBatch::Change& change : batch.changes()) {
    if (change.family != node::kJournal) continue;
    national::v1::JournalRecord record;
    national::v1::PublicRecord what;
    absl::Status status = record.ParseFromString(change.value)
                              ? journal::Follow(heads_[node.index()], record)
                              : absl::DataLossError("it does not parse");
    if (status.ok()) status = journal::ParsePublic(record, &what);
    if (!status.ok()) {
      Fault(absl::StrCat(node.id().value(), " wrote: ", status.ToString()));
    } else if (what.has_application_changed()) {
      NoteSummary(what.application_changed().summary());
    }
  }
}

void Checker::KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                          const std::string& hash) {
  if (seq.value() == 0) return;
  receipts_.push_back({node.index(), id, seq, hash});
}

void Checker::Answered(const NodeMachine& node, const node::DecisionReply& reply) {
  if (reply.stale || reply.fault.has_value()) return;
  KeepReceipt(node, reply.id, reply.seq, reply.hash);
  if (reply.status != national::v1::APPLICATION_STATUS_APPROVED) return;
  // An approval that is told has been written, whatever became of the application since.
  for (const auto& [call, limits] : limits_) {
    const auto application = node::FetchApplication(node.store(), call, reply.id);
    if (!application.ok()) continue;
    for (const region::v1::HistoryEntry& entry : application->history()) {
      if (entry.status() == national::v1::APPLICATION_STATUS_APPROVED) return;
    }
  }
  Fault(absl::StrCat("told as approved but never written: ", reply.id.ToString()));
}

void Checker::Answered(const NodeMachine& node, const node::SubmitItemReply& reply) {
  KeepReceipt(node, reply.id, reply.seq, reply.hash);
}

void Checker::NobodyIsFenced(const NodeMachine& node) {
  if (!node.is_running() || !node.core().state().fenced()) return;
  Fault(absl::StrCat(node.id().value(), " was fenced: ", node.core().state().fence_detail));
}

void Checker::ReceiptsHold(const std::deque<NodeMachine>& nodes) {
  for (const Receipt& receipt : receipts_) {
    const NodeMachine& node = nodes[receipt.node];
    const auto summary = SummaryAt(node, receipt.seq);
    if (!summary.ok() || summary->application_id() != receipt.id.bytes()) {
      Fault(absl::StrCat("receipt ", node.id().value(), "/", receipt.seq.value(), " is of ",
                         receipt.id.ToString(), ", the journal has something else there"));
      continue;
    }
    if (receipt.hash.empty()) continue;
    national::v1::JournalRecord record;
    record.ParseFromString(*node.store().Get(node::kJournal, node::SeqKey(receipt.seq)));
    if (record.hash() != receipt.hash) {
      Fault(absl::StrCat("receipt ", node.id().value(), "/", receipt.seq.value(),
                         " has another hash than the journal"));
    }
  }
}

void Checker::CentreEqualsNodes(const CentralMachine& centre,
                                const std::deque<NodeMachine>& nodes) {
  size_t applications = 0;
  for (const NodeMachine& node : nodes) {
    const auto& status = centre.core().nodes().at(node.id());
    if (!(status.record.applied == node.core().state().head)) {
      Fault(absl::StrCat(node.id().value(), " is at ", node.core().state().head.seq.value(),
                         ", the centre has applied ", status.record.applied.seq.value()));
    }
    if (!status.connected) Fault(absl::StrCat(node.id().value(), " is not connected"));
    if (status.record.fenced()) Fault(absl::StrCat(node.id().value(), " is fenced at the centre"));
    for (const auto& figures : node.core().Figures()) {
      const auto& there = centre.core().fold().FindCall(figures.call)->ledger.of(node.id());
      if (there != figures.totals) {
        Fault(absl::StrCat(node.id().value(), ", ", figures.call.value(),
                           ": the centre's ledger is not the node's; headroom ",
                           there.Headroom().DebugString(), " there, ",
                           figures.totals.Headroom().DebugString(), " here"));
      }
    }
    applications += node.core().applications();
  }
  const auto& summaries = centre.core().fold().summaries();
  if (summaries.size() != applications) {
    Fault(absl::StrCat("the centre knows ", summaries.size(), " applications, the nodes have ",
                       applications));
  }
  for (const auto& [id, award] : awards_) {
    const auto found = summaries.find(id);
    if (found == summaries.end() || found->second.awarded != award.amounts) {
      Fault(absl::StrCat("the centre has another award for ", id.ToString()));
    }
  }
}

void Checker::NothingIsStranded(const CentralMachine& centre,
                                const std::deque<NodeMachine>& nodes) {
  for (const auto& [id, call] : centre.core().fold().calls()) {
    const auto& allotment = centre.core().calls().at(id).call().allotment();
    if (allotment.policy() != programme::v1::ALLOTMENT_POLICY_ON_DEMAND) continue;
    const bool strict = allotment.pending() == programme::v1::PENDING_POLICY_STRICT;
    Amounts could_be_had = call.ledger.Available();
    for (const NodeMachine& node : nodes) {
      for (const auto& figures : node.core().Figures()) {
        if (figures.call == id) could_be_had = could_be_had + figures.headroom;
      }
    }
    for (const auto& [key, wanted] : call.pending) {
      const Amounts award = limits_[id].LimitedPart(wanted);
      if (AllAtMost(award, could_be_had)) {
        Fault(absl::StrCat(id.value(), ": ", award.DebugString(), " waits at ", key.node.value(),
                           " while ", could_be_had.DebugString(), " could be had"));
      }
      if (strict) break;  // the first one blocks the others
    }
  }
}

void Checker::StoresVerify(const CentralMachine& centre, const std::deque<NodeMachine>& nodes) {
  const auto report = [&](const std::string& who, const auto& response) {
    for (const auto& check : response.checks()) {
      if (!check.ok()) Fault(absl::StrCat(who, ": ", check.name(), ": ", check.detail()));
    }
  };
  for (const NodeMachine& node : nodes) {
    report(node.id().value(),
           node::VerifyNode(node.id(), *node.store().Snapshot(), 0, node::SealCheck()));
  }
  const auto response = central::Verify(*centre.store().Snapshot(), [] { return false; });
  if (response.ok()) report("centre", *response);
}

void Checker::Converged(const CentralMachine& centre, const std::deque<NodeMachine>& nodes) {
  ReceiptsHold(nodes);
  CentreEqualsNodes(centre, nodes);
  NothingIsStranded(centre, nodes);
  StoresVerify(centre, nodes);
}

}  // namespace kopa::simulation
