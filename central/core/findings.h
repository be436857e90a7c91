#ifndef KOPA_CENTRAL_CORE_FINDINGS_H_
#define KOPA_CENTRAL_CORE_FINDINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// What one check of `verify` found: the first few differences in words, the others as a count, so
// that a store that is wrong throughout still gives an answer one can read.
class Findings {
 public:
  void Add(std::string difference);
  // Nothing where the status is OK.
  void AddStatus(const absl::Status& status);
  bool empty() const { return count_ == 0; }

  // Adds the check to the answer; `compared` says what was compared where nothing differs.
  void Report(absl::string_view name, absl::string_view compared,
              national::v1::VerifyNationalResponse* response) const;

 private:
  std::vector<std::string> shown_;
  size_t count_ = 0;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_FINDINGS_H_
