#ifndef KOPA_CLIENT_INTERNAL_FILES_INPUT_APPLICATION_H_
#define KOPA_CLIENT_INTERNAL_FILES_INPUT_APPLICATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::client {

// One application as a file has it, over one row or, for projects of several initiatives, several.
struct InputApplication {
  kopa::region::v1::ApplicationInput input;
  // Of each row the line where it begins, from 1. Row i of a project is input.initiatives(i).
  std::vector<int64_t> lines;
  // The cells of each row in UTF-8, in the order of the reader's columns, for the rejects file.
  std::vector<std::vector<std::string>> rows;
  // What the reader found wrong; the application may be sent if there is nothing. A field is the
  // name of a column; where there are several rows, "initiatives[2]." before it says it is of the
  // third.
  std::vector<Fault> faults;
  // What the reader put right on its way (spreadsheet_numbers.h); fields are named likewise.
  std::vector<Fault> notices;
  // False where a row could not be read: what the others say of the whole is not worth judging.
  bool is_readable = true;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_INPUT_APPLICATION_H_
