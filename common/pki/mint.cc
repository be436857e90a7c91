#include "common/pki/mint.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::pki {
namespace {

// X.509 has room for so many characters in a common name.
constexpr size_t kCommonNameBytesMax = 64;
constexpr size_t kHostBytesMax = 253;
constexpr size_t kHostLabelBytesMax = 63;

const unsigned char* Unsigned(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Handle<ASN1_INTEGER> IntegerOf(const std::string& bytes) {
  const Handle<BIGNUM> number(BN_bin2bn(Unsigned(bytes), static_cast<int>(bytes.size()), nullptr));
  return Handle<ASN1_INTEGER>(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

// The holder's name as people see it, cut before a whole character where it is too long.
std::string CommonNameOf(const Holder& holder) {
  std::string name = holder.kind == HolderKind::kCentral ? "Kopa centre" : holder.name;
  size_t size = std::min(name.size(), kCommonNameBytesMax);
  while (size < name.size() && size > 0 &&
         (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) {
    --size;
  }
  name.resize(size);
  return name;
}

absl::Status AddExtension(X509* issuer, X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  RETURN_IF_ERROR(Done(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
                       "making an extension of a certificate"));
  return absl::OkStatus();
}

absl::Status AddName(GENERAL_NAMES* names, Handle<GENERAL_NAME> name) {
  RETURN_IF_ERROR(
      Done(sk_GENERAL_NAME_push(names, name.get()) > 0, "naming a certificate's holder"));
  name.release();  // the stack's now
  return absl::OkStatus();
}

// Built by hand and not from OpenSSL's notation, in which a comma would begin another name.
absl::Status AddText(GENERAL_NAMES* names, int type, const std::string& text) {
  Handle<GENERAL_NAME> name(GENERAL_NAME_new());
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  RETURN_IF_ERROR(Done(name != nullptr && value != nullptr, "naming a certificate's holder"));
  GENERAL_NAME_set0_value(name.get(), type, value);
  RETURN_IF_ERROR(Done(ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1,
                       "naming a certificate's holder"));
  return AddName(names, std::move(name));
}

absl::Status AddHost(GENERAL_NAMES* names, const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  ERR_clear_error();
  if (address == nullptr) return AddText(names, GEN_DNS, host);
  Handle<GENERAL_NAME> name(GENERAL_NAME_new());
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address);
  return AddName(names, std::move(name));
}

absl::Status AddNames(X509* certificate, const Subject& subject) {
  const Handle<GENERAL_NAMES> names(GENERAL_NAMES_new());
  RETURN_IF_ERROR(Done(names != nullptr, "naming a certificate's holder"));
  RETURN_IF_ERROR(AddText(names.get(), GEN_URI, UriOf(subject.holder)));
  for (const std::string& host : subject.hosts) RETURN_IF_ERROR(AddHost(names.get(), host));
  RETURN_IF_ERROR(Done(
      X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1,
      "naming a certificate's holder"));
  return absl::OkStatus();
}

absl::StatusOr<Handle<X509>> Blank(EVP_PKEY* key, const std::string& common_name,
                                   const std::string& serial, const Validity& validity) {
  Handle<X509> certificate(X509_new());
  const Handle<ASN1_INTEGER> number = IntegerOf(serial);
  RETURN_IF_ERROR(Done(certificate != nullptr && number != nullptr, "making a certificate"));
  X509* const raw = certificate.get();
  const bool is_filled =
      X509_set_version(raw, X509_VERSION_3) == 1 && X509_set_serialNumber(raw, number.get()) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(raw), absl::ToTimeT(validity.not_before)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(raw), absl::ToTimeT(validity.not_after)) != nullptr &&
      X509_set_pubkey(raw, key) == 1 &&
      X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                                 Unsigned(common_name), static_cast<int>(common_name.size()), -1,
                                 0) == 1;
  RETURN_IF_ERROR(Done(is_filled, "making a certificate"));
  return certificate;
}

absl::Status AddRevoked(X509_CRL* list, const IndexEntry& entry) {
  Handle<X509_REVOKED> revoked(X509_REVOKED_new());
  const Handle<ASN1_TIME> time(ASN1_TIME_set(nullptr, absl::ToTimeT(entry.revoked)));
  ASSIGN_OR_RETURN(const std::string serial, FromHex(entry.serial));
  const Handle<ASN1_INTEGER> number = IntegerOf(serial);
  RETURN_IF_ERROR(Done(revoked != nullptr && time != nullptr && number != nullptr &&
                           X509_REVOKED_set_serialNumber(revoked.get(), number.get()) == 1 &&
                           X509_REVOKED_set_revocationDate(revoked.get(), time.get()) == 1,
                       "revoking a certificate"));
  // RFC 5280 wants no reason rather than "unspecified".
  if (entry.reason != Reason::kUnspecified) {
    ASN1_ENUMERATED* reason = ASN1_ENUMERATED_new();
    const bool is_added =
        reason != nullptr && ASN1_ENUMERATED_set(reason, NumberOf(entry.reason)) == 1 &&
        X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason, 0, X509V3_ADD_DEFAULT) ==
            1;
    ASN1_ENUMERATED_free(reason);
    RETURN_IF_ERROR(Done(is_added, "revoking a certificate"));
  }
  RETURN_IF_ERROR(Done(X509_CRL_add0_revoked(list, revoked.get()) == 1, "revoking a certificate"));
  revoked.release();  // the list's now
  return absl::OkStatus();
}

absl::Status AddNumberAndIssuer(X509_CRL* list, X509* authority, uint64_t number) {
  const Handle<ASN1_INTEGER> value(ASN1_INTEGER_new());
  RETURN_IF_ERROR(
      Done(value != nullptr && ASN1_INTEGER_set_uint64(value.get(), number) == 1 &&
               X509_CRL_add1_ext_i2d(list, NID_crl_number, value.get(), 0, X509V3_ADD_DEFAULT) == 1,
           "numbering a revocation list"));
  X509V3_CTX context;
  X509V3_set_ctx(&context, authority, nullptr, nullptr, list, 0);
  const Handle<X509_EXTENSION> extension(
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid"));
  RETURN_IF_ERROR(Done(extension != nullptr && X509_CRL_add_ext(list, extension.get(), -1) == 1,
                       "naming the authority of a revocation list"));
  return absl::OkStatus();
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kHostLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char character) {
           return absl::ascii_isalnum(static_cast<unsigned char>(character)) || character == '-';
         });
}

}  // namespace

