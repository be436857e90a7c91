#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/files/csv_records.h"
#include "client/internal/files/line_reader.h"
#include "client/internal/files/table_reader.h"
#include "client/internal/files/text_source.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Cells = std::vector<std::string>;

// Of the heap, large blocks too. Under a sanitizer it is always 0.
size_t BytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::vector<TableRow> RowsOf(absl::string_view content) {
  TestFolder folder;
  auto table = TableReader::Open(folder.Write(content), {}).value();
  std::vector<TableRow> rows;
  while (true) {
    std::optional<TableRow> row = table->Next().value();
    if (!row.has_value()) return rows;
    rows.push_back(*std::move(row));
  }
}

TEST(FindSeparator, IsTheOneTheHeaderHasMostOfOutsideQuotes) {
  EXPECT_EQ(FindSeparator("a,b,c"), ',');
  EXPECT_EQ(FindSeparator("a;b;c"), ';');
  EXPECT_EQ(FindSeparator("a\tb\tc"), '\t');
  EXPECT_EQ(FindSeparator("\"a,b,c,d\";e;f"), ';');
  EXPECT_EQ(FindSeparator("evaluator"), ',');
}

TEST(TableReader, ReadsEachSeparator) {
  for (const char separator : {',', ';', '\t'}) {
    const std::string s(1, separator);
    const std::vector<TableRow> rows =
        RowsOf(absl::StrCat("a", s, "b", s, "c\n1", s, s, "3\n", s, s, "\n"));
    ASSERT_THAT(rows, SizeIs(2)) << s;
    EXPECT_THAT(rows[0].cells, ElementsAre("1", "", "3"));
    EXPECT_THAT(rows[1].cells, ElementsAre("", "", ""));
  }
}

TEST(TableReader, DescribesWhatItFound) {
  TestFolder folder;
  EXPECT_EQ(TableReader::Open(folder.Write("\xEF\xBB\xBF"
                                           "a;b\n"),
                              {})
                .value()
                ->description(),
            "UTF-8 with BOM, separator ';', 2 columns");
  EXPECT_EQ(TableReader::Open(folder.Write("skola\tv\xE2rds\n"), {}).value()->description(),
            "windows-1257, separator tab, 2 columns");
}

TEST(TableReader, QuotesLineBreaksAndLineEndsAreUnderstood) {
  for (const std::string end : {"\n", "\r\n"}) {
    const std::vector<TableRow> rows =
        RowsOf(absl::StrCat("a,b", end, "\"x \"\"y\"\", z\",1", end, end, "\"first", end, end,
                            "third\",2", end, "   ", end, " plain , \"q\" ", end, "last,\"\""));
    ASSERT_THAT(rows, SizeIs(4));
    EXPECT_THAT(rows[0].cells, ElementsAre("x \"y\", z", "1"));
    EXPECT_EQ(rows[0].line, 2);
    EXPECT_THAT(rows[1].cells, ElementsAre(absl::StrCat("first", end, end, "third"), "2"));
    EXPECT_EQ(rows[1].line, 4);
    EXPECT_THAT(rows[2].cells, ElementsAre("plain", "q"));
    EXPECT_EQ(rows[2].line, 8);
    EXPECT_THAT(rows[3].cells, ElementsAre("last", ""));
    EXPECT_EQ(rows[3].line, 9);
    for (const TableRow& row : rows) EXPECT_THAT(row.problem, IsEmpty());
  }
}

TEST(TableReader, CutLinesAndParsedLinesAreTheSame) {
  // The third cell ends with a doubled quote in one of the two, which sends the line through the
  // parser.
  for (const std::string cells :
       {"1,2,", " 1 ,\t2\t,", ",,", "\xC2\xA0ā\xC2\xA0,é,", "a b,c\rd,", "\"\",\"1\",",
        "\"1,2\" ,x,", " \" 1 \" , 5\" ,", "\"\t\",\r,", "a\"\"b,\" \","}) {
    const std::vector<TableRow> rows =
        RowsOf(absl::StrCat("a,b,c\r\n", cells, "z\r\n", cells, "\"z\"\"\"\r\n"));
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].cells[0], rows[1].cells[0]) << cells;
    EXPECT_EQ(rows[0].cells[1], rows[1].cells[1]) << cells;
    EXPECT_EQ(rows[0].cells[2], "z");
    EXPECT_EQ(rows[1].cells[2], "z\"");
    EXPECT_THAT(rows[1].cells, SizeIs(3));
  }
}

TEST(TableReader, AQuoteInsideAnUnquotedCellIsACharacter) {
  const std::vector<TableRow> rows =
      RowsOf("a,b,c\nBiedrība \"Saule\",2,\"3\"\n5\" gab,\"x\ny\",6\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].cells, ElementsAre("Biedrība \"Saule\"", "2", "3"));
  EXPECT_THAT(rows[1].cells, ElementsAre("5\" gab", "x\ny", "6"));
}

TEST(TableReader, ABadQuoteSpoilsItsOwnLineOnly) {
  const std::vector<TableRow> rows = RowsOf("a,b\n1,2\n\"Saule\" biedrība,4\n5,6\n");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[1].problem, HasSubstr("doubled"));
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_THAT(rows[1].cells, ElementsAre("\"Saule\" biedrība", "4"));
  EXPECT_THAT(rows[2].cells, ElementsAre("5", "6"));
  EXPECT_THAT(rows[2].problem, IsEmpty());
}

