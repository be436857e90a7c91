#ifndef KOPA_CENTRAL_CORE_APPLICATION_KEYS_H_
#define KOPA_CENTRAL_CORE_APPLICATION_KEYS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "central/core/records.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"

namespace kopa::central {

// By what the applications of a call are found without looking at all of all calls. The keys are
// written as applications come and never taken away: who reads them compares with what the
// application says now.
//
//   ApplicationKey ::= call 0x00 kind:u8 subject:bytes id:16
enum class KeyKind : uint8_t {
  kMunicipality = 1,  // ATVK code; every application has exactly one that holds
  kRegNo = 2,         // registration number of the applicant
  kSchool = 3,        // registration number of a school that takes part
  kSchoolName = 4,    // of teams: 16 bytes of a digest of the name, without regard to case
};

struct ApplicationKey {
  KeyKind kind = KeyKind::kMunicipality;
  std::string subject;

  friend auto operator<=>(const ApplicationKey&, const ApplicationKey&) = default;
};

// All keys that hold of an application.
std::vector<ApplicationKey> KeysOf(absl::string_view municipality, bool team,
                                   const ApplicationDetails& details);

std::string StoredKey(const CallId& call, const ApplicationKey& key, const ApplicationId& id);

// An application as the store has it.
struct FoundApplication {
  ApplicationId id;
  StoredSummary stored;
};

// Looks at groups of applications of one snapshot. DATA_LOSS where what is stored does not parse.
class ApplicationFinder {
 public:
  // All must outlive this.
  explicit ApplicationFinder(const storage::View& view) : view_(view) {}

  // Every application of the call, once, by municipality and id.
  absl::Status ForEach(const CallId& call, const std::function<void(FoundApplication&&)>& visit);
  // Subjects of one kind that at least `least` applications of the call have or had, with those
  // that have it now.
  absl::Status ForEachGroup(const CallId& call, KeyKind kind, bool team, size_t least,
                            const std::function<void(const std::string& subject,
                                                     std::vector<FoundApplication>&&)>& visit);
  // Those that have the key now.
  absl::StatusOr<std::vector<FoundApplication>> WithKey(const CallId& call,
                                                        const ApplicationKey& key, bool team);

  const CellNames& names() const { return names_; }

 private:
  absl::StatusOr<std::vector<FoundApplication>> Fetch(const std::vector<std::string>& ids,
                                                      const ApplicationKey& key, bool team);

  const storage::View& view_;
  CellNames names_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_APPLICATION_KEYS_H_
