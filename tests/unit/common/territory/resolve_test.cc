#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kMiddleDay;
using testing::kNewDay;
using testing::kOldDay;
using ::testing::Not;
using testing::ShippedTerritory;
using testing::TestTables;

// The code found, with "*" where it was repaired; else the code of the fault.
std::string Resolve(const Territory& territory, absl::string_view text, absl::CivilDay day) {
  const auto resolution = territory.Resolve(text, day);
  if (resolution.ok()) {
    return resolution->municipality->code + (resolution->repaired ? "*" : "");
  }
  const std::vector<Fault> faults = FaultsOf(resolution.status());
  return faults.size() == 1 ? faults[0].code : resolution.status().ToString();
}

Fault FaultOf(const Territory& territory, absl::string_view text, absl::CivilDay day) {
  const auto resolution = territory.Resolve(text, day);
  EXPECT_EQ(resolution.status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<Fault> faults = FaultsOf(resolution.status());
  EXPECT_EQ(faults.size(), 1u);
  return faults.empty() ? Fault() : faults[0];
}

TEST(Resolve, EveryMunicipalityByEachOfItsNamesAndItsCode) {
  const Territory territory = ShippedTerritory();
  for (absl::CivilDay day : {kOldDay, kMiddleDay, kNewDay}) {
    for (const Municipality* m : territory.All(day)) {
      EXPECT_EQ(Resolve(territory, m->code, day), m->code);
      EXPECT_EQ(Resolve(territory, m->name, day), m->code) << m->name;
      EXPECT_EQ(Resolve(territory, m->official_name, day), m->code) << m->official_name;
      for (const std::string& name : m->other_names) {
        EXPECT_EQ(Resolve(territory, name, day), m->code) << name;
      }
    }
  }
}

TEST(Resolve, NamesInAnyCaseFormAndSpacing) {
  const Territory territory = ShippedTerritory();
  for (const char* text :
       {"Rīga", "RĪGA", "rīga", "Riga", "riga", "Ri\u0304ga", "  Rīga\t", "Rīgas valstspilsēta",
        "Rigas valstspilseta", "RIGAS VALSTSPILSĒTA", "Rīgas \u00a0 valstspilsēta"}) {
    EXPECT_EQ(Resolve(territory, text, kMiddleDay), "0001000") << text;
  }
  EXPECT_EQ(Resolve(territory, "KEKAVAS NOVADS", kMiddleDay), "0034000");
  EXPECT_EQ(Resolve(territory, "ķekavas novads", kMiddleDay), "0034000");
}

TEST(Resolve, CitiesAreNotTheMunicipalitiesAroundThem) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(Resolve(territory, "Jelgava", kMiddleDay), "0003000");
  EXPECT_EQ(Resolve(territory, "Jelgavas valstspilsēta", kMiddleDay), "0003000");
  EXPECT_EQ(Resolve(territory, "Jelgavas novads", kMiddleDay), "0030000");
  EXPECT_EQ(Resolve(territory, "Ventspils", kMiddleDay), "0007000");
  EXPECT_EQ(Resolve(territory, "Ventspils novads", kMiddleDay), "0056000");
  EXPECT_EQ(Resolve(territory, "Rezekne", kMiddleDay), "0006000");
  EXPECT_EQ(Resolve(territory, "Rezeknes novads", kMiddleDay), "0043000");
  EXPECT_EQ(Resolve(territory, "Jēkabpils", kOldDay), "0110000");
  EXPECT_EQ(Resolve(territory, "Jēkabpils novads", kOldDay), "0560200");
  EXPECT_EQ(Resolve(territory, "Priekules novads", kOldDay), "0641600");
  EXPECT_EQ(Resolve(territory, "Priekulu novads", kOldDay), "0427300");
}

TEST(Resolve, TheSameNameIsAnotherMunicipalityAtAnotherTime) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(Resolve(territory, "Madonas novads", kOldDay), "0700200");
  EXPECT_EQ(Resolve(territory, "Madonas novads", absl::CivilDay(2025, 6, 30)), "0038000");
  EXPECT_EQ(Resolve(territory, "Madonas novads", absl::CivilDay(2025, 7, 1)), "0038001");
  EXPECT_EQ(Resolve(territory, "Varakļānu novads", absl::CivilDay(2025, 6, 30)), "0055000");
  EXPECT_EQ(Resolve(territory, "Rīgas pilsēta", kOldDay), "0010000");
  EXPECT_EQ(Resolve(territory, "Valmieras republikas pilsēta", kOldDay), "0250000");
}

