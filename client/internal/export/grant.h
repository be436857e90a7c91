#ifndef KOPA_CLIENT_INTERNAL_EXPORT_GRANT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_GRANT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/internal/export/export_row.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

// An organisation as the 360Giving Data Standard knows it. Never a person.
struct GrantOrganisation {
  std::string id;  // "LV-RE-40003000642"
  std::string name;
};

// A code out of a vocabulary.
struct GrantClassification {
  std::string vocabulary;
  std::string code;
  std::string title;
};

// One award in the words of the 360Giving Data Standard
// (https://standard.threesixtygiving.org, schema/360-giving-schema.json), whatever the form it is
// written in.
struct Grant {
  std::string id;     // "360G-<prefix>-<application's id>"
  std::string title;  // under 140 characters
  std::string description;
  int64_t applied_for_cents = 0;
  int64_t awarded_cents = 0;
  int64_t disbursed_cents = 0;
  std::string award_date;     // YYYY-MM-DD
  std::string planned_start;  // both empty where the call says nothing
  std::string planned_end;
  GrantOrganisation recipient;
  GrantOrganisation funder;
  std::string programme_code;  // the call
  std::string programme_title;
  std::string location_name;
  std::string location_code;  // ATVK
  std::vector<GrantClassification> classifications;
  std::string modified_time;  // RFC 3339
};

inline constexpr char kGrantCurrency[] = "EUR";
inline constexpr char kGrantCountry[] = "LV";

// FAILED_PRECONDITION with a fault for each field that a definition must have before its awards can
// be published.
absl::Status CheckOpenData(const kopa::programme::v1::Call& call);

// Of an application that holds an award, under a call that CheckOpenData() found whole.
// FAILED_PRECONDITION where no day of the award is known.
absl::StatusOr<Grant> MakeGrant(const ExportRow& row, const kopa::programme::v1::Call& call);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_GRANT_H_
