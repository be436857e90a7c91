#ifndef KOPA_CLIENT_INTERNAL_FILES_APPLICATION_ASSEMBLER_H_
#define KOPA_CLIENT_INTERNAL_FILES_APPLICATION_ASSEMBLER_H_

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/files/application_columns.h"
#include "client/internal/files/input_application.h"
#include "client/internal/files/row_source.h"
#include "client/internal/files/row_values.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

// Makes applications of rows. For calls with initiatives consecutive rows of one external_ref and
// applicant are one application; else each row is one. For one thread.
//
// A row that can't be read counts to the application whose reference it has, as far as that can be
// told: an application that lost one of its rows must not be taken in part. One whose reference is
// unknown counts to the application of the rows around it, if that is the same.
class ApplicationAssembler {
 public:
  // An application with more rows is refused, in parts of this many.
  static constexpr size_t kRowsMax = 200;

  // `columns` are those of the form and must outlive the assembler; `form_columns` has for each
  // cell of a row the index of its column.
  ApplicationAssembler(const std::vector<Column>* columns, std::vector<size_t> form_columns,
                       programme::v1::ApplicationForm form, absl::TimeZone zone);

  void Add(InputRow row);
  // No more rows.
  void Finish();

  // An application that is complete, in the order of rows; none as long as more rows are needed.
  std::optional<InputApplication> Take();

 private:
  static constexpr size_t kNoCell = std::numeric_limits<size_t>::max();

  // The cell of this column; empty where there is none.
  absl::string_view CellOf(const InputRow& row, size_t cell) const;
  bool IsReferenceKnown(const InputRow& row) const;
  bool BelongsToOpen(const InputRow& row) const;
  void Append(InputRow row);
  void FillFromRow(const InputRow& row, size_t index, const std::string& path);
  // Ends the open application, and what is behind it and of unknown reference.
  void CloseOpen();
  void Complete();

  const std::vector<Column>* const columns_;
  const std::vector<size_t> form_columns_;
  const bool has_initiatives_;
  const RowValues values_;
  size_t reference_cell_ = kNoCell;
  size_t reg_no_cell_ = kNoCell;

  std::deque<InputApplication> complete_;
  std::optional<InputApplication> open_;
  std::string open_reference_;
  std::optional<std::string> open_reg_no_;  // none as long as no row that can be read has told it
  size_t first_readable_ = kNoCell;         // row of open_ that the others are compared with
  bool is_over_full_ = false;               // open_ is a part of something too large
  std::deque<InputRow> of_unknown_;         // rows after open_ whose reference is unknown
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_APPLICATION_ASSEMBLER_H_
