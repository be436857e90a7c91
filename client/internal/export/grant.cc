#include "client/internal/export/grant.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/calendar.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using kopa::programme::v1::Call;

// The standard says "under 140 characters".
constexpr size_t kTitleCharactersMax = 139;
// Registration numbers of the enterprise register (org-id.guide: LV-RE); schools have their own
// numbers, which no list of identifiers knows.
constexpr size_t kRegNoDigits = 11;

// Cuts between characters, never within one.
std::string Shortened(const std::string& text, size_t characters_max) {
  size_t characters = 0;
  size_t last_end = 0;  // of the text without the last character that fits
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (characters == characters_max - 1) last_end = i;
    if (++characters > characters_max) return absl::StrCat(text.substr(0, last_end), "…");
  }
  return text;
}

GrantOrganisation Recipient(const ExportRow& row, const std::string& prefix) {
  const std::string& number = row.organisation_reg_no;
  if (number.size() == kRegNoDigits) return {absl::StrCat("LV-RE-", number), row.organisation};
  if (!number.empty()) {
    return {absl::StrCat("360G-", prefix, "-ORG:school-", number), row.organisation};
  }
  return {absl::StrCat("360G-", prefix, "-ORG:", row.id), row.organisation};
}

std::vector<GrantClassification> Classifications(const ExportRow& row, const Call& call) {
  std::vector<GrantClassification> classifications = {
      {"ATVK", row.municipality, row.municipality_name}};
  for (const std::string& activity : row.activities) {
    std::string title = activity;
    for (const auto& term : call.activities()) {
      if (term.id() == activity) title = term.name().lv();
    }
    classifications.push_back({absl::StrCat(call.programme(), "-activities"), activity, title});
  }
  return classifications;
}

}  // namespace

absl::Status CheckOpenData(const Call& call) {
  const auto& data = call.open_data();
  std::vector<Fault> faults;
  const auto need = [&faults](bool present, const char* field, const char* what,
                              const char* what_lv) {
    if (present) return;
    faults.push_back({absl::StrCat("open_data.", field), "MISSING_FIELD",
                      absl::StrCat("needed: ", what), absl::StrCat("vajadzīgs: ", what_lv)});
  };
  need(!data.prefix().empty(), "prefix", "the publisher's prefix at 360Giving",
       "publicētāja priedēklis 360Giving reģistrā");
  need(!data.funder_id().empty(), "funder_id", "who gives the money, e.g. \"LV-RE-90001634668\"",
       "finansētāja identifikators");
  need(!data.funder_name().empty(), "funder_name", "the registered name of who gives the money",
       "finansētāja reģistrētais nosaukums");
  need(!data.description().lv().empty(), "description.lv", "what a grant of the call is for",
       "kam domāts konkursa finansējums");
  if (faults.empty()) return absl::OkStatus();
  return WithFaults(absl::FailedPreconditionError(absl::StrCat(
                        "call ", call.id(),
                        " can't be published as open data yet; add to its definition "
                        "open_data { prefix funder_id funder_name description { lv en } }")),
                    faults);
}

absl::StatusOr<Grant> MakeGrant(const ExportRow& row, const Call& call) {
  if (!row.award_day.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("application ", row.id,
                     " holds an award, but its history does not say since "
                     "when; see kopa app history ",
                     row.id));
  }
  const auto& data = call.open_data();
  Grant grant;
  // The submitter's own reference is unique for its applicant only, and may say anything.
  grant.id = absl::StrCat("360G-", data.prefix(), "-", row.id);
  grant.title = Shortened(row.checked_title.empty() ? call.name().lv() : row.checked_title,
                          kTitleCharactersMax);
  grant.description = data.description().lv();
  grant.applied_for_cents = row.requested_cents;
  grant.awarded_cents = row.awarded_cents;
  grant.disbursed_cents = row.paid_cents;
  grant.award_date = absl::FormatCivilTime(*row.award_day);
  grant.planned_start = call.eligible_costs_from();
  grant.planned_end = call.eligible_costs_to();
  grant.recipient = Recipient(row, data.prefix());
  grant.funder = {data.funder_id(), data.funder_name()};
  grant.programme_code = call.id();
  grant.programme_title = call.name().lv();
  grant.location_name = row.municipality_name;
  grant.location_code = row.municipality;
  grant.classifications = Classifications(row, call);
  grant.modified_time = FormatUtc(row.update_time);
  return grant;
}

}  // namespace kopa::client
