#include "client/internal/files/text_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

absl::Status SystemError(absl::string_view doing, const std::string& name) {
  const std::string text = absl::StrCat(doing, " ", name, ": ", std::strerror(errno));
  if (errno == ENOENT) return absl::NotFoundError(text);
  if (errno == EACCES || errno == EPERM) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextSource>> TextSource::Open(const std::string& path,
                                                             const std::string& encoding) {
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("opening", path);
  std::unique_ptr<TextSource> source(
      new TextSource(is_stdin ? "standard input" : path, fd, !is_stdin));
  struct stat info {};
  if (fstat(fd, &info) != 0) return SystemError("looking at", source->name_);
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is a folder, not a file"));
  }
  source->is_repeatable_ = !is_stdin && S_ISREG(info.st_mode);
  if (S_ISREG(info.st_mode)) source->size_bytes_ = info.st_size;
  const absl::Status status = source->Begin(encoding);
  if (absl::IsInvalidArgument(status)) return Annotate(status, source->name_);
  if (!status.ok()) return status;
  return source;
}

TextSource::~TextSource() {
  if (owns_fd_) close(fd_);
}

absl::Status TextSource::Begin(const std::string& encoding) {
  RETURN_IF_ERROR(ReadRaw(kSampleBytes));
  EncodingGuess guess{encoding, 0};
  if (encoding.empty() || absl::EqualsIgnoreCase(encoding, "utf-8") ||
      absl::EqualsIgnoreCase(encoding, "utf8")) {
    ASSIGN_OR_RETURN(guess, GuessEncoding(raw_, at_end_));
    if (!encoding.empty()) guess.encoding = "UTF-8";
  }
  encoding_ = guess.bom_bytes > 0 ? "UTF-8 with BOM" : guess.encoding;
  raw_begin_ = guess.bom_bytes;
  if (guess.encoding != "UTF-8") {
    ASSIGN_OR_RETURN(decoder_, Decoder::Create(guess.encoding));
  }
  return absl::OkStatus();
}

absl::Status TextSource::ReadRaw(size_t bytes) {
  raw_.resize(bytes);
  raw_begin_ = 0;
  size_t have = 0;
  while (have < bytes && !at_end_) {
    const ssize_t got = read(fd_, raw_.data() + have, bytes - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      raw_.clear();
      return SystemError("reading", name_);
    }
    at_end_ = got == 0;
    have += static_cast<size_t>(got);
  }
  raw_.resize(have);
  return absl::OkStatus();
}

absl::StatusOr<bool> TextSource::ReadMore(std::string* out) {
  if (raw_.size() == raw_begin_) {
    if (at_end_) return false;
    RETURN_IF_ERROR(ReadRaw(kPieceBytes));
  }
  const absl::string_view piece = absl::string_view(raw_).substr(raw_begin_);
  if (decoder_.has_value()) {
    RETURN_IF_ERROR(decoder_->Append(piece, at_end_, out));
  } else {
    out->append(piece.data(), piece.size());
  }
  raw_.clear();
  raw_begin_ = 0;
  return true;
}

}  // namespace kopa::client
