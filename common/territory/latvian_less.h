#ifndef KOPA_COMMON_TERRITORY_LATVIAN_LESS_H_
#define KOPA_COMMON_TERRITORY_LATVIAN_LESS_H_

#include <unicode/coll.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa {

// The order in which a Latvian reader expects names: Ādaži after Augšdaugava, before Balvi. It is
// that of the locale "lv" in current ICU (CLDR 48), by rules of our own: ICU 72 of Debian 12 still
// takes long vowels for short ones (Ādaži before Aizkraukle), and the browser would show another
// order than the tool.
//
// For display only: tables that programs compare are sorted by their keys. Texts that collate as
// equal are ordered by their bytes, so that the same input always gives the same output.
//
// Can be moved, not copied: hand it to algorithms with std::ref. May be used from several threads.
class LatvianLess {
 public:
  // INTERNAL where ICU lacks its data.
  static absl::StatusOr<LatvianLess> Create();

  bool operator()(absl::string_view a, absl::string_view b) const;

 private:
  explicit LatvianLess(std::unique_ptr<icu::Collator> collator);

  std::unique_ptr<icu::Collator> collator_;
};

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_LATVIAN_LESS_H_
