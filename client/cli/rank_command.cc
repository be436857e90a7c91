// kopa rank: one national order of a call's applications, and its cut line.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/counted.h"
#include "client/cli/freshness.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/uuid.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::ApplyRankingResponse;
using kopa::national::v1::RankCallResponse;
using kopa::national::v1::RankRow;
using kopa::programme::FormatCents;

struct Options {
  std::string call;
  bool apply = false;
  std::string reason;
};

std::string IdText(const RankRow& row) {
  const auto id = Uuid::FromBytes(row.application_id());
  return id.ok() ? id->ToString() : "";
}

std::string ScoreText(const RankRow& row) {
  return row.has_score_hundredths() ? programme::FormatHundredths(row.score_hundredths()) : "";
}

Json RankingJson(const RankCallResponse& ranking) {
  Json rows = Json::array();
  for (const RankRow& row : ranking.rows()) {
    rows.push_back({{"rank", row.rank()},
                    {"id", IdText(row)},
                    {"node", row.node()},
                    {"score", ScoreText(row)},
                    {"awardCents", JsonInt(int64_t{row.award_cents()})},
                    {"outcome", EnumWord(row.outcome())},
                    {"requestedCents", JsonInt(int64_t{row.requested_cents()})},
                    {"initiatives", JsonInt(int64_t{row.initiatives()})},
                    {"organisation", row.organisation()},
                    {"municipality", row.municipality()},
                    {"version", row.version()}});
  }
  Json freshness = Json::array();
  for (const auto& node : ranking.freshness()) freshness.push_back(ToJson(node));
  Json json = {{"call", ranking.call()}};
  json["rows"] = std::move(rows);
  json["cutRank"] = ranking.cut_rank();
  json["newAwardCents"] = JsonInt(int64_t{ranking.new_award_cents()});
  json["remainingCents"] = JsonInt(int64_t{ranking.remaining_cents()});
  json["digest"] = ToHex(ranking.digest());
  json["freshness"] = std::move(freshness);
  return json;
}

// For people; JSON has the enum's words.
std::string OutcomeText(const RankRow& row) {
  switch (row.outcome()) {
    case kopa::national::v1::RANK_OUTCOME_AWARDED:
      return "holds award";
    case kopa::national::v1::RANK_OUTCOME_AWARD:
      return "award";
    case kopa::national::v1::RANK_OUTCOME_RESERVE:
      return "reserve";
    case kopa::national::v1::RANK_OUTCOME_BELOW_THRESHOLD:
      return "below threshold";
    default:
      return EnumWord(row.outcome());
  }
}

Table RankingTable(const RankCallResponse& ranking) {
  Table table({{"rank", true},
               {"outcome"},
               {"score", true},
               {"requested EUR", true},
               {"award EUR", true},
               {"initiatives", true},
               {"node"},
               {"organisation"},
               {"id"}});
  for (const RankRow& row : ranking.rows()) {
    table.AddRow({absl::StrCat(row.rank()), OutcomeText(row), ScoreText(row),
                  FormatCents(row.requested_cents()), FormatCents(row.award_cents()),
                  absl::StrCat(row.initiatives()), row.node(), row.organisation(), IdText(row)});
  }
  return table;
}

// What somebody who is about to apply it must know.
std::string Summary(const RankCallResponse& ranking) {
  int awarded = 0;
  int new_awards = 0;
  for (const RankRow& row : ranking.rows()) {
    awarded += row.outcome() == kopa::national::v1::RANK_OUTCOME_AWARDED ? 1 : 0;
    new_awards += row.outcome() == kopa::national::v1::RANK_OUTCOME_AWARD ? 1 : 0;
  }
  return absl::StrCat("call ", ranking.call(), ": ", ranking.rows_size(), " ranked, ", awarded,
                      " hold an award, ", new_awards, " would get one (",
                      FormatCents(ranking.new_award_cents()), " EUR), cut after rank ",
                      ranking.cut_rank(), ", ", FormatCents(ranking.remaining_cents()),
                      " EUR would be left");
}

absl::StatusOr<ExitCode> Apply(Session& session, client::CentralClient& central,
                               const Options& options, const RankCallResponse& looked_at) {
  session.Note(Summary(looked_at));
  kopa::national::v1::ApplyRankingRequest request;
  request.set_call(options.call);
  request.set_digest(looked_at.digest());
  request.set_reason(options.reason);
  const auto applied = central.ApplyRanking(request);
  if (absl::IsAborted(applied.status())) {
    return Annotate(applied.status(), "the ranking has changed since; look at it again");
  }
  RETURN_IF_ERROR(applied.status());
  Json json = RankingJson(applied->ranking());
  json["decisions"] = applied->decisions();
  json["waitingForNodes"] = applied->waiting_for_nodes();
  session.Print(json, [&] { return RankingTable(applied->ranking()); });
  session.Note(absl::StrCat(Counted(applied->decisions(), "decision"), " sent to the nodes"));
  if (applied->waiting_for_nodes() > 0) {
    session.Note(absl::StrCat(applied->waiting_for_nodes(),
                              " of them for nodes that are away, which get them when they are "
                              "back"));
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options) {
  if (options.apply) RETURN_IF_ERROR(session.RequireActor());
  ASSIGN_OR_RETURN(const auto central, session.Central("rank"));
  ASSIGN_OR_RETURN(const RankCallResponse ranking, central->RankCall(options.call));
  if (options.apply) return Apply(session, *central, options, ranking);
  session.Print(RankingJson(ranking), [&] { return RankingTable(ranking); });
  if (session.settings().output == OutputFormat::kTable) {
    session.Note(Summary(ranking));
    NoteFreshness(session, ranking.freshness());
  }
  return ExitCode::kDone;
}

}  // namespace

void AddRankCommand(CommandTree& tree) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      tree.Add(tree.root(), "rank", "the national order of a call's applications, and its cut");
  command->add_option("--call", options->call, "which call")->required();
  command->add_flag("--apply", options->apply, "turn it into decisions at the nodes");
  command->add_option("--reason", options->reason, "with --apply: why");
  command->footer(
      "Examples:\n"
      "  kopa rank --call kontakts-2024\n"
      "  kopa rank --call kontakts-2024 --apply --reason \"komisijas lēmums 2024/7\"");
  tree.Bind(command, [options](Session& session) { return Run(session, *options); });
}

}  // namespace kopa::cli
