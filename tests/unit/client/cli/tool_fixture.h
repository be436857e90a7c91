#ifndef KOPA_TESTS_UNIT_CLIENT_CLI_TOOL_FIXTURE_H_
#define KOPA_TESTS_UNIT_CLIENT_CLI_TOOL_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/json_output.h"
#include "client/cli/tool.h"
#include "tests/unit/client/testing/fake_office.h"
#include "tests/unit/client/testing/fake_servers.h"
#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::cli {

// The whole tool against a centre and two nodes within the test.
class ToolTest : public ::testing::Test {
 protected:
  ToolTest();

  // Runs `kopa --central ... WORDS`, and notes what it printed.
  int Run(const std::vector<std::string>& words);
  // With `-o json` as well; gives what was printed.
  Json RunJson(std::vector<std::string> words, int code);

  static std::string IdText(const std::string& id);

  client::testing::ScratchFolder folder_;
  client::testing::FakeRegion riga_{"riga-latgale"};
  client::testing::FakeRegion zemgale_{"zemgale"};
  client::testing::FakeCentre centre_;
  client::testing::FakeOffice office_;
  client::testing::Listener riga_listener_{&riga_};
  client::testing::Listener zemgale_listener_{&zemgale_};
  client::testing::Listener centre_listener_{&centre_, &office_};
  std::map<std::string, std::string> variables_;
  bool interrupted_ = false;
  std::string out_;
  std::string err_;
};

}  // namespace kopa::cli

#endif  // KOPA_TESTS_UNIT_CLIENT_CLI_TOOL_FIXTURE_H_
