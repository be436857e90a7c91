#include "client/internal/files/application_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/internal/files/csv_row_source.h"
#include "client/internal/files/json_names.h"
#include "client/internal/files/json_row_source.h"
#include "client/internal/files/line_reader.h"
#include "client/internal/files/table_reader.h"
#include "client/internal/files/text_source.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

constexpr char kZone[] = "Europe/Riga";

// The beginning of the first line that is not empty, which is put back.
absl::StatusOr<std::string> PeekLine(LineReader* lines) {
  Line line;
  do {
    ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) return absl::InvalidArgumentError("the file is empty");
  } while (absl::StripAsciiWhitespace(line.text).empty());
  std::string text(absl::StripLeadingAsciiWhitespace(line.text));
  lines->PutBack({std::move(line)});
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ApplicationFileReader>> ApplicationFileReader::Open(
    const std::string& path, const programme::v1::Call& call,
    const ApplicationFileOptions& options) {
  ASSIGN_OR_RETURN(std::vector<Column> columns, ColumnsOf(call));
  ASSIGN_OR_RETURN(auto text, TextSource::Open(path, options.encoding));
  std::unique_ptr<ApplicationFileReader> reader(new ApplicationFileReader(
      path == "-" ? "standard input" : path, ColumnNames(std::move(columns))));
  const absl::Status status = reader->Begin(std::move(text), call.form(), path, options);
  if (!status.ok()) return Annotate(status, reader->name_);
  return reader;
}

absl::Status ApplicationFileReader::Begin(std::unique_ptr<TextSource> text,
                                          programme::v1::ApplicationForm form,
                                          const std::string& path,
                                          const ApplicationFileOptions& options) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(kZone, &zone)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the system does not know the time zone ", kZone, "; install tzdata"));
  }
  auto lines = std::make_unique<LineReader>(std::move(text));
  ASSIGN_OR_RETURN(const std::string beginning, PeekLine(lines.get()));
  FileFormat format = options.format;
  if (format == FileFormat::kFind) {
    if (absl::StartsWith(beginning, "[")) {
      return absl::InvalidArgumentError(
          "the file begins like a JSON list; write one JSON object a line instead");
    }
    format = absl::StartsWith(beginning, "{") ? FileFormat::kJsonLines : FileFormat::kCsv;
  }
  if (format == FileFormat::kJsonLines) {
    RETURN_IF_ERROR(CheckNames(lines.get(), path, options.encoding));
    source_ = std::make_unique<JsonRowSource>(std::move(lines), &names_);
  } else {
    ASSIGN_OR_RETURN(auto table, TableReader::OfLines(std::move(lines)));
    ASSIGN_OR_RETURN(source_, CsvRowSource::Create(std::move(table), &names_));
  }
  assembler_ = std::make_unique<ApplicationAssembler>(&names_.columns(), source_->form_columns(),
                                                      form, zone);
  return absl::OkStatus();
}

absl::Status ApplicationFileReader::CheckNames(LineReader* lines, const std::string& path,
                                               const std::string& encoding) const {
  if (!lines->is_repeatable()) return CheckFirstJsonNames(lines, names_);
  ASSIGN_OR_RETURN(auto text, TextSource::Open(path, encoding));
  LineReader second(std::move(text));
  return CheckJsonNames(&second, names_);
}

absl::StatusOr<std::optional<InputApplication>> ApplicationFileReader::Next() {
  while (true) {
    std::optional<InputApplication> application = assembler_->Take();
    if (application.has_value() || at_end_) return application;
    absl::StatusOr<std::optional<InputRow>> row = source_->Next();
    if (!row.ok()) return Annotate(row.status(), name_);
    if (row->has_value()) {
      ++rows_read_;
      assembler_->Add(**std::move(row));
    } else {
      at_end_ = true;
      assembler_->Finish();
    }
  }
}

}  // namespace kopa::client
