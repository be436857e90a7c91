#include "common/operations/own_name.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/rpc/test_pki.h"

namespace kopa::operations {
namespace {

using ::testing::HasSubstr;

TEST(OwnName, IsWhatAClientMayExpect) {
  const rpc::TestPki pki;
  const auto name = [&pki](const std::string& names) {
    return OwnName(pki.Issue("common", names).cert).value();
  };
  EXPECT_EQ(name("DNS:central.kopa.example"), "central.kopa.example");
  EXPECT_EQ(name("URI:kopa://central,IP:192.0.2.7,DNS:central.kopa.example"),
            "central.kopa.example");
  EXPECT_EQ(name("DNS:*.kopa.example"), "kopa.kopa.example");
  EXPECT_EQ(name("IP:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(name("IP:2001:db8::7"), "2001:db8::7");
  EXPECT_EQ(name("URI:kopa://central"), "common");
  EXPECT_EQ(name(""), "common");
}

TEST(OwnName, AFileThatIsNoCertificateIsNamed) {
  const rpc::TestPki pki;
  const rpc::TlsFiles files = pki.Issue("common", "");
  const absl::Status key = OwnName(files.key).status();
  EXPECT_TRUE(absl::IsInvalidArgument(key)) << key;
  EXPECT_THAT(std::string(key.message()), HasSubstr(files.key + " holds no PEM certificate"));
  EXPECT_THAT(std::string(OwnName("/nowhere.pem").status().message()), HasSubstr("/nowhere.pem"));
}

}  // namespace
}  // namespace kopa::operations
