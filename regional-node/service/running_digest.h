#ifndef KOPA_REGIONAL_NODE_SERVICE_RUNNING_DIGEST_H_
#define KOPA_REGIONAL_NODE_SERVICE_RUNNING_DIGEST_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;  // OpenSSL's, kept out of those who include this

namespace kopa::node {

// SHA-256 of bytes that come piece by piece. Not thread-safe.
class RunningDigest {
 public:
  RunningDigest();

  void Add(absl::string_view bytes);
  // 32 raw bytes, of all that was added. Once, at the end.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_RUNNING_DIGEST_H_
