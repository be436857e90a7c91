#ifndef KOPA_COMMON_PKI_CERTIFICATE_H_
#define KOPA_COMMON_PKI_CERTIFICATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/pki/openssl.h"

namespace kopa::pki {

// All certificates of a PEM text, in order; other kinds of blocks are passed over.
// INVALID_ARGUMENT where there is none or one is damaged.
absl::StatusOr<std::vector<Handle<X509>>> ParseCertificates(absl::string_view pem);
// The same for revocation lists.
absl::StatusOr<std::vector<Handle<X509_CRL>>> ParseRevocationLists(absl::string_view pem);
// INVALID_ARGUMENT where there is no key, or one that needs a passphrase.
absl::StatusOr<Handle<EVP_PKEY>> ParseKey(absl::string_view pem);

// What people want to know of a certificate.
struct CertificateFacts {
  std::string serial;  // lower-case hexadecimal
  std::vector<std::string> uris;
  absl::Time not_before;
  absl::Time not_after;
};
CertificateFacts FactsOf(const X509& certificate);
// Of the first certificate of a chain. INVALID_ARGUMENT as ParseCertificates.
absl::StatusOr<CertificateFacts> FactsOf(absl::string_view chain_pem);

// Whether the key is that of the chain's first certificate; INVALID_ARGUMENT otherwise.
absl::Status CheckKeyBelongs(absl::string_view chain_pem, absl::string_view key_pem);

// Whether nobody but its owner can use the file of a private key: FAILED_PRECONDITION where group
// or others may, NOT_FOUND where it is not there.
absl::Status CheckPrivate(const std::string& path);

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_CERTIFICATE_H_
