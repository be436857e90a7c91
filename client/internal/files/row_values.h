#ifndef KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_
#define KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/files/application_columns.h"
#include "client/internal/files/input_application.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::client {

// Turns the cells of a row into fields of an application. Texts are taken as they are; numbers and
// times are parsed, and what is none becomes a fault: MISSING_FIELD, BAD_AMOUNT, BAD_NUMBER,
// BAD_DATE. Registration numbers and codes go through spreadsheet_numbers.h. No message repeats
// what the cell says: it may be about a person.
class RowValues {
 public:
  // `zone` is that of times without an offset.
  explicit RowValues(absl::TimeZone zone) : zone_(zone) {}

  // Set a field of the application, or of one of its initiatives, and add faults and notices to the
  // application. `path` comes before the names of fields there: "" or "initiatives[2].".
  void SetApplicationField(const Column& column, absl::string_view cell, absl::string_view path,
                           InputApplication* application) const;
  void SetInitiativeField(const Column& column, absl::string_view cell, absl::string_view path,
                          region::v1::Initiative* initiative, InputApplication* application) const;

 private:
  absl::TimeZone zone_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_
