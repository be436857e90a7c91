#include "common/pki/openssl.h"

#include <openssl/err.h>

#include <ctime>

#include "absl/strings/str_cat.h"

namespace kopa::pki {

absl::Status OpenSslError(absl::string_view doing) {
  const unsigned long code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return absl::InternalError(
      absl::StrCat(doing, " failed: ", reason == nullptr ? "OpenSSL does not say why" : reason));
}

Handle<BIO> ReaderOf(absl::string_view text) {
  return Handle<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace kopa::pki
