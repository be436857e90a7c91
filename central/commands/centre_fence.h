#ifndef KOPA_CENTRAL_COMMANDS_CENTRE_FENCE_H_
#define KOPA_CENTRAL_COMMANDS_CENTRE_FENCE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"

// How the centre tells, without asking anybody, that its data folder is an older copy that somebody
// put back: beside the folder, and outside every backup, a file names the head of the journal. An
// older copy has forgotten allotments, so it begins a new incarnation and asks its nodes first.
//
//   record := "kopa-centre-1 incarnation=" number " seq=" number " hash=" hex64 " sum=" hex16 LF
//   number := 20 decimal digits, with leading zeros
//   sum    := the first 8 bytes of SHA-256 over the line before " sum=", in hexadecimal
//
// It is overwritten in place after each group, data first: data ahead of the record are fine.
namespace kopa::central {

struct CentreMark {
  uint64_t incarnation = 0;
  journal::Head head;

  friend bool operator==(const CentreMark&, const CentreMark&) = default;
};

std::string EncodeMark(const CentreMark& mark);
// DATA_LOSS where the line does not follow the grammar or the sum is wrong.
absl::StatusOr<CentreMark> DecodeMark(absl::string_view line);

// Why the store can't be the newest, in words; empty where it is. `mark` is what was read:
// NOT_FOUND where there is no file, which a store that was ever opened must have beside it.
// `hash_at` gives the hash of a record from 1 to the head's; empty where it can't be found.
std::string SignsOfOldCopy(const absl::StatusOr<CentreMark>& mark, const CentreMark& store,
                           const std::function<std::string(Seq)>& hash_at);

// NOT_FOUND, DATA_LOSS, or what the file says.
absl::StatusOr<CentreMark> ReadMark(const std::string& path);

// The file while the centre runs. For one thread at a time.
class CentreFence {
 public:
  // Replaces the record, synced.
  static absl::StatusOr<std::unique_ptr<CentreFence>> Open(const std::string& path,
                                                           const CentreMark& mark);
  ~CentreFence();
  CentreFence(const CentreFence&) = delete;
  CentreFence& operator=(const CentreFence&) = delete;

  // After the group is on disk; does nothing where the head is the one before. Not synced: the
  // record outlives the process, and after a loss of power it is behind the data at worst.
  absl::Status Update(const CentreMark& mark);

 private:
  CentreFence(std::string path, int fd, CentreMark mark);

  const std::string path_;
  const int fd_;
  CentreMark mark_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_CENTRE_FENCE_H_
