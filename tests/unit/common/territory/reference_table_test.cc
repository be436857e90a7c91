#include "common/territory/reference_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kopa {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kColumns[] = {"a", "b"};

std::string ErrorOf(absl::string_view text) {
  const auto table = ReferenceTable::Parse("t.csv", text, kColumns);
  return table.ok() ? "" : std::string(table.status().message());
}

TEST(ReferenceTable, ReadsCellsByColumnNameInAnyOrder) {
  const auto table = ReferenceTable::Parse("t.csv", "b,note,a\n2,x,1\n4,,3", kColumns);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->size(), 2u);
  EXPECT_EQ(table->row(0).Get("a"), "1");
  EXPECT_EQ(table->row(0).Get("b"), "2");
  EXPECT_EQ(table->row(1).Get("note"), "");
  EXPECT_EQ(table->row(1).Get("no such column"), "");
}

TEST(ReferenceTable, ReadsQuotesLineBreaksAndBothLineEndings) {
  const auto table = ReferenceTable::Parse(
      "t.csv", "a,b\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\r\n\"\",\"last\"", kColumns);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->size(), 2u);
  EXPECT_EQ(table->row(0).Get("a"), "x, \"y\"");
  EXPECT_EQ(table->row(0).Get("b"), "1\r\n2");
  EXPECT_EQ(table->row(1).Get("a"), "");
  EXPECT_EQ(table->row(1).Get("b"), "last");
}

TEST(ReferenceTable, CountsLinesThroughQuotedLineBreaks) {
  const auto table = ReferenceTable::Parse("t.csv", "a,b\n\"1\n2\",x\n3,y\n", kColumns);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->row(0).Place(), "t.csv:2");
  EXPECT_EQ(table->row(1).Error("b", "it is bad").message(), "t.csv:4: column b: it is bad");
}

TEST(ReferenceTable, NamesFileLineAndColumnOfEachFault) {
  EXPECT_EQ(ErrorOf(""), "t.csv:1: column a: it is missing");
  EXPECT_EQ(ErrorOf("a,c\n1,2\n"), "t.csv:1: column b: it is missing");
  EXPECT_EQ(ErrorOf("a,b,a\n1,2,3\n"), "t.csv:1: column a: it is there twice");
  EXPECT_EQ(ErrorOf("a,b\n"), "t.csv:1: there are no rows");
  EXPECT_THAT(ErrorOf("\xEF\xBB\xBF"
                      "a,b\n1,2\n"),
              HasSubstr("t.csv:1: column a: it is missing"));
  EXPECT_EQ(ErrorOf("a,b\n1,2\n3\n"), "t.csv:3: the row has 1 cells, the header 2");
  EXPECT_EQ(ErrorOf("a,b\n1,2\n\n"), "t.csv:3: the row has 1 cells, the header 2");
  EXPECT_THAT(ErrorOf("a,b\n1,x\"y\n"), HasSubstr("t.csv:2: column 2: a quote inside a cell"));
  EXPECT_THAT(ErrorOf("a,b\n\"1\"x,2\n"), HasSubstr("t.csv:2: column 1: a comma or the end"));
  EXPECT_THAT(ErrorOf("a,b\n1,2\n3,\"4\n5"), HasSubstr("t.csv:3: column 2: the quotes"));
  EXPECT_THAT(ErrorOf("a,b\n1\r2,3\n"), HasSubstr("t.csv:2: column 1: a comma or the end"));
  EXPECT_THAT(ErrorOf("a,b\n1,\xE2\n"), HasSubstr("t.csv:2: column b: not UTF-8"));
  EXPECT_THAT(ErrorOf(absl::string_view("a,b\n1,\0\n", 8)), HasSubstr("column b: not UTF-8, or"));
}

}  // namespace
}  // namespace kopa
