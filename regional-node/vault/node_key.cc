#include "regional-node/vault/node_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::vault {
namespace {

constexpr char kHeader[] = "kopa node key 1\n";
constexpr size_t kHeaderBytes = sizeof kHeader - 1;
constexpr size_t kFileBytes = kHeaderBytes + 2 * SecretKey::kBytes + 1;

SecretKey Derive(const SecretKey& root, absl::string_view purpose) {
  std::string bytes =
      DeriveKey(root.bytes(), absl::StrCat("kopa node key 1: ", purpose), SecretKey::kBytes);
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  Wipe(&bytes);
  KOPA_CHECK(key.ok());
  return *std::move(key);
}

// The open file, so that what is checked is what is read.
class KeyFile {
 public:
  explicit KeyFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~KeyFile() {
    if (fd_ >= 0) close(fd_);
    OPENSSL_cleanse(content_.data(), content_.size());
  }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  bool is_open() const { return fd_ >= 0; }

  absl::Status CheckMode(const std::string& path) const {
    struct stat info {};
    if (fstat(fd_, &info) != 0) {
      return absl::InternalError(absl::StrCat("looking at ", path, ": ", std::strerror(errno)));
    }
    if (!S_ISREG(info.st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat("key file ", path, " is not a regular file"));
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "key file %s has mode %04o: group or others may use it; set it with chmod 600", path,
          info.st_mode & 07777u));
    }
    return absl::OkStatus();
  }

  // Up to one byte more than a right file has.
  absl::StatusOr<absl::string_view> Read(const std::string& path) {
    size_t size = 0;
    while (size < content_.size()) {
      const ssize_t got = read(fd_, content_.data() + size, content_.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return absl::InternalError(absl::StrCat("reading ", path, ": ", std::strerror(errno)));
      }
      if (got == 0) break;
      size += static_cast<size_t>(got);
    }
    return absl::string_view(content_.data(), size);
  }

 private:
  const int fd_;
  std::array<char, kFileBytes + 1> content_{};
};

absl::StatusOr<SecretKey> Parse(absl::string_view content, const std::string& path) {
  if (content.size() == kFileBytes && absl::StartsWith(content, kHeader) &&
      content.back() == '\n') {
    absl::StatusOr<std::string> bytes =
        FromHex(content.substr(kHeaderBytes, 2 * SecretKey::kBytes));
    if (bytes.ok()) {
      absl::StatusOr<SecretKey> key = SecretKey::FromBytes(*bytes);
      Wipe(&*bytes);
      return key;
    }
  }
  return absl::DataLossError(absl::StrCat(path, " is not a Kopa key file, or is damaged"));
}

}  // namespace

NodeKey::NodeKey(const SecretKey& root)
    : wrap_key_(Derive(root, "wrap")),
      staff_key_(Derive(root, "staff")),
      signing_seed_(Derive(root, "signing")),
      request_digest_key_(Derive(root, "request digest")),
      external_ref_digest_key_(Derive(root, "external ref digest")) {}

absl::StatusOr<NodeKey> NodeKey::Load(const std::string& path) {
  KeyFile file(path);
  if (!file.is_open()) {
    const std::string message = absl::StrCat("opening key file ", path, ": ", std::strerror(errno));
    if (errno == ENOENT) return absl::NotFoundError(message);
    return absl::FailedPreconditionError(message);
  }
  RETURN_IF_ERROR(file.CheckMode(path));
  ASSIGN_OR_RETURN(const absl::string_view content, file.Read(path));
  ASSIGN_OR_RETURN(const SecretKey root, Parse(content, path));
  return NodeKey(root);
}

absl::StatusOr<NodeKey> NodeKey::Create(const std::string& path, Entropy& entropy) {
  if (FileExists(path)) return absl::AlreadyExistsError(absl::StrCat("there is a key file ", path));
  {
    const SecretKey root = SecretKey::Random(entropy);
    std::string digits = ToHex(root.bytes());
    std::string content = absl::StrCat(kHeader, digits, "\n");
    const absl::Status written = WriteFileAtomically(path, content, 0600);
    Wipe(&digits);
    Wipe(&content);
    RETURN_IF_ERROR(written);
  }
  return Load(path);
}

absl::StatusOr<NodeKey> NodeKey::LoadOrCreate(const std::string& path, Entropy& entropy) {
  return FileExists(path) ? Load(path) : Create(path, entropy);
}

std::string NodeKey::RequestDigest(absl::string_view request) const {
  return HmacSha256(request_digest_key_.bytes(), request);
}

std::string NodeKey::ExternalRefDigest(absl::string_view external_ref) const {
  return HmacSha256(external_ref_digest_key_.bytes(), external_ref);
}

}  // namespace kopa::vault
