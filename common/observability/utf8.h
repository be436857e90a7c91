#ifndef KOPA_COMMON_OBSERVABILITY_UTF8_H_
#define KOPA_COMMON_OBSERVABILITY_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::observability {

// Length in bytes of the well-formed UTF-8 character that `text` begins with (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF); 0 where there is none.
size_t Utf8CharacterBytes(absl::string_view text);

// `text` with each byte that is no part of a well-formed character replaced by U+FFFD, cut between
// two characters so that at most `bytes_max` bytes remain. For text that goes where only UTF-8 may
// go: log lines, protobuf strings.
std::string ValidUtf8(absl::string_view text, size_t bytes_max = std::string::npos);

}  // namespace kopa::observability

#endif  // KOPA_COMMON_OBSERVABILITY_UTF8_H_
