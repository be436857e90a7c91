#include "common/settings/address.h"

#include "gtest/gtest.h"

namespace kopa::settings {
namespace {

TEST(AddressTest, IsParsedAndWrittenBack) {
  for (const char* text :
       {"127.0.0.1:7400", "[::1]:0", "node.example.lv:65535", "[2001:db8::5]:443"}) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
  }
  EXPECT_EQ(ParseAddress("[::1]:80")->host, "::1");
}

TEST(AddressTest, MistakesAreRefused) {
  for (const char* text : {"", "7400", "localhost", "localhost:", ":7400", "[]:7400", "::1:7400",
                           "localhost:65536", "localhost:-1", "localhost:+1", "localhost: 1",
                           "[localhost]:1", "dns:///x:1", "a b:1", "unix:/tmp/x"}) {
    EXPECT_EQ(ParseAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(AddressTest, OnlyThisMachineIsLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.8.7:1", "[::1]:1", "localhost:1"}) {
    EXPECT_TRUE(ParseAddress(text)->IsLoopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "128.0.0.1:1", "127.0.0.1.lv:1",
                           "localhost.lv:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(ParseAddress(text)->IsLoopback()) << text;
  }
}

}  // namespace
}  // namespace kopa::settings
