#ifndef KOPA_CLIENT_INTERNAL_FILES_SPREADSHEET_NUMBERS_H_
#define KOPA_CLIENT_INTERNAL_FILES_SPREADSHEET_NUMBERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/status.h"

namespace kopa::client {

// Spreadsheets take registration numbers and codes for quantities: leading zeros go, ".0" comes,
// and long ones are rounded to 4,00089E+10. What is certain is repaired and said (a notice); what
// would be a guess is a fault that names the cause.

// What a cell with a number that is a name says.
struct SpreadsheetNumber {
  std::string text;            // as it is to be handed in
  std::vector<Fault> faults;   // not empty: it can't be
  std::vector<Fault> notices;  // what was repaired
};

// `field` is the full name of the cell's column, for faults and notices. Codes: BAD_REG_NO and
// BAD_SCHOOL_REG_NO for numbers that have lost digits, NUMBER_REPAIRED where ".0" was taken off.
// Whatever else may be wrong is left to the checks of the application.

// Of 11 digits. That the check digit fits a number with zeros put in front proves little (one in
// eleven does by chance), so they are not put there.
SpreadsheetNumber ReadRegNo(absl::string_view cell, absl::string_view field);
// Of 10 digits, without a check digit.
SpreadsheetNumber ReadSchoolRegNo(absl::string_view cell, absl::string_view field);
// A code or a name. Zeros that a code has lost are put back by the application's checks, which know
// all codes.
SpreadsheetNumber ReadMunicipality(absl::string_view cell, absl::string_view field);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_SPREADSHEET_NUMBERS_H_
