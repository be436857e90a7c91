#include "common/settings/nearest.h"

#include "gtest/gtest.h"

namespace kopa::settings {
namespace {

TEST(Nearest, ASlipOfTheHandIsRecognised) {
  const std::vector<std::string> names = {"data-dir", "listen", "http", "node"};
  EXPECT_EQ(Nearest("data-dirr", names), "data-dir");
  EXPECT_EQ(Nearest("datadir", names), "data-dir");
  EXPECT_EQ(Nearest("lisetn", names), "listen");
  EXPECT_EQ(Nearest("htpp", names), "http");
}

TEST(Nearest, AnotherWordIsNot) {
  const std::vector<std::string> names = {"data-dir", "http"};
  EXPECT_EQ(Nearest("budget", names), "");
  EXPECT_EQ(Nearest("xy", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest(std::string(100'000, 'h'), names), "");
}

}  // namespace
}  // namespace kopa::settings
