#include "client/internal/files/json_row_source.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/internal/files/encoding.h"
#include "client/internal/files/table_reader.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using nlohmann::json;

// Of one line; there is no use in naming more.
constexpr int kUnknownMax = 20;

Fault BadJson(std::string field, std::string message) {
  return {std::move(field), "BAD_JSON", std::move(message), "rinda nav derīgs JSON objekts"};
}

// Takes the events of nlohmann's parser for one line and puts the values into the cells of a row.
// No tree is built, so how deeply a line is nested costs nothing: it ends at the first value that
// has no place.
class RowHandler : public nlohmann::json_sax<json> {
 public:
  RowHandler(const ColumnNames& names, InputRow* row)
      : names_(names), row_(row), seen_(names.columns().size(), false) {}

  bool null() override { return Value(""); }
  bool boolean(bool) override { return Refuse("true and false are not taken: write a text"); }
  bool number_integer(int64_t value) override { return Value(absl::StrCat(value)); }
  bool number_unsigned(uint64_t value) override { return Value(absl::StrCat(value)); }
  bool number_float(double, const std::string& written) override { return Value(written); }
  bool string(std::string& value) override { return Value(value); }
  bool binary(json::binary_t&) override { return Refuse("not a text"); }

  bool start_object(size_t) override {
    if (is_open_) return Refuse("an object within the object");
    is_open_ = true;
    return true;
  }
  bool end_object() override { return true; }

  bool key(std::string& name) override {
    column_ = names_.Find(name);
    if (!column_.has_value()) {
      if (IsRejectColumn(name)) return true;
      if (++unknown_ > kUnknownMax) return Refuse("too many unknown fields");
      const std::string nearest = names_.Nearest(name);
      row_->faults.push_back(
          {name, "UNKNOWN_FIELD",
           absl::StrCat("unknown field", nearest.empty() ? "" : " (did you mean ", nearest,
                        nearest.empty() ? "" : "?)"),
           "nezināms lauks"});
      return true;
    }
    if (seen_[*column_]) return Refuse("the field is there twice");
    seen_[*column_] = true;
    return true;
  }

  bool start_array(size_t) override {
    if (!is_open_) return Refuse("a list; a line is one object");
    if (in_list_) return Refuse("a list within a list");
    if (column_.has_value() && !names_.columns()[*column_].is_list) {
      return Refuse("the field takes one value, not a list");
    }
    in_list_ = true;
    return true;
  }
  bool end_array() override {
    in_list_ = false;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const json::exception&) override {
    return GiveUp(BadJson("", absl::StrCat("not JSON from character ", position, " on")));
  }

 private:
  bool Value(absl::string_view value) {
    if (!is_open_) return Refuse("a line is one object, in braces");
    if (!column_.has_value()) return true;
    std::string& cell = row_->cells[*column_];
    if (in_list_ && !cell.empty()) cell.push_back('|');
    absl::StrAppend(&cell, absl::StripAsciiWhitespace(value));
    return true;
  }

  // Ends parsing: a line with one such mistake is not looked at any further.
  bool Refuse(std::string problem) {
    return GiveUp(
        BadJson(column_.has_value() ? names_.columns()[*column_].name : "", std::move(problem)));
  }

  // The one fault of the row: what was found before it may have been read wrong already.
  bool GiveUp(Fault fault) {
    row_->faults.clear();
    row_->faults.push_back(std::move(fault));
    row_->is_readable = false;
    return false;
  }

  const ColumnNames& names_;
  InputRow* const row_;
  std::vector<bool> seen_;
  std::optional<size_t> column_;  // of the key last seen; none if that is not known
  int unknown_ = 0;
  bool is_open_ = false;
  bool in_list_ = false;
};

}  // namespace

JsonRowSource::JsonRowSource(std::unique_ptr<LineReader> lines, const ColumnNames* names)
    : lines_(std::move(lines)),
      names_(names),
      description_(absl::StrCat(lines_->encoding(), ", JSON lines")) {
  for (const Column& column : names->columns()) {
    form_columns_.push_back(columns_.size());
    columns_.push_back(column.name);
  }
}

absl::StatusOr<std::optional<InputRow>> JsonRowSource::Next() {
  do {
    ASSIGN_OR_RETURN(const bool more, lines_->Next(&line_));
    if (!more) return std::nullopt;
  } while (!line_.is_too_long && absl::StripAsciiWhitespace(line_.text).empty());

  InputRow row;
  row.line = line_.number;
  row.cells.resize(columns_.size());
  if (line_.is_too_long) {
    row.is_readable = false;
    row.faults.push_back(
        BadJson("", absl::StrCat("the line is longer than ", LineReader::kLineBytesMax, " bytes")));
    return row;
  }
  if (ReplaceMalformed(&line_.text)) row.faults.push_back(BadEncodingFault(""));
  RowHandler handler(*names_, &row);
  json::sax_parse(line_.text, &handler);
  return row;
}

}  // namespace kopa::client
