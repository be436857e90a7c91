#ifndef KOPA_COMMON_PKI_TRUST_H_
#define KOPA_COMMON_PKI_TRUST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/pki/openssl.h"

namespace kopa::pki {

// What the certificate is shown for.
enum class Purpose { kClient, kServer };

// Whose certificates are believed, and which of those no longer are. Constant after construction,
// so any thread may ask it.
class Trust {
 public:
  // PEM texts: certificates of authorities, and the revocation lists that they signed (empty: none
  // are looked at). INVALID_ARGUMENT where one is missing or damaged, or where a list was not
  // signed by one of the authorities.
  static absl::StatusOr<Trust> Make(absl::string_view authorities, absl::string_view revocations);

  // When the certificate ceases to hold, the first one of the PEM text; the others may be needed
  // to reach an authority. UNAUTHENTICATED where it does not hold at `now`: unknown, expired, not
  // valid yet, revoked, or made for something else. A revocation list past its next update is still
  // used: an old list is better than none, and better than refusing everybody.
  absl::StatusOr<absl::Time> Check(absl::string_view chain, Purpose purpose, absl::Time now) const;

  // When the first of the revocation lists wants to be renewed; InfiniteFuture where there is none.
  absl::Time revocations_until() const { return revocations_until_; }

 private:
  Trust() = default;
  bool IsRevoked(X509* certificate) const;

  Handle<X509_STORE> store_;
  std::vector<Handle<X509_CRL>> revocations_;
  absl::Time revocations_until_ = absl::InfiniteFuture();
};

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_TRUST_H_
