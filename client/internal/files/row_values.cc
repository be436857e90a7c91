#include "client/internal/files/row_values.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/internal/files/spreadsheet_numbers.h"
#include "common/base/calendar.h"
#include "common/intake/limits.h"
#include "common/programme/decimals.h"

namespace kopa::client {
namespace {

using google::protobuf::RepeatedPtrField;
using region::v1::ApplicationInput;
using region::v1::Initiative;

void SetText(absl::string_view cell, std::string* text) { text->assign(cell.data(), cell.size()); }

void AddList(absl::string_view cell, RepeatedPtrField<std::string>* list) {
  for (const absl::string_view part : absl::StrSplit(cell, '|')) {
    const absl::string_view value = absl::StripAsciiWhitespace(part);
    if (!value.empty()) SetText(value, list->Add());
  }
}

// An empty cell is not left to later checks: in the message it could not be told from a zero.
bool IsMissing(const Column& column, absl::string_view cell, absl::string_view path,
               std::vector<Fault>* faults) {
  if (!cell.empty()) return false;
  faults->push_back({absl::StrCat(path, column.name), "MISSING_FIELD",
                     absl::StrCat(column.name, " is needed"), "lauks jāaizpilda"});
  return true;
}

int64_t ParseAmount(const Column& column, absl::string_view cell, absl::string_view path,
                    std::vector<Fault>* faults) {
  if (IsMissing(column, cell, path, faults)) return 0;
  const absl::StatusOr<int64_t> cents = programme::ParseCents(cell);
  if (cents.ok() && *cents >= 0) return *cents;
  faults->push_back({absl::StrCat(path, column.name), "BAD_AMOUNT",
                     "not an amount in euros; it looks like 1200 or 1200,50",
                     "nav summa eiro; tā izskatās šādi: 1200 vai 1200,50"});
  return 0;
}

int64_t ParseCount(const Column& column, absl::string_view cell, absl::string_view path,
                   std::vector<Fault>* faults) {
  if (IsMissing(column, cell, path, faults)) return 0;
  int64_t count = 0;
  const bool is_digits = std::all_of(cell.begin(), cell.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  // Zero in the message means that nothing is said, so a zero that is said is told apart here.
  if (is_digits && absl::SimpleAtoi(cell, &count) && count > 0) return count;
  faults->push_back(
      {absl::StrCat(path, column.name), "BAD_NUMBER",
       absl::StrCat("a whole number from 1 to ", intake::kParticipantsMax, ", such as 25"),
       absl::StrCat("vesels skaitlis no 1 līdz ", intake::kParticipantsMax, ", piemēram, 25")});
  return 0;
}

void SetReceivedTime(const Column& column, absl::string_view cell, absl::string_view path,
                     absl::TimeZone zone, ApplicationInput* input, std::vector<Fault>* faults) {
  if (cell.empty()) return;
  const absl::StatusOr<absl::Time> time = ParseTime(cell, zone);
  // A Timestamp has the years 1 to 9999; with an offset others can be written.
  static const absl::Time kFirst = absl::FromCivil(absl::CivilSecond(1), absl::UTCTimeZone());
  static const absl::Time kEnd = absl::FromCivil(absl::CivilSecond(10000), absl::UTCTimeZone());
  if (!time.ok() || *time < kFirst || *time >= kEnd) {
    faults->push_back(
        {absl::StrCat(path, column.name), "BAD_DATE",
         "not a time; it looks like 2024-05-17T20:59:00Z, or 2024-05-17 23:59 in local "
         "time, and must exist",
         "nav laiks; tas izskatās šādi: 2024-05-17 23:59"});
    return;
  }
  const int64_t micros = absl::ToUnixMicros(*time);
  const int64_t seconds = absl::ToUnixSeconds(*time);
  input->mutable_received_time()->set_seconds(seconds);
  input->mutable_received_time()->set_nanos(
      static_cast<int32_t>((micros - seconds * 1'000'000) * 1'000));
}

// A number that is a name: as it is to be handed in, whatever a spreadsheet made of it.
void SetNumber(SpreadsheetNumber number, std::string* text, InputApplication* application) {
  *text = std::move(number.text);
  for (Fault& fault : number.faults) application->faults.push_back(std::move(fault));
  for (Fault& notice : number.notices) application->notices.push_back(std::move(notice));
}

region::v1::TeamMember* MemberOf(const Column& column, ApplicationInput* input) {
  auto* members = input->mutable_personal()->mutable_members();
  while (members->size() <= column.member) members->Add();
  return members->Mutable(column.member);
}

}  // namespace

void RowValues::SetApplicationField(const Column& column, absl::string_view cell,
                                    absl::string_view path, InputApplication* application) const {
  ApplicationInput* const input = &application->input;
  std::vector<Fault>* const faults = &application->faults;
  const auto field = [&] { return absl::StrCat(path, column.name); };
  switch (column.field) {
    case Field::kExternalRef:
      return SetText(cell, input->mutable_external_ref());
    case Field::kMunicipality:
      return SetNumber(ReadMunicipality(cell, field()), input->mutable_municipality(), application);
    case Field::kApplicantName:
    // The applicant of a team is its school.
    case Field::kSchoolName:
      return SetText(cell, input->mutable_applicant()->mutable_name());
    case Field::kApplicantRegNo:
      return SetNumber(ReadRegNo(cell, field()), input->mutable_applicant()->mutable_reg_no(),
                       application);
    case Field::kSchoolRegNo:
      return SetNumber(ReadSchoolRegNo(cell, field()), input->mutable_applicant()->mutable_reg_no(),
                       application);
    case Field::kApplicantType:
      return SetText(cell, input->mutable_applicant()->mutable_type());
    case Field::kYouthGroup:
      return SetText(cell, input->mutable_youth_group());
    case Field::kTitle:
    case Field::kInitiativeTitle:
      return SetText(cell, input->mutable_title());
    case Field::kActivities:
      return AddList(cell, input->mutable_activities());
    case Field::kGrades:
      return AddList(cell, input->mutable_grades());
    case Field::kRisks:
      return AddList(cell, input->mutable_risks());
    case Field::kPartners:
      return AddList(cell, input->mutable_partners());
    case Field::kParticipants:
      return input->set_participants(ParseCount(column, cell, path, faults));
    case Field::kAmount:
      return input->set_amount_cents(ParseAmount(column, cell, path, faults));
    case Field::kReceivedTime:
      return SetReceivedTime(column, cell, path, zone_, input, faults);
    case Field::kMemberName:
      return SetText(cell, MemberOf(column, input)->mutable_name());
    case Field::kMemberBirthDate:
      return SetText(cell, MemberOf(column, input)->mutable_birth_date());
    default:
      break;
  }
  region::v1::PersonalPart* personal = input->mutable_personal();
  switch (column.field) {
    case Field::kContactName:
      return SetText(cell, personal->mutable_contact()->mutable_name());
    case Field::kContactEmail:
      return SetText(cell, personal->mutable_contact()->mutable_email());
    case Field::kContactPhone:
      return SetText(cell, personal->mutable_contact()->mutable_phone());
    case Field::kSupportName:
      return SetText(cell, personal->mutable_support()->mutable_name());
    case Field::kSupportRole:
      return SetText(cell, personal->mutable_support()->mutable_role());
    case Field::kSupportEmail:
      return SetText(cell, personal->mutable_support()->mutable_email());
    case Field::kSupportPhone:
      return SetText(cell, personal->mutable_support()->mutable_phone());
    default:
      KOPA_CHECK_MSG(false, column.name);
  }
}

void RowValues::SetInitiativeField(const Column& column, absl::string_view cell,
                                   absl::string_view path, Initiative* initiative,
                                   InputApplication* application) const {
  std::vector<Fault>* const faults = &application->faults;
  switch (column.field) {
    case Field::kSchoolName:
      return SetText(cell, initiative->mutable_school_name());
    case Field::kSchoolRegNo:
      return SetNumber(ReadSchoolRegNo(cell, absl::StrCat(path, column.name)),
                       initiative->mutable_school_reg_no(), application);
    case Field::kInitiativeTitle:
      return SetText(cell, initiative->mutable_title());
    case Field::kActivities:
      return AddList(cell, initiative->mutable_activities());
    case Field::kParticipants:
      return initiative->set_participants(ParseCount(column, cell, path, faults));
    case Field::kAmount:
      return initiative->set_amount_cents(ParseAmount(column, cell, path, faults));
    default:
      KOPA_CHECK_MSG(false, column.name);
  }
}

}  // namespace kopa::client
