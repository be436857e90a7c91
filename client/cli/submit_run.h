#ifndef KOPA_CLIENT_CLI_SUBMIT_RUN_H_
#define KOPA_CLIENT_CLI_SUBMIT_RUN_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "client/cli/submit_report.h"
#include "client/include/kopa/submitter.h"
#include "client/internal/files/application_file.h"
#include "client/internal/router.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::cli {

// As typed.
struct SubmitOptions {
  std::vector<std::string> files;  // "-" is standard input
  std::string call;
  bool dry_run = false;
  std::string encoding;
  std::string rejects;
  std::string results;
  int64_t errors_max = 0;  // 0: no limit
  int batch_applications = 256;
};

// One run of `kopa submit`.
class SubmitRun {
 public:
  // Both must outlive this.
  SubmitRun(Session* session, const SubmitOptions* options)
      : session_(session), options_(options) {}

  // Prints the summary, also where only a part is in.
  absl::StatusOr<ExitCode> Run();

 private:
  struct Input {
    std::string name;
    size_t file;  // its number in the report
    std::unique_ptr<client::ApplicationFileReader> reader;
  };

  // Whatever can be wrong is found here, before anything is sent.
  absl::Status Prepare();
  absl::Status OpenFiles(const kopa::programme::v1::Call& call);
  absl::Status ReadAndSend(client::Submitter* submitter);
  absl::Status ReadFile(Input* input, client::Submitter* submitter);
  // How many rows there are in all, by how far reading has come; 0 where that can't be told.
  int64_t RowsExpected() const;
  client::SubmitterOptions OptionsOfSubmitter();
  void Take(const Input& input, client::InputApplication application, client::Submitter* submitter);
  bool ShouldStop();
  // What was not read when the most rejected rows were reached. Reads on to the end.
  void CountRest();
  absl::StatusOr<ExitCode> Conclude(const absl::Status& read, double seconds);

  Session* const session_;
  const SubmitOptions* const options_;
  std::map<std::string, std::string> addresses_;  // of nodes
  std::unique_ptr<client::Router> router_;
  std::unique_ptr<SubmitReport> report_;
  std::vector<Input> inputs_;
  // Of the files together; 0 where the size of one is not known.
  int64_t size_bytes_ = 0;
  // Read so far; also looked at by the thread that shows progress.
  std::atomic<int64_t> bytes_read_{0};
  std::atomic<int64_t> rows_read_{0};
  bool stopped_early_ = false;
  int64_t rest_rows_ = 0;
  bool rest_is_known_ = true;  // else there are at least so many
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SUBMIT_RUN_H_