TEST(TableReader, AQuoteThatNeverEndsSpoilsItsOwnLineOnly) {
  std::string content = "a,b\n1,\"2\n";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&content, i, ",x\n");
  const std::vector<TableRow> rows = RowsOf(content);
  ASSERT_THAT(rows, SizeIs(1001));
  EXPECT_THAT(rows[0].problem, HasSubstr("no end"));
  EXPECT_THAT(rows[0].cells, ElementsAre("1", "\"2"));
  EXPECT_EQ(rows[1000].line, 1002);
  EXPECT_THAT(rows[1000].cells, ElementsAre("999", "x"));
}

TEST(TableReader, AQuotedCellThatIsTooLongIsFollowedByTheLinesWithinIt) {
  std::string content = "a,b\n1,\"2\n";
  while (content.size() < 2 * CsvRecords::kRecordBytesMax) absl::StrAppend(&content, "3,4\n");
  const std::vector<TableRow> rows = RowsOf(content);
  EXPECT_THAT(rows[0].problem, HasSubstr("no end within"));
  EXPECT_EQ(rows.back().line, static_cast<int64_t>(rows.size()) + 1);
  EXPECT_THAT(rows.back().cells, ElementsAre("3", "4"));
}

TEST(TableReader, AFileFullOfQuotesWithoutEndIsGivenUp) {
  TestFolder folder;
  std::string content = "a,b\n";
  // Each line opens a quote that the next one spoils.
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&content, "1,\"2\n");
  auto table = TableReader::Open(folder.Write(content), {}).value();
  absl::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = table->Next().status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
}

TEST(TableReader, ALineThatIsTooLongIsPassedOver) {
  const std::string content = absl::StrCat("a,b\n1,", std::string(3 << 20, 'x'), "\n2,3\n");
  const std::vector<TableRow> rows = RowsOf(content);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].problem, HasSubstr("longer than"));
  EXPECT_LT(rows[0].cells[1].size(), 5000u);
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_THAT(rows[1].cells, ElementsAre("2", "3"));
}

TEST(LineReader, MemoryDoesNotGrowWithTheLine) {
  TestFolder folder;
  const std::string path = folder.Write(absl::StrCat(std::string(32 << 20, 'x'), "\nend"));
  LineReader lines(TextSource::Open(path, "").value());
  const size_t before = BytesInUse();
  Line line;
  ASSERT_TRUE(lines.Next(&line).value());
  EXPECT_TRUE(line.is_too_long);
  // The buffer keeps what it has grown to.
  EXPECT_LT(BytesInUse(), before + (8 << 20));
  ASSERT_TRUE(lines.Next(&line).value());
  EXPECT_EQ(line.text, "end");
  EXPECT_EQ(line.number, 2);
  EXPECT_FALSE(lines.Next(&line).value());
}

TEST(TableReader, ARowWithAnotherNumberOfCellsIsAFaultOfThatRow) {
  TestFolder folder;
  auto table = TableReader::Open(folder.Write("a,b\n1\n1,2,3\n1,2\n"), {}).value();
  for (const char* problem : {"1 cells", "3 cells"}) {
    const TableRow row = *table->Next().value();
    EXPECT_THAT(row.problem, HasSubstr(problem));
    EXPECT_EQ(MarksOf(table->FaultsOf(row)), Marks({{"", "BAD_ROW"}}));
  }
  EXPECT_THAT(table->FaultsOf(*table->Next().value()), IsEmpty());
}

TEST(TableReader, LostCharactersAreToldByCell) {
  TestFolder folder;
  auto table =
      TableReader::Open(folder.Write("skola,vārds\nĀdaži,J\xE2nis\nĶegums,Anna\n"), {}).value();
  const TableRow row = *table->Next().value();
  EXPECT_EQ(MarksOf(table->FaultsOf(row)), Marks({{"vārds", "BAD_ENCODING"}}));
  EXPECT_EQ(row.cells[1], "J\xEF\xBF\xBDnis");
  EXPECT_THAT(table->FaultsOf(*table->Next().value()), IsEmpty());
}

TEST(TableReader, NulBytesStayInTheText) {
  for (const std::string quote : {"", "\""}) {
    const std::vector<TableRow> rows =
        RowsOf(absl::StrCat("a,b\n", quote, "some text", std::string(1, '\0'), "x", quote, ",2\n"));
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].cells[0], std::string("some text\0x", 11));
  }
}

TEST(TableReader, FindsColumnsHoweverTheyAreSpelled) {
  TestFolder folder;
  auto table = TableReader::Open(folder.Write("External_Ref;evaluator;2.4.1\n"), {}).value();
  EXPECT_EQ(table->FindColumn("external_ref"), 0u);
  EXPECT_EQ(table->FindColumn("2.4.1"), 2u);
  EXPECT_EQ(table->FindColumn("2.2"), std::nullopt);
  EXPECT_FALSE(table->Next().value().has_value());
}

TEST(TableReader, UnusableFilesAreRefused) {
  TestFolder folder;
  const auto error = [&](absl::string_view content) {
    const absl::Status status = TableReader::Open(folder.Write(content), {}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr("input.csv"));
    return std::string(status.message());
  };
  EXPECT_THAT(error(""), HasSubstr("empty"));
  EXPECT_THAT(error("\xEF\xBB\xBF"), HasSubstr("empty"));
  EXPECT_THAT(error("\n \r\n"), HasSubstr("empty"));
  EXPECT_THAT(error("a,b\r1,2\r"), HasSubstr("carriage return"));
  EXPECT_THAT(error("a,\"b\n1,2\n"), HasSubstr("row of column names"));
}

}  // namespace
}  // namespace kopa::client
