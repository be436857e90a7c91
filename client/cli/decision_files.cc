#include "client/cli/decision_files.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/internal/files/table_reader.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"
#include "common/settings/nearest.h"

namespace kopa::cli {
namespace {

using kopa::client::TableReader;
using kopa::client::TableRow;

constexpr char kApplication[] = "application";
constexpr char kReference[] = "external_ref";

// A table whose columns all have a meaning.
class NamedTable {
 public:
  // INVALID_ARGUMENT where a column is none of `known`.
  static absl::StatusOr<NamedTable> Open(const std::string& path,
                                         const std::vector<std::string>& known) {
    NamedTable table(path);
    ASSIGN_OR_RETURN(table.reader_, TableReader::Open(path, {}));
    std::set<size_t> used;
    for (const std::string& name : known) {
      const auto index = table.reader_->FindColumn(name);
      if (!index.has_value()) continue;
      table.columns_[name] = *index;
      used.insert(*index);
    }
    const std::vector<std::string>& header = table.reader_->columns();
    for (size_t i = 0; i < header.size(); ++i) {
      if (used.count(i) > 0) continue;
      const std::string nearest = settings::Nearest(header[i], known);
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": unknown column \"", header[i], "\"",
                       nearest.empty() ? absl::StrCat("; known are ", absl::StrJoin(known, ", "))
                                       : absl::StrCat("; did you mean ", nearest, "?")));
    }
    if (!table.Has(kApplication) && !table.Has(kReference)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": a column application or external_ref is missing"));
    }
    return table;
  }

  bool Has(const std::string& column) const { return columns_.count(column) > 0; }

  // False at the end.
  absl::StatusOr<bool> Next() {
    ASSIGN_OR_RETURN(std::optional<TableRow> row, reader_->Next());
    if (!row.has_value()) return false;
    row_ = *std::move(row);
    return true;
  }

  // Of the row that Next() came to; empty where there is no such column.
  std::string Cell(const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end() || found->second >= row_.cells.size()) return "";
    return row_.cells[found->second];
  }

  absl::Status Error(absl::string_view message) const {
    return absl::InvalidArgumentError(absl::StrCat(path_, ":", row_.line, ": ", message));
  }

  // What makes the row unreadable, if anything.
  absl::Status RowError() const {
    const std::vector<Fault> faults = reader_->FaultsOf(row_);
    if (faults.empty()) return absl::OkStatus();
    return Error(
        absl::StrCat(faults[0].field, faults[0].field.empty() ? "" : ": ", faults[0].message));
  }

  absl::StatusOr<ApplicationName> Name() const {
    if (const std::string text = Cell(kApplication); !text.empty()) {
      const auto id = Uuid::Parse(text);
      if (!id.ok()) return Error(absl::StrCat("application: ", id.status().message()));
      return ApplicationName{*id, ""};
    }
    const std::string reference = Cell(kReference);
    if (reference.empty()) return Error("says neither application nor external_ref");
    return ApplicationName{std::nullopt, reference};
  }

 private:
  explicit NamedTable(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<TableReader> reader_;
  std::map<std::string, size_t> columns_;
  TableRow row_;
};

absl::Status TakeDecision(const NamedTable& table, kopa::region::v1::DecisionInput* decision) {
  if (const std::string word = table.Cell("decision"); !word.empty()) {
    std::vector<std::string> known;
    decision->clear_verb();
    for (const DecisionWord& candidate : DecisionWords()) {
      known.push_back(candidate.word);
      if (candidate.word == word) decision->set_verb(candidate.verb);
    }
    if (decision->verb() == kopa::region::v1::DECISION_VERB_UNSPECIFIED) {
      return table.Error(absl::StrCat("decision: must be one of ", absl::StrJoin(known, ", ")));
    }
  }
  if (std::string reason = table.Cell("reason"); !reason.empty()) {
    decision->set_reason(std::move(reason));
  }
  if (const std::string amount = table.Cell("amount_eur"); !amount.empty()) {
    const auto cents = programme::ParseCents(amount);
    if (!cents.ok()) return table.Error(absl::StrCat("amount_eur: ", cents.status().message()));
    decision->set_amount_cents(*cents);
  }
  return absl::OkStatus();
}

