#include "regional-node/service/running_digest.h"

#include <openssl/evp.h>

#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::node {

void RunningDigest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

RunningDigest::RunningDigest() : context_(EVP_MD_CTX_new()) {
  KOPA_CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void RunningDigest::Add(absl::string_view bytes) {
  KOPA_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string RunningDigest::Finish() {
  std::string digest(kSha256Bytes, '\0');
  unsigned int size = 0;
  KOPA_CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                &size) == 1);
  KOPA_CHECK(size == kSha256Bytes);
  return digest;
}

}  // namespace kopa::node
