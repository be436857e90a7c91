#ifndef KOPA_CLIENT_INTERNAL_FILES_JSON_NAMES_H_
#define KOPA_CLIENT_INTERNAL_FILES_JSON_NAMES_H_

#include <cstddef>

#include "absl/status/status.h"
#include "client/internal/files/column_names.h"
#include "client/internal/files/line_reader.h"

namespace kopa::client {

// How far the names are looked at where a text can be read only once: it is held in memory.
inline constexpr size_t kNamesLinesMax = 1'000;
inline constexpr size_t kNamesBytesMax = size_t{8} << 20;

// A name that no column has is a fault of a file of JSON lines, as it is of a CSV file, and found
// before anything is submitted. INVALID_ARGUMENT that lists such names, each with a fault
// UNKNOWN_FIELD, the first line that has it, and the nearest name that there is. Lines that are no
// JSON are passed over: they are faults of their rows.

// Reads to the end.
absl::Status CheckJsonNames(LineReader* lines, const ColumnNames& names);

// Looks at the beginning, up to the limits above, and puts it back.
absl::Status CheckFirstJsonNames(LineReader* lines, const ColumnNames& names);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_JSON_NAMES_H_
