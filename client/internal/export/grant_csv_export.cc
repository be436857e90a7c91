#include "client/internal/export/grant_csv_export.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/export/csv_text.h"
#include "client/internal/export/grant.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::client {
namespace {

// A column's title as the standard has it, and what stands in it.
struct GrantColumn {
  std::string title;
  CsvCell (*cell)(const Grant& grant);
};

CsvCell Text(const std::string& text) { return {text, false}; }
CsvCell Exact(const std::string& text) { return {text, true}; }  // days and times
CsvCell Amount(int64_t cents) { return {programme::FormatCents(cents), true}; }

const std::vector<GrantColumn>& GrantColumns() {
  using Of = const Grant&;
  static const auto* const columns = new std::vector<GrantColumn>{
      {"Identifier", [](Of grant) { return Text(grant.id); }},
      {"Title", [](Of grant) { return Text(grant.title); }},
      {"Description", [](Of grant) { return Text(grant.description); }},
      {"Currency", [](Of) { return Text(kGrantCurrency); }},
      {"Amount Applied For", [](Of grant) { return Amount(grant.applied_for_cents); }},
      {"Amount Awarded", [](Of grant) { return Amount(grant.awarded_cents); }},
      {"Amount Disbursed", [](Of grant) { return Amount(grant.disbursed_cents); }},
      {"Award Date", [](Of grant) { return Exact(grant.award_date); }},
      {"Planned Dates:Start Date", [](Of grant) { return Exact(grant.planned_start); }},
      {"Planned Dates:End Date", [](Of grant) { return Exact(grant.planned_end); }},
      {"Recipient Org:Identifier", [](Of grant) { return Text(grant.recipient.id); }},
      {"Recipient Org:Name", [](Of grant) { return Text(grant.recipient.name); }},
      {"Funding Org:Identifier", [](Of grant) { return Text(grant.funder.id); }},
      {"Funding Org:Name", [](Of grant) { return Text(grant.funder.name); }},
      {"Grant Programme:Code", [](Of grant) { return Text(grant.programme_code); }},
      {"Grant Programme:Title", [](Of grant) { return Text(grant.programme_title); }},
      {"Beneficiary Location:Name", [](Of grant) { return Text(grant.location_name); }},
      {"Beneficiary Location:Country Code", [](Of) { return Text(kGrantCountry); }},
      {"Beneficiary Location:Geographic Code", [](Of grant) { return Text(grant.location_code); }},
      {"Classifications:Vocabulary",
       [](Of grant) { return Text(grant.classifications[0].vocabulary); }},
      {"Classifications:Code", [](Of grant) { return Text(grant.classifications[0].code); }},
      {"Classifications:Title", [](Of grant) { return Text(grant.classifications[0].title); }},
      {"From an open call?", [](Of) { return Text("Yes"); }},
      {"Last modified", [](Of grant) { return Exact(grant.modified_time); }},
  };
  return *columns;
}

}  // namespace

absl::Status GrantCsvExport::Begin() {
  if (begun_) return absl::OkStatus();
  begun_ = true;
  std::vector<CsvCell> titles;
  for (const GrantColumn& column : GrantColumns()) titles.push_back(Text(column.title));
  return sink_(absl::StrCat(byte_order_mark_ ? kByteOrderMark : "", CsvRecord(titles)));
}

absl::Status GrantCsvExport::Add(const ExportRow& row) {
  ASSIGN_OR_RETURN(const Grant grant, MakeGrant(row, call_));
  RETURN_IF_ERROR(Begin());
  std::vector<CsvCell> cells;
  for (const GrantColumn& column : GrantColumns()) cells.push_back(column.cell(grant));
  return sink_(CsvRecord(cells));
}

absl::Status GrantCsvExport::Finish() { return Begin(); }

}  // namespace kopa::client
