#include "common/programme/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"
#include "common/programme/limits.h"
#include "data/programme_data.h"
#include "data/territory_data.h"

namespace kopa::programme {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kTeams[] = R"(id: "teams-1"
programme: "trial"
name { lv: "Komandas" en: "Teams" }
version: 1
form: APPLICATION_FORM_TEAM
window {
  opens: "2024-01-01T00:00:00"
  closes: "2024-02-01T00:00:00"
}
amount { no_money: true }
support_roles { id: "teacher" name { lv: "Skolotājs" en: "Teacher" } }
team { members: 3 min_age: 13 max_age: 25 }
allotment {
  policy: ALLOTMENT_POLICY_ON_DEMAND
  pending: PENDING_POLICY_SKIP
}
)";

std::string Replaced(absl::string_view from, absl::string_view to) {
  return absl::StrReplaceAll(kTeams, {{from, to}});
}

std::string MessageOf(absl::string_view file, absl::string_view text) {
  return std::string(ParseCall(file, text).status().message());
}

TEST(Loader, TheSevenCallsAreRight) {
  const Territory territory = *Territory::Load(territory_data::Files());
  const absl::StatusOr<std::vector<v1::Call>> calls =
      LoadCalls(programme_data::Files(), &territory);
  ASSERT_TRUE(calls.ok()) << calls.status();
  std::vector<std::string> ids;
  for (const v1::Call& call : *calls) ids.push_back(call.id());
  EXPECT_THAT(ids,
              ElementsAre("kontakts-2022", "kontakts-2023", "kontakts-2024", "kontakts-teams-2024",
                          "pumpurs-2018", "pumpurs-2019", "pumpurs-2020"));
  for (const v1::Call& call : *calls) {
    EXPECT_FALSE(call.assumptions().empty()) << call.id();
    EXPECT_EQ(call.allotment().policy(), v1::ALLOTMENT_POLICY_ON_DEMAND);
    EXPECT_TRUE(call.evaluation().four_eyes());
  }
}

TEST(Loader, AFileThatIsRightIsRead) {
  const absl::StatusOr<v1::Call> call = ParseCall("some/folder/teams-1.textproto", kTeams);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->team().members(), 3);
}

TEST(Loader, AFileCannotCloseACall) {
  const std::string message =
      MessageOf("teams-1.textproto", Replaced("version: 1", "version: 1 closed: true"));
  EXPECT_THAT(message, StartsWith("teams-1.textproto:4:12: closed: "));
  EXPECT_THAT(message, HasSubstr("kopa call close"));
}

TEST(Loader, AnUnknownFieldIsToldWithFileLineAndColumn) {
  const std::string message = MessageOf("teams-1.textproto", Replaced("version:", "verison:"));
  EXPECT_THAT(message, StartsWith("teams-1.textproto:4:8: "));
  EXPECT_THAT(message, HasSubstr("verison"));
}

TEST(Loader, ABadValueIsToldWithItsField) {
  const std::string message =
      MessageOf("teams-1.textproto", Replaced("members: 3", "members: three"));
  EXPECT_THAT(message, StartsWith("teams-1.textproto:12:17: members: "));
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("POLICY_ON_DEMAND", "POLICY_SOMEHOW")),
              StartsWith("teams-1.textproto:14:3: policy: "));
}

TEST(Loader, AFieldGivenTwiceIsRefused) {
  EXPECT_THAT(MessageOf("teams-1.textproto", absl::StrCat(kTeams, "version: 2\n")),
              StartsWith("teams-1.textproto:17:"));
}

TEST(Loader, ABrokenRuleIsToldWithTheLineOfItsField) {
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("2024-02-01", "2023-02-01")),
              StartsWith("teams-1.textproto:8:3: window.closes: "));
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("max_age: 25", "max_age: 12")),
              StartsWith("teams-1.textproto:12:31: team.max_age: "));
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("en: \"Teacher\"", "")),
              StartsWith("teams-1.textproto:11:31: support_roles[0].name.en: "));
}

TEST(Loader, AMissingFieldIsToldWithTheLineOfWhatShouldHoldIt) {
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("  pending: PENDING_POLICY_SKIP\n", "")),
              StartsWith("teams-1.textproto:13:1: allotment.pending: "));
  EXPECT_THAT(MessageOf("teams-1.textproto", Replaced("version: 1\n", "")),
              StartsWith("teams-1.textproto:1:1: version: "));
}

TEST(Loader, AllBrokenRulesComeAtOnce) {
  const absl::Status status =
      ParseCall("teams-1.textproto", Replaced("version: 1", "version: 0\nterritory_date: 'x'"))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultsOf(status).size(), 2u);
}

TEST(Loader, AFileIsNamedAfterItsCall) {
  EXPECT_THAT(MessageOf("teams-2.textproto", kTeams),
              StartsWith("teams-2.textproto:1:1: id: the file of this call must be named "
                         "teams-1.textproto"));
}

TEST(Loader, ATextThatIsTooLongIsRefused) {
  EXPECT_FALSE(ParseCall("x.textproto", std::string(kCallFileBytesMax + 1, ' ')).ok());
}

TEST(Loader, ARequiredTeamCallMustBeInTheSet) {
  const auto file = [](absl::string_view name) {
    for (const EmbeddedFile& one : programme_data::Files()) {
      if (one.path == name) return one;
    }
    return EmbeddedFile{};
  };
  const EmbeddedFile projects = file("kontakts-2024.textproto");
  const EmbeddedFile teams = file("kontakts-teams-2024.textproto");
  EXPECT_TRUE(LoadCalls({projects, teams}).ok());
  EXPECT_THAT(std::string(LoadCalls({projects}).status().message()),
              HasSubstr("required_team_call: kontakts-teams-2024 is not among the calls"));
  const std::string other = absl::StrReplaceAll(
      projects.bytes,
      {{"required_team_call: \"kontakts-teams-2024\"", "required_team_call: \"kontakts-2023\""}});
  EXPECT_THAT(
      std::string(LoadCalls({EmbeddedFile{projects.path, other}, file("kontakts-2023.textproto")})
                      .status()
                      .message()),
      HasSubstr("kontakts-2023 is not a call for teams"));
}

TEST(Loader, ACallIsDefinedOnce) {
  const absl::Status status = LoadCalls({EmbeddedFile{"a/teams-1.textproto", kTeams},
                                         EmbeddedFile{"b/teams-1.textproto", kTeams}})
                                  .status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("b/teams-1.textproto:1:1: id: the call is also defined at "
                        "a/teams-1.textproto:1:1"));
}

TEST(Loader, FaultsOfAllFilesComeAtOnce) {
  const std::string one = Replaced("version: 1", "version: 0");
  const std::string two = Replaced("members: 3", "members: three");
  const absl::Status status = LoadCalls({EmbeddedFile{"a/teams-1.textproto", one},
                                         EmbeddedFile{"b/teams-1.textproto", two}})
                                  .status();
  EXPECT_EQ(FaultsOf(status).size(), 2u);
}

}  // namespace
}  // namespace kopa::programme
