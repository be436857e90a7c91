#include "common/base/signing.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/bytes.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa {
namespace {

constexpr char kFileHeader[] = "kopa signing key 1\n";
constexpr size_t kFileHeaderBytes = sizeof kFileHeader - 1;
constexpr size_t kFileBytes = kFileHeaderBytes + 2 * kSigningSeedBytes + 1;

const unsigned char* Unsigned(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using NativeKey = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

void Wipe(std::string* secret) { OPENSSL_cleanse(secret->data(), secret->size()); }

absl::Status CheckMode(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat("key file ", path, " is no regular file"));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "key file %s has mode %04o: group or others may use it; set it with chmod 600", path,
      info.st_mode & 07777u));
}

absl::Status Create(const std::string& path, Entropy& entropy) {
  std::string seed = entropy.Bytes(kSigningSeedBytes);
  std::string digits = ToHex(seed);
  std::string content = absl::StrCat(kFileHeader, digits, "\n");
  const absl::Status written = WriteFileAtomically(path, content, 0600);
  for (std::string* secret : {&seed, &digits, &content}) Wipe(secret);
  return written;
}

}  // namespace

struct SigningKey::Native {
  NativeKey key;
};

SigningKey::SigningKey(std::unique_ptr<Native> native, std::string public_key)
    : native_(std::move(native)), public_key_(std::move(public_key)) {}

SigningKey::SigningKey(SigningKey&& other) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&& other) noexcept = default;
SigningKey::~SigningKey() = default;

absl::StatusOr<SigningKey> SigningKey::FromSeed(absl::string_view seed) {
  if (seed.size() != kSigningSeedBytes) {
    return absl::InvalidArgumentError("the seed of a signing key has 32 bytes");
  }
  auto native = std::make_unique<Native>();
  native->key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Unsigned(seed), seed.size()));
  std::string public_key(kPublicKeyBytes, '\0');
  size_t size = public_key.size();
  const bool is_made =
      native->key != nullptr &&
      EVP_PKEY_get_raw_public_key(native->key.get(),
                                  reinterpret_cast<unsigned char*>(public_key.data()), &size) == 1;
  if (!is_made || size != kPublicKeyBytes) {
    return absl::InternalError("OpenSSL made no Ed25519 key of a seed");
  }
  return SigningKey(std::move(native), std::move(public_key));
}

absl::StatusOr<SigningKey> SigningKey::LoadOrCreate(const std::string& path, Entropy& entropy) {
  if (!FileExists(path)) RETURN_IF_ERROR(Create(path, entropy));
  RETURN_IF_ERROR(CheckMode(path));
  ASSIGN_OR_RETURN(std::string content, ReadFile(path));
  absl::StatusOr<SigningKey> key =
      absl::DataLossError(absl::StrCat(path, " is not a Kopa signing key, or is damaged"));
  if (content.size() == kFileBytes && absl::StartsWith(content, kFileHeader) &&
      content.back() == '\n') {
    auto seed = FromHex(absl::string_view(content).substr(kFileHeaderBytes, 2 * kSigningSeedBytes));
    if (seed.ok()) {
      key = FromSeed(*seed);
      Wipe(&*seed);
    }
  }
  Wipe(&content);
  return key;
}

std::string SigningKey::Sign(absl::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  KOPA_CHECK(context != nullptr);
  KOPA_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, native_->key.get()) == 1);
  KOPA_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                            &size, Unsigned(message), message.size()) == 1);
  KOPA_CHECK(size == kSignatureBytes);
  return signature;
}

bool IsSignatureOf(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature) {
  if (public_key.size() != kPublicKeyBytes || signature.size() != kSignatureBytes) return false;
  const NativeKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Unsigned(public_key),
                                                  public_key.size()));
  const Context context(EVP_MD_CTX_new());
  if (key == nullptr || context == nullptr) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(), Unsigned(message),
                          message.size()) == 1;
}

std::string HeadStatement(absl::string_view node, Seq seq, absl::string_view hash) {
  return ByteWriter().Raw("kopa.head.1").Bytes(node).U64(seq.value()).Bytes(hash).Take();
}

std::string CentreHeadStatement(uint64_t incarnation, absl::string_view nonce, Seq seq,
                                absl::string_view hash) {
  return ByteWriter()
      .Raw("kopa.centre.1")
      .U64(incarnation)
      .Bytes(nonce)
      .U64(seq.value())
      .Bytes(hash)
      .Take();
}

}  // namespace kopa
