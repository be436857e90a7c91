#ifndef KOPA_CLIENT_CLI_COUNTED_H_
#define KOPA_CLIENT_CLI_COUNTED_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kopa::cli {

// "1 row", "2 rows". For nouns whose plural takes an s.
inline std::string Counted(int64_t number, absl::string_view noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_COUNTED_H_
