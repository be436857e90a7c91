#ifndef KOPA_CENTRAL_CORE_NAMES_H_
#define KOPA_CENTRAL_CORE_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"

namespace kopa::central {

// Gives each different text a small number, so that millions of summaries can name it in two bytes.
// Numbers count up from 0 and never change within a process.
class Names {
 public:
  uint16_t Number(absl::string_view name) {
    const auto [found, is_new] = numbers_.emplace(name, static_cast<uint16_t>(names_.size()));
    if (is_new) {
      KOPA_CHECK(names_.size() < kNamesMax);
      names_.emplace_back(name);
    }
    return found->second;
  }
  // Whether Number(name) can still give a number.
  bool HasRoomFor(absl::string_view name) const {
    return names_.size() < kNamesMax || numbers_.contains(name);
  }
  const std::string& Name(uint16_t number) const { return names_[number]; }
  const std::vector<std::string>& all() const { return names_; }

 private:
  static constexpr size_t kNamesMax = 65535;

  absl::flat_hash_map<std::string, uint16_t> numbers_;
  std::vector<std::string> names_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_NAMES_H_
