#include "common/pki/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::pki {
namespace {

// A server has nobody to ask for a passphrase, so the answer is none.
int NoPassphrase(char*, int, int, void*) { return -1; }

// Reads with `read` until there is no further block of that kind.
template <typename T, typename Read>
absl::StatusOr<std::vector<Handle<T>>> ParseAll(absl::string_view pem, absl::string_view what,
                                                Read read) {
  const Handle<BIO> reader = ReaderOf(pem);
  std::vector<Handle<T>> all;
  ERR_clear_error();
  while (Handle<T> one{read(reader.get())}) all.push_back(std::move(one));
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return absl::InvalidArgumentError(absl::StrCat("holds a damaged PEM ", what));
  if (all.empty()) return absl::InvalidArgumentError(absl::StrCat("holds no PEM ", what));
  return all;
}

std::string SerialOf(const X509& certificate) {
  const Handle<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  char* digits = number == nullptr ? nullptr : BN_bn2hex(number.get());
  if (digits == nullptr) return "";
  std::string text = absl::AsciiStrToLower(digits);
  OPENSSL_free(digits);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<Handle<X509>>> ParseCertificates(absl::string_view pem) {
  return ParseAll<X509>(pem, "certificate", [](BIO* reader) {
    return PEM_read_bio_X509(reader, nullptr, nullptr, nullptr);
  });
}

absl::StatusOr<std::vector<Handle<X509_CRL>>> ParseRevocationLists(absl::string_view pem) {
  return ParseAll<X509_CRL>(pem, "revocation list", [](BIO* reader) {
    return PEM_read_bio_X509_CRL(reader, nullptr, nullptr, nullptr);
  });
}

absl::StatusOr<Handle<EVP_PKEY>> ParseKey(absl::string_view pem) {
  Handle<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(ReaderOf(pem).get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key != nullptr) return key;
  return absl::InvalidArgumentError("holds no unencrypted PEM key");
}

CertificateFacts FactsOf(const X509& certificate) {
  CertificateFacts facts;
  facts.serial = SerialOf(certificate);
  facts.not_before = TimeOf(X509_get0_notBefore(&certificate));
  facts.not_after = TimeOf(X509_get0_notAfter(&certificate));
  const Handle<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_URI) continue;
    const auto* text = static_cast<const ASN1_STRING*>(value);
    facts.uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                            static_cast<size_t>(ASN1_STRING_length(text)));
  }
  return facts;
}

absl::StatusOr<CertificateFacts> FactsOf(absl::string_view chain_pem) {
  ASSIGN_OR_RETURN(const auto chain, ParseCertificates(chain_pem));
  return FactsOf(*chain.front());
}

absl::Status CheckKeyBelongs(absl::string_view chain_pem, absl::string_view key_pem) {
  ASSIGN_OR_RETURN(const auto chain, ParseCertificates(chain_pem));
  ASSIGN_OR_RETURN(const auto key, ParseKey(key_pem));
  const bool belongs = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (belongs) return absl::OkStatus();
  return absl::InvalidArgumentError("does not belong to the certificate");
}

absl::Status CheckPrivate(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    const std::string text = absl::StrCat("looking at ", path, ": ", std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(text) : absl::InternalError(text);
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " may be used by others than its owner; take that away: chmod ",
                   S_ISDIR(info.st_mode) ? "700 " : "600 ", path));
}

}  // namespace kopa::pki
