#include "common/rpc/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/settings/address.h"

namespace kopa::rpc {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, Free> Reader(const std::string& pem) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

absl::StatusOr<std::string> ReadNamed(const std::string& what, const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError(absl::StrCat(what, " is not given"));
  absl::StatusOr<std::string> content = ReadFile(path);
  if (content.ok()) return content;
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", content.status().message()));
}

absl::StatusOr<std::unique_ptr<X509, Free>> ParseCertificate(const std::string& what,
                                                             const std::string& path,
                                                             const std::string& pem) {
  std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (certificate != nullptr) return certificate;
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", path, " holds no PEM certificate"));
}

// Asked for where a key is encrypted; a server has nobody to ask, so the answer is no passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::Status CheckPair(const TlsFiles& files, const TlsMaterial& material) {
  ASSIGN_OR_RETURN(const auto certificate, ParseCertificate("tls-cert", files.cert, material.cert));
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(Reader(material.key).get(), nullptr, NoPassphrase, nullptr));
  const bool matches = key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("tls-key: ", files.key, " holds no unencrypted PEM key"));
  }
  if (!matches) {
    return absl::InvalidArgumentError(
        absl::StrCat("tls-key: ", files.key, " does not belong to the certificate ", files.cert));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsMaterial> LoadTls(const TlsFiles& files) {
  TlsMaterial material;
  ASSIGN_OR_RETURN(material.cert, ReadNamed("tls-cert", files.cert));
  ASSIGN_OR_RETURN(material.key, ReadNamed("tls-key", files.key));
  ASSIGN_OR_RETURN(material.ca, ReadNamed("tls-ca", files.ca));
  RETURN_IF_ERROR(CheckPair(files, material));
  RETURN_IF_ERROR(ParseCertificate("tls-ca", files.ca, material.ca).status());
  return material;
}

absl::Status CheckInsecureAllowed(const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    if (text.empty()) continue;
    ASSIGN_OR_RETURN(const settings::Address address, settings::ParseAddress(text));
    if (!address.IsLoopback()) {
      return absl::InvalidArgumentError(
          absl::StrCat("insecure is for loopback only, and ", text, " is not"));
    }
  }
  return absl::OkStatus();
}

}  // namespace kopa::rpc
