#ifndef KOPA_COMMON_BASE_STRONG_H_
#define KOPA_COMMON_BASE_STRONG_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kopa {

// An integer that can't be passed for another kind of integer. Arithmetic is deliberately absent:
// money and counts are added by the checked functions in common/ledger.
template <typename Tag, typename Rep>
class StrongInt {
 public:
  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr StrongInt Next() const { return StrongInt(value_ + 1); }

  friend constexpr auto operator<=>(StrongInt, StrongInt) = default;
  template <typename H>
  friend H AbslHashValue(H h, StrongInt v) {
    return H::combine(std::move(h), v.value_);
  }
  friend std::ostream& operator<<(std::ostream& out, StrongInt v) { return out << v.value_; }

 private:
  Rep value_ = 0;
};

// A string that can't be passed for another kind of string.
template <typename Tag>
class StrongString {
 public:
  StrongString() = default;
  explicit StrongString(absl::string_view value) : value_(value) {}
  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend auto operator<=>(const StrongString&, const StrongString&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const StrongString& v) {
    return H::combine(std::move(h), v.value_);
  }
  friend std::ostream& operator<<(std::ostream& out, const StrongString& v) {
    return out << v.value_;
  }

 private:
  std::string value_;
};

// Position in a journal; the first record is 1, 0 means "nothing yet".
using Seq = StrongInt<struct SeqTag, uint64_t>;
// Number of the opening of a node's store; the first is 1.
using EpochNumber = StrongInt<struct EpochNumberTag, uint64_t>;

using NodeId = StrongString<struct NodeIdTag>;    // "zemgale"
using CallId = StrongString<struct CallIdTag>;    // "kontakts-2024"
using ActorId = StrongString<struct ActorIdTag>;  // who did it; a person or a service

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_STRONG_H_
