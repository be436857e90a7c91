#include "client/internal/export/export_row.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/base/uuid.h"
#include "common/programme/lifecycle.h"

namespace kopa::client {
namespace {

using kopa::region::v1::Application;

// An approval may be undone and given again, or wait for funds first: the day that counts is that
// of the newest change which made an award out of none.
std::optional<absl::CivilDay> AwardDay(const Application& application, absl::TimeZone zone) {
  std::optional<absl::CivilDay> day;
  bool held = false;
  for (const auto& entry : application.history()) {
    const bool holds = programme::HoldsAward(entry.status());
    if (holds && !held) day = absl::ToCivilDay(TimeOf(entry.time()), zone);
    held = holds;
  }
  return day;
}

std::string CheckedTitle(const Application& application) {
  if (!application.summary().published_title().empty()) {
    return application.summary().published_title();
  }
  return application.title_checked() ? application.content().title() : "";
}

}  // namespace

absl::StatusOr<ExportRow> MakeExportRow(const Application& application, const std::string& node,
                                        absl::TimeZone zone) {
  const auto& summary = application.summary();
  const auto id = Uuid::FromBytes(summary.application_id());
  if (!id.ok()) {
    return absl::DataLossError(absl::StrCat("node ", node, " sent an application without an id"));
  }
  ExportRow row;
  row.id = id->ToString();
  row.external_ref = application.content().external_ref();
  row.call = summary.call();
  row.node = node;
  row.status = std::string(programme::StatusName(summary.status()));
  row.municipality = summary.municipality();
  row.municipality_name = application.municipality_name();
  row.applicant_type = summary.applicant_type();
  row.organisation = summary.organisation();
  row.organisation_reg_no = summary.organisation_reg_no();
  row.checked_title = CheckedTitle(application);
  row.activities.assign(summary.activities().begin(), summary.activities().end());
  row.initiatives = summary.requested().initiatives();
  row.requested_cents = summary.requested().cents();
  row.awarded_cents = summary.awarded().cents();
  row.paid_cents = summary.paid_cents();
  if (summary.has_score_hundredths()) row.score_hundredths = summary.score_hundredths();
  if (summary.has_received_time()) {
    row.received_day = absl::ToCivilDay(TimeOf(summary.received_time()), zone);
  } else if (application.has_submit_time()) {
    row.received_day = absl::ToCivilDay(TimeOf(application.submit_time()), zone);
  }
  if (programme::HoldsAward(summary)) row.award_day = AwardDay(application, zone);
  row.update_time = TimeOf(application.update_time());
  return row;
}

}  // namespace kopa::client
