#ifndef KOPA_REGIONAL_NODE_FENCE_FENCE_H_
#define KOPA_REGIONAL_NODE_FENCE_FENCE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"

// How a node tells, without asking anybody, whether its data folder is the one it last wrote or an
// older copy that somebody put back. An older copy has forgotten awards that were acknowledged, so
// it must not spend. Everything here is pure; fence_file.h keeps the record on disk.
//
// The record is one line of always the same length, so that it can be overwritten in place:
//
//   record  := "kopa-fence-1 epoch=" number " seq=" number " hash=" hex64 " boot=" boot
//              " proven=" bit " clean=" bit " sum=" hex16 LF
//   number  := 20 decimal digits, with leading zeros
//   boot    := 36 characters of [0-9a-f-]       the kernel's boot id
//   bit     := "0" | "1"
//   sum     := the first 8 bytes of SHA-256 over the line before " sum=", in hexadecimal
namespace kopa::fence {

inline constexpr size_t kBootIdBytes = 36;

// The head of the journal when the record was written.
struct FenceRecord {
  EpochNumber epoch;
  Seq seq;
  std::string hash;     // of the record at `seq`, 32 bytes; zeros where seq is 0
  std::string boot_id;  // of the machine's run that wrote it
  // The node knew then that its data were the newest. A node that waits for a proof writes false,
  // else a restart would turn "not known" into "known".
  bool proven = false;
  // Written, and synced, at an orderly stop; nothing was written to the store after it.
  bool clean = false;

  friend bool operator==(const FenceRecord&, const FenceRecord&) = default;
};

// The line, with its LF. Ends the process where hash or boot id have another size than they must.
std::string EncodeFence(const FenceRecord& record);

// DATA_LOSS where the line does not follow the grammar or the sum is wrong.
absl::StatusOr<FenceRecord> DecodeFence(absl::string_view line);

// What Judge needs to know of the data folder, before this opening begins an epoch of its own.
struct StoreState {
  EpochNumber epoch;  // of the last opening; 0 where there was none
  Seq head_seq;       // 0 for an empty journal
  // The hash of the journal's record at a sequence number from 1 to head_seq; nothing where the
  // record can't be found.
  std::function<std::optional<std::string>(Seq)> hash_at;
};

enum class FenceVerdict {
  kCurrent,     // the data are the newest there are: may spend
  kNeedsProof,  // nothing says they are old, nothing that they are new: serves, takes applications,
                // spends only after a proof at the centre
  kRolledBack,  // an older copy or another history: FENCED
};

// `file` is what was read at start; nothing where the file is missing or damaged, which proves
// nothing. Rolled back: the store ends before the record, or has another hash there, or an older
// epoch. Current: the record is the store's head exactly, was proven, and was written in this run
// of the machine or at an orderly stop. Data ahead of the record (a crash between the two writes)
// are not rolled back, but not known to be current either.
FenceVerdict Judge(const std::optional<FenceRecord>& file, const StoreState& store,
                   absl::string_view boot_id);

}  // namespace kopa::fence

#endif  // KOPA_REGIONAL_NODE_FENCE_FENCE_H_
