#include "client/cli/global_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/exit_code.h"

namespace kopa::cli {
namespace {

using ::testing::HasSubstr;

class GlobalSettingsTest : public ::testing::Test {
 protected:
  GlobalSettings Merged() {
    auto merged = Merge(flags_, Variables(), contexts_);
    EXPECT_TRUE(merged.ok()) << merged.status();
    return *merged;
  }
  settings::Environment Variables() {
    return [this](const std::string& name) -> absl::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return absl::nullopt;
      return found->second;
    };
  }

  GlobalFlags flags_;
  std::map<std::string, std::string> variables_;
  ContextFile contexts_;
};

TEST_F(GlobalSettingsTest, FlagThenEnvironmentThenContext) {
  contexts_.current = "trial";
  contexts_.contexts["trial"].central = "context:1";
  contexts_.contexts["trial"].actor = "context";
  contexts_.contexts["trial"].insecure = true;
  EXPECT_EQ(Merged().central, "context:1");
  EXPECT_EQ(Merged().connection.actor, "context");
  EXPECT_TRUE(Merged().connection.insecure);
  variables_ = {{"KOPA_CENTRAL", "environment:1"}, {"KOPA_ACTOR", "environment"}};
  EXPECT_EQ(Merged().central, "environment:1");
  EXPECT_EQ(Merged().connection.actor, "environment");
  flags_.central = "flag:1";
  flags_.actor = "flag";
  EXPECT_EQ(Merged().central, "flag:1");
  EXPECT_EQ(Merged().connection.actor, "flag");
}

TEST_F(GlobalSettingsTest, AnAddressHidesThoseOfLowerSources) {
  variables_ = {{"KOPA_CENTRAL", "environment:1"}};
  flags_.node = "node:2";
  EXPECT_EQ(Merged().node, "node:2");
  EXPECT_EQ(Merged().central, "");
}

TEST_F(GlobalSettingsTest, ANamedContextGoesBeforeTheEnvironment) {
  variables_ = {{"KOPA_CENTRAL", "environment:1"}};
  contexts_.contexts["region"].node = "node:2";
  flags_.context = "region";
  EXPECT_EQ(Merged().node, "node:2");
  EXPECT_EQ(Merged().central, "");
}

TEST_F(GlobalSettingsTest, OfTwoInTheEnvironmentTheCentreReachesEverything) {
  variables_ = {{"KOPA_CENTRAL", "environment:1"}, {"KOPA_NODE", "environment:2"}};
  EXPECT_EQ(Merged().central, "environment:1");
  EXPECT_EQ(Merged().node, "");
}

TEST_F(GlobalSettingsTest, MistakesAreWrongUsage) {
  const auto fails = [this](const std::string& part) {
    const auto merged = Merge(flags_, Variables(), contexts_);
    EXPECT_EQ(ExitCodeOf(merged.status()), ExitCode::kUsage) << part;
    EXPECT_THAT(std::string(merged.status().message()), HasSubstr(part));
    flags_ = GlobalFlags();
    variables_.clear();
  };
  flags_.central = "a:1";
  flags_.node = "b:1";
  fails("not both");
  flags_.context = "none";
  fails("no context \"none\"");
  flags_.output = "yaml";
  fails("yaml");
  flags_.timeout = "soon";
  fails("--timeout");
  flags_.timeout = "0";
  fails("over zero");
  variables_ = {{"KOPA_INSECURE", "maybe"}};
  fails("KOPA_INSECURE");
}

TEST_F(GlobalSettingsTest, TimeoutsAndActorsHaveDefaults) {
  EXPECT_EQ(Merged().connection.timeout, absl::Seconds(30));
  EXPECT_EQ(Merged().connection.actor, "anonymous");
  variables_ = {{"USER", "anna"}, {"KOPA_INSECURE", "1"}};
  flags_.timeout = "2m";
  EXPECT_EQ(Merged().connection.timeout, absl::Minutes(2));
  EXPECT_EQ(Merged().connection.actor, "anna");
  EXPECT_TRUE(Merged().connection.insecure);
  flags_.timeout = "7";
  EXPECT_EQ(Merged().connection.timeout, absl::Seconds(7));
}

TEST_F(GlobalSettingsTest, AnActorIsANameOrAUsageError) {
  variables_ = {{"KOPA_INSECURE", "1"}};
  EXPECT_FALSE(Merged().actor_is_known);
  flags_.actor = "Jānis Bērziņš";
  EXPECT_EQ(Merged().connection.actor, "Jānis Bērziņš");
  EXPECT_TRUE(Merged().actor_is_known);
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(200, 'a')}) {
    flags_.actor = bad;
    const auto merged = Merge(flags_, Variables(), contexts_);
    EXPECT_EQ(ExitCodeOf(merged.status()), ExitCode::kUsage) << bad;
    EXPECT_THAT(std::string(merged.status().message()), HasSubstr("--actor: a name has 1 to 128"));
  }
  flags_.actor.reset();
  variables_["KOPA_ACTOR"] = "a\tb";
  EXPECT_FALSE(Merge(flags_, Variables(), contexts_).ok());
}

TEST_F(GlobalSettingsTest, AServerThatIsNotThereIsGivenUpSoonUnlessSaidOtherwise) {
  EXPECT_EQ(Merged().connection.connect_timeout, absl::Seconds(5));
  flags_.timeout = "2m";
  EXPECT_EQ(Merged().connection.connect_timeout, absl::Minutes(2));
}

TEST(ContextFile, IsReadStrictly) {
  const auto file = ParseContexts("config.toml",
                                  "current = \"trial\"\n[contexts.trial]\ncentral = \"a:1\"\n"
                                  "insecure = true\nactor = \"anna\"\n[contexts.tls]\n"
                                  "node = \"b:1\"\ntls-cert = \"c.pem\"\n");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->current, "trial");
  EXPECT_EQ(file->contexts.at("trial").central, "a:1");
  EXPECT_TRUE(file->contexts.at("trial").insecure);
  EXPECT_EQ(file->contexts.at("tls").tls_certificate_file, "c.pem");
  const auto refused = [](const std::string& content, const std::string& part) {
    const auto read = ParseContexts("config.toml", content);
    EXPECT_EQ(ExitCodeOf(read.status()), ExitCode::kUsage);
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(part));
  };
  refused("[contexts.x]\ncentrl = \"a:1\"\n",
          "config.toml:2: unknown key \"centrl\"; did you mean central?");
  refused("[contexts.x]\ninsecure = \"yes\"\n", "config.toml:2: insecure must be");
  refused("current = 5\n", "config.toml:1: current must be");
  refused("current = \n", "config.toml:1");
}

}  // namespace
}  // namespace kopa::cli
