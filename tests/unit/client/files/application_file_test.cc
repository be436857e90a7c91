#include "client/internal/files/application_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using programme::v1::APPLICATION_FORM_INITIATIVES;
using programme::v1::APPLICATION_FORM_PROJECT;
using programme::v1::APPLICATION_FORM_TEAM;

// A file of projects with initiatives.
std::vector<InputApplication> Initiatives(absl::string_view rows) {
  TestFolder folder;
  return ReadAll(folder.Write(absl::StrCat(kInitiativeHeader, "\n", rows)),
                 APPLICATION_FORM_INITIATIVES)
      .value();
}

TEST(ApplicationFile, AllFieldsOfAnInitiativeArrive) {
  const auto all = Initiatives(absl::StrCat(InitiativeRow("A1"), "\n"));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].faults, IsEmpty());
  EXPECT_THAT(all[0].lines, ElementsAre(2));
  EXPECT_THAT(all[0].rows[0], SizeIs(16));
  const region::v1::ApplicationInput& input = all[0].input;
  EXPECT_EQ(input.external_ref(), "A1");
  EXPECT_EQ(input.municipality(), "0001000");
  EXPECT_EQ(input.applicant().name(), "Rīgas skola");
  EXPECT_EQ(input.applicant().reg_no(), "90000024455");
  EXPECT_EQ(input.applicant().type(), "municipality");
  EXPECT_EQ(input.title(), "Jauniešu projekts");
  EXPECT_EQ(input.personal().contact().name(), "Anna Bērziņa");
  EXPECT_EQ(input.personal().contact().email(), "anna@example.lv");
  EXPECT_EQ(input.personal().contact().phone(), "28638431");
  // 23:59 in Riga, which was three hours ahead.
  EXPECT_EQ(input.received_time().seconds(), 1715979540);
  EXPECT_EQ(input.amount_cents(), 0);
  ASSERT_EQ(input.initiatives_size(), 1);
  EXPECT_EQ(input.initiatives(0).school_name(), "1. vidusskola");
  EXPECT_EQ(input.initiatives(0).school_reg_no(), "4219902694");
  EXPECT_EQ(input.initiatives(0).title(), "Ideja");
  EXPECT_THAT(input.initiatives(0).activities(), ElementsAre("council-work", "anti-bullying"));
  EXPECT_EQ(input.initiatives(0).participants(), 25);
  EXPECT_EQ(input.initiatives(0).amount_cents(), 100000);
}

TEST(ApplicationFile, AllFieldsOfATeamArrive) {
  TestFolder folder;
  const auto all =
      ReadAll(folder.Write("external_ref;municipality;school_name;member1_name;member1_birth_date;"
                           "member2_name;member2_birth_date;member3_name;member3_birth_date;"
                           "support_name;support_role;support_email;support_phone\n"
                           "T1;Cēsu novads;Cēsu skola;A;2008-01-02;B;2009-03-04;;;D;teacher;"
                           "d@example.lv;28638431\n"),
              APPLICATION_FORM_TEAM)
          .value();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].faults, IsEmpty());
  const region::v1::ApplicationInput& input = all[0].input;
  EXPECT_EQ(input.applicant().name(), "Cēsu skola");
  EXPECT_EQ(input.applicant().reg_no(), "");
  EXPECT_FALSE(input.has_received_time());
  // The third is empty, not absent: which one is missing can be told.
  ASSERT_EQ(input.personal().members_size(), 3);
  EXPECT_EQ(input.personal().members(1).name(), "B");
  EXPECT_EQ(input.personal().members(1).birth_date(), "2009-03-04");
  EXPECT_EQ(input.personal().members(2).name(), "");
  EXPECT_EQ(input.personal().support().name(), "D");
  EXPECT_EQ(input.personal().support().role(), "teacher");
  EXPECT_EQ(input.personal().support().email(), "d@example.lv");
  EXPECT_EQ(input.personal().support().phone(), "28638431");
}

TEST(ApplicationFile, AllFieldsOfAProjectArrive) {
  TestFolder folder;
  const auto all =
      ReadAll(
          folder.Write("external_ref\tmunicipality\tapplicant_name\tapplicant_reg_no\t"
                       "applicant_type\tyouth_group\ttitle\tactivities\tgrades\trisks\t"
                       "participants\tpartners\tamount_eur\tcontact_name\tcontact_email\n"
                       "P1\tOgre\tSaule\t40008900007\tassociation\tyes\tKopā\t"
                       "motivation|initiative\t5|v1\tfamily\t40\tSkola | Centrs\t4 600,00\tAnna\t"
                       "a@example.lv\n"),
          APPLICATION_FORM_PROJECT)
          .value();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].faults, IsEmpty());
  const region::v1::ApplicationInput& input = all[0].input;
  EXPECT_EQ(input.youth_group(), "yes");
  EXPECT_THAT(input.activities(), ElementsAre("motivation", "initiative"));
  EXPECT_THAT(input.grades(), ElementsAre("5", "v1"));
  EXPECT_THAT(input.risks(), ElementsAre("family"));
  EXPECT_THAT(input.partners(), ElementsAre("Skola", "Centrs"));
  EXPECT_EQ(input.participants(), 40);
  EXPECT_EQ(input.amount_cents(), 460000);
  EXPECT_EQ(input.initiatives_size(), 0);
}

