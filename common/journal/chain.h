#ifndef KOPA_COMMON_JOURNAL_CHAIN_H_
#define KOPA_COMMON_JOURNAL_CHAIN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/strong.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::journal {

// Where a journal ends: its last number and hash. The empty journal ends at 0 with 32 zero bytes.
struct Head {
  Seq seq;
  std::string hash = std::string(32, '\0');

  friend bool operator==(const Head&, const Head&) = default;
};

// SHA-256 over every field but `hash`:
//
//   "kopa.journal.1" epoch:u64 seq:u64 time_us:i64 public_record:bytes
//   private_commitment:bytes staff_commitment:bytes prev_hash:bytes
//
// integers big endian, bytes as u32 length and content. The formula may never change: hashes of
// years ago must verify. docs/formats.md repeats it for those who recompute totals themselves.
std::string HashOf(const national::v1::JournalRecord& record);

// What to commit to: SHA-256(salt | content), so that what is erased can't be guessed from its
// hash.
std::string Commitment(absl::string_view salt, absl::string_view content);

// Commitments of the parts of a record that do not travel; empty where there is none.
struct Commitments {
  std::string personal;
  std::string staff;
};

// Makes the record that follows `head` and moves `head` on to it.
national::v1::JournalRecord Append(Head& head, EpochNumber epoch, absl::Time now,
                                   const national::v1::PublicRecord& what,
                                   const Commitments& commitments);

// OK if `record` is the one that follows `head` and its hash is right; moves `head` on to it.
// DATA_LOSS that names the number and what is wrong otherwise; `head` stays.
absl::Status Follow(Head& head, const national::v1::JournalRecord& record);

// Parses the public part. DATA_LOSS where it does not parse, where its kind is not set, or where it
// or the record around it has a field that this version does not know: the centre must not keep
// what it can't name.
absl::Status ParsePublic(const national::v1::JournalRecord& record,
                         national::v1::PublicRecord* what);

}  // namespace kopa::journal

#endif  // KOPA_COMMON_JOURNAL_CHAIN_H_
