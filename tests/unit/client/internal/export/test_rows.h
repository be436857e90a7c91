#ifndef KOPA_TESTS_UNIT_CLIENT_INTERNAL_EXPORT_TEST_ROWS_H_
#define KOPA_TESTS_UNIT_CLIENT_INTERNAL_EXPORT_TEST_ROWS_H_

#include <string>

#include "client/internal/export/export_writer.h"

namespace kopa::client {

// An award with everything that a row can say.
inline ExportRow WholeRow() {
  ExportRow row;
  row.id = "0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11";
  row.external_ref = "VP2023/3-22";
  row.call = "pumpurs-test";
  row.node = "zemgale";
  row.status = "APPROVED";
  row.municipality = "0038001";
  row.municipality_name = "Madonas novads";
  row.applicant_type = "association";
  row.organisation = "Biedrība \"Tests\"";
  row.organisation_reg_no = "40003000642";
  row.activities = {"motivation"};
  row.initiatives = 2;
  row.requested_cents = 460000;
  row.awarded_cents = 459907;
  row.paid_cents = 5;
  row.score_hundredths = 4450;
  row.received_day = absl::CivilDay(2024, 5, 17);
  row.award_day = absl::CivilDay(2024, 6, 3);
  row.update_time = absl::FromUnixSeconds(1'717'400'000);
  return row;
}

// Keeps all that is written.
inline ByteSink Into(std::string* out) {
  return [out](absl::string_view bytes) {
    out->append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
}

}  // namespace kopa::client

#endif  // KOPA_TESTS_UNIT_CLIENT_INTERNAL_EXPORT_TEST_ROWS_H_
