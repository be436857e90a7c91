// content    = version:u8 external_ref municipality organisation title list(initiative)
//              list(activity) list(grade) list(risk) youth_group participants:i64 list(partner)
//              amount_cents:i64 contact list(member) support
// organisation = name reg_no type
// initiative = school_name school_reg_no title list(activity) participants:i64 amount_cents:i64
// contact    = name email phone          member = name birth_date
// support    = name role email phone
// list(x)    = count:u32 x*              every other word is a text: length:u32 bytes
#include "common/intake/canonical.h"

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"

namespace kopa::intake {
namespace {

constexpr uint8_t kVersion = 1;

using Strings = google::protobuf::RepeatedPtrField<std::string>;

void WriteStrings(const Strings& strings, ByteWriter* out) {
  out->U32(static_cast<uint32_t>(strings.size()));
  for (const std::string& text : strings) out->Bytes(text);
}

void WriteInitiative(const region::v1::Initiative& initiative, ByteWriter* out) {
  out->Bytes(initiative.school_name()).Bytes(initiative.school_reg_no()).Bytes(initiative.title());
  WriteStrings(initiative.activities(), out);
  out->I64(initiative.participants()).I64(initiative.amount_cents());
}

void WritePersonal(const region::v1::PersonalPart& personal, ByteWriter* out) {
  const region::v1::Contact& contact = personal.contact();
  out->Bytes(contact.name()).Bytes(contact.email()).Bytes(contact.phone());
  out->U32(static_cast<uint32_t>(personal.members_size()));
  for (const region::v1::TeamMember& member : personal.members()) {
    out->Bytes(member.name()).Bytes(member.birth_date());
  }
  const region::v1::SupportPerson& support = personal.support();
  out->Bytes(support.name()).Bytes(support.role()).Bytes(support.email()).Bytes(support.phone());
}

}  // namespace

std::string CanonicalContent(const region::v1::ApplicationInput& normal) {
  ByteWriter out;
  out.U8(kVersion).Bytes(normal.external_ref()).Bytes(normal.municipality());
  const region::v1::Organisation& applicant = normal.applicant();
  out.Bytes(applicant.name()).Bytes(applicant.reg_no()).Bytes(applicant.type());
  out.Bytes(normal.title());
  out.U32(static_cast<uint32_t>(normal.initiatives_size()));
  for (const region::v1::Initiative& initiative : normal.initiatives()) {
    WriteInitiative(initiative, &out);
  }
  WriteStrings(normal.activities(), &out);
  WriteStrings(normal.grades(), &out);
  WriteStrings(normal.risks(), &out);
  out.Bytes(normal.youth_group()).I64(normal.participants());
  WriteStrings(normal.partners(), &out);
  out.I64(normal.amount_cents());
  WritePersonal(normal.personal(), &out);
  return out.Take();
}

std::string ApplicantKey(const region::v1::ApplicationInput& normal) {
  const region::v1::Organisation& applicant = normal.applicant();
  // The prefix keeps a school that is called by digits from being taken for a number. Schools of
  // several municipalities have the same name.
  return applicant.reg_no().empty()
             ? absl::StrCat("name:", normal.municipality(), "\n", applicant.name())
             : absl::StrCat("reg:", applicant.reg_no());
}

}  // namespace kopa::intake
