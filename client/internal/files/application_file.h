#ifndef KOPA_CLIENT_INTERNAL_FILES_APPLICATION_FILE_H_
#define KOPA_CLIENT_INTERNAL_FILES_APPLICATION_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/internal/files/application_assembler.h"
#include "client/internal/files/column_names.h"
#include "client/internal/files/input_application.h"
#include "client/internal/files/line_reader.h"
#include "client/internal/files/row_source.h"
#include "client/internal/files/text_source.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

enum class FileFormat { kFind, kCsv, kJsonLines };

struct ApplicationFileOptions {
  // A name that ICU knows; empty means: find it.
  std::string encoding;
  // kFind: JSON lines where the first character is a brace.
  FileFormat format = FileFormat::kFind;
};

// Reads the applications of a file (CONTRACT.md, "Input files") one by one. Memory does not grow
// with the file. What is wrong with one row becomes a fault of its application; only what makes the
// whole file useless is an error. What is left to the server's checks: everything but the shape of
// rows, numbers and times. For one thread.
class ApplicationFileReader {
 public:
  // `path`, or "-" for standard input. INVALID_ARGUMENT, with the file's name and faults, where the
  // file is empty, in UTF-16, or has missing, unknown or repeated columns; NOT_FOUND and
  // PERMISSION_DENIED as the system says.
  static absl::StatusOr<std::unique_ptr<ApplicationFileReader>> Open(
      const std::string& path, const programme::v1::Call& call,
      const ApplicationFileOptions& options = {});

  // One line for people: "UTF-8 with BOM, separator ';', 16 columns".
  const std::string& description() const { return source_->description(); }
  // As the file spells them, without those of a rejects file; all of the form for JSON lines.
  const std::vector<std::string>& columns() const { return source_->columns(); }
  // Data rows read so far; up to the rows of two applications ahead of what Next has returned.
  int64_t rows_read() const { return rows_read_; }
  // How far reading has come, as LineReader has it.
  int64_t bytes_read() const { return source_->bytes_read(); }
  int64_t size_bytes() const { return source_->size_bytes(); }

  // The next application, or none at the end. Fails where the file can't be read any further.
  absl::StatusOr<std::optional<InputApplication>> Next();

 private:
  ApplicationFileReader(std::string name, ColumnNames names)
      : name_(std::move(name)), names_(std::move(names)) {}
  absl::Status Begin(std::unique_ptr<TextSource> text, programme::v1::ApplicationForm form,
                     const std::string& path, const ApplicationFileOptions& options);
  // Of JSON lines, before the first row is handed out.
  absl::Status CheckNames(LineReader* lines, const std::string& path,
                          const std::string& encoding) const;

  const std::string name_;
  const ColumnNames names_;
  std::unique_ptr<RowSource> source_;
  std::unique_ptr<ApplicationAssembler> assembler_;
  int64_t rows_read_ = 0;
  bool at_end_ = false;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_APPLICATION_FILE_H_
