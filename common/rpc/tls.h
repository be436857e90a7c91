#ifndef KOPA_COMMON_RPC_TLS_H_
#define KOPA_COMMON_RPC_TLS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kopa::rpc {

// Where a peer's certificate lies; PEM files. The first three or none.
struct TlsFiles {
  std::string cert;  // the chain, own certificate first
  std::string key;
  std::string ca;        // whom to trust
  std::string crl = {};  // whom of these no longer; may be empty
};

// The contents of TlsFiles.
struct TlsMaterial {
  std::string cert;
  std::string key;
  std::string ca;
  std::string crl = {};
};

// INVALID_ARGUMENT naming the file where one is missing, unreadable or no PEM, where the key does
// not belong to the certificate or may be read by others than its owner, or where the revocation
// list was not signed by whom is trusted: gRPC itself would say so only at the first handshake, or
// never.
absl::StatusOr<TlsMaterial> LoadTls(const TlsFiles& files);

// Whether plaintext is allowed: INVALID_ARGUMENT unless every address is loopback. Empty ones are
// skipped, so that settings which were not given can be passed along.
absl::Status CheckInsecureAllowed(const std::vector<std::string>& addresses);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_TLS_H_
