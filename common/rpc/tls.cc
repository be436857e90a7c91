#include "common/rpc/tls.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/pki/certificate.h"
#include "common/pki/trust.h"
#include "common/settings/address.h"

namespace kopa::rpc {
namespace {

// What is wrong with a file, as of a setting.
absl::Status Wrong(absl::string_view what, const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", path, " ", status.message()));
}

absl::StatusOr<std::string> ReadNamed(const std::string& what, const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError(absl::StrCat(what, " is not given"));
  absl::StatusOr<std::string> content = ReadFile(path);
  if (content.ok()) return content;
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", content.status().message()));
}

absl::Status CheckPair(const TlsFiles& files, const TlsMaterial& material) {
  RETURN_IF_ERROR(Wrong("tls-cert", files.cert, pki::ParseCertificates(material.cert).status()));
  RETURN_IF_ERROR(Wrong("tls-key", files.key, pki::ParseKey(material.key).status()));
  const absl::Status belongs = pki::CheckKeyBelongs(material.cert, material.key);
  if (belongs.ok()) return belongs;
  return absl::InvalidArgumentError(
      absl::StrCat("tls-key: ", files.key, " does not belong to the certificate ", files.cert));
}

}  // namespace

absl::StatusOr<TlsMaterial> LoadTls(const TlsFiles& files) {
  TlsMaterial material;
  ASSIGN_OR_RETURN(material.cert, ReadNamed("tls-cert", files.cert));
  ASSIGN_OR_RETURN(material.key, ReadNamed("tls-key", files.key));
  ASSIGN_OR_RETURN(material.ca, ReadNamed("tls-ca", files.ca));
  if (!files.crl.empty()) {
    ASSIGN_OR_RETURN(material.crl, ReadNamed("tls-crl", files.crl));
  }
  RETURN_IF_ERROR(CheckPair(files, material));
  if (const absl::Status is_private = pki::CheckPrivate(files.key); !is_private.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("tls-key: ", is_private.message()));
  }
  RETURN_IF_ERROR(Wrong("tls-ca", files.ca, pki::Trust::Make(material.ca, "").status()));
  RETURN_IF_ERROR(
      Wrong("tls-crl", files.crl, pki::Trust::Make(material.ca, material.crl).status()));
  if (!files.crl.empty() && material.crl.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("tls-crl: ", files.crl, " is empty"));
  }
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