absl::StatusOr<Handle<EVP_PKEY>> NewKey() {
  Handle<EVP_PKEY> key(EVP_EC_gen("P-256"));
  RETURN_IF_ERROR(Done(key != nullptr, "making a key"));
  return key;
}

absl::StatusOr<std::string> PemOf(EVP_PKEY* key) {
  const Handle<BIO> bio(BIO_new(BIO_s_secmem()));
  RETURN_IF_ERROR(Done(
      bio != nullptr &&
          PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "writing a key"));
  return Written(bio.get());
}

absl::StatusOr<std::string> PemOf(X509* certificate) {
  const Handle<BIO> bio(BIO_new(BIO_s_mem()));
  RETURN_IF_ERROR(Done(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1,
                       "writing a certificate"));
  return Written(bio.get());
}

void Wipe(std::string* secret) {
  OPENSSL_cleanse(secret->data(), secret->size());
  secret->clear();
}

absl::StatusOr<Handle<X509>> MakeAuthority(EVP_PKEY* key, const std::string& common_name,
                                           const std::string& serial, const Validity& validity) {
  ASSIGN_OR_RETURN(Handle<X509> certificate, Blank(key, common_name, serial, validity));
  X509* const raw = certificate.get();
  RETURN_IF_ERROR(
      Done(X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1, "making a certificate"));
  RETURN_IF_ERROR(AddExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  RETURN_IF_ERROR(AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign"));
  RETURN_IF_ERROR(AddExtension(raw, raw, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(Done(X509_sign(raw, key, EVP_sha256()) > 0, "signing a certificate"));
  return certificate;
}

absl::Status CheckHost(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  ERR_clear_error();
  if (address != nullptr) {
    ASN1_OCTET_STRING_free(address);
    return absl::OkStatus();
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(absl::StripPrefix(host, "*."), '.');
  if (host.size() <= kHostBytesMax && std::all_of(labels.begin(), labels.end(), IsLabel)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", host, "\" is neither a DNS name nor an IP address"));
}

absl::StatusOr<Handle<X509>> MakeCertificate(X509* authority, EVP_PKEY* authority_key,
                                             EVP_PKEY* key, const Subject& subject) {
  ASSIGN_OR_RETURN(Handle<X509> certificate,
                   Blank(key, CommonNameOf(subject.holder), subject.serial, subject.validity));
  X509* const raw = certificate.get();
  RETURN_IF_ERROR(Done(X509_set_issuer_name(raw, X509_get_subject_name(authority)) == 1,
                       "making a certificate"));
  RETURN_IF_ERROR(AddExtension(authority, raw, NID_basic_constraints, "critical,CA:FALSE"));
  RETURN_IF_ERROR(AddExtension(authority, raw, NID_key_usage, "critical,digitalSignature"));
  const bool is_person = subject.holder.kind == HolderKind::kPerson;
  RETURN_IF_ERROR(AddExtension(authority, raw, NID_ext_key_usage,
                               is_person ? "clientAuth" : "serverAuth,clientAuth"));
  RETURN_IF_ERROR(AddExtension(authority, raw, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(AddExtension(authority, raw, NID_authority_key_identifier, "keyid"));
  RETURN_IF_ERROR(AddNames(raw, subject));
  RETURN_IF_ERROR(Done(X509_sign(raw, authority_key, EVP_sha256()) > 0, "signing a certificate"));
  return certificate;
}

absl::StatusOr<std::string> MakeRevocationList(X509* authority, EVP_PKEY* authority_key,
                                               const std::vector<IndexEntry>& entries,
                                               uint64_t number, absl::Time this_update,
                                               absl::Time next_update) {
  const Handle<X509_CRL> list(X509_CRL_new());
  const Handle<ASN1_TIME> from(ASN1_TIME_set(nullptr, absl::ToTimeT(this_update)));
  const Handle<ASN1_TIME> until(ASN1_TIME_set(nullptr, absl::ToTimeT(next_update)));
  RETURN_IF_ERROR(
      Done(list != nullptr && from != nullptr && until != nullptr &&
               X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
               X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(authority)) == 1 &&
               X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1 &&
               X509_CRL_set1_nextUpdate(list.get(), until.get()) == 1,
           "making a revocation list"));
  for (const IndexEntry& entry : entries) {
    if (entry.is_revoked()) RETURN_IF_ERROR(AddRevoked(list.get(), entry));
  }
  RETURN_IF_ERROR(AddNumberAndIssuer(list.get(), authority, number));
  RETURN_IF_ERROR(Done(
      X509_CRL_sort(list.get()) == 1 && X509_CRL_sign(list.get(), authority_key, EVP_sha256()) > 0,
      "signing a revocation list"));
  const Handle<BIO> bio(BIO_new(BIO_s_mem()));
  RETURN_IF_ERROR(Done(bio != nullptr && PEM_write_bio_X509_CRL(bio.get(), list.get()) == 1,
                       "writing a revocation list"));
  return Written(bio.get());
}

uint64_t NumberOf(const X509_CRL& list) {
  const Handle<ASN1_INTEGER> number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(&list, NID_crl_number, nullptr, nullptr)));
  uint64_t value = 0;
  if (number == nullptr || ASN1_INTEGER_get_uint64(&value, number.get()) != 1) return 0;
  return value;
}

}  // namespace kopa::pki
