#ifndef KOPA_REGIONAL_NODE_FENCE_FENCE_FILE_H_
#define KOPA_REGIONAL_NODE_FENCE_FENCE_FILE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/base/strong.h"
#include "regional-node/fence/fence.h"

namespace kopa::fence {

inline constexpr char kBootIdPath[] = "/proc/sys/kernel/random/boot_id";

// The id of this run of the machine. FAILED_PRECONDITION where the file holds something else.
absl::StatusOr<std::string> ReadBootId(const std::string& path = kBootIdPath);

// Nothing where there is no file; DATA_LOSS where it is damaged (Judge then takes nothing for it).
absl::StatusOr<std::optional<FenceRecord>> ReadFence(const std::string& path);

// The fence file (--fence-file), outside the data folder and outside backups, while the node runs:
//
//   ReadFence, Judge -> begin an epoch in the store -> Open -> Update after each group -> MarkClean
//
// A node that was judged kRolledBack does not open it: the old record is the evidence, and must be
// there at the next start too. After any error the caller ends the process. Thread-safe: the
// committer updates, the link marks.
class FenceFile {
 public:
  // Replaces the record, synced, and never clean: from now on an older synced record could call
  // data current that miss what this run is about to write. `record.proven` is whether the verdict
  // was kCurrent; `record.clean` is ignored.
  static absl::StatusOr<std::unique_ptr<FenceFile>> Open(const std::string& path,
                                                         FenceRecord record);

  ~FenceFile();
  FenceFile(const FenceFile&) = delete;
  FenceFile& operator=(const FenceFile&) = delete;

  // The journal's new head, after the group is on disk. Not synced: it costs a system call, and the
  // record outlives the process; after a loss of power the boot id tells that it may be behind.
  absl::Status Update(Seq seq, absl::string_view hash);

  // The centre has confirmed the head, so the data are the newest.
  absl::Status MarkProven();

  // The last call, at an orderly stop, when no more will be written to the store. Synced.
  absl::Status MarkClean();

 private:
  FenceFile(std::string path, int fd, FenceRecord record);
  absl::Status Overwrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const int fd_;
  Mutex mutex_;
  FenceRecord record_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kopa::fence

#endif  // KOPA_REGIONAL_NODE_FENCE_FENCE_FILE_H_
