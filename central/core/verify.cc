#include "central/core/verify.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "central/core/application_keys.h"
#include "central/core/families.h"
#include "central/core/findings.h"
#include "central/core/recomputed.h"
#include "common/base/status.h"
#include "common/base/uuid.h"
#include "kopa/national/v1/application.pb.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::ledger::Totals;
using ::kopa::national::v1::VerifyNationalResponse;

namespace {

std::string Differs(absl::string_view figure, absl::string_view stored,
                    absl::string_view recomputed) {
  return absl::StrCat(figure, " ", stored, " stored, ", recomputed, " recomputed");
}

// Adds "`where`: `figure` X stored, Y recomputed" for each figure that differs.
class Comparison {
 public:
  Comparison(std::string where, Findings* findings)
      : where_(std::move(where)), findings_(findings) {}

  void Figure(absl::string_view figure, int64_t stored, int64_t recomputed) {
    Text(figure, absl::StrCat(stored), absl::StrCat(recomputed));
  }
  void Amount(absl::string_view figure, const Amounts& stored, const Amounts& recomputed) {
    Text(figure, Describe(stored), Describe(recomputed));
  }
  void Text(absl::string_view figure, const std::string& stored, const std::string& recomputed) {
    if (stored == recomputed) return;
    any_ = true;
    findings_->Add(absl::StrCat(where_, ": ", Differs(figure, stored, recomputed)));
  }
  bool any() const { return any_; }

 private:
  // Not Amounts::DebugString: a damaged figure may be one that can't be negated.
  static std::string Describe(const Amounts& amounts) {
    return absl::StrCat(amounts.cents(), " cents, ", amounts.initiatives(), " initiatives, ",
                        amounts.teams(), " teams");
  }

