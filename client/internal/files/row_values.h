#ifndef KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_
#define KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/files/application_columns.h"
#include "common/base/status.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::client {

// Turns the cells of a row into fields of an application. Texts are taken as they are; numbers and
// times are parsed, and what is none becomes a fault: MISSING_FIELD, BAD_AMOUNT, BAD_NUMBER,
// BAD_DATE. No message repeats what the cell says: it may be about a person.
class RowValues {
 public:
  // `zone` is that of times without an offset.
  explicit RowValues(absl::TimeZone zone) : zone_(zone) {}

  // `path` comes before the names of fields in faults: "" or "initiatives[2].".
  void SetApplicationField(const Column& column, absl::string_view cell, absl::string_view path,
                           region::v1::ApplicationInput* input, std::vector<Fault>* faults) const;
  void SetInitiativeField(const Column& column, absl::string_view cell, absl::string_view path,
                          region::v1::Initiative* initiative, std::vector<Fault>* faults) const;

 private:
  absl::TimeZone zone_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_ROW_VALUES_H_
