#include "common/settings/settings.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

CommandLine NodeCommandLine() {
  CommandLine line;
  line.program = "kopa-node";
  line.summary = "A regional node.";
  line.settings = {
      {"data-dir", "KOPA_DATA_DIR", Kind::kString, "data", "where the data lies", "DIR"},
      {"insecure", "KOPA_INSECURE", Kind::kBool, "", "no TLS, loopback only", ""},
      {"queue-length", "KOPA_QUEUE_LENGTH", Kind::kInt, "1024", "commands waiting at most", ""},
      {"drain", "KOPA_DRAIN", Kind::kDuration, "10s", "time to finish", ""},
      {"token", "", Kind::kString, "", "a secret", "TEXT", true},
  };
  line.subcommands = {{"run", "serves"}, {"verify", "checks"}, {"backup", "copies", 1}};
  line.default_subcommand = "run";
  return line;
}

class SettingsTest : public testing::Test {
 protected:
  absl::StatusOr<Settings> Parse(std::vector<std::string> words) {
    words.insert(words.begin(), "kopa-node");
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    const auto environment = [this](const std::string& name) -> absl::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return absl::nullopt;
      return found->second;
    };
    return Settings::Parse(static_cast<int>(argv.size()), argv.data(), NodeCommandLine(),
                           environment);
  }

  std::string Refusal(std::vector<std::string> words) {
    const absl::Status status = Parse(std::move(words)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

  std::string ConfigFile(const std::string& content) {
    const std::string path = folder_.Below("settings.toml");
    EXPECT_TRUE(WriteFileAtomically(path, content, 0600).ok());
    return path;
  }

  const storage::TemporaryFolder folder_;
  std::map<std::string, std::string> environment_;
};

TEST_F(SettingsTest, DefaultsHoldWhereNothingIsSaid) {
  const auto settings = Parse({});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->subcommand(), "run");
  EXPECT_EQ(settings->GetString("data-dir"), "data");
  EXPECT_FALSE(settings->GetBool("insecure"));
  EXPECT_EQ(settings->GetInt("queue-length"), 1024);
  EXPECT_EQ(settings->GetDuration("drain"), absl::Seconds(10));
  EXPECT_FALSE(settings->IsSet("data-dir"));
}

// Every combination of the three sources, for every kind.
TEST_F(SettingsTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  struct Case {
    std::string name, env, flag_text, env_text, file_text, default_text;
  };
  const std::vector<Case> cases = {
      {"data-dir", "KOPA_DATA_DIR", "f", "e", "\"c\"", "data"},
      {"queue-length", "KOPA_QUEUE_LENGTH", "1", "2", "3", "1024"},
      {"drain", "KOPA_DRAIN", "1s", "2s", "\"3s\"", "10s"},
      {"insecure", "KOPA_INSECURE", "false", "true", "true", "false"},
  };
  for (const Case& c : cases) {
    for (int mask = 0; mask < 8; ++mask) {
      const bool flag = (mask & 4) != 0, env = (mask & 2) != 0, file = (mask & 1) != 0;
      environment_.clear();
      std::vector<std::string> words;
      if (flag) words.push_back(absl::StrCat("--", c.name, "=", c.flag_text));
      if (env) environment_[c.env] = c.env_text;
      if (file) {
        words.push_back("--config");
        words.push_back(ConfigFile(absl::StrCat("\n", c.name, " = ", c.file_text, "\n")));
      }
      const auto settings = Parse(words);
      ASSERT_TRUE(settings.ok()) << settings.status();
      std::string file_text = c.file_text;
      file_text.erase(std::remove(file_text.begin(), file_text.end(), '"'), file_text.end());
      const std::string text = flag   ? c.flag_text
                               : env  ? c.env_text
                               : file ? file_text
                                      : c.default_text;
      const std::string source = flag ? "(flag)" : env ? c.env : file ? ".toml:2)" : "(default)";
      const std::string described = settings->Describe();
      const size_t start = described.find(c.name);
      const std::string line = described.substr(start, described.find('\n', start) - start);
      EXPECT_THAT(line, HasSubstr(absl::StrCat("= ", text, "  ("))) << mask;
      EXPECT_THAT(line, HasSubstr(source)) << mask;
      EXPECT_EQ(settings->IsSet(c.name), mask != 0);
    }
  }
}

TEST_F(SettingsTest, FlagsMayComeBeforeOrAfterTheCommand) {
  EXPECT_EQ(Parse({"--data-dir", "x", "verify"})->GetString("data-dir"), "x");
  const auto after = Parse({"verify", "--data-dir", "x", "--insecure"});
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->GetString("data-dir"), "x");
  EXPECT_TRUE(after->GetBool("insecure"));
  EXPECT_EQ(after->subcommand(), "verify");
  EXPECT_EQ(Parse({"--data-dir", "verify"})->subcommand(), "run") << "a value is no command";
}

