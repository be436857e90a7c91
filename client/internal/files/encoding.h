#ifndef KOPA_CLIENT_INTERNAL_FILES_ENCODING_H_
#define KOPA_CLIENT_INTERNAL_FILES_ENCODING_H_

#include <unicode/ucnv.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::client {

bool IsAscii(absl::string_view text);

// Puts U+FFFD in place of each malformed UTF-8 sequence, so that the text may be shown and stored.
// True where characters of the original are lost: where the text has a U+FFFD afterwards, put there
// now or by whatever made the file, or a control of U+0080 to U+009F, which is what a wrong
// decoding leaves.
bool ReplaceMalformed(std::string* text);

struct EncodingGuess {
  std::string encoding;  // "UTF-8" or "windows-1257"
  size_t bom_bytes = 0;  // of a byte order mark, to be skipped
};

// Tells from the beginning of a file how it is encoded: by its byte order mark; as UTF-8 where it
// is that; as windows-1257 otherwise, which no library can recognise. A few malformed bytes among
// more characters of well-formed UTF-8 are damage in a UTF-8 file: taking it for windows-1257 would
// quietly garble all the rest. `is_whole` says that the file ends with the sample, so a character
// that is cut off at the end is malformed. INVALID_ARGUMENT for UTF-16 and UTF-32.
absl::StatusOr<EncodingGuess> GuessEncoding(absl::string_view sample, bool is_whole);

// Turns text of another encoding into UTF-8, piece by piece; what is no character becomes U+FFFD.
class Decoder {
 public:
  // `encoding` by any name that ICU knows. INVALID_ARGUMENT for an unknown one, and for UTF-16 and
  // UTF-32.
  static absl::StatusOr<Decoder> Create(const std::string& encoding);

  // Appends the text of `bytes` to `out`. `is_last` says that no more follows.
  absl::Status Append(absl::string_view bytes, bool is_last, std::string* out);

 private:
  struct Closer {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  using Converter = std::unique_ptr<UConverter, Closer>;

  Decoder(Converter from, Converter to);

  static constexpr size_t kPivotUnits = 4096;

  Converter from_;
  Converter to_;
  // What ICU keeps between two pieces.
  std::unique_ptr<UChar[]> pivot_;
  UChar* pivot_source_;
  UChar* pivot_target_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_ENCODING_H_