  const std::string where_;
  Findings* const findings_;
  bool any_ = false;
};

std::string DescribeCell(const CellNames& names, const CellKey& key) {
  return absl::StrFormat(
      "%s, node %s, municipality %s, status %s, applicant type %s, activities %s",
      names.calls.Name(key.call), names.nodes.Name(key.node),
      names.municipalities.Name(key.municipality),
      national::v1::ApplicationStatus_Name(
          static_cast<national::v1::ApplicationStatus>(key.status)),
      names.applicant_types.Name(key.applicant_type), names.activity_sets.Name(key.activities));
}

// --- Summaries

std::string Where(const ApplicationId& id, const Summary& summary, const CellNames& names) {
  return absl::StrCat("application ", id.ToString(), " (", names.calls.Name(summary.cell.call),
                      ", ", names.nodes.Name(summary.cell.node), ")");
}

void CompareSummary(const std::string& where, const StoredSummary& stored,
                    const CellNames& stored_names, const StoredSummary& recomputed,
                    const CellNames& names, Findings& findings) {
  const Summary& a = stored.summary;
  const Summary& b = recomputed.summary;
  Comparison compare(where, &findings);
  compare.Text("cell", DescribeCell(stored_names, a.cell), DescribeCell(names, b.cell));
  compare.Figure("version", a.version, b.version);
  compare.Figure("initiatives", a.initiatives, b.initiatives);
  compare.Figure("requested cents", a.requested_cents, b.requested_cents);
  compare.Amount("awarded", a.awarded, b.awarded);
  compare.Amount("pending", stored.pending, recomputed.pending);
  compare.Figure("pending since (us)", absl::ToUnixMicros(stored.pending_since),
                 absl::ToUnixMicros(recomputed.pending_since));
  compare.Figure("paid cents", stored.paid_cents, recomputed.paid_cents);
  compare.Figure("score", a.score_hundredths, b.score_hundredths);
  compare.Figure("thresholds met", a.thresholds_met, b.thresholds_met);
  compare.Figure("received (us)", a.received_us, b.received_us);
  if (a.details_hash != b.details_hash) {
    findings.Add(absl::StrCat(where, ": its organisation or schools are others than recomputed"));
  } else if (!compare.any()) {
    findings.Add(absl::StrCat(where, ": is stored in other bytes"));
  }
}

// Each application is found by what it says.
void CheckKeys(const storage::View& view, const std::string& where, const ApplicationId& id,
               const StoredSummary& stored, const CellNames& names, bool team, Findings& findings) {
  const CallId call(names.calls.Name(stored.summary.cell.call));
  std::vector<std::string> wanted;
  for (const ApplicationKey& key :
       KeysOf(names.municipalities.Name(stored.summary.cell.municipality), team, stored.details)) {
    wanted.push_back(StoredKey(call, key, id));
  }
  for (const auto& found : view.MultiGet(kKey, wanted)) {
    if (found.ok()) continue;
    findings.Add(absl::StrCat(where, ": a key by which it is found is missing"));
    return;
  }
}

void VerifySummary(const storage::View& view, const ApplicationId& id, absl::string_view bytes,
                   const NationalFold& fold, Findings& findings) {
  StoredSummary expected = fold.Stored(id);
  const std::string where = Where(id, expected.summary, fold.names());
  CellNames names;
  const auto stored = StoredSummary::Parse(names, bytes);
  if (!stored.ok()) {
    findings.Add(absl::StrCat(where, ": ", stored.status().message()));
    return;
  }
  // The journals' details are known by their hash alone.
  expected.details = stored->details;
  if (stored->summary.details_hash != expected.summary.details_hash ||
      expected.Serialize(fold.names()) != bytes) {
    return CompareSummary(where, *stored, names, expected, fold.names(), findings);
  }
  const NationalFold::CallFold* const call =
      fold.FindCall(CallId(names.calls.Name(stored->summary.cell.call)));
  CheckKeys(view, where, id, *stored, names, call->words.team, findings);
}

absl::Status VerifySummaries(const storage::View& view, Recomputed& recomputed,
                             VerifyNationalResponse* response) {
  Findings findings;
  const NationalFold& fold = recomputed.fold();
  absl::flat_hash_set<ApplicationId> seen;
  const auto summaries = view.Scan(kSummary, "", "");
  for (; summaries->Valid(); summaries->Next()) {
    RETURN_IF_ERROR(recomputed.Continue());
    const auto id = Uuid::FromBytes(summaries->key());
    if (!id.ok() || !fold.summaries().contains(*id)) {
      findings.Add(absl::StrCat("application ", id.ok() ? id->ToString() : ToHex(summaries->key()),
                                " is stored; no journal has it"));
      continue;
    }
    seen.insert(*id);
    VerifySummary(view, *id, summaries->value(), fold, findings);
  }
  findings.AddStatus(summaries->status());
  if (seen.size() < fold.summaries().size()) {
    for (const auto& [id, summary] : fold.summaries()) {
      if (seen.contains(id)) continue;
      findings.Add(absl::StrCat(Where(id, summary, fold.names()), " is not stored"));
    }
  }
  findings.Report(
      "summaries",
      absl::StrCat(fold.summaries().size(), " applications are as the nodes' journals say"),
      response);
  return absl::OkStatus();
}

// --- Totals

void CompareCell(const std::string& where, const CellSums& stored, const CellSums& recomputed,
                 Findings& findings) {
  Comparison compare(where, &findings);
  compare.Figure("applications", stored.applications, recomputed.applications);
  compare.Figure("initiatives", stored.initiatives, recomputed.initiatives);
  compare.Figure("requested cents", stored.requested_cents, recomputed.requested_cents);
  compare.Figure("approved", stored.approved, recomputed.approved);
  compare.Figure("approved initiatives", stored.approved_initiatives,
                 recomputed.approved_initiatives);
  compare.Figure("approved cents", stored.approved_cents, recomputed.approved_cents);
}

struct CallFindings {
  Findings findings;
  size_t compared = 0;
};
using FindingsByCall = std::map<std::string, CallFindings>;

FindingsByCall ForEachCall(const NationalFold& fold) {
  FindingsByCall all;
  for (const auto& [call, state] : fold.calls()) all[call.value()];
  return all;
}

void Report(absl::string_view name, absl::string_view compared, const FindingsByCall& all,
            VerifyNationalResponse* response) {
  for (const auto& [call, one] : all) {
    one.findings.Report(absl::StrCat(name, " ", call), absl::StrCat(one.compared, compared),
                        response);
  }
}

absl::Status VerifyTotals(const storage::View& view, Recomputed& recomputed,
                          VerifyNationalResponse* response) {
  const NationalFold& fold = recomputed.fold();
  std::map<std::string, CellKey> expected;
  for (const auto& [key, sums] : fold.cells()) {
    if (!sums.IsZero()) expected[StoredCellKey(fold.names(), key)] = key;
  }
  FindingsByCall all = ForEachCall(fold);
  Findings unreadable;
  const auto cells = view.Scan(kCell, "", "");
  for (; cells->Valid(); cells->Next()) {
    RETURN_IF_ERROR(recomputed.Continue());
    CellNames names;
    const auto key = ParseStoredCellKey(names, cells->key());
    if (!key.ok()) {
      unreadable.AddStatus(key.status());
      continue;
    }
    CallFindings& call = all[names.calls.Name(key->call)];
    ++call.compared;
    const std::string where = DescribeCell(names, *key);
    const auto sums = CellSums::Parse(cells->value());
    const auto found = expected.find(std::string(cells->key()));
    if (!sums.ok()) {
      call.findings.Add(absl::StrCat(where, ": ", sums.status().message()));
    } else if (found == expected.end()) {
      call.findings.Add(absl::StrCat(where, ": ", sums->applications,
                                     " applications stored; no journal has any"));
    } else {
      CompareCell(where, *sums, fold.cells().at(found->second), call.findings);
    }
    if (found != expected.end()) expected.erase(found);
  }
  unreadable.AddStatus(cells->status());
  for (const auto& [stored_key, key] : expected) {
    all[fold.names().calls.Name(key.call)].findings.Add(
        absl::StrCat(DescribeCell(fold.names(), key), ": ", fold.cells().at(key).applications,
                     " applications recomputed, the cell is not stored"));
  }
  if (!unreadable.empty()) unreadable.Report("totals", "", response);
  Report("totals", " cells are the sums of their applications", all, response);
  return absl::OkStatus();
}

// --- Ledgers and budgets

void CompareLedger(const std::string& where, const Totals& stored, const Totals& recomputed,
                   Findings& findings) {
  Comparison compare(where, &findings);
  compare.Amount("allotted", stored.allotted, recomputed.allotted);
  compare.Amount("handed back", stored.handed_back, recomputed.handed_back);
  compare.Amount("spent", stored.spent, recomputed.spent);
  compare.Amount("unspent", stored.unspent, recomputed.unspent);
  compare.Amount("frozen", stored.frozen, recomputed.frozen);
  compare.Amount("released", stored.released, recomputed.released);
  compare.Figure("paid cents", stored.paid_cents, recomputed.paid_cents);
  compare.Figure("repaid cents", stored.repaid_cents, recomputed.repaid_cents);
}

absl::Status VerifyLedgers(const storage::View& view, Recomputed& recomputed,
                           VerifyNationalResponse* response) {
  const NationalFold& fold = recomputed.fold();
  FindingsByCall all = ForEachCall(fold);
  std::map<CallId, std::map<NodeId, Totals>> expected;
  for (const auto& [call, state] : fold.calls()) expected[call] = state.ledger.nodes();
  Findings unreadable;
  const auto ledgers = view.Scan(kLedger, "", "");
  for (; ledgers->Valid(); ledgers->Next()) {
    const absl::string_view key = ledgers->key();
    const size_t zero = key.find('\0');
    if (zero == absl::string_view::npos) {
      unreadable.Add("a ledger lies under a damaged key");
      continue;
    }
    const CallId call_id(key.substr(0, zero));
    const NodeId node(key.substr(zero + 1));
    CallFindings& call = all[call_id.value()];
    ++call.compared;
    const auto stored = Totals::Parse(ledgers->value());
    if (!stored.ok()) {
      call.findings.Add(absl::StrCat(node.value(), ": ", stored.status().message()));
    } else {
      CompareLedger(node.value(), *stored, expected[call_id][node], call.findings);
    }
    expected[call_id].erase(node);
  }
  unreadable.AddStatus(ledgers->status());
  for (const auto& [call, nodes] : expected) {
    for (const auto& [node, totals] : nodes) {
      CompareLedger(absl::StrCat(node.value(), " (nothing stored)"), Totals(), totals,
                    all[call.value()].findings);
    }
  }
  if (!unreadable.empty()) unreadable.Report("ledger", "", response);
  Report("ledger", " nodes' totals are those of their journals", all, response);
  return absl::OkStatus();
}

// Units without a limit have none that could run out.
std::string InWords(const ledger::UnitLimits& limits, const Amounts& available) {
  std::vector<std::string> words;
  for (const ledger::Unit unit : ledger::kUnits) {
    words.push_back(limits.limited(unit)
                        ? absl::StrCat(available.at(unit), " ", ledger::UnitName(unit))
                        : absl::StrCat("any number of ", ledger::UnitName(unit)));
  }
  return absl::StrJoin(words, ", ");
}

void VerifyBudgets(Recomputed& recomputed, VerifyNationalResponse* response) {
  for (const auto& [call, limits] : recomputed.limits()) {
    Findings findings;
    const ledger::CentralLedger& ledger = recomputed.fold().FindCall(call)->ledger;
    Amounts out;
    for (const auto& [node, totals] : ledger.nodes()) {
      out = out + totals.allotted - totals.handed_back - totals.released;
      const Amounts headroom = limits.LimitedPart(totals.Headroom());
      if (headroom.AnyNegative()) {
        findings.Add(absl::StrCat(node.value(), ": headroom ", headroom.DebugString()));
      }
    }
    const Amounts available = limits.amounts() - limits.LimitedPart(out);
    if (available.AnyNegative()) {
      findings.Add(
          absl::StrCat("more is out than the budget: available ", available.DebugString()));
    }
    if (!AllAtMost(limits.LimitedPart(ledger.Approved()), limits.amounts())) {
      findings.Add(absl::StrCat("approved ", ledger.Approved().DebugString(), " is above ",
                                limits.amounts().DebugString()));
    }
    findings.Report(absl::StrCat("budget ", call.value()),
                    absl::StrCat("approved ", ledger.Approved().DebugString(), "; available ",
                                 InWords(limits, available)),
                    response);
  }
}

}  // namespace

absl::StatusOr<VerifyNationalResponse> Verify(const storage::View& view,
                                              const std::function<bool()>& cancelled) {
  VerifyNationalResponse response;
  Recomputed recomputed(view, cancelled);
  RETURN_IF_ERROR(recomputed.ReadCentralJournal(&response));
  RETURN_IF_ERROR(recomputed.ReadOffice(&response));
  RETURN_IF_ERROR(recomputed.ReadCalls(&response));
  RETURN_IF_ERROR(recomputed.ReadNodeJournals(&response));
  RETURN_IF_ERROR(VerifySummaries(view, recomputed, &response));
  RETURN_IF_ERROR(VerifyTotals(view, recomputed, &response));
  RETURN_IF_ERROR(VerifyLedgers(view, recomputed, &response));
  VerifyBudgets(recomputed, &response);
  bool ok = true;
  for (const auto& check : response.checks()) ok = ok && check.ok();
  response.set_ok(ok);
  return response;
}

}  // namespace kopa::central
