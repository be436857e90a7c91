#ifndef KOPA_REGIONAL_NODE_CORE_LATE_H_
#define KOPA_REGIONAL_NODE_CORE_LATE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/uuid.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// A late application that is to be taken in all the same. Two people must want it; the second makes
// it hold. Kept under a keyed digest of call and reference, since a reference may be anything.
struct LateEntry {
  std::string proposed_by;
  bool confirmed = false;
  Uuid admission;  // random; names the admission in the journal
  Uuid used_by;    // the application that came in by it; nil before: it is for one

  std::string Serialize() const;
  static absl::StatusOr<LateEntry> Parse(absl::string_view bytes);

  friend bool operator==(const LateEntry&, const LateEntry&) = default;
};

// The version that who and why of an admission is sealed under.
inline uint32_t LateSealVersion(const national::v1::LateAdmission& record) {
  return record.confirmed() ? 2 : 1;
}

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_LATE_H_
