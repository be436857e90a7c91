#include "central/core/recomputed.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "central/core/staff_entry.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "kopa/national/v1/office.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;
using ::kopa::national::v1::VerifyNationalResponse;

namespace {

constexpr uint32_t kAskEvery = 1024;

// Far above any true figure, and low enough that the sums over a thousand nodes can't overflow.
constexpr int64_t kTotalMax = int64_t{1} << 52;

bool IsPlausible(const Amounts& amounts) {
  return !amounts.AnyNegative() && AllAtMost(amounts, Amounts(kTotalMax, kTotalMax, kTotalMax));
}

// A record that stands under the number `seq`. DATA_LOSS where it does not parse, does not follow
// `head` or has unknown parts; `head` is on it in any case, so that one fault is found once.
absl::Status Read(absl::string_view value, Seq seq, journal::Head& head, PublicRecord* what,
                  JournalRecord* whole) {
  JournalRecord& record = *whole;
  record.Clear();
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    head.seq = seq;
    return absl::DataLossError(absl::StrCat("record ", seq.value(), " does not parse"));
  }
  absl::Status followed =
      record.seq() == seq.value()
          ? journal::Follow(head, record)
          : absl::DataLossError(
                absl::StrCat("record ", record.seq(), " is stored under number ", seq.value()));
  head.seq = seq;
  head.hash = record.hash();
  const absl::Status parsed = journal::ParsePublic(record, what);
  if (!parsed.ok()) what->Clear();
  return followed.ok() ? parsed : followed;
}

std::string Describe(const journal::Head& head) {
  return absl::StrCat(head.seq.value(), " with hash ", ToHex(head.hash));
}

}  // namespace

absl::Status Recomputed::Continue() {
  if (++asked_ % kAskEvery != 0 || !cancelled_()) return absl::OkStatus();
  return absl::CancelledError("the check was called off");
}

absl::Status Recomputed::ReadCentralJournal(VerifyNationalResponse* response) {
  Findings findings;
  journal::Head head;
  const auto records = view_.Scan(kJournal, "", "");
  for (; records->Valid(); records->Next()) {
    RETURN_IF_ERROR(Continue());
    ByteReader key(records->key());
    const Seq seq(key.U64());
    PublicRecord what;
    JournalRecord record;
    findings.AddStatus(Read(records->value(), seq, head, &what, &record));
    if (!record.staff_commitment().empty()) {
      staff_commitments_[seq.value()] = record.staff_commitment();
    }
    NoteCentralRecord(what, findings);
  }
  findings.AddStatus(records->status());
  const auto stored = view_.Get(kMeta, kCentralStateKey);
  const auto state =
      stored.ok() ? CentralState::Parse(*stored) : absl::StatusOr<CentralState>(stored.status());
  if (absl::IsNotFound(state.status()) && head.seq == Seq()) {
    // A folder that was made and never served.
  } else if (!state.ok()) {
    findings.Add(absl::StrCat("the centre's state: ", state.status().message()));
  } else if (state->head != head) {
    findings.Add(absl::StrCat("the journal ends at ", Describe(head), "; the centre's state says ",
                              Describe(state->head)));
  }
  findings.Report("central-journal",
                  absl::StrCat("records 1 to ", head.seq.value(), " follow one another"), response);
  return absl::OkStatus();
}

void Recomputed::NoteCentralRecord(const PublicRecord& what, Findings& findings) {
  if (what.has_call_published()) {
    definition_digests_[CallId(what.call_published().call())] =
        what.call_published().definition_sha256();
  }
  if (what.has_allotment_made()) {
    const auto& made = what.allotment_made();
    NoteAllotted(made.node(), made.call(), made.allotted(), findings);
  }
  if (what.has_decision_made()) {
    const auto& made = what.decision_made();
    NoteAllotted(made.node(), made.call(), made.allotted(), findings);
  }
  if (what.has_node_retired()) NoteRetired(what.node_retired(), findings);
  if (what.has_frozen_released()) NoteReleased(what.frozen_released(), findings);
  if (what.has_proposal_made()) proposals_[what.proposal_made().number()] = what.proposal_made();
  if (what.has_school_announced()) {
    const auto& announced = what.school_announced();
    schools_[SchoolKey(CallId(announced.call()), announced.school().reg_no(),
                       announced.school().name())] = announced;
  }
}

