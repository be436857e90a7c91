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
using kopa::region::v1::DecisionVerb;

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

  // What is wrong with the row alone. The message says where for whoever has the file at hand, and
  // the faults for whoever has only the answer.
  absl::Status RefuseRow(std::vector<Fault> faults) const {
    const absl::Status status = Error(
        absl::StrCat(faults[0].field, faults[0].field.empty() ? "" : ": ", faults[0].message));
    for (Fault& fault : faults) {
      absl::StrAppend(&fault.message, " (line ", row_.line, ")");
      if (!fault.message_lv.empty()) {
        absl::StrAppend(&fault.message_lv, " (", row_.line, ". rinda)");
      }
    }
    return WithFaults(status, faults);
  }

  // What makes the row unreadable, if anything.
  absl::Status RowError() const {
    std::vector<Fault> faults = reader_->FaultsOf(row_);
    return faults.empty() ? absl::OkStatus() : RefuseRow(std::move(faults));
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
      const std::string words = absl::StrJoin(known, ", ");
      return table.RefuseRow({{"decision", "UNKNOWN_VALUE", absl::StrCat("must be one of ", words),
                               absl::StrCat("jābūt vienam no: ", words)}});
    }
  }
  if (std::string reason = table.Cell("reason"); !reason.empty()) {
    decision->set_reason(std::move(reason));
  }
  std::optional<int64_t> given;  // by the row, else by the command
  if (decision->amount_cents() != 0) given = decision->amount_cents();
  if (const std::string amount = table.Cell("amount_eur"); !amount.empty()) {
    const auto cents = programme::ParseCents(amount);
    if (!cents.ok()) {
      return table.RefuseRow({{"amount_eur", "BAD_AMOUNT", std::string(cents.status().message()),
                               "nav summa eiro; tā izskatās šādi: 150.00"}});
    }
    decision->set_amount_cents(*cents);
    given = *cents;
  }
  const std::optional<Fault> fault = FaultOfAmount(decision->verb(), given);
  return fault.has_value() ? table.RefuseRow({*fault}) : absl::OkStatus();
}

absl::Status TakeScores(const NamedTable& table, const kopa::programme::v1::Call& call,
                        kopa::region::v1::EvaluationInput* evaluation) {
  evaluation->set_evaluator(table.Cell("evaluator"));
  std::vector<Fault> faults;
  for (const auto& criterion : call.evaluation().criteria()) {
    const std::string text = table.Cell(criterion.id());
    if (text.empty()) {
      faults.push_back({criterion.id(), "MISSING_SCORE", "the criterion has no points",
                        "Kritērijam nav punktu."});
      continue;
    }
    const auto points = programme::ParseHundredths(text);
    if (!points.ok()) {
      faults.push_back({criterion.id(), "BAD_NUMBER", std::string(points.status().message()),
                        "Punkti izskatās šādi: 4,5."});
      continue;
    }
    auto* score = evaluation->add_scores();
    score->set_criterion(criterion.id());
    score->set_hundredths(*points);
  }
  return faults.empty() ? absl::OkStatus() : table.RefuseRow(std::move(faults));
}

// What is decided there is an amount.
bool NeedsAmount(DecisionVerb verb) {
  return verb == kopa::region::v1::DECISION_VERB_PAY ||
         verb == kopa::region::v1::DECISION_VERB_REPAY ||
         verb == kopa::region::v1::DECISION_VERB_AMEND;
}

}  // namespace

std::optional<Fault> FaultOfAmount(DecisionVerb verb, std::optional<int64_t> cents) {
  if (!cents.has_value() && !NeedsAmount(verb)) return std::nullopt;
  const int64_t given = cents.value_or(0);
  const bool may_be_zero = verb == kopa::region::v1::DECISION_VERB_TERMINATE;
  if (given > 0 || (may_be_zero && given == 0)) return std::nullopt;
  return Fault{"amount_eur", "BAD_AMOUNT",
               may_be_zero ? "0 or more, e.g. 150.00" : "more than 0, e.g. 150.00",
               may_be_zero ? "0 vai vairāk, piemēram, 150.00" : "lielāka par 0, piemēram, 150.00"};
}

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
