#include "client/internal/files/line_reader.h"

#include <algorithm>
#include <iterator>

#include "common/base/status.h"

namespace kopa::client {

absl::StatusOr<bool> LineReader::Refill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  return source_->ReadMore(&buffer_);
}

absl::Status LineReader::SkipToLineEnd() {
  while (true) {
    const size_t end = buffer_.find('\n', begin_);
    if (end != std::string::npos) {
      begin_ = end + 1;
      return absl::OkStatus();
    }
    begin_ = buffer_.size();
    ASSIGN_OR_RETURN(const bool more, Refill());
    if (!more) return absl::OkStatus();
  }
}

absl::StatusOr<bool> LineReader::Next(Line* line) {
  if (!put_back_.empty()) {
    *line = std::move(put_back_.front());
    put_back_.pop_front();
    return true;
  }
  line->is_too_long = false;
  size_t searched = begin_;
  size_t end = std::string::npos;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    const size_t held = buffer_.size() - begin_;
    if (held > kLineBytesMax) break;
    ASSIGN_OR_RETURN(const bool more, Refill());
    searched = held;
    if (more) continue;
    if (buffer_.empty()) return false;
    end = buffer_.size();
    break;
  }
  line->number = ++lines_;
  const size_t begin = begin_;
  if (end == std::string::npos || end - begin_ > kLineBytesMax) {
    line->is_too_long = true;
    line->text.assign(buffer_, begin_, kCutLineBytes);
    RETURN_IF_ERROR(SkipToLineEnd());
    bytes_read_ += static_cast<int64_t>(kLineBytesMax);
    return true;
  }
  line->text.assign(buffer_, begin, end - begin);
  begin_ = std::min(end + 1, buffer_.size());
  bytes_read_ += static_cast<int64_t>(begin_ - begin);
  return true;
}

void LineReader::PutBack(std::vector<Line> lines) {
  put_back_.insert(put_back_.begin(), std::make_move_iterator(lines.begin()),
                   std::make_move_iterator(lines.end()));
}

}  // namespace kopa::client
