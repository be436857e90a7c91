#include "common/pki/trust.h"

#include <openssl/err.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/pki/certificate.h"

namespace kopa::pki {
namespace {

bool IsSignedByOneOf(X509_CRL* list, const std::vector<Handle<X509>>& authorities) {
  const bool is_signed =
      std::any_of(authorities.begin(), authorities.end(), [list](const Handle<X509>& authority) {
        return X509_NAME_cmp(X509_get_subject_name(authority.get()), X509_CRL_get_issuer(list)) ==
                   0 &&
               X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1;
      });
  ERR_clear_error();
  return is_signed;
}

absl::Status Refusal(int error, const CertificateFacts& facts) {
  const std::string which = absl::StrCat("the certificate with serial number ", facts.serial);
  if (error == X509_V_ERR_CERT_HAS_EXPIRED) {
    return absl::UnauthenticatedError(absl::StrCat(
        which, " has expired on ", absl::FormatTime(facts.not_after, absl::UTCTimeZone())));
  }
  if (error == X509_V_ERR_CERT_NOT_YET_VALID) {
    return absl::UnauthenticatedError(absl::StrCat(
        which, " is not valid before ", absl::FormatTime(facts.not_before, absl::UTCTimeZone())));
  }
  return absl::UnauthenticatedError(
      absl::StrCat(which, " is not trusted: ", X509_verify_cert_error_string(error)));
}

}  // namespace

absl::StatusOr<Trust> Trust::Make(absl::string_view authorities, absl::string_view revocations) {
  Trust trust;
  ASSIGN_OR_RETURN(const auto certificates, ParseCertificates(authorities));
  trust.store_.reset(X509_STORE_new());
  if (trust.store_ == nullptr) return OpenSslError("making a store of certificates");
  // As gRPC's own handshake does it: whatever is listed is trusted, whether it signed itself or
  // not.
  X509_STORE_set_flags(trust.store_.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  for (const Handle<X509>& certificate : certificates) {
    if (X509_STORE_add_cert(trust.store_.get(), certificate.get()) != 1) {
      return OpenSslError("keeping a certificate of an authority");
    }
  }
  if (revocations.empty()) return trust;
  ASSIGN_OR_RETURN(trust.revocations_, ParseRevocationLists(revocations));
  for (const Handle<X509_CRL>& list : trust.revocations_) {
    if (!IsSignedByOneOf(list.get(), certificates)) {
      return absl::InvalidArgumentError(
          "holds a revocation list that none of the trusted authorities has signed");
    }
    if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get()); next != nullptr) {
      trust.revocations_until_ = std::min(trust.revocations_until_, TimeOf(next));
    }
  }
  return trust;
}

bool Trust::IsRevoked(X509* certificate) const {
  return std::any_of(
      revocations_.begin(), revocations_.end(), [certificate](const Handle<X509_CRL>& list) {
        X509_REVOKED* entry = nullptr;
        return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_CRL_get_issuer(list.get())) ==
                   0 &&
               X509_CRL_get0_by_cert(list.get(), &entry, certificate) == 1;
      });
}

absl::StatusOr<absl::Time> Trust::Check(absl::string_view chain, Purpose purpose,
                                        absl::Time now) const {
  const auto certificates = ParseCertificates(chain);
  if (!certificates.ok()) {
    return absl::UnauthenticatedError(absl::StrCat("the peer ", certificates.status().message()));
  }
  X509* leaf = certificates->front().get();
  const Handle<STACK_OF(X509)> others(sk_X509_new_null());
  const Handle<X509_STORE_CTX> context(X509_STORE_CTX_new());
  if (others == nullptr || context == nullptr) return OpenSslError("checking a certificate");
  for (size_t i = 1; i < certificates->size(); ++i) {
    if (sk_X509_push(others.get(), (*certificates)[i].get()) == 0) {
      return OpenSslError("checking a certificate");
    }
  }
  if (X509_STORE_CTX_init(context.get(), store_.get(), leaf, others.get()) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), purpose == Purpose::kClient
                                                    ? X509_PURPOSE_SSL_CLIENT
                                                    : X509_PURPOSE_SSL_SERVER) != 1) {
    return OpenSslError("checking a certificate");
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  const bool holds = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  const CertificateFacts facts = FactsOf(*leaf);
  if (!holds) return Refusal(error, facts);
  absl::Time until = absl::InfiniteFuture();
  STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(path); ++i) {
    X509* certificate = sk_X509_value(path, i);
    if (IsRevoked(certificate)) {
      return absl::UnauthenticatedError(absl::StrCat("the certificate with serial number ",
                                                     FactsOf(*certificate).serial,
                                                     " has been revoked"));
    }
    until = std::min(until, TimeOf(X509_get0_notAfter(certificate)));
  }
  return until;
}

}  // namespace kopa::pki
