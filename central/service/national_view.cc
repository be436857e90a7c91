#include "central/service/national_view.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "google/protobuf/util/time_util.h"

namespace kopa::central {

using ::google::protobuf::util::TimeUtil;
using ::kopa::ledger::Amounts;
using ::kopa::ledger::Unit;

namespace {

constexpr int kPageMax = 1000;
constexpr int kCallsPage = 100;
// Answers stay well below what a message may have, whatever the definitions hold.
constexpr size_t kPageBytesMax = 2 * 1024 * 1024;

absl::StatusOr<int> PageSize(int asked, int usual) {
  if (asked < 0 || asked > kPageMax) {
    return absl::InvalidArgumentError(absl::StrCat("page_size: 0 to ", kPageMax));
  }
  return asked == 0 ? usual : asked;
}

national::v1::NodeState StateOf(const CentralCore::NodeStatus& status) {
  if (status.record.fence_reason == national::v1::FENCE_REASON_RETIRED) {
    return national::v1::NODE_STATE_RETIRED;
  }
  if (status.record.fenced()) return national::v1::NODE_STATE_FENCED;
  if (!status.record.admitted_ever) return national::v1::NODE_STATE_JOINING;
  return status.connected ? national::v1::NODE_STATE_ACTIVE : national::v1::NODE_STATE_AWAY;
}

}  // namespace

// --- Taking over from the core

void NationalView::Load(const CentralCore& core) {
  MutexLock lock(&mutex_);
  for (const auto& [id, status] : core.nodes()) TakeNode(core, id);
  awaited_ = core.Awaited();
  for (const auto& [id, publication] : core.calls()) {
    TakeCall(core, id);
    calls_[id].decisions = core.decisions(id);
  }
  for (const auto& [key, sums] : core.fold().cells()) TakeCell(core, key);
  for (const auto& [id, call] : core.fold().calls()) {
    for (const auto& [key, wanted] : call.pending) TakePending(core, key.id);
  }
  ++version_;
}

void NationalView::Update(const CentralCore& core, const CentralEffects& effects) {
  if (effects.nodes_changed.empty() && effects.calls_changed.empty() &&
      effects.decisions_changed.empty() && effects.changes.cells.empty() &&
      effects.changes.ledgers.empty() && effects.changes.summaries.empty()) {
    return;
  }
  MutexLock lock(&mutex_);
  for (const NodeId& id : effects.nodes_changed) TakeNode(core, id);
  awaited_ = core.Awaited();
  for (const CallId& id : effects.calls_changed) TakeCall(core, id);
  for (const CallId& id : effects.decisions_changed) calls_[id].decisions = core.decisions(id);
  for (const auto& [id, nodes] : effects.changes.ledgers) {
    TakeBudget(core, id);
    const ledger::CentralLedger& ledger = core.fold().FindCall(id)->ledger;
    for (const auto& [node, changed] : nodes) calls_[id].ledgers[node] = ledger.of(node);
  }
  for (const CellKey& key : effects.changes.cells) TakeCell(core, key);
  for (const auto& [id, details] : effects.changes.summaries) TakePending(core, id);
  ++version_;
}

void NationalView::TakeNode(const CentralCore& core, const NodeId& id) {
  const CentralCore::NodeStatus& status = core.nodes().at(id);
  NodeFigures& figures = nodes_[id];
  national::v1::Node& node = figures.node;
  node.set_node(id.value());
  node.set_state(StateOf(status));
  node.set_connected(status.connected);
  node.set_applied_seq(status.record.applied.seq.value());
  node.set_address(status.record.address);
  node.set_fence_detail(status.record.fenced() ? status.record.fence_detail : "");
  node.set_epoch(status.record.epoch.value());
  node.set_alarm(status.record.alarm);
  if (status.session.value() != 0 && status.session != figures.session) {
    // A node that was restored and taken back begins anew from what it says now.
    figures.heard_seq = status.head_at_hello;
  }
  figures.session = status.session;
}

void NationalView::TakeCall(const CentralCore& core, const CallId& id) {
  CallFigures& call = calls_[id];
  call.definition = core.calls().at(id).call();
  call.ledgers = core.fold().FindCall(id)->ledger.nodes();
  TakeBudget(core, id);
}

void NationalView::TakeBudget(const CentralCore& core, const CallId& id) {
  CallFigures& call = calls_[id];
  const ledger::CentralLedger& ledger = core.fold().FindCall(id)->ledger;
  call.limits = ledger.limits();
  call.available = ledger.Available();
  call.approved = ledger.Approved();
  call.paid_cents = ledger.Paid();
}

void NationalView::TakeCell(const CentralCore& core, const CellKey& key) {
  const CellNames& names = core.fold().names();
  std::vector<LabelledCell>& cells = calls_[CallId(names.calls.Name(key.call))].cells;
  const auto [place, is_new] = cell_places_.try_emplace(key, cells.size());
  if (is_new) {
    CellLabels& labels = labels_.emplace_back();
    labels.node = names.nodes.Name(key.node);
    labels.municipality = names.municipalities.Name(key.municipality);
    labels.status = static_cast<national::v1::ApplicationStatus>(key.status);
    labels.applicant_type = names.applicant_types.Name(key.applicant_type);
    labels.activities =
        absl::StrSplit(names.activity_sets.Name(key.activities), ',', absl::SkipEmpty());
    cells.push_back({&labels, CellSums()});
  }
  cells[place->second].sums = core.fold().cells().at(key);
}

void NationalView::TakePending(const CentralCore& core, const ApplicationId& id) {
  if (const auto old = pending_.find(id); old != pending_.end()) {
    calls_[old->second.call].pending_cents[old->second.node] -= old->second.cents;
    pending_.erase(old);
  }
  const StoredSummary stored = core.fold().Stored(id);
  if (stored.pending.IsZero()) return;
  const CellNames& names = core.fold().names();
  const Pending pending{CallId(names.calls.Name(stored.summary.cell.call)),
                        NodeId(names.nodes.Name(stored.summary.cell.node)), stored.pending.cents()};
  calls_[pending.call].pending_cents[pending.node] += pending.cents;
  pending_.emplace(id, pending);
}

// --- Links

void NationalView::NoteContact(const NodeId& node, absl::Time now,
                               absl::optional<uint64_t> head_seq) {
  MutexLock lock(&mutex_);
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return;
  found->second.last_contact = now;
  if (head_seq.has_value()) found->second.heard_seq = *head_seq;
}

absl::optional<national::v1::Node> NationalView::FindNode(const NodeId& node) const {
  MutexLock lock(&mutex_);
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return absl::nullopt;
  return Describe(found->second);
}

std::vector<NodeId> NationalView::Nodes() const {
  MutexLock lock(&mutex_);
  std::vector<NodeId> ids;
  for (const auto& [id, figures] : nodes_) ids.push_back(id);
  return ids;
}

std::vector<NodeId> NationalView::Awaited() const {
  MutexLock lock(&mutex_);
  return awaited_;
}

std::vector<CallId> NationalView::Calls() const {
  MutexLock lock(&mutex_);
  std::vector<CallId> ids;
  for (const auto& [id, figures] : calls_) ids.push_back(id);
  return ids;
}

NationalView::BudgetSums NationalView::BudgetOf(const CallId& call) const {
  MutexLock lock(&mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return {};
  const CallFigures& figures = found->second;
  return {figures.limits.amounts().cents(), figures.available.cents(), figures.approved.cents()};
}

// --- Answers

absl::StatusOr<const NationalView::CallFigures*> NationalView::Find(const std::string& call) const {
  const auto found = calls_.find(CallId(call));
  if (found != calls_.end()) return &found->second;
  const std::string known = absl::StrJoin(calls_, ", ", [](std::string* out, const auto& one) {
    absl::StrAppend(out, one.first.value());
  });
  return absl::NotFoundError(absl::StrCat("there is no such call; known are: ", known));
}

national::v1::Node NationalView::Describe(const NodeFigures& figures) {
  national::v1::Node node = figures.node;
  node.set_head_seq(std::max(figures.heard_seq, node.applied_seq()));
  if (figures.last_contact.has_value()) {
    *node.mutable_last_contact_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(*figures.last_contact));
  }
  return node;
}

void NationalView::AddFreshness(
    google::protobuf::RepeatedPtrField<national::v1::NodeFreshness>* freshness) const {
  for (const auto& [id, figures] : nodes_) {
    national::v1::Node node = Describe(figures);
    national::v1::NodeFreshness* one = freshness->Add();
    one->set_node(id.value());
    one->set_connected(node.connected());
    one->set_applied_seq(node.applied_seq());
    one->set_head_seq(node.head_seq());
    if (node.has_last_contact_time())
      one->mutable_last_contact_time()->Swap(node.mutable_last_contact_time());
  }
}

absl::StatusOr<national::v1::ListCallsResponse> NationalView::ListCalls(
    const national::v1::ListCallsRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size(), kCallsPage));
  national::v1::ListCallsResponse response;
  size_t bytes = 0;
  MutexLock lock(&mutex_);
  // The token is the id before the page's first.
  auto at = calls_.upper_bound(CallId(request.page_token()));
  for (; at != calls_.end(); ++at) {
    bytes += at->second.definition.ByteSizeLong();
    const bool is_full = response.calls_size() >= page_size || bytes > kPageBytesMax;
    if (is_full && response.calls_size() > 0) break;
    *response.add_calls() = at->second.definition;
  }
  if (at != calls_.end()) {
    response.set_next_page_token(response.calls(response.calls_size() - 1).id());
  }
  return response;
}