TEST(ApplicationFile, LatvianHeadersInWindows1257AreUnderstood) {
  TestFolder folder;
  // Pašvaldība;Pieteicējs;Reģistrācijas numurs
  const auto all =
      ReadAll(folder.Write("Atsauce;Pa\xF0vald\xEE"
                           "ba;Pieteic\xE7js;Re\xECistr\xE2"
                           "cijas numurs;"
                           "Pieteic\xE7ja veids;Projekta nosaukums;Skola;Iniciat\xEEva;"
                           "Aktivit\xE2tes;Dal\xEE"
                           "bnieku skaits;Summa;Kontaktpersona;E-pasts\r\n"
                           "A1;\xC2"
                           "da\xFEi;Saule;1;other;T;S;I;inclusion;3;10,5;Anna;a@b.lv\r\n"),
              APPLICATION_FORM_INITIATIVES)
          .value();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].faults, IsEmpty());
  EXPECT_EQ(all[0].input.municipality(), "Ādaži");
  EXPECT_EQ(all[0].input.initiatives(0).amount_cents(), 1050);
}

TEST(ApplicationFile, SaysWhatWasFound) {
  TestFolder folder;
  const std::string path = folder.Write(
      absl::StrCat("\xEF\xBB\xBF", absl::StrReplaceAll(kInitiativeHeader, {{",", ";"}}), "\n"));
  auto reader = ApplicationFileReader::Open(path, CallOfForm(APPLICATION_FORM_INITIATIVES)).value();
  EXPECT_EQ(reader->description(), "UTF-8 with BOM, separator ';', 16 columns");
  EXPECT_THAT(reader->columns(), SizeIs(16));
  EXPECT_FALSE(reader->Next().value().has_value());
  EXPECT_FALSE(reader->Next().value().has_value());
  EXPECT_EQ(reader->rows_read(), 0);
}

TEST(ApplicationFile, FaultsOfTheFileNameItAndListAll) {
  TestFolder folder;
  const absl::Status status =
      ReadAll(folder.Write(absl::StrReplaceAll(
                  kInitiativeHeader, {{"amount_eur", "amout_eur"}, {"title,", "tilte,"}})),
              APPLICATION_FORM_INITIATIVES)
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("input.csv"), HasSubstr("did you mean \"amount_eur\""),
                    HasSubstr("did you mean \"title\""), HasSubstr("missing column \"title\"")));
  EXPECT_THAT(FaultsOf(status), SizeIs(6));

  for (const char* content : {"", "\n\n", "[{\"external_ref\":1}]"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        ReadAll(folder.Write(content), APPLICATION_FORM_INITIATIVES).status()))
        << content;
  }
}

TEST(Grouping, ConsecutiveRowsOfOneReferenceAreOneApplication) {
  const auto all = Initiatives(
      absl::StrCat(InitiativeRow("A", "first"), "\n\n", InitiativeRow("A", "\"se\ncond\""), "\n",
                   InitiativeRow("B", "third"), "\n", InitiativeRow("A", "fourth"), "\n"));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].input.initiatives_size(), 2);
  EXPECT_EQ(all[0].input.initiatives(1).title(), "se\ncond");
  EXPECT_THAT(all[0].lines, ElementsAre(2, 4));
  EXPECT_THAT(all[1].lines, ElementsAre(6));
  EXPECT_EQ(all[2].input.initiatives(0).title(), "fourth");
  for (const InputApplication& application : all) EXPECT_THAT(application.faults, IsEmpty());
}

TEST(Grouping, AnotherApplicantOfTheSameReferenceIsAnotherApplication) {
  const std::string other =
      absl::StrReplaceAll(InitiativeRow("A"), {{"90000024455", "40008900007"}});
  EXPECT_THAT(Initiatives(absl::StrCat(InitiativeRow("A"), "\n", other, "\n")), SizeIs(2));
}

TEST(Grouping, RowsWithoutAReferenceStandAlone) {
  EXPECT_THAT(Initiatives(absl::StrCat(InitiativeRow(""), "\n", InitiativeRow(""), "\n")),
              SizeIs(2));
}

