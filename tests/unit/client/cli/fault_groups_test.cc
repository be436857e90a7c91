#include "client/cli/fault_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace kopa::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

LineList Of(std::initializer_list<int64_t> lines) {
  LineList list;
  for (const int64_t line : lines) list.Add(line);
  return list;
}

TEST(LineList, RunsAreRanges) {
  EXPECT_EQ(Of({7}).Text(), "line 7");
  EXPECT_EQ(Of({2, 3, 4}).Text(), "lines 2-4");
  EXPECT_EQ(Of({2, 3, 5, 9, 10}).Text(), "lines 2-3, 5, 9-10");
}

TEST(LineList, OrderDoesNotMatter) {
  EXPECT_EQ(Of({10, 2, 9, 3, 5}).Text(), "lines 2-3, 5, 9-10");
  EXPECT_EQ(Of({2, 4, 3}).Text(), "lines 2-4");
  EXPECT_EQ(Of({4, 3}).Text(), "lines 3-4");
}

TEST(LineList, ALineIsCountedOnce) {
  LineList list;
  EXPECT_TRUE(list.Add(5));
  EXPECT_FALSE(list.Add(5));
  EXPECT_TRUE(list.Add(6));
  EXPECT_FALSE(list.Add(5));
  EXPECT_EQ(list.Text(), "lines 5-6");
}

TEST(LineList, ManyRangesAreCounted) {
  LineList list;
  for (int64_t line = 2; line <= 200; line += 2) EXPECT_TRUE(list.Add(line));
  EXPECT_THAT(list.Text(), HasSubstr(", 24 and 88 more"));
}

TEST(FaultGroups, OneCauseIsOneText) {
  FaultGroups groups;
  for (int64_t line = 2; line < 1'000; ++line) {
    groups.Add("in.csv", line, {"title", "TOO_LONG", absl::StrCat("not ", line), ""});
  }
  groups.Add("in.csv", 2, {"", "BAD_ROW", "no end", ""});
  groups.Add("other.csv", 2, {"", "BAD_ROW", "no end", ""});
  groups.Add("in.csv", 3, {"", "BAD_ROW", "a quote", ""});
  EXPECT_THAT(groups.Texts(10),
              ElementsAre("in.csv: TOO_LONG in title, 998 rows (lines 2-999): not 2",
                          "in.csv: BAD_ROW, 1 row (line 3): a quote",
                          "in.csv: BAD_ROW, 1 row (line 2): no end",
                          "other.csv: BAD_ROW, 1 row (line 2): no end"));
  EXPECT_THAT(groups.Texts(1), ElementsAre(HasSubstr("TOO_LONG"), "3 causes more, not shown here"));
  EXPECT_THAT(groups.ToJson(), SizeIs(4));
}

TEST(FaultGroups, AFileOfNonsenseDoesNotFillMemory) {
  FaultGroups groups;
  for (int i = 0; i < 10'000; ++i) {
    const std::string field = absl::StrCat("f", std::string(static_cast<size_t>(i % 500), 'x'));
    groups.Add("in.csv", i, {field, "UNKNOWN_FIELD", "unknown", ""});
  }
  EXPECT_THAT(groups.ToJson(), SizeIs(FaultGroups::kGroupsMax));
}

TEST(FaultGroups, NothingThatATerminalWouldObeyIsShown) {
  FaultGroups groups;
  groups.Add("in.csv", 2, {"a\x1b[2J", "UNKNOWN_FIELD", "", ""});
  EXPECT_THAT(groups.Texts(1), ElementsAre("in.csv: UNKNOWN_FIELD in a [2J, 1 row (line 2)"));
}

}  // namespace
}  // namespace kopa::cli
