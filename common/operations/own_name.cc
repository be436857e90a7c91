#include "common/operations/own_name.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::operations {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string TextOf(const ASN1_STRING& text) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
                     static_cast<size_t>(ASN1_STRING_length(&text)));
}

std::string AddressOf(const ASN1_STRING& bytes) {
  const bool is_v4 = ASN1_STRING_length(&bytes) == sizeof(in_addr);
  if (!is_v4 && ASN1_STRING_length(&bytes) != sizeof(in6_addr)) return "";
  char text[INET6_ADDRSTRLEN];
  const char* written =
      inet_ntop(is_v4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&bytes), text, sizeof text);
  return written == nullptr ? "" : written;
}

std::string CommonName(const X509& certificate) {
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return "";
  return TextOf(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::string NameOf(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return CommonName(certificate);
  std::string address;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      const std::string text = TextOf(*name->d.dNSName);
      // Any name in its place is one that the certificate stands for.
      return absl::StartsWith(text, "*.") ? "kopa" + text.substr(1) : text;
    }
    if (name->type == GEN_IPADD && address.empty()) address = AddressOf(*name->d.iPAddress);
  }
  return address.empty() ? CommonName(certificate) : address;
}

}  // namespace

absl::StatusOr<std::string> OwnName(const std::string& certificate_file) {
  auto pem = ReadFile(certificate_file);
  if (!pem.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("tls-cert: ", pem.status().message()));
  }
  const std::unique_ptr<BIO, Free> reader(
      BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("tls-cert: ", certificate_file, " holds no PEM certificate"));
  }
  return NameOf(*certificate);
}

}  // namespace kopa::operations
