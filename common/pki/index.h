#ifndef KOPA_COMMON_PKI_INDEX_H_
#define KOPA_COMMON_PKI_INDEX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/pki/holder.h"

// Which certificates an authority has issued: the file `index` in its folder, for people to read
// too.
//
//   file    := "kopa pki index 1" LF line*
//   line    := serial TAB kind TAB name TAB issued TAB expires TAB revoked TAB reason LF
//   serial  := hexadecimal digits
//   kind    := "central" | "node" | "person"
//   name    := percent-encoded; "-" for the centre
//   issued, expires := RFC 3339, UTC, whole seconds
//   revoked := "-", or when as above
//   reason  := "-", or a word of ReasonWords()
//
// Lines are in the order of issuing.
namespace kopa::pki {

// Reasons of a revocation, as words; the order is that of kReasons.
enum class Reason {
  kUnspecified,
  kKeyCompromise,
  kAffiliationChanged,
  kSuperseded,
  kCessationOfOperation,
  kPrivilegeWithdrawn,
};
absl::string_view WordOf(Reason reason);
// INVALID_ARGUMENT that lists the words otherwise.
absl::StatusOr<Reason> ParseReason(absl::string_view word);
// The number that RFC 5280 (5.3.1) gives it.
int NumberOf(Reason reason);
// "unspecified, key-compromise, ...".
std::string ReasonWords();

enum class State { kValid, kExpired, kRevoked };
absl::string_view WordOf(State state);

struct IndexEntry {
  std::string serial;  // lower-case hexadecimal
  Holder holder;
  absl::Time not_before;
  absl::Time not_after;
  absl::Time revoked = absl::InfiniteFuture();  // where it is not
  Reason reason = Reason::kUnspecified;

  bool is_revoked() const { return revoked != absl::InfiniteFuture(); }
  State StateAt(absl::Time now) const;

  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

std::string FormatIndex(const std::vector<IndexEntry>& entries);
// DATA_LOSS with the line's number where the text does not follow the grammar.
absl::StatusOr<std::vector<IndexEntry>> ParseIndex(absl::string_view text);

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_INDEX_H_
