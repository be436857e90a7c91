#include "client/cli/call_template.h"

#include <google/protobuf/repeated_ptr_field.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/cli/table.h"
#include "client/internal/files/application_columns.h"
#include "common/base/status.h"
#include "common/programme/call_rules.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::client::Column;
using kopa::client::Field;
using kopa::programme::v1::Call;
using kopa::programme::v1::Term;

// Fits the check sum, and is plainly nobody's.
constexpr char kRegNo[] = "40000000000";
constexpr char kSchoolRegNo[] = "1234567890";
constexpr char kPhone[] = "20000000";
// What is asked for where the call says no more than a limit, or nothing.
constexpr int64_t kAmountCents = 100'000;

std::string First(const google::protobuf::RepeatedPtrField<Term>& terms) {
  return terms.empty() ? "" : terms[0].id();
}

std::string AmountText(const Call& call) {
  const auto& rule = call.amount();
  int64_t cents = kAmountCents;
  if (rule.has_fixed_cents()) cents = rule.fixed_cents();
  if (rule.has_ceiling_per_application_cents()) cents = rule.ceiling_per_application_cents();
  if (rule.has_ceiling_per_initiative_cents()) cents = rule.ceiling_per_initiative_cents();
  return programme::FormatCents(cents);
}

// Of one who has the least age by some months on the day that counts.
std::string BirthDate(const programme::CallRules& rules) {
  const int64_t year = rules.team_age_day().year() - rules.call().team().min_age() - 1;
  return absl::StrFormat("%04d-01-15", year);
}

// Local time, as files have it: noon of the day on which the call opens, so that the row is in
// time.
std::string ReceivedTime(const programme::CallRules& rules) {
  const programme::TimeWindow& window = rules.window();
  return absl::FormatTime("%Y-%m-%dT12:00", window.opens, window.zone);
}

std::string Example(const Column& column, const programme::CallRules& rules) {
  const Call& call = rules.call();
  switch (column.field) {
    case Field::kExternalRef:
      return "PARAUGS-1";
    case Field::kMunicipality:
      return "Rīga";
    case Field::kApplicantName:
      return "Biedrība \"Paraugs\"";
    case Field::kApplicantRegNo:
      return kRegNo;
    case Field::kApplicantType:
      return First(call.applicant_types());
    case Field::kYouthGroup:
      return "no";
    case Field::kTitle:
    case Field::kInitiativeTitle:
      return "Projekta paraugs";
    case Field::kSchoolName:
      return "Parauga vidusskola";
    case Field::kSchoolRegNo:
      return kSchoolRegNo;
    case Field::kActivities:
      return First(call.activities());
    case Field::kGrades:
      return First(call.grades());
    case Field::kRisks:
      return First(call.risks());
    case Field::kParticipants:
      return "25";
    case Field::kAmount:
      return AmountText(call);
    case Field::kContactName:
    case Field::kSupportName:
      return "Anna Paraudziņa";
    case Field::kMemberName:
      return absl::StrCat("Skolēns Paraugs ", column.member + 1);
    case Field::kMemberBirthDate:
      return BirthDate(rules);
    case Field::kSupportRole:
      return First(call.support_roles());
    case Field::kContactEmail:
    case Field::kSupportEmail:
      return "anna@example.lv";
    case Field::kContactPhone:
    case Field::kSupportPhone:
      return kPhone;
    case Field::kReceivedTime:
      return ReceivedTime(rules);
    case Field::kPartners:
      return "";
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> CallTemplate(const Call& call) {
  ASSIGN_OR_RETURN(const std::vector<Column> columns, client::ColumnsOf(call));
  ASSIGN_OR_RETURN(const programme::CallRules rules, programme::CallRules::Compile(call));
  std::vector<std::string> names;
  std::vector<std::string> example;
  for (const Column& column : columns) {
    names.push_back(column.name);
    example.push_back(Example(column, rules));
  }
  return CsvLine(names) + CsvLine(example);
}

}  // namespace kopa::cli