TEST(Grouping, WhatIsAboutTheApplicationMustBeTheSameInAllItsRows) {
  std::string second = absl::StrReplaceAll(InitiativeRow("A"),
                                           {{"0001000", "0002000"}, {"Jauniešu projekts", "Cits"}});
  const auto all =
      Initiatives(absl::StrCat(InitiativeRow("A"), "\n", InitiativeRow("A"), "\n", second, "\n"));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"initiatives[2].municipality", "CONFLICTING_ROWS"},
                                           {"initiatives[2].title", "CONFLICTING_ROWS"}}));
  EXPECT_THAT(all[0].faults[0].message, HasSubstr("line 2"));
}

TEST(Grouping, OtherFormsHaveOneRowEach) {
  TestFolder folder;
  const std::string header = absl::StrReplaceAll(
      kInitiativeHeader,
      {{"school_name,school_reg_no,initiative_title,", "youth_group,grades,risks,"}});
  const std::string row =
      absl::StrReplaceAll(InitiativeRow("A"), {{"1. vidusskola,4219902694,Ideja", "no,5,family"}});
  EXPECT_THAT(ReadAll(folder.Write(absl::StrCat(header, "\n", row, "\n", row, "\n")),
                      APPLICATION_FORM_PROJECT)
                  .value(),
              SizeIs(2));
}

TEST(Grouping, ABrokenRowSpoilsTheApplicationItBelongsTo) {
  // Too few cells, but its reference can be read.
  const auto all = Initiatives(absl::StrCat(InitiativeRow("A"), "\nA,0001000\n", InitiativeRow("A"),
                                            "\n", InitiativeRow("B"), "\n"));
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_THAT(all[0].lines, ElementsAre(2, 3, 4));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"initiatives[1].", "BAD_ROW"}}));
  EXPECT_FALSE(all[0].is_readable);
  EXPECT_THAT(all[1].faults, IsEmpty());
  EXPECT_TRUE(all[1].is_readable);
}

TEST(Grouping, ABrokenFirstRowSpoilsTheApplicationThatFollows) {
  const auto all = Initiatives(absl::StrCat("A,0001000\n", InitiativeRow("A", "second"), "\n"));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"initiatives[0].", "BAD_ROW"}}));
  EXPECT_EQ(all[0].input.title(), "Jauniešu projekts");
  EXPECT_EQ(all[0].input.initiatives(1).title(), "second");
}

TEST(Grouping, ARowOfUnknownReferenceCountsToTheApplicationAroundIt) {
  const std::string broken = "\"A\"x,1,2\n";
  auto all = Initiatives(absl::StrCat(InitiativeRow("A"), "\n", broken, InitiativeRow("A"), "\n"));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].lines, ElementsAre(2, 3, 4));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"initiatives[1].", "BAD_ROW"}}));

  all = Initiatives(
      absl::StrCat(InitiativeRow("A"), "\n", broken, broken, InitiativeRow("B"), "\n", broken));
  ASSERT_THAT(all, SizeIs(5));
  EXPECT_THAT(all[0].faults, IsEmpty());
  EXPECT_EQ(MarksOf(all[1].faults), Marks({{"", "BAD_ROW"}}));
  EXPECT_THAT(all[2].lines, ElementsAre(4));
  EXPECT_THAT(all[3].faults, IsEmpty());
  EXPECT_THAT(all[4].lines, ElementsAre(6));
}

TEST(Grouping, AnApplicationOfTooManyRowsIsRefusedInAllItsParts) {
  std::string rows;
  for (size_t i = 0; i < ApplicationAssembler::kRowsMax; ++i) {
    absl::StrAppend(&rows, InitiativeRow("A"), "\n");
  }
  EXPECT_THAT(Initiatives(rows)[0].faults, IsEmpty());
  const auto all = Initiatives(absl::StrCat(rows, InitiativeRow("A"), "\n\"A\"x\n",
                                            InitiativeRow("A"), "\n", InitiativeRow("B"), "\n"));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(all[0].rows, SizeIs(ApplicationAssembler::kRowsMax));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"external_ref", "TOO_MANY_ROWS"}}));
  EXPECT_THAT(all[1].rows, SizeIs(3));
  EXPECT_EQ(all[1].faults.back().code, "TOO_MANY_ROWS");
  EXPECT_THAT(all[2].faults, IsEmpty());
}

