#ifndef KOPA_COMMON_TERRITORY_REFERENCE_TABLE_H_
#define KOPA_COMMON_TERRITORY_REFERENCE_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kopa {

// A small table of ours, read whole and strictly: RFC 4180 with commas, LF or CRLF, UTF-8 without
// BOM. It is for tables that are part of the product; files of users are read by the more patient
// reader of the client.
//
// Errors are INVALID_ARGUMENT and begin with the place: "succession.csv:12: column extent: ...".
class ReferenceTable {
 public:
  // One row; a view that is valid as long as its table stays where it is.
  class Row {
   public:
    // Empty where the table has no such column.
    absl::string_view Get(absl::string_view column) const;
    // "succession.csv:12"; the line the row begins on.
    std::string Place() const;
    absl::Status Error(absl::string_view column, absl::string_view message) const;

   private:
    friend class ReferenceTable;
    Row(const ReferenceTable* table, size_t index) : table_(table), index_(index) {}
    const ReferenceTable* table_;
    size_t index_;
  };

  // Refuses a table that lacks one of the `required` columns, names one twice, or has no rows.
  // Further columns are allowed: they are for readers.
  static absl::StatusOr<ReferenceTable> Parse(absl::string_view file, absl::string_view text,
                                              absl::Span<const absl::string_view> required);

  size_t size() const { return records_.size(); }
  Row row(size_t index) const { return Row(this, index); }

 private:
  struct Record {
    int line = 0;
    std::vector<std::string> cells;
  };
  class Reader;

  absl::Status TakeHeader(const Record& header, absl::Span<const absl::string_view> required);

  std::string file_;
  absl::flat_hash_map<std::string, size_t> columns_;
  std::vector<Record> records_;
};

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_REFERENCE_TABLE_H_
