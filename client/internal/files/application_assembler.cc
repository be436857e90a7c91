#include "client/internal/files/application_assembler.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kopa::client {
namespace {

// Signs that a cell is not what somebody wrote: part of a line cut in spite of its quotes, or a
// character lost.
bool IsDoubtful(absl::string_view cell) {
  return cell.empty() || absl::StrContains(cell, '"') || absl::StrContains(cell, "\xEF\xBF\xBD");
}

}  // namespace

ApplicationAssembler::ApplicationAssembler(const std::vector<Column>* columns,
                                           std::vector<size_t> form_columns,
                                           programme::v1::ApplicationForm form, absl::TimeZone zone)
    : columns_(columns),
      form_columns_(std::move(form_columns)),
      has_initiatives_(form == programme::v1::APPLICATION_FORM_INITIATIVES),
      values_(zone) {
  for (size_t i = 0; i < form_columns_.size(); ++i) {
    const Field field = (*columns_)[form_columns_[i]].field;
    if (field == Field::kExternalRef) reference_cell_ = i;
    if (field == Field::kApplicantRegNo) reg_no_cell_ = i;
  }
}

absl::string_view ApplicationAssembler::CellOf(const InputRow& row, size_t cell) const {
  return cell < row.cells.size() ? absl::string_view(row.cells[cell]) : absl::string_view();
}

bool ApplicationAssembler::IsReferenceKnown(const InputRow& row) const {
  return row.is_readable || !IsDoubtful(CellOf(row, reference_cell_));
}

bool ApplicationAssembler::BelongsToOpen(const InputRow& row) const {
  if (!open_.has_value()) return false;
  const absl::string_view reference = CellOf(row, reference_cell_);
  if (reference.empty() || reference != open_reference_) return false;
  return !row.is_readable || !open_reg_no_.has_value() ||
         CellOf(row, reg_no_cell_) == *open_reg_no_;
}

void ApplicationAssembler::Add(InputRow row) {
  if (!has_initiatives_) {
    Append(std::move(row));
    return CloseOpen();
  }
  if (!IsReferenceKnown(row)) {
    of_unknown_.push_back(std::move(row));
    // So many in a row are no accident within one application.
    if (of_unknown_.size() >= kRowsMax) CloseOpen();
    return;
  }
  if (!BelongsToOpen(row)) {
    CloseOpen();
    is_over_full_ = false;
    return Append(std::move(row));
  }
  while (!of_unknown_.empty()) {
    InputRow between = std::move(of_unknown_.front());
    of_unknown_.pop_front();
    Append(std::move(between));
  }
  Append(std::move(row));
}

void ApplicationAssembler::Append(InputRow row) {
  if (open_.has_value() && open_->lines.size() >= kRowsMax) {
    is_over_full_ = true;
    // What is behind these rows is not yet decided: it stays for the part that now begins.
    std::deque<InputRow> behind = std::move(of_unknown_);
    of_unknown_.clear();
    CloseOpen();
    of_unknown_ = std::move(behind);
  }
  if (!open_.has_value()) {
    open_.emplace();
    first_readable_ = kNoCell;
    open_reference_ = std::string(CellOf(row, reference_cell_));
    open_reg_no_.reset();
  }
  const size_t index = open_->lines.size();
  const std::string path = has_initiatives_ ? absl::StrCat("initiatives[", index, "].") : "";
  if (has_initiatives_) open_->input.add_initiatives();
  for (Fault& fault : row.faults) {
    fault.field = absl::StrCat(path, fault.field);
    open_->faults.push_back(std::move(fault));
  }
  if (row.is_readable) {
    if (!open_reg_no_.has_value()) open_reg_no_ = std::string(CellOf(row, reg_no_cell_));
    FillFromRow(row, index, path);
    if (first_readable_ == kNoCell) first_readable_ = index;
  } else {
    open_->is_readable = false;
    // So that results can be told apart.
    open_->input.set_external_ref(open_reference_);
  }
  open_->lines.push_back(row.line);
  open_->rows.push_back(std::move(row.cells));
}

void ApplicationAssembler::FillFromRow(const InputRow& row, size_t index, const std::string& path) {
  const bool is_first = first_readable_ == kNoCell;
  for (size_t i = 0; i < form_columns_.size(); ++i) {
    const Column& column = (*columns_)[form_columns_[i]];
    if (column.is_of_initiative) {
      values_.SetInitiativeField(column, row.cells[i], path,
                                 open_->input.mutable_initiatives(static_cast<int>(index)),
                                 &*open_);
    } else if (is_first) {
      // Of the application as a whole, unless a row before it could not be read.
      values_.SetApplicationField(column, row.cells[i], index == 0 ? "" : path, &*open_);
    } else if (row.cells[i] != open_->rows[first_readable_][i]) {
      open_->faults.push_back(
          {absl::StrCat(path, column.name), "CONFLICTING_ROWS",
           absl::StrCat(column.name, " differs from line ", open_->lines[first_readable_],
                        " of the same application"),
           "vienā pieteikumā šim laukam jābūt vienādam visās rindās"});
    }
  }
}

void ApplicationAssembler::CloseOpen() {
  if (open_.has_value()) {
    if (is_over_full_) {
      open_->faults.push_back({"external_ref", "TOO_MANY_ROWS",
                               absl::StrCat("an application has at most ", kRowsMax, " rows"),
                               absl::StrCat("pieteikumā ir ne vairāk kā ", kRowsMax, " rindas")});
    }
    Complete();
  }
  if (of_unknown_.empty()) return;
  std::deque<InputRow> alone = std::move(of_unknown_);
  of_unknown_.clear();
  is_over_full_ = false;
  for (InputRow& row : alone) {
    Append(std::move(row));
    Complete();
  }
}

void ApplicationAssembler::Complete() {
  // Of one row among one there is no number to give, as in the server's faults.
  if (open_->lines.size() == 1) {
    for (std::vector<Fault>* findings : {&open_->faults, &open_->notices}) {
      for (Fault& finding : *findings) {
        finding.field = std::string(absl::StripPrefix(finding.field, "initiatives[0]."));
      }
    }
  }
  complete_.push_back(*std::move(open_));
  open_.reset();
}

void ApplicationAssembler::Finish() { CloseOpen(); }

std::optional<InputApplication> ApplicationAssembler::Take() {
  if (complete_.empty()) return std::nullopt;
  std::optional<InputApplication> application(std::move(complete_.front()));
  complete_.pop_front();
  return application;
}

}  // namespace kopa::client
