#ifndef KOPA_COMMON_PKI_OPENSSL_H_
#define KOPA_COMMON_PKI_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

// What every file of this folder needs to work with OpenSSL's objects; for this folder alone.
namespace kopa::pki {

struct Release {
  // Numbers and times too, which are the same type.
  void operator()(ASN1_STRING* text) const { ASN1_STRING_free(text); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAME* name) const { GENERAL_NAME_free(name); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(X509_REVOKED* entry) const { X509_REVOKED_free(entry); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  // The certificates on a stack belong to somebody else.
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_free(certificates); }
};

// Owns an object of OpenSSL's.
template <typename T>
using Handle = std::unique_ptr<T, Release>;

// INTERNAL with OpenSSL's own reason, which is taken off its queue of errors.
absl::Status OpenSslError(absl::string_view doing);
// The same unless it was done.
inline absl::Status Done(bool done, absl::string_view doing) {
  return done ? absl::OkStatus() : OpenSslError(doing);
}

// A reader of `text`, which must outlive it.
Handle<BIO> ReaderOf(absl::string_view text);
// What was written to a BIO in memory.
std::string Written(BIO* bio);

// InfinitePast where the time is malformed.
absl::Time TimeOf(const ASN1_TIME* time);

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_OPENSSL_H_
