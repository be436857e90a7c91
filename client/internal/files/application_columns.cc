#include "client/internal/files/application_columns.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kopa::client {
namespace {

using programme::v1::Call;

// A team has three members; a call may say otherwise, within reason.
constexpr int kMembersUnlessSaid = 3;
constexpr int kMembersMax = 20;

Column Plain(std::string name, Field field, std::vector<std::string> aliases) {
  Column column;
  column.name = std::move(name);
  column.field = field;
  column.aliases = std::move(aliases);
  return column;
}

Column Optional(Column column) {
  column.is_optional = true;
  return column;
}

Column List(Column column) {
  column.is_list = true;
  return column;
}

Column OfInitiative(Column column) {
  column.is_of_initiative = true;
  return column;
}

// One function a column, where several forms have it: so each Latvian name is written down once.
Column ExternalRef() {
  return Plain("external_ref", Field::kExternalRef,
               {"atsauce", "ārējā atsauce", "atsauces numurs", "pieteikuma numurs"});
}
Column Municipality() {
  return Plain("municipality", Field::kMunicipality,
               {"pašvaldība", "pašvaldības nosaukums", "pašvaldības kods", "novads"});
}
Column Title() {
  return Plain("title", Field::kTitle, {"nosaukums", "projekta nosaukums", "projekts"});
}
Column SchoolName() {
  return Plain("school_name", Field::kSchoolName,
               {"skola", "skolas nosaukums", "izglītības iestāde"});
}
Column SchoolRegNo() {
  return Optional(Plain("school_reg_no", Field::kSchoolRegNo,
                        {"skolas reģistrācijas numurs", "skolas reģ. nr.",
                         "skolas reģistrācijas nr.", "izglītības iestādes reģistrācijas numurs"}));
}
Column Activities() {
  return List(Plain("activities", Field::kActivities,
                    {"aktivitātes", "darbības", "aktivitāšu veidi", "darbību veidi"}));
}
Column Participants() {
  return Plain("participants", Field::kParticipants,
               {"dalībnieki", "dalībnieku skaits", "jauniešu skaits"});
}
Column Amount() {
  return Plain("amount_eur", Field::kAmount,
               {"summa", "summa EUR", "pieprasītā summa", "pieprasītā summa EUR",
                "pieprasītais finansējums", "finansējums"});
}
Column ReceivedTime() {
  return Optional(Plain("received_time", Field::kReceivedTime,
                        {"saņemts", "saņemšanas laiks", "saņemšanas datums"}));
}

void AppendApplicant(std::vector<Column>* columns) {
  columns->push_back(Plain("applicant_name", Field::kApplicantName,
                           {"pieteicējs", "pieteicēja nosaukums", "iesniedzējs"}));
  columns->push_back(Plain("applicant_reg_no", Field::kApplicantRegNo,
                           {"reģistrācijas numurs", "reģistrācijas nr.", "reģ. nr.",
                            "pieteicēja reģistrācijas numurs", "pieteicēja reģ. nr."}));
  columns->push_back(Plain("applicant_type", Field::kApplicantType,
                           {"pieteicēja veids", "pieteicēja tips", "pieteicēja statuss"}));
}

void AppendContact(std::vector<Column>* columns) {
  columns->push_back(Plain("contact_name", Field::kContactName,
                           {"kontaktpersona", "kontaktpersonas vārds",
                            "kontaktpersonas vārds, uzvārds", "kontaktpersonas vārds uzvārds"}));
  columns->push_back(
      Plain("contact_email", Field::kContactEmail, {"e-pasts", "kontaktpersonas e-pasts"}));
  columns->push_back(Optional(
      Plain("contact_phone", Field::kContactPhone,
            {"tālrunis", "telefons", "kontaktpersonas tālrunis", "kontaktpersonas telefons"})));
}

std::vector<Column> InitiativeColumns() {
  std::vector<Column> columns = {ExternalRef(), Municipality()};
  AppendApplicant(&columns);
  columns.push_back(Title());
  columns.push_back(OfInitiative(SchoolName()));
  columns.push_back(OfInitiative(SchoolRegNo()));
  columns.push_back(OfInitiative(
      Plain("initiative_title", Field::kInitiativeTitle, {"iniciatīva", "iniciatīvas nosaukums"})));
  columns.push_back(OfInitiative(Activities()));
  columns.push_back(OfInitiative(Participants()));
  columns.push_back(OfInitiative(Amount()));
  AppendContact(&columns);
  columns.push_back(ReceivedTime());
  return columns;
}

void AppendMember(int member, std::vector<Column>* columns) {
  const int number = member + 1;
  columns->push_back(Plain(
      absl::StrCat("member", number, "_name"), Field::kMemberName,
      {absl::StrCat("dalībnieks ", number), absl::StrCat(number, ". dalībnieks"),
       absl::StrCat("dalībnieka ", number, " vārds"), absl::StrCat(number, ". dalībnieka vārds")}));
  columns->back().member = member;
  columns->push_back(Plain(absl::StrCat("member", number, "_birth_date"), Field::kMemberBirthDate,
                           {absl::StrCat("dalībnieka ", number, " dzimšanas datums"),
                            absl::StrCat(number, ". dalībnieka dzimšanas datums")}));
  columns->back().member = member;
}

std::vector<Column> TeamColumns(int members) {
  std::vector<Column> columns = {ExternalRef(), Municipality(), SchoolName(), SchoolRegNo()};
  for (int member = 0; member < members; ++member) AppendMember(member, &columns);
  columns.push_back(
      Plain("support_name", Field::kSupportName, {"atbalsta persona", "atbalsta personas vārds"}));
  columns.push_back(Plain("support_role", Field::kSupportRole,
                          {"atbalsta personas loma", "atbalsta loma", "atbalsta personas amats"}));
  columns.push_back(Plain("support_email", Field::kSupportEmail, {"atbalsta personas e-pasts"}));
  columns.push_back(Plain("support_phone", Field::kSupportPhone,
                          {"atbalsta personas tālrunis", "atbalsta personas telefons"}));
  columns.push_back(ReceivedTime());
  return columns;
}

std::vector<Column> ProjectColumns() {
  std::vector<Column> columns = {ExternalRef(), Municipality()};
  AppendApplicant(&columns);
  columns.push_back(
      Plain("youth_group", Field::kYouthGroup,
            {"jauniešu grupa", "jauniešu iniciatīvu grupa", "jauniešu iniciatīvas grupa"}));
  columns.push_back(Title());
  columns.push_back(Activities());
  columns.push_back(List(Plain("grades", Field::kGrades, {"klases", "klases un kursi"})));
  columns.push_back(List(Plain("risks", Field::kRisks, {"riski", "PMP riski"})));
  columns.push_back(Participants());
  columns.push_back(
      Optional(List(Plain("partners", Field::kPartners, {"partneri", "sadarbības partneri"}))));
  columns.push_back(Amount());
  AppendContact(&columns);
  columns.push_back(ReceivedTime());
  return columns;
}

}  // namespace

absl::StatusOr<std::vector<Column>> ColumnsOf(const Call& call) {
  switch (call.form()) {
    case programme::v1::APPLICATION_FORM_INITIATIVES:
      return InitiativeColumns();
    case programme::v1::APPLICATION_FORM_PROJECT:
      return ProjectColumns();
    case programme::v1::APPLICATION_FORM_TEAM: {
      const int members = call.team().members() == 0 ? kMembersUnlessSaid : call.team().members();
      if (members < 0 || members > kMembersMax) {
        return absl::InvalidArgumentError(absl::StrCat("call ", call.id(),
                                                       ": a file has room for 1 to ", kMembersMax,
                                                       " members, not ", members));
      }
      return TeamColumns(members);
    }
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("call ", call.id(), " has no form that this version knows"));
  }
}

}  // namespace kopa::client
