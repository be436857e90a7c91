#include "common/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>

#include "common/base/status.h"

namespace kopa {
namespace {

const unsigned char* Data(absl::string_view view) {
  return reinterpret_cast<const unsigned char*>(view.data());
}

}  // namespace

std::string Sha256(absl::string_view data) {
  std::string out(kSha256Bytes, '\0');
  SHA256(Data(data), data.size(), reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  std::string out(kSha256Bytes, '\0');
  unsigned int size = 0;
  const char* const key_data = key.empty() ? "" : key.data();  // OpenSSL fails on a null key
  KOPA_CHECK(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), Data(data), data.size(),
                  reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr);
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
