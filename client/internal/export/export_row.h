#ifndef KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_ROW_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::client {

// What an export may say of an application. There is no field for a natural person here, and none
// for titles that nobody has checked, so that no form of export can let one out.
struct ExportRow {
  std::string id;  // UUID
  std::string external_ref;
  std::string call;
  std::string node;
  std::string status;        // "APPROVED"
  std::string municipality;  // ATVK code
  std::string municipality_name;
  std::string applicant_type;
  std::string organisation;
  std::string organisation_reg_no;  // 11 digits, of a school 10; may be empty
  std::string checked_title;        // empty unless it was checked for publication
  std::vector<std::string> activities;
  int64_t initiatives = 0;
  int64_t requested_cents = 0;
  int64_t awarded_cents = 0;
  int64_t paid_cents = 0;
  std::optional<int64_t> score_hundredths;
  // Days in Europe/Riga.
  std::optional<absl::CivilDay> received_day;
  std::optional<absl::CivilDay> award_day;  // of the newest step into an award
  absl::Time update_time;
};

// `zone` is Europe/Riga. DATA_LOSS where the application has no id.
absl::StatusOr<ExportRow> MakeExportRow(const kopa::region::v1::Application& application,
                                        const std::string& node, absl::TimeZone zone);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_ROW_H_
