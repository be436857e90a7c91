#ifndef KOPA_TESTS_UNIT_COMMON_RPC_TEST_PKI_H_
#define KOPA_TESTS_UNIT_COMMON_RPC_TEST_PKI_H_

#include <memory>
#include <string>

#include "common/rpc/tls.h"

namespace kopa::rpc {

// A throw-away certificate authority, in files of a folder of its own.
class TestPki {
 public:
  TestPki();
  ~TestPki();

  // A certificate for `common_name` with the subject alternative names in OpenSSL's notation
  // ("DNS:localhost,URI:kopa:node:zemgale"; empty: none).
  TlsFiles Issue(const std::string& common_name, const std::string& names) const;

 private:
  struct Authority;
  const std::string folder_;
  const std::unique_ptr<Authority> authority_;
};

}  // namespace kopa::rpc

#endif  // KOPA_TESTS_UNIT_COMMON_RPC_TEST_PKI_H_