TEST(Resolve, RepairsCodesWithoutLeadingZerosAndSaysSo) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(Resolve(territory, "0038001", kNewDay), "0038001");
  EXPECT_EQ(Resolve(territory, " 0038001 ", kNewDay), "0038001");
  EXPECT_EQ(Resolve(territory, "38001", kNewDay), "0038001*");
  EXPECT_EQ(Resolve(territory, "038001", kNewDay), "0038001*");
  EXPECT_EQ(Resolve(territory, "1000", kNewDay), "0001000*");
  EXPECT_EQ(Resolve(territory, "320200", kOldDay), "0320200*");
  // Not valid on that day, or no code at all: refused, never guessed.
  EXPECT_EQ(Resolve(territory, "38001", kMiddleDay), "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(Resolve(territory, "50000", kMiddleDay), "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(Resolve(territory, "1", kMiddleDay), "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(Resolve(territory, "0", kMiddleDay), "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(Resolve(territory, "38 001", kNewDay), "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(Resolve(territory, "00038001", kNewDay), "UNKNOWN_MUNICIPALITY");
}

TEST(Resolve, SaysWhatACodeOrNameOfAnotherTimeBecame) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(FaultOf(territory, "0050000", kMiddleDay).message,
            "Daugavpils (0050000) is not valid on 2024-05-17: it is valid until 2021-06-30, its "
            "successor is Daugavpils (0002000)");
  EXPECT_EQ(FaultOf(territory, "0050000", kMiddleDay).message_lv,
            "Daugavpils (0050000) nav spēkā 17.05.2024: spēkā līdz 30.06.2021; pēctecis: "
            "Daugavpils (0002000)");
  EXPECT_EQ(FaultOf(territory, "0038000", kNewDay).message,
            "Madonas novads (0038000) is not valid on 2025-07-01: it is valid from 2021-07-01 to "
            "2025-06-30, its successor is Madonas novads (0038001)");
  // Of the two that had this name, the nearer in time.
  EXPECT_THAT(FaultOf(territory, "Varakļānu novads", kNewDay).message,
              AllOf(HasSubstr("(0055000)"), HasSubstr("Madonas novads (0038001)")));
  EXPECT_THAT(FaultOf(territory, "daugavpils novads", kMiddleDay).message,
              HasSubstr("its successor is Augšdaugavas novads (0022000)"));
  EXPECT_THAT(FaultOf(territory, "Aglonas novads", kMiddleDay).message,
              HasSubstr("its successors are Krāslavas novads (0032000): Grāveru pagasts, "
                        "Kastuļinas pagasts, Šķeltovas pagasts; Preiļu novads (0042000): "
                        "Aglonas pagasts"));
  EXPECT_THAT(FaultOf(territory, "Rīgas pilsēta", kMiddleDay).message,
              HasSubstr("its successor is Rīga (0001000)"));
}

TEST(Resolve, SaysWhatCameBeforeAMunicipalityThatBeganLater) {
  const Territory territory = ShippedTerritory();
  const Fault fault = FaultOf(territory, "Augšdaugavas novads", kOldDay);
  EXPECT_EQ(fault.code, "UNKNOWN_MUNICIPALITY");
  EXPECT_EQ(fault.message,
            "Augšdaugavas novads (0022000) is not valid on 2018-10-01: it is valid from "
            "2021-07-01; before that: Daugavpils novads (0440200); Ilūkstes novads (0440801)");
  EXPECT_EQ(fault.message_lv,
            "Augšdaugavas novads (0022000) nav spēkā 01.10.2018: spēkā no 01.07.2021; pirms tam: "
            "Daugavpils novads (0440200); Ilūkstes novads (0440801)");
}

TEST(Resolve, SuggestsTheNearestNamesOfThatTime) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(FaultOf(territory, "Madona", kMiddleDay).message,
            "no municipality had this name on 2024-05-17; did you mean Madonas novads (0038000)?");
  EXPECT_THAT(FaultOf(territory, "Madona", kNewDay).message, HasSubstr("(0038001)"));
  EXPECT_THAT(FaultOf(territory, "Rigga", kMiddleDay).message, HasSubstr("mean Rīga (0001000)"));
  EXPECT_THAT(FaultOf(territory, "Ropažu novds", kMiddleDay).message, HasSubstr("mean Ropažu"));
  EXPECT_THAT(FaultOf(territory, "Cesis", kMiddleDay).message, HasSubstr("Cēsu novads"));
  EXPECT_THAT(FaultOf(territory, "Rigga", kMiddleDay).message_lv,
              AllOf(HasSubstr("Vai domājāt: Rīga (0001000)"), HasSubstr("17.05.2024")));
  EXPECT_THAT(FaultOf(territory, "Jaunjelgava", kMiddleDay).message, Not(HasSubstr("Jaunjel")));
  EXPECT_THAT(FaultOf(territory, "Jaunjelgava", kOldDay).message, HasSubstr("Jaunjelgavas novads"));
  // A wrong diacritic is no match, but the nearest there is.
  EXPECT_THAT(FaultOf(territory, "Rīgā", kMiddleDay).message, HasSubstr("mean Rīga (0001000)"));
  EXPECT_THAT(FaultOf(territory, "Xyzzy", kMiddleDay).message, Not(HasSubstr("mean")));
}

