#include "tests/unit/common/rpc/test_pki.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::rpc {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

std::string NewFolder() {
  std::string path = std::filesystem::temp_directory_path() / "kopa_pki_XXXXXX";
  KOPA_CHECK(mkdtemp(path.data()) != nullptr);
  return path;
}

void AddExtension(X509* issuer, X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  KOPA_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Unsigned, valid for an hour around now.
Certificate NewCertificate(const std::string& common_name, EVP_PKEY* key) {
  static long serial = 1;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  if (!common_name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
  }
  return certificate;
}

template <typename Write>
void WritePem(const std::string& path, Write write) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  KOPA_CHECK(
      WriteFileAtomically(path, absl::string_view(data, static_cast<size_t>(size)), 0600).ok());
}

}  // namespace

struct TestPki::Authority {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate;
};

TestPki::TestPki() : folder_(NewFolder()), authority_(std::make_unique<Authority>()) {
  authority_->certificate = NewCertificate("test authority", authority_->key.get());
  X509* ca = authority_->certificate.get();
  X509_set_issuer_name(ca, X509_get_subject_name(ca));
  AddExtension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
  KOPA_CHECK(X509_sign(ca, authority_->key.get(), EVP_sha256()) > 0);
  WritePem(folder_ + "/ca.pem", [ca](BIO* bio) { PEM_write_bio_X509(bio, ca); });
}

TestPki::~TestPki() { std::filesystem::remove_all(folder_); }

TlsFiles TestPki::Issue(const std::string& common_name, const std::string& names) const {
  static int number = 0;
  const std::string prefix = absl::StrCat(folder_, "/", number++);
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = NewCertificate(common_name, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority_->certificate.get()));
  if (!names.empty()) {
    AddExtension(authority_->certificate.get(), certificate.get(), NID_subject_alt_name, names);
  }
  KOPA_CHECK(X509_sign(certificate.get(), authority_->key.get(), EVP_sha256()) > 0);
  const TlsFiles files{prefix + ".pem", prefix + ".key", folder_ + "/ca.pem"};
  WritePem(files.cert, [&certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
  WritePem(files.key, [&key](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return files;
}

}  // namespace kopa::rpc
