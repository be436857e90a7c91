#ifndef KOPA_CLIENT_CLI_RESULTS_FILE_H_
#define KOPA_CLIENT_CLI_RESULTS_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::cli {

// The file of --results: CSV with reference, id, node, epoch, seq and hash of each application that
// is in, so that an applicant can prove later that it was. Mode 0600. For one thread.
class ResultsFile {
 public:
  // Replaces a file that is there.
  static absl::StatusOr<std::unique_ptr<ResultsFile>> Create(const std::string& path);
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // A line of the file, for Add().
  static std::string LineOf(const std::string& reference,
                            const kopa::region::v1::SubmitResult& result);
  absl::Status Add(absl::string_view line);
  // Writes what is left. Call it once, last.
  absl::Status Close();

 private:
  ResultsFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status Flush();

  const std::string path_;
  int fd_;
  std::string buffer_;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_RESULTS_FILE_H_