absl::StatusOr<national::v1::GetCallResponse> NationalView::GetCall(
    const national::v1::GetCallRequest& request) const {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const CallFigures* call, Find(request.call()));
  national::v1::GetCallResponse response;
  *response.mutable_call() = call->definition;
  return response;
}

absl::StatusOr<national::v1::GetTotalsResponse> NationalView::GetTotals(
    const national::v1::GetTotalsRequest& request) const {
  ASSIGN_OR_RETURN(const TotalsDimensions by, ParseDimensions(request.by()));
  national::v1::GetTotalsResponse response;
  response.set_call(request.call());
  std::vector<LabelledCell> cells;
  {
    // Copied, so that the committer never waits for a sum.
    MutexLock lock(&mutex_);
    ASSIGN_OR_RETURN(const CallFigures* call, Find(request.call()));
    cells = call->cells;
    AddFreshness(response.mutable_freshness());
  }
  RollUp(cells, by, territory_, &response);
  return response;
}

national::v1::NodeBudget NationalView::NodeBudgetOf(const CallFigures& call,
                                                    const NodeFigures& node) {
  const NodeId id(node.node.node());
  national::v1::NodeBudget budget;
  budget.set_node(id.value());
  budget.set_state(node.node.state());
  if (const auto found = call.ledgers.find(id); found != call.ledgers.end()) {
    const ledger::Totals& totals = found->second;
    budget.set_allotted_cents((totals.allotted - totals.handed_back - totals.released).cents());
    budget.set_approved_cents(totals.Approved().cents());
    budget.set_paid_cents(totals.Paid());
    budget.set_headroom_cents(
        ledger::ClampToZero(call.limits.LimitedPart(totals.Headroom())).cents());
    // What an operator attested as unspent is back in the pool.
    budget.set_frozen_cents((totals.frozen - totals.released).cents());
  }
  if (const auto found = call.pending_cents.find(id); found != call.pending_cents.end()) {
    budget.set_pending_cents(found->second);
  }
  return budget;
}