void Recomputed::NoteAllotted(const std::string& node, const std::string& call,
                              const programme::v1::Units& allotted, Findings& findings) {
  const Amounts total = Amounts::FromProto(allotted);
  Amounts& known = allotted_[CallId(call)][NodeId(node)];
  if (!IsPlausible(total) || !AllAtMost(known, total)) {
    findings.Add(absl::StrCat("what is allotted to ", node, " under ", call, " falls from ",
                              known.DebugString(), " to ", total.DebugString()));
    return;
  }
  known = total;
}

void Recomputed::NoteRetired(const national::v1::NodeRetired& retired, Findings& findings) {
  const NodeId node(retired.node());
  retired_.insert(node);
  for (const national::v1::FrozenHeadroom& frozen : retired.frozen()) {
    const Amounts total = Amounts::FromProto(frozen.frozen());
    if (IsPlausible(total)) {
      frozen_by_retirement_[CallId(frozen.call())][node] = total;
    } else {
      findings.Add(absl::StrCat("what is frozen at ", node.value(), " under ", frozen.call(),
                                " is no amount that can be"));
    }
  }
}

void Recomputed::NoteReleased(const national::v1::FrozenReleased& released, Findings& findings) {
  const Amounts total = Amounts::FromProto(released.released());
  Amounts& known = released_[CallId(released.call())][NodeId(released.node())];
  if (!IsPlausible(total) || !AllAtMost(known, total)) {
    findings.Add(absl::StrCat("what is released at ", released.node(), " under ", released.call(),
                              " falls from ", known.DebugString(), " to ", total.DebugString()));
    return;
  }
  known = total;
}

void Recomputed::ApplyFrozenMoney(VerifyNationalResponse* response) {
  Findings findings;
  for (const auto& [call, nodes] : frozen_by_retirement_) {
    NationalFold::CallFold* const known = fold_.FindCall(call);
    if (known == nullptr) {
      findings.Add(absl::StrCat(call.value(), ": has frozen money and no definition"));
      continue;
    }
    for (const auto& [node, total] : nodes) {
      known->ledger.NoteFrozen(node, total);
      CheckOverdrawn(node, call, nodes_[node].head.seq.value(), findings);
    }
  }
  size_t releases = 0;
  for (const auto& [call, nodes] : released_) {
    NationalFold::CallFold* const known = fold_.FindCall(call);
    for (const auto& [node, total] : nodes) {
      ++releases;
      if (known != nullptr && known->ledger.CanRelease(node, total)) {
        known->ledger.Release(node, total);
      } else {
        findings.Add(absl::StrCat(node.value(), ": ", total.DebugString(), " released under ",
                                  call.value(), ", which is more than was ever frozen"));
      }
    }
  }
  for (const auto& [node, chain] : nodes_) {
    const bool is_retired = chain.record.fence_reason == national::v1::FENCE_REASON_RETIRED;
    if (is_retired != retired_.contains(node)) {
      findings.Add(absl::StrCat(node.value(), is_retired ? " is" : " is not",
                                " marked as retired; the journal says otherwise"));
    }
  }
  findings.Report("frozen-money",
                  absl::StrCat(retired_.size(), " nodes were retired; what was released at ",
                               releases, " places had been frozen"),
                  response);
}

absl::Status Recomputed::ReadOffice(VerifyNationalResponse* response) {
  Findings findings;
  const size_t committed = staff_commitments_.size();
  RETURN_IF_ERROR(CompareStaff(findings));
  CompareProposals(findings);
  CompareSchools(findings);
  findings.Report("office",
                  absl::StrCat("who did what and why is as the journal commits to in ", committed,
                               " records; proposals and schools are those of the journal"),
                  response);
  return absl::OkStatus();
}

