// kopa totals: what is asked for and awarded, nationally and broken down.

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"
#include "common/settings/nearest.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::GetTotalsResponse;
using kopa::national::v1::NodePosition;
using kopa::national::v1::TotalsDimension;
using kopa::national::v1::TotalsRow;

struct Options {
  std::string call;
  std::vector<std::string> by;
  std::vector<std::string> at;
  bool watch = false;
};

// One thing to break down by: its word on the command line, and where its value stands in a row.
struct Dimension {
  std::string word;
  TotalsDimension value;
  std::string (*cell)(const TotalsRow&);
};

const std::vector<Dimension>& Dimensions() {
  static const auto* const dimensions = new std::vector<Dimension>{
      {"node", kopa::national::v1::TOTALS_DIMENSION_NODE,
       [](const TotalsRow& row) { return row.node(); }},
      {"municipality", kopa::national::v1::TOTALS_DIMENSION_MUNICIPALITY,
       [](const TotalsRow& row) {
         return absl::StrCat(row.municipality(), row.municipality_name().empty() ? "" : " ",
                             row.municipality_name());
       }},
      {"status", kopa::national::v1::TOTALS_DIMENSION_STATUS,
       [](const TotalsRow& row) { return EnumWord(row.status()); }},
      {"applicant-type", kopa::national::v1::TOTALS_DIMENSION_APPLICANT_TYPE,
       [](const TotalsRow& row) { return row.applicant_type(); }},
      {"activity", kopa::national::v1::TOTALS_DIMENSION_ACTIVITY,
       [](const TotalsRow& row) { return row.activity(); }},
  };
  return *dimensions;
}

// Those that were asked for, in the order of a row's fields.
absl::StatusOr<std::vector<Dimension>> Chosen(const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const Dimension& dimension : Dimensions()) known.push_back(dimension.word);
  for (const std::string& word : words) {
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      const std::string nearest = settings::Nearest(word, known);
      return UsageError(
          absl::StrCat("--by does not know \"", word, "\"",
                       nearest.empty() ? "." : absl::StrCat("; did you mean ", nearest, "?"),
                       " It takes: ", absl::StrJoin(known, ", ")));
    }
    if (std::count(words.begin(), words.end(), word) > 1) {
      return UsageError(absl::StrCat("--by names ", word, " more than once"));
    }
  }
  std::vector<Dimension> chosen;
  for (const Dimension& dimension : Dimensions()) {
    if (std::find(words.begin(), words.end(), dimension.word) != words.end()) {
      chosen.push_back(dimension);
    }
  }
  return chosen;
}

// By what people see, so that a status sorts as its word.
void SortRows(const std::vector<Dimension>& dimensions, GetTotalsResponse* totals) {
  auto* rows = totals->mutable_rows();
  std::stable_sort(rows->begin(), rows->end(), [&](const TotalsRow& a, const TotalsRow& b) {
    for (const Dimension& dimension : dimensions) {
      const std::string left = dimension.cell(a);
      const std::string right = dimension.cell(b);
      if (left != right) return left < right;
    }
    return false;
  });
}

