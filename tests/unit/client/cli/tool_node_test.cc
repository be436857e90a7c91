// Lost nodes and frozen money: what two people attest.

#include <gmock/gmock.h>

#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ToolNodeTest = ToolTest;

TEST_F(ToolNodeTest, RetiringIsProposedWithWhatWasAttested) {
  const std::vector<std::string> retire = {"node", "retire", "zemgale", "--attest", "disks gone"};
  const Json json = RunJson(retire, 0);
  EXPECT_EQ(json["proposal"]["state"], "OPEN");
  EXPECT_EQ(json["proposal"]["change"]["retireNode"]["node"], "zemgale");
  EXPECT_THAT(err_, HasSubstr("second person"));
  ASSERT_EQ(office_.changes().size(), 1u);
  EXPECT_EQ(office_.changes()[0].reason(), "disks gone");
  EXPECT_EQ(office_.changes()[0].change().call(), "");
}

TEST_F(ToolNodeTest, ReleasingIsOfAllThatIsFrozenUnlessAmountsAreNamed) {
  EXPECT_EQ(Run({"node", "release", "zemgale", "--attest", "seen"}), 0);
  EXPECT_EQ(Run({"node", "release", "zemgale", "--attest", "seen", "--call", "c", "--amount-eur",
                 "46.00", "--teams", "2"}),
            0);
  ASSERT_EQ(office_.changes().size(), 2u);
  const auto all = office_.changes()[0].change();
  EXPECT_EQ(all.release_frozen().node(), "zemgale");
  EXPECT_FALSE(all.release_frozen().has_units());
  EXPECT_EQ(all.call(), "");
  const auto part = office_.changes()[1].change();
  EXPECT_EQ(part.call(), "c");
  EXPECT_EQ(part.release_frozen().units().cents(), 4600);
  EXPECT_EQ(part.release_frozen().units().initiatives(), 0);
  EXPECT_EQ(part.release_frozen().units().teams(), 2);
}

TEST_F(ToolNodeTest, NoneOfAUnitIsNotAllOfEverything) {
  EXPECT_EQ(
      Run({"node", "release", "zemgale", "--attest", "seen", "--call", "c", "--initiatives", "0"}),
      0);
  EXPECT_EQ(Run({"node", "release", "zemgale", "--attest", "seen", "--teams", "0"}), 2);
  EXPECT_THAT(err_, HasSubstr("--call"));
  EXPECT_EQ(
      Run({"node", "release", "zemgale", "--attest", "seen", "--call", "c", "--amount-eur", ""}),
      2);
  ASSERT_EQ(office_.changes().size(), 1u);
  EXPECT_TRUE(office_.changes()[0].change().release_frozen().has_units());
}

TEST_F(ToolNodeTest, NothingIsAskedForWithoutAnAttestationOrACallForAmounts) {
  EXPECT_EQ(Run({"node", "retire", "zemgale"}), 2);
  EXPECT_THAT(err_, HasSubstr("--attest"));
  EXPECT_EQ(Run({"node", "retire", "--attest", "seen"}), 2);
  EXPECT_EQ(Run({"node", "release", "zemgale"}), 2);
  EXPECT_EQ(Run({"node", "release", "zemgale", "--attest", "seen", "--teams", "1"}), 2);
  EXPECT_THAT(err_, HasSubstr("--call"));
  EXPECT_EQ(Run({"node", "release", "zemgale", "--attest", "seen", "--call", "c", "--amount-eur",
                 "much"}),
            2);
  EXPECT_THAT(office_.changes(), IsEmpty());
}

TEST_F(ToolNodeTest, AnAlarmIsShownBesideTheFence) {
  kopa::national::v1::Node& node = centre_.nodes.emplace_back();
  node.set_node("zemgale");
  node.set_fence_detail("two copies");
  node.set_alarm("its key changed");
  EXPECT_EQ(Run({"nodes"}), 0);
  EXPECT_THAT(out_, HasSubstr("two copies; ALARM: its key changed"));
}

}  // namespace
}  // namespace kopa::cli
