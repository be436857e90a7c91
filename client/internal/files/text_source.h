#ifndef KOPA_CLIENT_INTERNAL_FILES_TEXT_SOURCE_H_
#define KOPA_CLIENT_INTERNAL_FILES_TEXT_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/internal/files/encoding.h"

namespace kopa::client {

// The text of a file or of standard input as UTF-8, in pieces, read once from beginning to end:
// memory does not grow with the file. What is malformed in a UTF-8 file is handed on as it is,
// because only the reader of rows knows which row it spoils; in other encodings it becomes U+FFFD.
// For one thread.
class TextSource {
 public:
  // How much is looked at to find the encoding.
  static constexpr size_t kSampleBytes = size_t{1} << 20;
  static constexpr size_t kPieceBytes = size_t{256} << 10;

  // `path` or "-" for standard input; `encoding` empty means: find it. NOT_FOUND and
  // PERMISSION_DENIED as the system says; INVALID_ARGUMENT for a folder and for encodings that are
  // not taken.
  static absl::StatusOr<std::unique_ptr<TextSource>> Open(const std::string& path,
                                                          const std::string& encoding);
  ~TextSource();
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;

  // For people: "UTF-8 with BOM", "windows-1257".
  const std::string& encoding() const { return encoding_; }

  // A file that can be opened and read a second time, from the beginning.
  bool is_repeatable() const { return is_repeatable_; }

  // Of the file as it is on disk; 0 where that is not known.
  int64_t size_bytes() const { return size_bytes_; }

  // Appends more text to `out`; false where the file had ended before.
  absl::StatusOr<bool> ReadMore(std::string* out);

 private:
  TextSource(std::string name, int fd, bool owns_fd)
      : name_(std::move(name)), fd_(fd), owns_fd_(owns_fd) {}

  absl::Status Begin(const std::string& encoding);
  // Fills raw_ with up to `bytes`; fewer only at the end of the file, which it notes.
  absl::Status ReadRaw(size_t bytes);

  const std::string name_;
  const int fd_;
  const bool owns_fd_;
  std::string encoding_;
  bool is_repeatable_ = false;
  int64_t size_bytes_ = 0;
  std::optional<Decoder> decoder_;  // none for UTF-8
  std::string raw_;                 // read, not yet handed on
  size_t raw_begin_ = 0;            // after a byte order mark
  bool at_end_ = false;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_TEXT_SOURCE_H_