absl::StatusOr<national::v1::GetBudgetResponse> NationalView::GetBudget(
    const national::v1::GetBudgetRequest& request) const {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const CallFigures* call, Find(request.call()));
  national::v1::GetBudgetResponse response;
  response.set_call(request.call());
  const int64_t approved_cents = call->approved.cents();
  response.set_approved_cents(approved_cents);
  response.set_paid_cents(call->paid_cents);
  if (call->limits.limited(Unit::kCents)) {
    response.set_budget_cents(call->limits.amounts().cents());
    response.set_available_cents(call->available.cents());
    response.set_remaining_cents(call->limits.amounts().cents() - approved_cents);
  }
  for (const Unit unit : ledger::kUnits) {
    const bool is_limited = call->limits.limited(unit);
    if (!is_limited && call->approved.at(unit) == 0) continue;
    national::v1::UnitBudget* one = response.add_units();
    one->set_unit(std::string(ledger::UnitName(unit)));
    one->set_approved(call->approved.at(unit));
    if (!is_limited) continue;
    one->set_limit(call->limits.amounts().at(unit));
    one->set_available(call->available.at(unit));
  }
  for (const auto& [id, figures] : nodes_) {
    *response.add_nodes() = NodeBudgetOf(*call, figures);
  }
  AddFreshness(response.mutable_freshness());
  return response;
}

absl::StatusOr<national::v1::ListNodesResponse> NationalView::ListNodes(
    const national::v1::ListNodesRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size(), kPageMax));
  national::v1::ListNodesResponse response;
  MutexLock lock(&mutex_);
  auto at = nodes_.upper_bound(NodeId(request.page_token()));
  for (; at != nodes_.end() && response.nodes_size() < page_size; ++at) {
    *response.add_nodes() = Describe(at->second);
  }
  if (at != nodes_.end()) {
    response.set_next_page_token(response.nodes(response.nodes_size() - 1).node());
  }
  return response;
}

absl::StatusOr<NationalView::RankingBasis> NationalView::BasisOf(const std::string& call) const {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const CallFigures* figures, Find(call));
  RankingBasis basis;
  basis.definition = figures->definition;
  basis.limits = figures->limits;
  basis.decisions = figures->decisions;
  std::set<NodeId> connected;
  for (const auto& [id, node] : nodes_) {
    if (node.node.connected()) connected.insert(id);
  }
  basis.spendable = SpendableOf(
      figures->limits, figures->available, figures->ledgers,
      [&](const NodeId& node) { return connected.contains(node); }, figures->decisions);
  return basis;
}

absl::StatusOr<std::map<std::string, int64_t>> NationalView::AwardsByMunicipality(
    const std::string& call) const {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const CallFigures* figures, Find(call));
  std::map<std::string, int64_t> awards;
  for (const LabelledCell& cell : figures->cells) {
    if (cell.sums.approved != 0) awards[cell.labels->municipality] += cell.sums.approved;
  }
  return awards;
}

void NationalView::FillFreshness(
    google::protobuf::RepeatedPtrField<national::v1::NodeFreshness>* freshness) const {
  MutexLock lock(&mutex_);
  AddFreshness(freshness);
}

}  // namespace kopa::central
