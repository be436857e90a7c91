#include "regional-node/vault/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::vault {
namespace {

constexpr char kVersion = 0x01;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
// One for each use: freeing it overwrites the key schedule in it.
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetched once: OpenSSL 3 looks the cipher up under a lock each time it is named.
const EVP_CIPHER* Cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  KOPA_CHECK(cipher != nullptr);
  return cipher;
}

const unsigned char* In(absl::string_view view) {
  return reinterpret_cast<const unsigned char*>(view.data());
}

unsigned char* Out(char* data) { return reinterpret_cast<unsigned char*>(data); }

}  // namespace

std::string AssociatedData(const NodeId& node, const ApplicationId& id, absl::string_view group,
                           uint64_t edition) {
  ByteWriter writer;
  writer.Bytes(node.value()).Raw(id.bytes()).Bytes(group).U64(edition);
  return writer.Take();
}

std::string Seal(const SecretKey& key, absl::string_view associated, absl::string_view plaintext,
                 Entropy& entropy) {
  KOPA_CHECK(plaintext.size() <= kSealBytesMax && associated.size() <= kSealBytesMax);
  std::string sealed(plaintext.size() + kSealOverheadBytes, '\0');
  char* const nonce = sealed.data() + 1;
  char* const ciphertext = nonce + kNonceBytes;
  char* const tag = ciphertext + plaintext.size();
  sealed[0] = kVersion;
  entropy.Fill(nonce, kNonceBytes);

  const Context context(EVP_CIPHER_CTX_new());
  KOPA_CHECK(context != nullptr);
  int written = 0;
  int rest = 0;
  KOPA_CHECK(EVP_EncryptInit_ex2(context.get(), Cipher(), In(key.bytes()), Out(nonce), nullptr) ==
             1);
  KOPA_CHECK(EVP_EncryptUpdate(context.get(), nullptr, &written, In(associated),
                               static_cast<int>(associated.size())) == 1);
  KOPA_CHECK(EVP_EncryptUpdate(context.get(), Out(ciphertext), &written, In(plaintext),
                               static_cast<int>(plaintext.size())) == 1);
  KOPA_CHECK(EVP_EncryptFinal_ex(context.get(), Out(tag), &rest) == 1);
  KOPA_CHECK(static_cast<size_t>(written) == plaintext.size() && rest == 0);
  KOPA_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return sealed;
}

absl::StatusOr<std::string> Open(const SecretKey& key, absl::string_view associated,
                                 absl::string_view sealed) {
  const auto refused = [] { return absl::DataLossError("sealed data does not open"); };
  if (sealed.size() < kSealOverheadBytes || sealed[0] != kVersion) return refused();
  if (sealed.size() > kSealBytesMax + kSealOverheadBytes || associated.size() > kSealBytesMax) {
    return refused();
  }
  const absl::string_view nonce = sealed.substr(1, kNonceBytes);
  const absl::string_view ciphertext =
      sealed.substr(1 + kNonceBytes, sealed.size() - kSealOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));  // OpenSSL wants it writable

  const Context context(EVP_CIPHER_CTX_new());
  KOPA_CHECK(context != nullptr);
  std::string plaintext(ciphertext.size(), '\0');
  int written = 0;
  int rest = 0;
  const bool opened =
      EVP_DecryptInit_ex2(context.get(), Cipher(), In(key.bytes()), In(nonce), nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, In(associated),
                        static_cast<int>(associated.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), Out(plaintext.data()), &written, In(ciphertext),
                        static_cast<int>(ciphertext.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), Out(plaintext.data() + written), &rest) == 1;
  if (!opened) {
    Wipe(&plaintext);
    return refused();
  }
  return plaintext;
}

}  // namespace kopa::vault
