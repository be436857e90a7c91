#include "common/rpc/tls.h"

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/rpc/test_pki.h"

namespace kopa::rpc {
namespace {

using testing::HasSubstr;

TEST(Tls, AMatchingPairIsLoaded) {
  const TestPki pki;
  const auto material = LoadTls(pki.Issue("node", "DNS:localhost"));
  ASSERT_TRUE(material.ok()) << material.status();
  EXPECT_THAT(material->cert, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(material->key, HasSubstr("PRIVATE KEY"));
  EXPECT_THAT(material->ca, HasSubstr("BEGIN CERTIFICATE"));
}

TEST(Tls, MistakesNameTheFile) {
  const TestPki pki;
  const TlsFiles good = pki.Issue("node", "");
  const TlsFiles other = pki.Issue("other", "");
  const auto refusal = [](const TlsFiles& files) {
    const absl::Status status = LoadTls(files).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(refusal({good.cert, other.key, good.ca}), HasSubstr("does not belong"));
  EXPECT_THAT(refusal({good.key, good.key, good.ca}), HasSubstr("no PEM certificate"));
  EXPECT_THAT(refusal({good.cert, good.cert, good.ca}), HasSubstr("no unencrypted PEM key"));
  EXPECT_THAT(refusal({good.cert, good.key, good.key}), HasSubstr("tls-ca"));
  EXPECT_THAT(refusal({"", good.key, good.ca}), HasSubstr("tls-cert is not given"));
  EXPECT_THAT(refusal({good.cert, "/nowhere.key", good.ca}), HasSubstr("/nowhere.key"));
}

TEST(Tls, PlaintextIsForLoopbackOnly) {
  EXPECT_TRUE(CheckInsecureAllowed({}).ok());
  EXPECT_TRUE(CheckInsecureAllowed({"127.0.0.1:0", "[::1]:7400", "", "localhost:1"}).ok());
  for (const char* address :
       {"0.0.0.0:0", "[::]:0", "10.1.2.3:7400", "example.lv:7400", "nonsense"}) {
    const absl::Status status = CheckInsecureAllowed({"127.0.0.1:0", address});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(status.message()), HasSubstr(address));
  }
}

}  // namespace
}  // namespace kopa::rpc
