#ifndef KOPA_COMMON_PKI_MINT_H_
#define KOPA_COMMON_PKI_MINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/index.h"
#include "common/pki/openssl.h"

// Making of keys, certificates and revocation lists. Everything that varies is a parameter but the
// keys, which are OpenSSL's own choice. Elliptic curve P-256 with SHA-256 throughout: what every
// TLS library takes.
namespace kopa::pki {

inline constexpr size_t kSerialBytes = 16;

absl::StatusOr<Handle<EVP_PKEY>> NewKey();
// PKCS #8, not encrypted.
absl::StatusOr<std::string> PemOf(EVP_PKEY* key);
absl::StatusOr<std::string> PemOf(X509* certificate);
// Overwrites what must not stay in memory.
void Wipe(std::string* secret);

struct Validity {
  absl::Time not_before;
  absl::Time not_after;
};

// A certificate that `key` signs itself and that may sign others, but no further authorities.
// `serial` are kSerialBytes, the first one 1 to 127.
absl::StatusOr<Handle<X509>> MakeAuthority(EVP_PKEY* key, const std::string& common_name,
                                           const std::string& serial, const Validity& validity);

// Whether a certificate can be made out for it: a DNS name, perhaps with "*." in front, or an IP
// address. INVALID_ARGUMENT otherwise.
absl::Status CheckHost(const std::string& host);

struct Subject {
  Holder holder;
  std::vector<std::string> hosts;  // of a server: what its clients call it
  std::string serial;              // as above
  Validity validity;
};

// The certificate of `key` for `subject`. Servers' ones may be shown by either side of a
// connection, since servers call one another; people's by clients only.
absl::StatusOr<Handle<X509>> MakeCertificate(X509* authority, EVP_PKEY* authority_key,
                                             EVP_PKEY* key, const Subject& subject);

// A revocation list with those of `entries` that are revoked, as PEM.
absl::StatusOr<std::string> MakeRevocationList(X509* authority, EVP_PKEY* authority_key,
                                               const std::vector<IndexEntry>& entries,
                                               uint64_t number, absl::Time this_update,
                                               absl::Time next_update);
// The number of such a list; 0 where it has none.
uint64_t NumberOf(const X509_CRL& list);

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_MINT_H_
