#include "tests/unit/client/cli/tool_fixture.h"

#include "common/base/uuid.h"

namespace kopa::cli {

ToolTest::ToolTest() {
  centre_.calls = {client::testing::ProjectCall()};
  riga_.calls = centre_.calls;
  zemgale_.calls = centre_.calls;
  centre_.AddNode("riga-latgale", riga_listener_.address());
  centre_.AddNode("zemgale", zemgale_listener_.address());
  variables_ = {{"KOPA_CENTRAL", centre_listener_.address()},
                {"KOPA_INSECURE", "1"},
                {"KOPA_ACTOR", "anna"},
                {"XDG_CONFIG_HOME", folder_.Path("config")}};
}

int ToolTest::Run(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  ToolEnvironment environment;
  environment.out = &out;
  environment.err = &err;
  environment.parts = client::testing::RealParts();
  environment.variable = [this](const std::string& name) -> absl::optional<std::string> {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return absl::nullopt;
    return found->second;
  };
  environment.interrupted = [this] { return interrupted_; };
  const ExitCode code = RunTool(words, environment);
  out_ = out.str();
  err_ = err.str();
  return static_cast<int>(code);
}

Json ToolTest::RunJson(std::vector<std::string> words, int code) {
  words.insert(words.end(), {"-o", "json"});
  EXPECT_EQ(Run(words), code) << err_;
  const Json json = Json::parse(out_, nullptr, /*allow_exceptions=*/false);
  EXPECT_FALSE(json.is_discarded()) << out_;
  return json;
}

std::string ToolTest::IdText(const std::string& id) { return Uuid::FromBytes(id)->ToString(); }

}  // namespace kopa::cli
