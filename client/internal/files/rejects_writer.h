#ifndef KOPA_CLIENT_INTERNAL_FILES_REJECTS_WRITER_H_
#define KOPA_CLIENT_INTERNAL_FILES_REJECTS_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/internal/files/input_application.h"
#include "common/base/status.h"

namespace kopa::client {

// The row of an application of so many that a fault's field is of, from 0: that is 1 for
// "initiatives[1].amount_eur", which becomes "amount_eur". Other fields are of the first row.
size_t TakeRowOf(std::string* field, size_t rows);

// Writes the rows that were refused, with what is wrong with them, as a file that can be corrected
// and submitted as it is: CSV in UTF-8 with commas, the input's columns, then line, field, code and
// message. Several faults of a row are set apart by '|' in each of the last three. For one thread.
//
// The file has personal data in it: only its owner may read it, from its first byte on. It is
// written beside its place and moved there by Close, so the input itself may be replaced by what is
// left of it. Cells that a spreadsheet would take for formulas are data and are written as they
// are.
class RejectsWriter {
 public:
  // `columns` as ApplicationFileReader has them. What is no ordinary file, such as a pipe, is
  // written to directly. Fails as the system says, before anything is submitted.
  static absl::StatusOr<std::unique_ptr<RejectsWriter>> Create(const std::string& path,
                                                               std::vector<std::string> columns);
  // Without Close nothing is left behind.
  ~RejectsWriter();
  RejectsWriter(const RejectsWriter&) = delete;
  RejectsWriter& operator=(const RejectsWriter&) = delete;

  // One line for each row of an application that is refused. `faults` are the server's; where there
  // are none, the application's own are meant. A field "initiatives[1].amount_eur" is amount_eur of
  // the second row; other fields are of the first row; a row without a fault of its own has
  // SIBLING_REFUSED.
  absl::Status Add(const InputApplication& application, const std::vector<Fault>& faults);

  int64_t rows() const { return rows_; }

  // Puts the file in its place; one with no rows is not made. Call it once, last.
  absl::Status Close();

 private:
  RejectsWriter(std::string path, std::string writing_to, int fd, std::vector<std::string> columns);

  void AppendCell(absl::string_view cell);
  absl::Status Flush();
  bool is_moved_at_close() const { return writing_to_ != path_; }

  const std::string path_;
  const std::string writing_to_;
  int fd_;
  const std::vector<std::string> columns_;
  std::string buffer_;
  bool is_at_line_start_ = true;
  int64_t rows_ = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_REJECTS_WRITER_H_
