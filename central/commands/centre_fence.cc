#include "central/commands/centre_fence.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::central {
namespace {

constexpr size_t kNumberDigits = 20;
constexpr size_t kHashDigits = 64;
constexpr size_t kSumBytes = 8;

std::string SumOf(absl::string_view line) { return ToHex(Sha256(line).substr(0, kSumBytes)); }

bool TakeNumber(absl::string_view* line, uint64_t* number) {
  const absl::string_view digits = line->substr(0, kNumberDigits);
  if (digits.size() != kNumberDigits || !absl::SimpleAtoi(digits, number)) return false;
  line->remove_prefix(kNumberDigits);
  return true;
}

}  // namespace

std::string EncodeMark(const CentreMark& mark) {
  const std::string line =
      absl::StrFormat("kopa-centre-1 incarnation=%020d seq=%020d hash=%s", mark.incarnation,
                      mark.head.seq.value(), ToHex(mark.head.hash));
  return absl::StrCat(line, " sum=", SumOf(line), "\n");
}

absl::StatusOr<CentreMark> DecodeMark(absl::string_view line) {
  const absl::Status damaged = absl::DataLossError("the centre's fence file is damaged");
  CentreMark mark;
  absl::string_view rest = line;
  uint64_t seq = 0;
  if (!absl::ConsumePrefix(&rest, "kopa-centre-1 incarnation=") ||
      !TakeNumber(&rest, &mark.incarnation) || !absl::ConsumePrefix(&rest, " seq=") ||
      !TakeNumber(&rest, &seq) || !absl::ConsumePrefix(&rest, " hash=")) {
    return damaged;
  }
  mark.head.seq = Seq(seq);
  const auto hash = FromHex(rest.substr(0, kHashDigits));
  if (!hash.ok() || hash->size() != kSha256Bytes) return damaged;
  mark.head.hash = *hash;
  if (EncodeMark(mark) != line) return damaged;
  return mark;
}

std::string SignsOfOldCopy(const absl::StatusOr<CentreMark>& mark, const CentreMark& store,
                           const std::function<std::string(Seq)>& hash_at) {
  if (absl::IsNotFound(mark.status())) {
    if (store.incarnation == 0) return "";  // a centre that begins
    return "the store was in use before, but there is no fence file beside its data folder";
  }
  if (!mark.ok()) return std::string(mark.status().message());
  if (store.incarnation < mark->incarnation || store.head.seq < mark->head.seq) {
    return absl::StrCat("the store ends at record ", store.head.seq.value(), " of incarnation ",
                        store.incarnation, "; the fence file names record ", mark->head.seq.value(),
                        " of incarnation ", mark->incarnation);
  }
  if (mark->head.seq.value() == 0 || hash_at(mark->head.seq) == mark->head.hash) return "";
  return absl::StrCat("record ", mark->head.seq.value(),
                      " of the store is not the one that the fence file names");
}

absl::StatusOr<CentreMark> ReadMark(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string line, ReadFile(path));
  return DecodeMark(line);
}

absl::StatusOr<std::unique_ptr<CentreFence>> CentreFence::Open(const std::string& path,
                                                               const CentreMark& mark) {
  RETURN_IF_ERROR(WriteFileAtomically(path, EncodeMark(mark), 0600));
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::InternalError(absl::StrCat("opening ", path, ": ", std::strerror(errno)));
  }
  return std::unique_ptr<CentreFence>(new CentreFence(path, fd, mark));
}

CentreFence::CentreFence(std::string path, int fd, CentreMark mark)
    : path_(std::move(path)), fd_(fd), mark_(std::move(mark)) {}

CentreFence::~CentreFence() { close(fd_); }

absl::Status CentreFence::Update(const CentreMark& mark) {
  if (mark == mark_) return absl::OkStatus();
  mark_ = mark;
  const std::string line = EncodeMark(mark);
  ssize_t written = -1;
  do {
    written = pwrite(fd_, line.data(), line.size(), 0);
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("writing ", path_, ": ", std::strerror(errno)));
}

}  // namespace kopa::central
