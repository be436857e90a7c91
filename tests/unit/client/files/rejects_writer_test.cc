#include "client/internal/files/rejects_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/internal/files/table_reader.h"
#include "common/base/file.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using programme::v1::APPLICATION_FORM_INITIATIVES;

InputApplication WithRows(std::vector<std::vector<std::string>> rows) {
  InputApplication application;
  for (size_t i = 0; i < rows.size(); ++i) {
    application.lines.push_back(static_cast<int64_t>(i) * 10 + 2);
  }
  application.rows = std::move(rows);
  return application;
}

TEST(RejectsWriter, PutsEachFaultToItsRow) {
  TestFolder folder;
  const std::string path = folder.PathOf("x.rejected.csv");
  auto writer = RejectsWriter::Create(path, {"a", "b"}).value();
  ASSERT_TRUE(writer
                  ->Add(WithRows({{"1", "2"}, {"3", "4"}, {"5", "6"}}),
                        {{"initiatives[1].amount_eur", "BAD_AMOUNT", "no amount", ""},
                         {"initiatives[1].participants", "BAD_NUMBER", "this | that", ""},
                         {"initiatives[1].", "BAD_ROW", "broken", ""}})
                  .ok());
  ASSERT_TRUE(
      writer->Add(WithRows({{"7", "8"}, {"9", "0"}}), {{"title", "TOO_LONG", "long", ""}}).ok());
  EXPECT_EQ(writer->rows(), 5);
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(ReadFile(path).value(),
            "a,b,line,field,code,message\n"
            "1,2,2,,SIBLING_REFUSED,refused because line 12 of the same application is\n"
            "3,4,12,amount_eur|participants|,BAD_AMOUNT|BAD_NUMBER|BAD_ROW,"
            "no amount|this / that|broken\n"
            "5,6,22,,SIBLING_REFUSED,refused because line 12 of the same application is\n"
            "7,8,2,title,TOO_LONG,long\n"
            "9,0,12,,SIBLING_REFUSED,refused because line 2 of the same application is\n");
}