TEST(Resolve, ListsTheCandidatesOfAnAmbiguousName) {
  const auto territory = TestTables::Small().Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_EQ(Resolve(*territory, "Ālfas novads", kMiddleDay), "0000002");
  // Spelt in full goes before diacritics left out.
  EXPECT_EQ(Resolve(*territory, "Alfas novads", kMiddleDay), "0000001");
  const auto renamed = TestTables::Small()
                           .Edit("municipalities.csv", "Alfas", "Alfās")
                           .Edit("succession.csv", "Alfas", "Alfās")
                           .Edit("region_nodes.csv", "Alfas", "Alfās")
                           .Load();
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  const Fault fault = FaultOf(*renamed, "alfas novads", kMiddleDay);
  EXPECT_EQ(fault.code, "AMBIGUOUS_MUNICIPALITY");
  EXPECT_THAT(fault.message, HasSubstr("Alfās novads (0000001), Ālfas novads (0000002)"));
  EXPECT_THAT(fault.message_lv, HasSubstr("Alfās novads (0000001), Ālfas novads (0000002)"));
}

// What was divided in 2021 can't be told from its name alone in a call of the new municipalities.
TEST(Resolve, OfADividedMunicipalityListsWhatItsPartsCameTo) {
  const Territory territory = ShippedTerritory();
  const Fault aglona = FaultOf(territory, "Aglonas novads", kMiddleDay);
  EXPECT_EQ(aglona.code, "AMBIGUOUS_MUNICIPALITY");
  EXPECT_THAT(aglona.message, AllOf(HasSubstr("Krāslavas novads"), HasSubstr("Preiļu novads")));
  EXPECT_THAT(aglona.message_lv, AllOf(HasSubstr("Krāslavas novads"), HasSubstr("Preiļu novads")));
  const Fault incukalns = FaultOf(territory, "Incukalna novads", kMiddleDay);
  EXPECT_EQ(incukalns.code, "AMBIGUOUS_MUNICIPALITY");
  EXPECT_THAT(incukalns.message, AllOf(HasSubstr("Ropažu novads"), HasSubstr("Siguldas novads")));
  // In a call of the old ones they are what they were.
  EXPECT_EQ(Resolve(territory, "Aglonas novads", kOldDay), "0604300");
}

TEST(Resolve, TwoNamesOfOneMunicipalityAreNotAmbiguous) {
  const auto territory = TestTables::Small()
                             .Edit("municipalities_pre2021.csv", "Gammas pilsēta",
                                   "GAMMA;Gammas pilsēta;Gammās pilseta")
                             .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_EQ(Resolve(*territory, "Gamma", kOldDay), "0000012");
  EXPECT_EQ(Resolve(*territory, "gammas pilseta", kOldDay), "0000012");
}

TEST(Resolve, RefusesWhatIsNoNameAtAll) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(Resolve(territory, "", kMiddleDay), "MISSING_FIELD");
  EXPECT_EQ(Resolve(territory, " \u00a0", kMiddleDay), "MISSING_FIELD");
  EXPECT_EQ(Resolve(territory, "R\xEEga", kMiddleDay), "BAD_ENCODING");
  EXPECT_EQ(Resolve(territory, absl::string_view("R\0ga", 4), kMiddleDay), "BAD_TEXT");
  EXPECT_EQ(Resolve(territory, std::string(201, 'a'), kMiddleDay), "TOO_LONG");
  EXPECT_EQ(Resolve(territory, std::string(200, 'a'), kMiddleDay), "UNKNOWN_MUNICIPALITY");
}

TEST(Resolve, EveryFaultIsOnTheFieldAndInBothLanguages) {
  const Territory territory = ShippedTerritory();
  for (const char* text : {"", "R\xEEga", "Xyzzy", "9999999", "123", "12345678", "0050000"}) {
    const Fault fault = FaultOf(territory, text, kMiddleDay);
    EXPECT_EQ(fault.field, "municipality") << text;
    EXPECT_FALSE(fault.message.empty()) << text;
    EXPECT_FALSE(fault.message_lv.empty()) << text;
    EXPECT_NE(fault.message, fault.message_lv) << text;
  }
}

// A shifted column puts names, birth dates and personal codes here.
TEST(Resolve, NeverRepeatsAFreeText) {
  const Territory territory = ShippedTerritory();
  for (const char* text : {"Anna Paraugs", "161175-19997", "16117519997", "2008-03-01"}) {
    const auto resolution = territory.Resolve(text, kMiddleDay);
    EXPECT_THAT(resolution.status().ToString(), Not(HasSubstr(text)));
    const Fault fault = FaultOf(territory, text, kMiddleDay);
    EXPECT_THAT(fault.message + fault.message_lv, Not(HasSubstr(text)));
  }
}

}  // namespace
}  // namespace kopa
