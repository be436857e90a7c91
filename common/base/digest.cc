#include "common/base/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

#include "common/base/status.h"

namespace kopa {
namespace {

const unsigned char* Data(absl::string_view view) {
  return reinterpret_cast<const unsigned char*>(view.data());
}

struct Free {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC* code) const { EVP_MAC_free(code); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// Looked up once: by name it takes longer than hashing a record. Never freed, since threads may
// hash until the very end.
const EVP_MD* Digest256() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  KOPA_CHECK(digest != nullptr);
  return digest;
}

EVP_MAC_CTX* NewKeyedContext() {
  const std::unique_ptr<EVP_MAC, Free> code(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  KOPA_CHECK(code != nullptr);
  EVP_MAC_CTX* const context = EVP_MAC_CTX_new(code.get());
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  KOPA_CHECK(context != nullptr && EVP_MAC_CTX_set_params(context, parameters) == 1);
  return context;
}

}  // namespace

std::string Sha256(absl::string_view data) {
  static thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::string out(kSha256Bytes, '\0');
  KOPA_CHECK(EVP_DigestInit_ex2(context.get(), Digest256(), nullptr) == 1 &&
             EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
             EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                nullptr) == 1);
  return out;
}

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  // Keeps the last key's state until the next call or the thread's end.
  static thread_local const std::unique_ptr<EVP_MAC_CTX, Free> context(NewKeyedContext());
  std::string out(kSha256Bytes, '\0');
  size_t size = 0;
  // OpenSSL takes a null key for the one before.
  const auto* const key_data = key.empty() ? reinterpret_cast<const unsigned char*>("") : Data(key);
  KOPA_CHECK(EVP_MAC_init(context.get(), key_data, key.size(), nullptr) == 1 &&
             EVP_MAC_update(context.get(), Data(data), data.size()) == 1 &&
             EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                           out.size()) == 1 &&
             size == out.size());
  return out;
}

std::string DeriveKey(absl::string_view secret, absl::string_view info, size_t size) {
  std::string out(size, '\0');
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr);
  KOPA_CHECK(context != nullptr);
  const bool ok =
      EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1 &&
      EVP_PKEY_CTX_set1_hkdf_key(context, Data(secret), static_cast<int>(secret.size())) == 1 &&
      EVP_PKEY_CTX_add1_hkdf_info(context, Data(info), static_cast<int>(info.size())) == 1 &&
      EVP_PKEY_derive(context, reinterpret_cast<unsigned char*>(out.data()), &size) == 1;
  EVP_PKEY_CTX_free(context);
  KOPA_CHECK(ok);
  return out;
}

}  // namespace kopa