absl::Status Recomputed::CompareStaff(Findings& findings) {
  const auto entries = view_.Scan(kStaff, "", "");
  for (; entries->Valid(); entries->Next()) {
    RETURN_IF_ERROR(Continue());
    const uint64_t seq = ByteReader(entries->key()).U64();
    const auto entry = StaffEntry::Parse(entries->value());
    const auto committed = staff_commitments_.find(seq);
    if (committed == staff_commitments_.end()) {
      findings.Add(absl::StrCat("record ", seq, " commits to nobody, a staff entry is stored"));
      continue;
    }
    if (!entry.ok() || entry->Commitment() != committed->second) {
      findings.Add(absl::StrCat("record ", seq, ": its staff entry is not the one it commits to"));
    }
    staff_commitments_.erase(committed);
  }
  findings.AddStatus(entries->status());
  for (const auto& [seq, commitment] : staff_commitments_) {
    findings.Add(absl::StrCat("record ", seq, ": its staff entry is gone"));
  }
  return absl::OkStatus();
}

void Recomputed::CompareProposals(Findings& findings) {
  const auto stored = view_.Scan(kProposal, "", "");
  for (; stored->Valid(); stored->Next()) {
    const uint64_t number = ByteReader(stored->key()).U64();
    national::v1::Proposal proposal;
    const auto made = proposals_.find(number);
    const bool is_same =
        proposal.ParseFromArray(stored->value().data(), static_cast<int>(stored->value().size())) &&
        made != proposals_.end() && proposal.number() == number &&
        proposal.state() == made->second.state() && proposal.what() == made->second.what();
    if (!is_same) {
      findings.Add(absl::StrCat("proposal ", number, " is not as the journal has it"));
    }
    proposals_.erase(number);
  }
  findings.AddStatus(stored->status());
  for (const auto& [number, made] : proposals_) {
    findings.Add(absl::StrCat("proposal ", number, " is not stored"));
  }
}

void Recomputed::CompareSchools(Findings& findings) {
  const auto stored = view_.Scan(kSchool, "", "");
  for (; stored->Valid(); stored->Next()) {
    const auto announced = schools_.find(std::string(stored->key()));
    if (announced == schools_.end() || announced->second.SerializeAsString() != stored->value()) {
      findings.Add("a school is stored as trained otherwise than the journal announces it");
    }
    if (announced != schools_.end()) schools_.erase(announced);
  }
  findings.AddStatus(stored->status());
  if (!schools_.empty()) {
    findings.Add(absl::StrCat(schools_.size(), " announced schools are not stored"));
  }
}

absl::Status Recomputed::ReadCalls(VerifyNationalResponse* response) {
  Findings findings;
  const auto calls = view_.Scan(kCall, "", "");
  for (; calls->Valid(); calls->Next()) {
    const std::string key(calls->key());
    programme::v1::CallPublication publication;
    if (!publication.ParseFromArray(calls->value().data(),
                                    static_cast<int>(calls->value().size())) ||
        publication.call().id() != key) {
      findings.Add(absl::StrCat(key, ": its definition does not parse"));
      continue;
    }
    const auto digest = definition_digests_.find(CallId(key));
    if (digest == definition_digests_.end()) {
      findings.Add(absl::StrCat(key, ": the journal has no publication of it"));
    } else if (digest->second != Sha256(publication.call().SerializeAsString())) {
      findings.Add(absl::StrCat(key, ": its definition is not the one that was published"));
    }
    limits_[CallId(key)] = ledger::UnitLimits(publication.call().limits());
    publication.mutable_call()->clear_limits();
    fold_.AddCall(publication.call());
  }
  findings.AddStatus(calls->status());
  for (const auto& [call, digest] : definition_digests_) {
    if (fold_.FindCall(call) == nullptr) {
      findings.Add(absl::StrCat(call.value(), ": was published, its definition is gone"));
    }
  }
  for (const auto& [call, nodes] : allotted_) {
    NationalFold::CallFold* known = fold_.FindCall(call);
    if (known == nullptr) {
      findings.Add(absl::StrCat(call.value(), ": has allotments and no definition"));
      continue;
    }
    for (const auto& [node, total] : nodes) {
      ledger::Totals totals;
      totals.allotted = total;
      known->ledger.Restore(node, totals);
    }
  }
  findings.Report("calls",
                  absl::StrCat(limits_.size(), " definitions are those that were published"),
                  response);
  return absl::OkStatus();
}