TEST_F(SettingsTest, ArgumentsFollowTheirCommand) {
  EXPECT_THAT(Parse({"backup", "/tmp/copy", "--insecure"})->arguments(), ElementsAre("/tmp/copy"));
  EXPECT_THAT(Parse({"backup", "-"})->arguments(), ElementsAre("-"));
  EXPECT_THAT(Refusal({"verify", "more"}), HasSubstr("unexpected argument \"more\""));
  EXPECT_THAT(Refusal({"backup", "one", "two"}), HasSubstr("unexpected argument \"two\""));
}

TEST_F(SettingsTest, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(Refusal({"--data-dirr", "/x"}),
              HasSubstr("unknown flag --data-dirr; did you mean --data-dir?"));
  EXPECT_THAT(Refusal({"run", "--inscure"}), HasSubstr("did you mean --insecure?"));
  EXPECT_THAT(Refusal({"--dran=5s"}), HasSubstr("did you mean --drain?"));
  EXPECT_THAT(Refusal({"--zzzzzzz"}), Not(HasSubstr("did you mean")));
  EXPECT_THAT(Refusal({"verfy"}), HasSubstr("unknown command \"verfy\"; did you mean verify?"));
  EXPECT_THAT(Refusal({"--config", ConfigFile("# note\ndatadir = \"x\"\n")}),
              HasSubstr(".toml:2: unknown key \"datadir\"; did you mean data-dir?"));
  EXPECT_THAT(Refusal({"--config", ConfigFile("[node]\nx = 1\n")}),
              HasSubstr(".toml:1: unknown key"));
}

TEST_F(SettingsTest, WrongValuesSayWhere) {
  EXPECT_THAT(Refusal({"--queue-length=many"}), HasSubstr("--queue-length: \"many\" is no whole"));
  EXPECT_THAT(Refusal({"--drain=5"}), HasSubstr("--drain: \"5\" is no duration"));
  EXPECT_THAT(Refusal({"--drain=-5s"}), HasSubstr("no duration"));
  EXPECT_THAT(Refusal({"--insecure=perhaps"}), HasSubstr("--insecure"));
  EXPECT_THAT(Refusal({"--data-dir"}), HasSubstr("--data-dir"));
  EXPECT_THAT(Refusal({"--data-dir", "a", "--data-dir", "b"}), HasSubstr("--data-dir"));
  EXPECT_THAT(Refusal({"--config", ConfigFile("queue-length = \"5\"\n")}),
              HasSubstr(".toml:1: queue-length must be a whole number"));
  EXPECT_THAT(Refusal({"--config", ConfigFile("insecure = true\ndrain = \"soon\"\n")}),
              HasSubstr(".toml:2: drain: \"soon\""));
  EXPECT_THAT(Refusal({"--config", ConfigFile("data-dir = \n")}), HasSubstr(".toml:1: "));
  EXPECT_THAT(Refusal({"--config", "/nowhere/kopa.toml"}), HasSubstr("/nowhere/kopa.toml"));
  environment_["KOPA_QUEUE_LENGTH"] = "x";
  EXPECT_THAT(Refusal({}), HasSubstr("KOPA_QUEUE_LENGTH: \"x\""));
}

TEST_F(SettingsTest, TheFileMayBeNamedByTheEnvironment) {
  environment_["KOPA_CONFIG"] = ConfigFile("data-dir = \"from-file\"\n");
  EXPECT_EQ(Parse({})->GetString("data-dir"), "from-file");
}

TEST_F(SettingsTest, AnEmptyVariableIsNotSet) {
  environment_["KOPA_DATA_DIR"] = "";
  EXPECT_EQ(Parse({})->GetString("data-dir"), "data");
}

TEST_F(SettingsTest, SecretsAreNotDescribed) {
  const auto settings = Parse({"--token", "hush"});
  EXPECT_EQ(settings->GetString("token"), "hush");
  EXPECT_THAT(settings->Describe(), Not(HasSubstr("hush")));
  EXPECT_THAT(settings->Describe(), HasSubstr("[hidden]"));
}

TEST_F(SettingsTest, HelpListsEverythingAndForgivesTheRest) {
  for (const char* flag : {"--help", "-h"}) {
    const auto settings = Parse({"verify", flag, "--nonsense"});
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_TRUE(settings->help());
  }
  const std::string text = HelpText(NodeCommandLine());
  for (const char* part :
       {"--data-dir DIR", "KOPA_DATA_DIR", "(default 1024)", "verify", "--config FILE"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST_F(SettingsTest, ACommandIsNeededWhereThereIsNoDefault) {
  CommandLine line = NodeCommandLine();
  line.default_subcommand = "";
  const char* argv[] = {"kopa"};
  EXPECT_EQ(Settings::Parse(1, argv, line, ProcessEnvironment()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

using SettingsDeathTest = SettingsTest;

TEST_F(SettingsDeathTest, AskingForWhatIsNotInTheTableEndsTheProcess) {
  const auto settings = Parse({});
  EXPECT_DEATH(settings->GetString("datadir"), "datadir");
  EXPECT_DEATH(settings->GetInt("data-dir"), "data-dir");
}

}  // namespace
}  // namespace kopa::settings