absl::Status TakeScores(const NamedTable& table, const kopa::programme::v1::Call& call,
                        kopa::region::v1::EvaluationInput* evaluation) {
  evaluation->set_evaluator(table.Cell("evaluator"));
  for (const auto& criterion : call.evaluation().criteria()) {
    const auto points = programme::ParseHundredths(table.Cell(criterion.id()));
    if (!points.ok()) {
      return table.Error(
          absl::StrCat("criterion ", criterion.id(), ": ", points.status().message()));
    }
    auto* score = evaluation->add_scores();
    score->set_criterion(criterion.id());
    score->set_hundredths(*points);
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<DecisionWord>& DecisionWords() {
  static const auto* const words = new std::vector<DecisionWord>{
      {"approve", kopa::region::v1::DECISION_VERB_APPROVE, "give an award"},
      {"reject", kopa::region::v1::DECISION_VERB_REJECT, "refuse"},
      {"return", kopa::region::v1::DECISION_VERB_RETURN,
       "send back to the applicant for correction"},
      {"reserve", kopa::region::v1::DECISION_VERB_RESERVE, "put on the reserve list"},
      {"withdraw", kopa::region::v1::DECISION_VERB_WITHDRAW,
       "take back for the applicant; frees an award"},
      {"ineligible", kopa::region::v1::DECISION_VERB_INELIGIBLE,
       "note that the call's conditions are not met"},
      {"train", kopa::region::v1::DECISION_VERB_TRAIN,
       "record that a team took part in the training"},
      {"undo", kopa::region::v1::DECISION_VERB_UNDO,
       "take a mistaken approval back, before the contract"},
      {"contract", kopa::region::v1::DECISION_VERB_CONTRACT, "record the signed grant agreement"},
      {"amend", kopa::region::v1::DECISION_VERB_AMEND, "change the award to --amount"},
      {"pay", kopa::region::v1::DECISION_VERB_PAY, "record that --amount was paid"},
      {"report", kopa::region::v1::DECISION_VERB_REPORT, "record the applicant's report"},
      {"close", kopa::region::v1::DECISION_VERB_CLOSE, "accept the report"},
      {"terminate", kopa::region::v1::DECISION_VERB_TERMINATE,
       "end the contract; the applicant keeps --amount, the rest is free again"},
      {"repay", kopa::region::v1::DECISION_VERB_REPAY,
       "record that --amount came back from the applicant"},
      {"publish", kopa::region::v1::DECISION_VERB_PUBLISH,
       "note that the title was checked and may be published with the award"},
  };
  return *words;
}

absl::StatusOr<std::vector<DecisionFileRow>> ReadDecisionFile(
    const std::string& path, const kopa::region::v1::DecisionInput& common,
    const std::string& call) {
  ASSIGN_OR_RETURN(NamedTable table, NamedTable::Open(path, {kApplication, kReference, "decision",
                                                             "reason", "amount_eur"}));
  std::vector<DecisionFileRow> rows;
  std::set<std::string> seen;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, table.Next());
    if (!more) return rows;
    DecisionFileRow row;
    ASSIGN_OR_RETURN(row.name, table.Name());
    if (!row.name.id.has_value() && call.empty()) {
      return table.Error("external_ref needs --call");
    }
    if (!seen.insert(row.name.Text()).second) {
      return table.Error(absl::StrCat("a second decision on ", row.name.Text()));
    }
    row.decision = common;
    row.error = table.RowError();
    if (row.error.ok()) row.error = TakeDecision(table, &row.decision);
    rows.push_back(std::move(row));
  }
}

absl::StatusOr<std::vector<ScoreFileRow>> ReadScoreFile(const std::string& path,
                                                        const kopa::programme::v1::Call& call) {
  std::vector<std::string> known = {kApplication, kReference, "evaluator"};
  for (const auto& criterion : call.evaluation().criteria()) known.push_back(criterion.id());
  ASSIGN_OR_RETURN(NamedTable table, NamedTable::Open(path, known));
  for (const auto& criterion : call.evaluation().criteria()) {
    if (!table.Has(criterion.id())) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": the column of criterion ", criterion.id(), " is missing"));
    }
  }
  std::vector<ScoreFileRow> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, table.Next());
    if (!more) return rows;
    ScoreFileRow row;
    ASSIGN_OR_RETURN(row.name, table.Name());
    row.error = table.RowError();
    if (row.error.ok()) row.error = TakeScores(table, call, &row.evaluation);
    rows.push_back(std::move(row));
  }
}

}  // namespace kopa::cli