absl::Status Recomputed::ReadNodeRecords(Findings& findings) {
  const auto nodes = view_.Scan(kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    auto record = NodeRecord::Parse(nodes->value());
    if (!record.ok()) {
      findings.Add(absl::StrCat(nodes->key(), ": ", record.status().message()));
      continue;
    }
    NodeChain& chain = nodes_[NodeId(nodes->key())];
    chain.is_known = true;
    chain.record = *std::move(record);
  }
  findings.AddStatus(nodes->status());
  return absl::OkStatus();
}

absl::Status Recomputed::ReadNodeJournals(VerifyNationalResponse* response) {
  Findings all_nodes;
  RETURN_IF_ERROR(ReadNodeRecords(all_nodes));
  const auto records = view_.Scan(kNodeJournal, "", "");
  for (; records->Valid(); records->Next()) {
    RETURN_IF_ERROR(Continue());
    const absl::string_view key = records->key();
    const size_t zero = key.find('\0');
    if (zero == absl::string_view::npos || key.size() != zero + 9) {
      all_nodes.Add("a record of a node's journal lies under a damaged key");
      continue;
    }
    const NodeId node(key.substr(0, zero));
    ApplyNodeRecord(node, key.substr(zero + 1), records->value(), nodes_[node]);
  }
  all_nodes.AddStatus(records->status());
  if (!all_nodes.empty()) all_nodes.Report("nodes", "", response);

  for (auto& [node, chain] : nodes_) {
    if (!chain.is_known) {
      chain.findings.Add("there are records of a node that is not known");
    } else if (chain.record.applied != chain.head) {
      chain.findings.Add(absl::StrCat("the stored records end at ", Describe(chain.head),
                                      "; applied is ", Describe(chain.record.applied)));
    }
    if (!chain.record.alarm.empty()) {
      chain.findings.Add(absl::StrCat("its history was rewritten: ", chain.record.alarm));
    }
    chain.findings.Report(
        absl::StrCat("journal-chain ", node.value()),
        absl::StrCat("records 1 to ", chain.head.seq.value(), " follow one another"), response);
    national::v1::AppliedHead* head = response->add_heads();
    head->set_node(node.value());
    head->set_applied_seq(chain.head.seq.value());
    head->set_hash(chain.head.hash);
  }
  ApplyFrozenMoney(response);
  return absl::OkStatus();
}

void Recomputed::ApplyNodeRecord(const NodeId& node, absl::string_view key, absl::string_view value,
                                 NodeChain& chain) {
  const Seq seq(ByteReader(key).U64());
  PublicRecord what;
  JournalRecord record;
  chain.findings.AddStatus(Read(value, seq, chain.head, &what, &record));
  if (what.kind_case() == PublicRecord::KIND_NOT_SET) return;
  // Applied even where the chain is broken: what it changed then shows in the figures too.
  FoldChanges changes;
  const absl::Status applied = fold_.Apply(node, EpochNumber(record.epoch()), what, changes);
  if (!applied.ok()) {
    chain.findings.Add(absl::StrCat("record ", seq.value(), ": ", applied.message()));
    return;
  }
  for (const auto& [call, nodes] : changes.ledgers) {
    CheckOverdrawn(node, call, seq.value(), chain.findings);
  }
}

void Recomputed::CheckOverdrawn(const NodeId& node, const CallId& call, uint64_t seq,
                                Findings& findings) {
  const Amounts headroom =
      limits_.at(call).LimitedPart(fold_.FindCall(call)->ledger.of(node).Headroom());
  if (headroom.AnyNegative()) {
    findings.Add(absl::StrCat("record ", seq, " overdraws ", call.value(), ": headroom ",
                              headroom.DebugString()));
  }
}

}  // namespace kopa::central