TEST(Values, AmountsAreTakenWithCommaOrPointAndNothingElse) {
  const std::pair<const char*, int64_t> good[] = {
      {"1000", 100000}, {"1000,5", 100050}, {"1000.05", 100005}, {" 1 000,00 ", 100000}, {"0", 0}};
  for (const auto& [text, cents] : good) {
    const auto all = Initiatives(absl::StrCat(InitiativeRow("A", "x", text), "\n"));
    EXPECT_THAT(all[0].faults, IsEmpty()) << text;
    EXPECT_EQ(all[0].input.initiatives(0).amount_cents(), cents) << text;
  }
  for (const char* bad :
       {"abc", "1e3", "10,123", "1.000,00", "-5", "5 EUR", "99999999999999999999"}) {
    const auto all = Initiatives(absl::StrCat(InitiativeRow("A", "x", bad), "\n"));
    EXPECT_EQ(MarksOf(all[0].faults), Marks({{"amount_eur", "BAD_AMOUNT"}})) << bad;
  }
  EXPECT_EQ(MarksOf(Initiatives(absl::StrCat(InitiativeRow("A", "x", ""), "\n"))[0].faults),
            Marks({{"amount_eur", "MISSING_FIELD"}}));
}

TEST(Values, ParticipantsAreAWholeNumber) {
  for (const char* bad : {"2.5", "-1", "some", "25 ca.", "0", "000", "99999999999999999999"}) {
    const std::string row =
        absl::StrReplaceAll(InitiativeRow("A"), {{",25,", absl::StrCat(",", bad, ",")}});
    EXPECT_EQ(MarksOf(Initiatives(row)[0].faults), Marks({{"participants", "BAD_NUMBER"}})) << bad;
  }
}

TEST(Values, ReceivedTimesAreOfRigaUnlessTheySayOtherwise) {
  const auto read = [](absl::string_view text) {
    return Initiatives(absl::StrReplaceAll(InitiativeRow("A"), {{"2024-05-17 23:59", text}}))[0];
  };
  EXPECT_EQ(read("2024-05-17T20:59:00Z").input.received_time().seconds(), 1715979540);
  EXPECT_EQ(read("2024-05-17T23:59:00+03:00").input.received_time().seconds(), 1715979540);
  EXPECT_EQ(read("2024-05-17T20:59:00.250Z").input.received_time().nanos(), 250000000);
  EXPECT_FALSE(read("").input.has_received_time());
  for (const char* bad : {"17.05.2024", "2024-05-17", "2024-02-30T10:00:00Z", "2024-03-31 03:30",
                          "0000-06-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "infinite-future",
                          "infinite-past", "99999-01-01T00:00:00Z", "soon"}) {
    EXPECT_EQ(MarksOf(read(bad).faults), Marks({{"received_time", "BAD_DATE"}})) << bad;
  }
}

TEST(Values, FaultsOfSeveralRowsAndFieldsAreAllThere) {
  const auto all = Initiatives(absl::StrCat(
      InitiativeRow("A", "x", "abc"), "\n",
      absl::StrReplaceAll(InitiativeRow("A", "J\xE2nis", "?"), {{",25,", ",x,"}}), "\n"));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(MarksOf(all[0].faults), Marks({{"initiatives[0].amount_eur", "BAD_AMOUNT"},
                                           {"initiatives[1].initiative_title", "BAD_ENCODING"},
                                           {"initiatives[1].participants", "BAD_NUMBER"},
                                           {"initiatives[1].amount_eur", "BAD_AMOUNT"}}));
  // What is put into the message must be valid, whatever the file has.
  EXPECT_EQ(all[0].input.initiatives(1).title(), "J\xEF\xBF\xBDnis");
}

TEST(ApplicationFile, ReadsFromAPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string content = absl::StrCat(kInitiativeHeader, "\n", InitiativeRow("A"), "\n");
  ASSERT_EQ(write(ends[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
  close(ends[1]);
  EXPECT_THAT(ReadAll(absl::StrCat("/dev/fd/", ends[0]), APPLICATION_FORM_INITIATIVES).value(),
              SizeIs(1));
  close(ends[0]);
}

TEST(ApplicationFile, ReadsFromStandardInput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string content = absl::StrCat(kInitiativeHeader, "\n", InitiativeRow("A"), "\n");
  ASSERT_EQ(write(ends[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
  close(ends[1]);
  const int kept = dup(STDIN_FILENO);
  ASSERT_EQ(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  EXPECT_THAT(ReadAll("-", APPLICATION_FORM_INITIATIVES).value(), SizeIs(1));
  EXPECT_THAT(ReadAll("-", APPLICATION_FORM_INITIATIVES).status().message(),
              HasSubstr("standard input: the file is empty"));
  dup2(kept, STDIN_FILENO);
  close(kept);
  close(ends[0]);
}

}  // namespace
}  // namespace kopa::client
