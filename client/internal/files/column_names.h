#ifndef KOPA_CLIENT_INTERNAL_FILES_COLUMN_NAMES_H_
#define KOPA_CLIENT_INTERNAL_FILES_COLUMN_NAMES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/application_columns.h"

namespace kopa::client {

// A column name reduced to what tells it from others: no capitals, diacritics, spaces, '_', '-' or
// '.'. "Reģistrācijas_numurs" gives "registracijasnumurs". Empty for what is no valid text.
std::u32string FoldColumnName(absl::string_view name);

// A name within quotation marks, cut where it is too long for a message.
std::string ShownName(absl::string_view name);

// Columns that a rejects file has beyond those of its input.
inline constexpr absl::string_view kRejectColumns[] = {"line", "field", "code", "message"};
bool IsRejectColumn(absl::string_view name);

// All names that the columns of a form go by. Immutable.
class ColumnNames {
 public:
  explicit ColumnNames(std::vector<Column> columns);

  const std::vector<Column>& columns() const { return columns_; }

  // Index of the column of this name or alias.
  std::optional<size_t> Find(absl::string_view name) const;

  // The name that somebody probably meant, as `"pašvaldība"` or `"municipality"`; empty where none
  // is near enough to be of help.
  std::string Nearest(absl::string_view name) const;

 private:
  std::vector<Column> columns_;
  // Folding takes a while, and files with JSON name every value: their own spelling is tried first.
  absl::flat_hash_map<std::string, size_t> by_name_;
  absl::flat_hash_map<std::u32string, size_t> by_folded_name_;
  // Each name and alias, folded and as it is shown.
  std::vector<std::pair<std::u32string, std::string>> spellings_;
};

// Stands for a column that is read over.
inline constexpr size_t kIgnoredColumn = static_cast<size_t>(-1);

// For each column of a header its index in names.columns(), or kIgnoredColumn for those of a
// rejects file. INVALID_ARGUMENT that lists everything at once, with a fault each: UNKNOWN_COLUMN
// with the nearest name, DUPLICATE_COLUMN, MISSING_COLUMN.
absl::StatusOr<std::vector<size_t>> MatchHeader(const ColumnNames& names,
                                                const std::vector<std::string>& header);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_COLUMN_NAMES_H_
