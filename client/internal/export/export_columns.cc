#include "client/internal/export/export_columns.h"

#include "absl/strings/str_join.h"

namespace kopa::client {
namespace {

ExportCell Text(const std::string& text) { return {text, std::nullopt, std::nullopt}; }
ExportCell Number(std::optional<int64_t> number) { return {"", number, std::nullopt}; }
ExportCell Day(std::optional<absl::CivilDay> day) { return {"", std::nullopt, day}; }

}  // namespace

const std::vector<ExportColumn>& ExportColumns() {
  using Row = const ExportRow&;
  static const auto* const columns = new std::vector<ExportColumn>{
      {"id", ExportKind::kText, 38, [](Row row) { return Text(row.id); }},
      {"external_ref", ExportKind::kText, 18, [](Row row) { return Text(row.external_ref); }},
      {"call", ExportKind::kText, 20, [](Row row) { return Text(row.call); }},
      {"node", ExportKind::kText, 16, [](Row row) { return Text(row.node); }},
      {"status", ExportKind::kText, 15, [](Row row) { return Text(row.status); }},
      {"municipality", ExportKind::kText, 12, [](Row row) { return Text(row.municipality); }},
      {"municipality_name", ExportKind::kText, 24,
       [](Row row) { return Text(row.municipality_name); }},
      {"applicant_type", ExportKind::kText, 20, [](Row row) { return Text(row.applicant_type); }},
      {"organisation", ExportKind::kText, 44, [](Row row) { return Text(row.organisation); }},
      {"organisation_reg_no", ExportKind::kText, 18,
       [](Row row) { return Text(row.organisation_reg_no); }},
      {"title", ExportKind::kText, 44, [](Row row) { return Text(row.checked_title); }},
      {"activities", ExportKind::kText, 26,
       [](Row row) { return Text(absl::StrJoin(row.activities, "|")); }},
      {"initiatives", ExportKind::kCount, 11, [](Row row) { return Number(row.initiatives); }},
      {"requested_eur", ExportKind::kMoney, 15,
       [](Row row) { return Number(row.requested_cents); }},
      {"awarded_eur", ExportKind::kMoney, 15, [](Row row) { return Number(row.awarded_cents); }},
      {"paid_eur", ExportKind::kMoney, 15, [](Row row) { return Number(row.paid_cents); }},
      {"score", ExportKind::kPoints, 9, [](Row row) { return Number(row.score_hundredths); }},
      {"received_date", ExportKind::kDay, 13, [](Row row) { return Day(row.received_day); }},
      {"award_date", ExportKind::kDay, 13, [](Row row) { return Day(row.award_day); }},
  };
  return *columns;
}

}  // namespace kopa::client
