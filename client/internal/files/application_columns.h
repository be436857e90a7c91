#ifndef KOPA_CLIENT_INTERNAL_FILES_APPLICATION_COLUMNS_H_
#define KOPA_CLIENT_INTERNAL_FILES_APPLICATION_COLUMNS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

// What a column of an application file says.
enum class Field {
  kExternalRef,
  kMunicipality,
  kApplicantName,
  kApplicantRegNo,
  kApplicantType,
  kYouthGroup,
  kTitle,
  kSchoolName,
  kSchoolRegNo,
  kInitiativeTitle,
  kActivities,
  kGrades,
  kRisks,
  kParticipants,
  kPartners,
  kAmount,
  kContactName,
  kContactEmail,
  kContactPhone,
  kMemberName,
  kMemberBirthDate,
  kSupportName,
  kSupportRole,
  kSupportEmail,
  kSupportPhone,
  kReceivedTime,
};

struct Column {
  std::string name;  // as in CONTRACT.md: "applicant_reg_no"
  Field field = Field::kExternalRef;
  // Of kMemberName and kMemberBirthDate: which member, from 0.
  int member = 0;
  // The column may be absent as a whole.
  bool is_optional = false;
  // Says something of one initiative; the others are about the whole application.
  bool is_of_initiative = false;
  // Holds several values, set apart by '|'.
  bool is_list = false;
  // Latvian names.
  std::vector<std::string> aliases;
};

// The columns of a call's form in the order that CONTRACT.md, "Input files", gives them.
// INVALID_ARGUMENT for a call without a form.
absl::StatusOr<std::vector<Column>> ColumnsOf(const programme::v1::Call& call);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_APPLICATION_COLUMNS_H_
