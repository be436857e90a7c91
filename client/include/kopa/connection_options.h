#ifndef KOPA_CLIENT_INCLUDE_KOPA_CONNECTION_OPTIONS_H_
#define KOPA_CLIENT_INCLUDE_KOPA_CONNECTION_OPTIONS_H_

#include <string>

#include "absl/time/time.h"
#include "client/include/kopa/retry_loop.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"

namespace kopa::client {

// How servers are reached. Either `insecure` or all three files are needed.
struct ConnectionOptions {
  // Plaintext, for trials on one machine; the server believes `actor`.
  bool insecure = false;
  // Who acts (common/rpc/identity.h, CheckActorName); only sent where `insecure`, else the
  // certificate says it.
  std::string actor;
  // PEM files: the caller's certificate and key, and the authority that signs the servers' ones.
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_authority_file;
  // After this a call is given up, retries included.
  absl::Duration timeout = absl::Seconds(30);
  // The same for a server that no connection could be made to yet: one that is started again is
  // back by then, and one that is not there is told soon.
  absl::Duration connect_timeout = absl::Seconds(5);
  RetryPolicy retry;
};

// Where time and chance come from. All must outlive whatever they are given to.
struct ClientParts {
  const Clock* clock = nullptr;
  Entropy* entropy = nullptr;
  Sleeper sleep;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_CONNECTION_OPTIONS_H_
