#ifndef KOPA_CLIENT_INTERNAL_FILES_ROW_SOURCE_H_
#define KOPA_CLIENT_INTERNAL_FILES_ROW_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status.h"

namespace kopa::client {

// One data row of an application file, whatever the file's format.
struct InputRow {
  int64_t line = 0;  // where it begins, from 1
  // Trimmed UTF-8, in the order of RowSource::columns; another number of them only where the row is
  // not readable.
  std::vector<std::string> cells;
  // False where it can't be told which cell belongs to which column.
  bool is_readable = true;
  // What is wrong with the row; `field` is the name of a column as in CONTRACT.md, or empty.
  std::vector<Fault> faults;
};

// Where the rows of an application file come from. For one thread.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // As the file spells them, without those that are read over.
  virtual const std::vector<std::string>& columns() const = 0;
  // For each of columns() its index in the columns of the form.
  virtual const std::vector<size_t>& form_columns() const = 0;
  // One line for people.
  virtual const std::string& description() const = 0;
  // As LineReader has them.
  virtual int64_t bytes_read() const = 0;
  virtual int64_t size_bytes() const = 0;
  // The next row, or none at the end. Fails only where the file can't be read any further.
  virtual absl::StatusOr<std::optional<InputRow>> Next() = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_ROW_SOURCE_H_
