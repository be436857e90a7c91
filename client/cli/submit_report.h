#ifndef KOPA_CLIENT_CLI_SUBMIT_REPORT_H_
#define KOPA_CLIENT_CLI_SUBMIT_REPORT_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_output.h"
#include "client/cli/results_file.h"
#include "client/cli/table.h"
#include "client/include/kopa/submitter.h"
#include "client/internal/files/input_application.h"
#include "client/internal/files/rejects_writer.h"
#include "common/base/mutex.h"
#include "common/base/status.h"

namespace kopa::cli {

// Data rows by what became of them. accepted + replayed + rejected = total, always; in the end that
// is all of them, unless the submission was interrupted.
struct RowCounts {
  int64_t accepted = 0;
  int64_t replayed = 0;
  // Those too that no node took: they are in the rejects file with code UNDELIVERED.
  int64_t rejected = 0;
  // Sent or about to be when the submission was interrupted; in no file.
  int64_t undelivered = 0;

  int64_t total() const { return accepted + replayed + rejected; }
};

// Keeps account of a submission: what is on its way, what became of it, the files of rejects and
// results. Answers come in any order; files are written in that of the input. Thread-safe.
class SubmitReport {
 public:
  // `note` gets lines for people, e.g. what is wrong with the first rows; called while a mutex is
  // held.
  SubmitReport(std::string call, std::unique_ptr<ResultsFile> results,
               std::function<void(const std::string&)> note)
      : call_(std::move(call)), results_(std::move(results)), note_(std::move(note)) {}

  // Registers an input file; gives its number. `rejects_path` is where `rejects` will be.
  size_t AddFile(std::string name, std::string rejects_path,
                 std::unique_ptr<client::RejectsWriter> rejects);

  // An application that is about to be sent to `node`; gives the tag for the submitter. Takes all
  // but `input` out of it.
  uint64_t Expect(size_t file, const std::string& node, client::InputApplication* application);

  // One that can't be sent; `node` is whose it would be, empty where that is not known.
  void Reject(size_t file, const std::string& node, client::InputApplication application,
              std::vector<Fault> faults);

  // What the submitter says of one that was expected.
  void Deliver(client::Delivery delivery);

  // Of deliveries that were withheld: in no other count and no file.
  int64_t withheld_rows() const;

  // When all were delivered: finishes the files. Call it once.
  absl::Status Close();

  RowCounts counts() const;
  std::map<std::string, RowCounts> counts_by_node() const;
  // The first failure to write a file, if any; nothing more is written then.
  absl::Status file_error() const;

  // CONTRACT.md's fields.
  Json ToJson() const;
  Table ToTable() const;
  // Where rejects were written, as far as there are any; after Close().
  std::vector<std::string> RejectsFiles() const;
  // After Close(). Where nothing at all reached a server, why: as if one call had failed.
  absl::Status Verdict() const;

 private:
  struct File {
    std::string name;
    std::string rejects_path;
    std::unique_ptr<client::RejectsWriter> rejects;
  };
  struct Entry {
    size_t file = 0;
    std::string node;  // empty for what is never sent
    std::string reference;
    client::InputApplication application;
    bool done = false;
    std::vector<Fault> faults;                             // where rejected
    std::optional<kopa::region::v1::SubmitResult> result;  // where it is in
  };

  // The one that could not be sent; told once a node.
  void TakeUndelivered(const absl::Status& why, Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Count(const Entry& entry, int64_t RowCounts::*kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteInOrder() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Write(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteFault(const Entry& entry, const Fault& fault) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string call_;

  mutable Mutex mutex_;
  const std::unique_ptr<ResultsFile> results_ ABSL_PT_GUARDED_BY(mutex_);  // may be null
  const std::function<void(const std::string&)> note_;
  std::vector<File> files_ ABSL_GUARDED_BY(mutex_);
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // not yet written, in input order
  uint64_t first_tag_ ABSL_GUARDED_BY(mutex_) = 0;     // of entries_.front()
  RowCounts counts_ ABSL_GUARDED_BY(mutex_);
  int64_t withheld_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, RowCounts> by_node_ ABSL_GUARDED_BY(mutex_);
  absl::Status file_error_ ABSL_GUARDED_BY(mutex_);
  int64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status first_undelivered_ ABSL_GUARDED_BY(mutex_);
  int noted_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> undelivered_noted_ ABSL_GUARDED_BY(mutex_);  // nodes
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SUBMIT_REPORT_H_
