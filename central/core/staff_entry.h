#ifndef KOPA_CENTRAL_CORE_STAFF_ENTRY_H_
#define KOPA_CENTRAL_CORE_STAFF_ENTRY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::central {

// Who of the central office did something, and why. Lies beside the record of the centre's journal
// that commits to it, in the clear: officers act in office, and there is no applicant in it.
//
//   StaffEntry ::= 1:u8 salt:bytes actor:bytes verb:bytes reason:bytes
struct StaffEntry {
  std::string salt;  // 16 random bytes, so that a commitment can't be guessed
  std::string actor;
  std::string verb;  // "call load", "call close", "propose", "confirm", "withdraw", "rank apply"
  std::string reason;

  std::string Serialize() const;
  // DATA_LOSS where the bytes are no entry.
  static absl::StatusOr<StaffEntry> Parse(absl::string_view bytes);

  // What the journal record says of it.
  std::string Commitment() const;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_STAFF_ENTRY_H_
