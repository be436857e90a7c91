#ifndef KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_FILE_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::client {

// A file that has its name only once it is whole: it is written beside it under another one, which
// is removed unless Commit() is reached. What is no ordinary file (a pipe, /dev/null) is written as
// it is. For one thread.
class ExportFile {
 public:
  // Fails where the folder can't be written to.
  static absl::StatusOr<std::unique_ptr<ExportFile>> Create(const std::string& path);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  absl::Status Write(absl::string_view bytes);
  // Syncs, and gives the file its name; one that has it already is replaced.
  absl::Status Commit();

 private:
  ExportFile(std::string path, std::string temporary_path, int fd)
      : path_(std::move(path)), temporary_path_(std::move(temporary_path)), fd_(fd) {}
  absl::Status Flush();

  const std::string path_;
  std::string temporary_path_;  // empty where there is none, or none any more
  int fd_;
  std::string buffer_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_FILE_H_
