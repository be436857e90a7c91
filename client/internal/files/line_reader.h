#ifndef KOPA_CLIENT_INTERNAL_FILES_LINE_READER_H_
#define KOPA_CLIENT_INTERNAL_FILES_LINE_READER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/text_source.h"

namespace kopa::client {

// A line of a file. A line of more than kLineBytesMax is cut to its beginning.
struct Line {
  std::string text;    // without the line feed; a carriage return before that is still there
  int64_t number = 0;  // from 1
  bool is_too_long = false;
};

// Cuts a text into its lines and numbers them. For one thread.
class LineReader {
 public:
  static constexpr size_t kLineBytesMax = size_t{1} << 20;
  // What is kept of a line that is longer.
  static constexpr size_t kCutLineBytes = 4096;

  explicit LineReader(std::unique_ptr<TextSource> source) : source_(std::move(source)) {}

  // Puts the next line into `line`, whose capacity is used again; false at the end.
  absl::StatusOr<bool> Next(Line* line);

  // Hands lines back: they come again, first to last, before any other.
  void PutBack(std::vector<Line> lines);

  const std::string& encoding() const { return source_->encoding(); }
  bool is_repeatable() const { return source_->is_repeatable(); }

  // How far reading has come, for people: bytes of text handed out, and about how many there are in
  // all; 0 where that is not known.
  int64_t bytes_read() const { return bytes_read_; }
  int64_t size_bytes() const { return source_->size_bytes(); }

 private:
  // False at the end of the text.
  absl::StatusOr<bool> Refill();
  absl::Status SkipToLineEnd();

  std::unique_ptr<TextSource> source_;
  std::deque<Line> put_back_;
  std::string buffer_;
  size_t begin_ = 0;  // of what is not yet handed out
  int64_t lines_ = 0;
  int64_t bytes_read_ = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_LINE_READER_H_
