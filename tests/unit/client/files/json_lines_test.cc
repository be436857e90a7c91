#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/internal/files/application_file.h"
#include "client/internal/files/json_names.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using programme::v1::APPLICATION_FORM_INITIATIVES;

constexpr absl::string_view kGood =
    R"({"external_ref":"A","applicant_reg_no":"1","participants":25,"amount_eur":1200.50,)"
    R"("activities":["council-work","inclusion"],"initiative_title":"Ideja"})";

std::vector<InputApplication> Read(absl::string_view content) {
  TestFolder folder;
  return ReadAll(folder.Write(content, "input.jsonl"), APPLICATION_FORM_INITIATIVES).value();
}

// What is wrong with one object that begins like a good one.
std::vector<Fault> FaultsWith(absl::string_view more) {
  const auto all = Read(absl::StrCat(R"({"participants":1,"amount_eur":"1",)", more, "}\n"));
  EXPECT_THAT(all, SizeIs(1));
  return all[0].faults;
}

TEST(JsonLines, TextsNumbersAndListsArrive) {
  const auto all = Read(absl::StrCat("\xEF\xBB\xBF\n", kGood, "\r\n\n", kGood));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].faults, IsEmpty());
  EXPECT_THAT(all[0].lines, ElementsAre(2, 4));
  ASSERT_EQ(all[0].input.initiatives_size(), 2);
  const region::v1::Initiative& initiative = all[0].input.initiatives(1);
  EXPECT_EQ(initiative.participants(), 25);
  EXPECT_EQ(initiative.amount_cents(), 120050);
  EXPECT_THAT(initiative.activities(), ElementsAre("council-work", "inclusion"));
  // As a row of the rejects file.
  EXPECT_EQ(all[0].rows[0][9], "council-work|inclusion");
  EXPECT_EQ(all[0].rows[0][11], "1200.50");
}

TEST(JsonLines, AnswersToLatvianNamesAndPassesOverThoseOfARejectsFile) {
  EXPECT_THAT(FaultsWith(R"("pašvaldība":"Ogre","line":7,"message":["x"],"contact_phone":null)"),
              IsEmpty());
}

TEST(JsonLines, AnUnknownNameAnywhereIsAFaultOfTheFile) {
  std::string content;
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&content, kGood, "\n");
  absl::StrAppend(&content, "{\"nonsense\": oops}\n",
                  R"({"municipallity":"Ogre","zzz":[1,2],"line":1})", "\n{\"zzz\":1}\n");
  TestFolder folder;
  const auto read =
      ReadAll(folder.Write(content, "input.jsonl"), APPLICATION_FORM_INITIATIVES).status();
  EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MarksOf(FaultsOf(read)),
            Marks({{"municipallity", "UNKNOWN_FIELD"}, {"zzz", "UNKNOWN_FIELD"}}));
  EXPECT_THAT(std::string(read.message()),
              HasSubstr("unknown field \"municipallity\" in line 2002 "
                        "(did you mean \"municipality\"?); unknown field \"zzz\" in line 2002"));
}

// What a pipe holds cannot be read twice.
TEST(JsonLines, FromAPipeOnlyTheBeginningIsLookedAtForUnknownNames) {
  const auto read = [](size_t lines_before) {
    std::string content;
    for (size_t i = 0; i < lines_before; ++i) absl::StrAppend(&content, kGood, "\n");
    absl::StrAppend(&content, R"({"external_ref":"B","participants":1,"amount_eur":1,"zzz":2})");
    TestFolder folder;
    const std::string path = folder.PathOf("pipe");
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(path) << content; });
    auto all = ReadAll(path, APPLICATION_FORM_INITIATIVES);
    writer.join();
    return all;
  };
  EXPECT_EQ(read(kNamesLinesMax - 1).status().code(), absl::StatusCode::kInvalidArgument);
  const auto all = read(kNamesLinesMax);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(MarksOf(all->back().faults), Marks({{"zzz", "UNKNOWN_FIELD"}}));
  EXPECT_THAT(all->back().lines, ElementsAre(kNamesLinesMax + 1));
}

TEST(JsonLines, ABrokenLineHasThatFaultAlone) {
  EXPECT_EQ(MarksOf(FaultsWith("\"title\":\"J\xE2nis\",\"partners\": oops")),
            Marks({{"", "BAD_JSON"}}));
}

TEST(JsonLines, BrokenJsonIsAFaultOfItsRowThatSaysWhere) {
  const auto all =
      Read(absl::StrCat(kGood, "\n{\"title\": oops}\n{\"title\":\"x\"\n",
                        R"({"external_ref":"B","participants":1,"amount_eur":1})", "\n"));
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_EQ(MarksOf(all[1].faults), Marks({{"", "BAD_JSON"}}));
  EXPECT_THAT(all[1].faults[0].message, HasSubstr("character 11"));
  EXPECT_THAT(all[2].lines, ElementsAre(3));
  EXPECT_THAT(all[3].faults, IsEmpty());
}

TEST(JsonLines, ValuesThatHaveNoPlaceAreFaults) {
  EXPECT_EQ(MarksOf(FaultsWith(R"("title":["a"])")), Marks({{"title", "BAD_JSON"}}));
  EXPECT_EQ(MarksOf(FaultsWith(R"("title":{"a":1})")), Marks({{"title", "BAD_JSON"}}));
  EXPECT_EQ(MarksOf(FaultsWith(R"("title":true)")), Marks({{"title", "BAD_JSON"}}));
  EXPECT_EQ(MarksOf(FaultsWith(R"("title":"a","title":"b")")), Marks({{"title", "BAD_JSON"}}));
  EXPECT_EQ(MarksOf(FaultsWith(R"("activities":[["a"]])")), Marks({{"activities", "BAD_JSON"}}));
  EXPECT_EQ(MarksOf(FaultsWith("\"title\":\"J\xE2nis Bērziņš\"")), Marks({{"", "BAD_ENCODING"}}));
}

TEST(JsonLines, DeepNestingAndLongLinesCostNothing) {
  const auto all = Read(absl::StrCat("{\"title\":", std::string(500'000, '['), "\n{\"title\":\"",
                                     std::string(2 << 20, 'x'), "\"}\n[1]\n5\n", kGood, "\n"));
  ASSERT_THAT(all, SizeIs(5));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(MarksOf(all[static_cast<size_t>(i)].faults).back().second, "BAD_JSON") << i;
  }
  EXPECT_THAT(all[4].lines, ElementsAre(5));
  EXPECT_THAT(all[4].faults, IsEmpty());
}

TEST(JsonLines, WhatIsAbsentIsEmpty) {
  const auto all = Read("{}\n");
  EXPECT_EQ(MarksOf(all[0].faults),
            Marks({{"participants", "MISSING_FIELD"}, {"amount_eur", "MISSING_FIELD"}}));
}

}  // namespace
}  // namespace kopa::client
