#include "client/cli/table.h"

#include <gtest/gtest.h>

namespace kopa::cli {
namespace {

TEST(Table, ColumnsAreAlignedByWhatATerminalShows) {
  Table table({{"municipality"}, {"EUR", true}, {"who"}});
  table.AddRow({"Rīga", "4600.00", "Anna"});
  table.AddRow({"Ķekavas novads", "12.00", "Bērziņš"});
  EXPECT_EQ(table.ToText(false),
            "municipality        EUR  who\n"
            "Rīga            4600.00  Anna\n"
            "Ķekavas novads    12.00  Bērziņš\n");
}

TEST(Table, WidthCountsCellsOfATerminal) {
  EXPECT_EQ(DisplayWidth("Rīga"), 4u);
  EXPECT_EQ(DisplayWidth("Ri\xCC\x84ga"), 4u);  // i and a combining macron
  EXPECT_EQ(DisplayWidth("漢字"), 4u);
  EXPECT_EQ(DisplayWidth("a\xFFz"), 3u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST(Table, ControlCharactersDoNotReachATerminal) {
  Table table({{"title"}});
  table.AddRow({"a\033[31mred\nline\x07"});
  EXPECT_EQ(table.ToText(false), "title\na [31mred line\n");
}

TEST(Table, ColourIsForTheHeadLineOnly) {
  Table table({{"a"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.ToText(true), "\033[1ma\033[0m\n1\n");
}

TEST(Table, CsvQuotesWhatItMustAndNamesColumnsPlainly) {
  Table table({{"requested EUR", true}, {"title"}});
  table.AddRow({"1.00", "say \"hello\", twice\nor more"});
  EXPECT_EQ(table.ToCsv(), "requested_eur,title\n1.00,\"say \"\"hello\"\", twice\nor more\"\n");
}

}  // namespace
}  // namespace kopa::cli