Table TotalsTable(const GetTotalsResponse& totals, const std::vector<Dimension>& dimensions,
                  bool is_csv) {
  std::vector<Table::Column> columns;
  // For programs the code and the name stand apart.
  const auto is_split = [is_csv](const Dimension& dimension) {
    return is_csv && dimension.value == kopa::national::v1::TOTALS_DIMENSION_MUNICIPALITY;
  };
  for (const Dimension& dimension : dimensions) {
    columns.push_back({dimension.word});
    if (is_split(dimension)) columns.push_back({"municipality_name"});
  }
  // Without a break-down the one row is the total already; the first column only names it.
  if (dimensions.empty()) columns.push_back({"call"});
  for (const char* title : {"applications", "initiatives", "requested EUR", "approved",
                            "approved initiatives", "approved EUR"}) {
    columns.push_back({title, true});
  }
  Table table(std::move(columns));
  const auto add = [&](const TotalsRow& row, const std::string& name) {
    std::vector<std::string> cells;
    for (const Dimension& dimension : dimensions) {
      cells.push_back(is_split(dimension) ? row.municipality() : dimension.cell(row));
      if (is_split(dimension)) cells.push_back(row.municipality_name());
    }
    if (dimensions.empty()) cells.emplace_back();
    if (!name.empty()) cells[0] = name;
    cells.push_back(absl::StrCat(row.applications()));
    cells.push_back(absl::StrCat(row.initiatives()));
    cells.push_back(programme::FormatCents(row.requested_cents()));
    cells.push_back(absl::StrCat(row.approved()));
    cells.push_back(absl::StrCat(row.approved_initiatives()));
    cells.push_back(programme::FormatCents(row.approved_cents()));
    table.AddRow(std::move(cells));
  };
  if (!dimensions.empty()) {
    for (const TotalsRow& row : totals.rows()) add(row, "");
  }
  add(totals.total(), dimensions.empty() ? totals.call() : "total");
  return table;
}

void PrintTotals(Session& session, GetTotalsResponse totals,
                 const std::vector<Dimension>& dimensions) {
  SortRows(dimensions, &totals);
  const bool is_csv = session.settings().output == OutputFormat::kCsv;
  session.Print(ToJson(totals), [&] { return TotalsTable(totals, dimensions, is_csv); });
  if (session.settings().output == OutputFormat::kTable) NoteFreshness(session, totals.freshness());
}

// "zemgale=1234".
absl::StatusOr<std::vector<NodePosition>> PositionsFrom(const std::vector<std::string>& words) {
  std::vector<NodePosition> positions;
  for (const std::string& word : words) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    uint64_t seq = 0;
    if (parts.first.empty() || !absl::SimpleAtoi(parts.second, &seq)) {
      return UsageError(
          absl::StrCat("--at takes a node and the number of a record, such as "
                       "zemgale=1234, not \"",
                       word, "\""));
    }
    NodePosition& position = positions.emplace_back();
    position.set_node(std::string(parts.first));
    position.set_seq(seq);
  }
  return positions;
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const std::vector<Dimension> dimensions, Chosen(options.by));
  ASSIGN_OR_RETURN(const std::vector<NodePosition> at, PositionsFrom(options.at));
  if (options.watch && !at.empty()) return UsageError("--at and --watch exclude each other");
  ASSIGN_OR_RETURN(const auto central, session.Central("totals"));
  if (!options.watch) {
    kopa::national::v1::GetTotalsRequest request;
    request.set_call(options.call);
    for (const Dimension& dimension : dimensions) request.add_by(dimension.value);
    for (const NodePosition& position : at) *request.add_at() = position;
    ASSIGN_OR_RETURN(const GetTotalsResponse totals, central->GetTotals(request));
    PrintTotals(session, totals, dimensions);
    return ExitCode::kDone;
  }
  kopa::national::v1::WatchTotalsRequest request;
  request.set_call(options.call);
  for (const Dimension& dimension : dimensions) request.add_by(dimension.value);
  RETURN_IF_ERROR(central->WatchTotals(request, [&](const GetTotalsResponse& totals) {
    PrintTotals(session, totals, dimensions);
    return !session.environment().interrupted();
  }));
  return ExitCode::kInterrupted;
}

}  // namespace

void AddTotalsCommand(CommandTree& tree) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      tree.Add(tree.root(), "totals", "sums of a call: asked for, awarded, per region");
  command->add_option("--call", options->call, "which call")->required();
  command
      ->add_option("--by", options->by,
                   "break down by node,municipality,status,applicant-type,activity")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--at", options->at,
                   "recompute from the journals up to these records: NODE=SEQ,...; nodes left out "
                   "count in whole")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--watch", options->watch, "print again after each change, until interrupted");
  command->footer("Example:\n  kopa totals --call kontakts-2024 --by node,status");
  tree.Bind(command, [options](Session& session) { return Run(session, *options); });
}

}  // namespace kopa::cli
