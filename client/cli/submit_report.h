#ifndef KOPA_CLIENT_CLI_SUBMIT_REPORT_H_
#define KOPA_CLIENT_CLI_SUBMIT_REPORT_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "client/cli/exit_code.h"
#include "client/cli/fault_groups.h"
#include "client/cli/json_output.h"
#include "client/cli/results_file.h"
#include "client/cli/table.h"
#include "client/include/kopa/submitter.h"
#include "client/internal/files/input_application.h"
#include "client/internal/files/rejects_writer.h"
#include "client/internal/router.h"
#include "client/internal/seen_references.h"
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
  // Those that no node answered. Where the node was away they are in `rejected`, too; where the
  // submission was interrupted they are in no other count and no file.
  int64_t undelivered = 0;

  int64_t total() const { return accepted + replayed + rejected; }
};

// Keeps account of a submission: what is on its way, what became of it, the files of rejects and
// results, what is wrong by cause. Answers come in any order; files are written in that of the
// input, unless too much would have to wait for a node that does not answer. Thread-safe.
class SubmitReport {
 public:
  struct Options {
    std::string call;
    // The node keeps nothing, so what comes twice is told here as it would be told there.
    bool dry_run = false;
    // So many applications that are done wait for those before them.
    size_t held_max = 20'000;
  };

  // `note` gets lines for people; called while a mutex is held. `results` may be null.
  SubmitReport(Options options, std::unique_ptr<ResultsFile> results,
               std::function<void(const std::string&)> note)
      : options_(std::move(options)), results_(std::move(results)), note_(std::move(note)) {}

  // Registers an input file; gives its number. `rejects_path` is where `rejects` will be.
  size_t AddFile(std::string name, std::string rejects_path,
                 std::unique_ptr<client::RejectsWriter> rejects);

  // An application that is about to be sent to `node`; gives the tag for the submitter. Takes all
  // but `input` out of it. Files come one after the other, in the order of their numbers.
  uint64_t Expect(size_t file, const std::string& node, const client::Router::Identity& identity,
                  client::InputApplication* application);

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

  // CONTRACT.md's fields, and what is wrong by cause.
  Json ToJson() const;
  Table ToTable() const;
  // For people: what is wrong, and what was put right or is worth knowing; by cause.
  std::vector<std::string> FaultTexts() const;
  // Where rejects were written, as far as there are any; after Close().
  std::vector<std::string> RejectsFiles() const;
  // After Close(). Where nothing at all reached a server, why: as if one call had failed.
  absl::Status Verdict() const;

 private:
  struct File {
    std::string name;
    std::string rejects_path;
    std::unique_ptr<client::RejectsWriter> rejects;
    // Lines of all files are numbered through; this one's line 1 is first_position + 1.
    uint64_t first_position = 0;
    bool has_begun = false;
  };
  // An application that is not yet written. There may be many, so they are kept small.
  struct Entry {
    size_t file = 0;
    std::string node;  // empty for what is never sent
    std::string reference;
    client::Router::Identity identity;
    std::vector<int64_t> lines;
    std::string rows;  // packed (packed_rows.h); empty once it is in
    bool done = false;
    std::vector<Fault> faults;  // where rejected
    std::vector<Fault> notices;
    std::string result;  // line of the results file, where it is in
  };

  Entry* NewEntry(size_t file, const std::string& node, client::InputApplication* application)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeResult(const kopa::region::v1::SubmitResult& result, Entry* entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What is known of earlier lines that have the same reference. May change the outcome of a dry
  // run.
  void CompareWithEarlier(kopa::region::v1::SubmitOutcome* outcome, Entry* entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // "line 5 of in.csv"
  std::string PlaceOf(uint64_t position) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The one that could not be sent; told once a node.
  void TakeUndelivered(const absl::Status& why, Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Count(const Entry& entry, int64_t RowCounts::*kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteInOrder() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteOutOfOrder() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Write(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Group(const Entry& entry, const std::vector<Fault>& findings, FaultGroups* groups)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;

  mutable Mutex mutex_;
  const std::unique_ptr<ResultsFile> results_ ABSL_PT_GUARDED_BY(mutex_);  // may be null
  const std::function<void(const std::string&)> note_;
  std::vector<File> files_ ABSL_GUARDED_BY(mutex_);
  // Not yet written, in input order; null where one was written before those in front of it.
  std::deque<std::unique_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
  uint64_t first_tag_ ABSL_GUARDED_BY(mutex_) = 0;  // of entries_.front()
  size_t held_ ABSL_GUARDED_BY(mutex_) = 0;         // of entries_ that are done
  uint64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
  client::SeenReferences seen_ ABSL_GUARDED_BY(mutex_);
  FaultGroups faults_ ABSL_GUARDED_BY(mutex_);
  FaultGroups notices_ ABSL_GUARDED_BY(mutex_);
  RowCounts counts_ ABSL_GUARDED_BY(mutex_);
  int64_t withheld_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, RowCounts> by_node_ ABSL_GUARDED_BY(mutex_);
  absl::Status file_error_ ABSL_GUARDED_BY(mutex_);
  int64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status first_undelivered_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> undelivered_noted_ ABSL_GUARDED_BY(mutex_);  // nodes
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SUBMIT_REPORT_H_
