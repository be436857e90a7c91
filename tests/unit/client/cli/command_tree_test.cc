#include "client/cli/command_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "client/cli/commands.h"

namespace kopa::cli {
namespace {

using ::testing::HasSubstr;

class CommandTreeTest : public ::testing::Test {
 protected:
  CommandTreeTest() { AddAllCommands(tree_); }

  absl::StatusOr<CommandTree::Outcome> Parse(const std::string& line) {
    return tree_.Parse(absl::StrSplit(line, ' ', absl::SkipEmpty()));
  }
  void Refused(const std::string& line, const std::string& part) {
    const auto outcome = Parse(line);
    EXPECT_EQ(ExitCodeOf(outcome.status()), ExitCode::kUsage) << line;
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr(part));
  }

  CommandTree tree_;
};

TEST_F(CommandTreeTest, GlobalOptionsMayStandAnywhere) {
  for (const char* line :
       {"--central a:1 -o json app list --call c", "app --central a:1 list -o json --call c",
        "app list --call c --central a:1 -o json",
        "app list --output=json --call c --central=a:1"}) {
    const auto outcome = Parse(line);
    ASSERT_TRUE(outcome.ok()) << line << ": " << outcome.status();
    EXPECT_TRUE(outcome->command != nullptr) << line;
    EXPECT_EQ(tree_.flags().central, "a:1");
    EXPECT_EQ(tree_.flags().output, "json");
  }
}

TEST_F(CommandTreeTest, WrongUsageSaysWhatWouldBeRight) {
  Refused("", "a command is missing");
  Refused("app", "a command is missing; there are: list");
  Refused("totls", "did you mean totals?");
  Refused("train X", "unknown command \"train\"");
  Refused("app crown X", "unknown command \"crown\"");
  Refused("totals", "--call");
  Refused("totals --call c --wach", "did you mean --watch?");
  Refused("nodes extra", "extra");
}

TEST_F(CommandTreeTest, HelpNamesTheWholeCommand) {
  const auto help = Parse("app list --help");
  ASSERT_TRUE(help.ok()) << help.status();
  EXPECT_THAT(help->text, HasSubstr("kopa app list [OPTIONS]"));
  EXPECT_TRUE(help->command == nullptr);
  EXPECT_THAT(Parse("--help")->text, HasSubstr("submit"));
  EXPECT_THAT(Parse("--version")->text, ::testing::MatchesRegex("kopa [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace kopa::cli