TEST(RejectsWriter, TheApplicationsOwnFaultsAreMeantWhereTheServerHasNone) {
  TestFolder folder;
  const std::string path = folder.PathOf("r.csv");
  auto writer = RejectsWriter::Create(path, {"a"}).value();
  InputApplication application = WithRows({{"1"}});
  application.faults = {{"a", "BAD_DATE", "m", ""}};
  ASSERT_TRUE(writer->Add(application, {}).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_THAT(ReadFile(path).value(), HasSubstr("1,2,a,BAD_DATE,m\n"));
}

TEST(RejectsWriter, FieldsOfRowsThatAreNotThereGoToTheFirst) {
  TestFolder folder;
  const std::string path = folder.PathOf("r.csv");
  auto writer = RejectsWriter::Create(path, {"a"}).value();
  ASSERT_TRUE(writer
                  ->Add(WithRows({{"1"}}), {{"initiatives[7].title", "TOO_LONG", "m", ""},
                                            {"initiatives[x].title", "TOO_LONG", "m", ""},
                                            {"initiatives[", "TOO_LONG", "m", ""}})
                  .ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_THAT(ReadFile(path).value(), HasSubstr("1,2,title|initiatives[x].title|initiatives[,"));
}

TEST(RejectsWriter, OnlyItsOwnerMayReadTheFileFromTheBeginningOn) {
  TestFolder folder;
  const mode_t before = umask(0);
  const std::string path = folder.Write("old", "r.csv");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  auto writer = RejectsWriter::Create(path, {"a"}).value();
  umask(before);
  struct stat info {};
  ASSERT_EQ(stat((path + ".tmp").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  // What was there stays until the new file is whole.
  EXPECT_EQ(ReadFile(path).value(), "old");
  ASSERT_TRUE(writer->Add(WithRows({{"1"}}), {}).ok());
  ASSERT_TRUE(writer->Close().ok());
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(FileExists(path + ".tmp"));
}

TEST(RejectsWriter, WithoutRowsOrWithoutCloseNothingIsLeft) {
  TestFolder folder;
  const std::string path = folder.PathOf("r.csv");
  ASSERT_TRUE(RejectsWriter::Create(path, {"a"}).value()->Close().ok());
  EXPECT_FALSE(FileExists(path));
  EXPECT_FALSE(FileExists(path + ".tmp"));
  {
    auto writer = RejectsWriter::Create(path, {"a"}).value();
    ASSERT_TRUE(writer->Add(WithRows({{"1"}}), {}).ok());
  }
  EXPECT_FALSE(FileExists(path));
  EXPECT_FALSE(FileExists(path + ".tmp"));
}

TEST(RejectsWriter, APlaceThatCannotBeWrittenToIsKnownAtOnce) {
  TestFolder folder;
  EXPECT_TRUE(absl::IsNotFound(RejectsWriter::Create(folder.PathOf("no/r.csv"), {"a"}).status()));
}

// Reads, refuses everything, and reads what was written.
std::vector<InputApplication> ThroughRejects(const TestFolder& folder, const std::string& input,
                                             const std::string& output) {
  auto reader =
      ApplicationFileReader::Open(input, CallOfForm(APPLICATION_FORM_INITIATIVES)).value();
  auto writer = RejectsWriter::Create(folder.PathOf(output), reader->columns()).value();
  while (true) {
    const std::optional<InputApplication> application = reader->Next().value();
    if (!application.has_value()) break;
    KOPA_CHECK(writer->Add(*application, {{"title", "TOO_LONG", "long, \"very\"", ""}}).ok());
  }
  KOPA_CHECK(writer->Close().ok());
  return ReadAll(folder.PathOf(output), APPLICATION_FORM_INITIATIVES).value();
}

TEST(RejectsWriter, WhatItWritesIsReadAgainAsItWas) {
  TestFolder folder;
  std::string content = kInitiativeHeader;
  for (const char* title : {"=SUM(A1)", "+371", "-5", "@x", "\"two\r\nlines\"",
                            "\"a \"\"b\"\", c;d\"", "Ķīļ – „x”", "5\" gab", "#", "'", "\"\""}) {
    absl::StrAppend(&content, "\n", InitiativeRow("A", title));
  }
  absl::StrAppend(&content, "\n", InitiativeRow("B", std::string("NUL\0!", 5)), "\n");
  const std::string input = folder.Write(content);
  const auto original = ReadAll(input, APPLICATION_FORM_INITIATIVES).value();
  const auto once = ThroughRejects(folder, input, "once.csv");
  // Its own four columns do not pile up.
  const auto twice = ThroughRejects(folder, folder.PathOf("once.csv"), "twice.csv");
  for (const auto* again : {&once, &twice}) {
    ASSERT_EQ(again->size(), original.size());
    for (size_t i = 0; i < original.size(); ++i) {
      EXPECT_EQ((*again)[i].rows, original[i].rows);
      EXPECT_EQ((*again)[i].input.SerializeAsString(), original[i].input.SerializeAsString());
      EXPECT_EQ((*again)[i].faults, original[i].faults);
    }
  }
  const std::string twice_text = ReadFile(folder.PathOf("twice.csv")).value();
  const std::vector<std::string> lines = absl::StrSplit(twice_text, '\n');
  EXPECT_EQ(lines[0], absl::StrCat(kInitiativeHeader, ",line,field,code,message"));
}

TEST(RejectsWriter, MayReplaceTheFileThatIsBeingRead) {
  TestFolder folder;
  const std::string input =
      folder.Write(absl::StrCat(kInitiativeHeader, "\n", InitiativeRow("A"), "\n"));
  EXPECT_THAT(ThroughRejects(folder, input, "input.csv"), SizeIs(1));
}

TEST(RejectsWriter, ARowWithTooManyCellsStaysRefusedAndOneWithTooFewLinesUp) {
  TestFolder folder;
  const std::string input = folder.Write(
      absl::StrCat(kInitiativeHeader, "\n", InitiativeRow("A"), ",surplus\nB,0001000\n"));
  const auto again = ThroughRejects(folder, input, "r.csv");
  ASSERT_THAT(again, SizeIs(2));
  EXPECT_EQ(MarksOf(again[0].faults), Marks({{"", "BAD_ROW"}}));
  auto table = TableReader::Open(folder.PathOf("r.csv"), {}).value();
  EXPECT_EQ(table->Next().value()->cells.back(), "surplus");
  const TableRow short_row = *table->Next().value();
  EXPECT_EQ(short_row.cells[*table->FindColumn("line")], "3");
}

}  // namespace
}  // namespace kopa::client
