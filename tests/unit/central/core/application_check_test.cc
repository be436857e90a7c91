// What a node's summary may say.

#include "central/core/application_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "common/base/uuid.h"

namespace kopa::central {
namespace {

using ::kopa::national::v1::ApplicationSummary;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

programme::v1::Call ProjectCall() {
  programme::v1::Call call;
  call.set_form(programme::v1::APPLICATION_FORM_PROJECT);
  call.add_applicant_types()->set_id("association");
  for (const char* id : {"motivation", "participation"}) call.add_activities()->set_id(id);
  return call;
}

programme::v1::Call TeamCall() {
  programme::v1::Call call;
  call.set_form(programme::v1::APPLICATION_FORM_TEAM);
  return call;
}

ApplicationSummary Project() {
  ApplicationSummary summary;
  summary.set_application_id(std::string(16, 'a'));
  summary.set_municipality("0038001");
  summary.set_status(national::v1::APPLICATION_STATUS_CONTRACTED);
  summary.set_applicant_type("association");
  summary.add_activities("motivation");
  summary.add_activities("participation");
  summary.set_organisation_reg_no("40003032949");
  summary.set_organisation("Biedrība \"Jaunatne\" – Rīga");
  summary.mutable_requested()->set_cents(460'000);
  summary.mutable_awarded()->set_cents(460'000);
  summary.set_score_hundredths(4450);
  summary.set_paid_cents(414'000);
  summary.set_published_title("Kopā\nstiprāki");
  summary.add_school_reg_nos("3000000001");
  summary.add_school_reg_nos("3000000002");
  summary.mutable_received_time()->set_seconds(1'715'000'000);
  return summary;
}

ApplicationSummary Team() {
  ApplicationSummary summary;
  summary.set_municipality("0038001");
  summary.set_status(national::v1::APPLICATION_STATUS_TRAINED);
  summary.set_applicant_type("school");
  summary.set_organisation_reg_no("3000000001");
  summary.set_organisation("Rīgas 1. ģimnāzija");
  for (const auto& [from, to] : {std::pair(13, 15), std::pair(16, 17), std::pair(18, 25)}) {
    auto* band = summary.add_age_bands();
    band->set_from_age(from);
    band->set_to_age(to);
    band->set_people(1);
  }
  return summary;
}

TEST(CheckSummary, TakesWhatNodesWrite) {
  EXPECT_TRUE(CheckSummary(Project(), CallWords(ProjectCall())).ok());
  EXPECT_TRUE(CheckSummary(Team(), CallWords(TeamCall())).ok());
  ApplicationSummary bare;
  bare.set_municipality("0001000");
  bare.set_applicant_type("association");
  bare.set_status(national::v1::APPLICATION_STATUS_SUBMITTED);
  EXPECT_TRUE(CheckSummary(bare, CallWords(ProjectCall())).ok());
}

struct Bend {
  std::string what;
  std::function<void(ApplicationSummary&)> bend;
};

TEST(CheckSummary, RefusesWhatIsOutOfTheCallOrMakesNoSense) {
  const Bend bends[] = {
      {"municipality of six digits", [](auto& s) { s.set_municipality("003800"); }},
      {"municipality by name", [](auto& s) { s.set_municipality("Madona!"); }},
      {"another applicant type", [](auto& s) { s.set_applicant_type("municipality"); }},
      {"a school under a project call", [](auto& s) { s.set_applicant_type("school"); }},
      {"an activity of no call", [](auto& s) { s.set_activities(1, "zumba"); }},
      {"activities unsorted", [](auto& s) { s.mutable_activities()->SwapElements(0, 1); }},
      {"an activity twice", [](auto& s) { s.set_activities(1, "motivation"); }},
      {"a line feed in a name", [](auto& s) { s.set_organisation("a\nb"); }},
      {"a C1 control in a name",
       [](auto& s) {
         s.set_organisation(
             "a\xC2\x85"
             "b");
       }},
      {"a DEL in a name", [](auto& s) { s.set_organisation("a\x7F"); }},
      {"a name that is no UTF-8", [](auto& s) { s.set_organisation("a\xFF"); }},
      {"a name of 301 characters", [](auto& s) { s.set_organisation(std::string(301, 'a')); }},
      {"a registration number with letters",
       [](auto& s) { s.set_organisation_reg_no("4000303294x"); }},
      {"a registration number of 9 digits",
       [](auto& s) { s.set_organisation_reg_no("400030329"); }},
      {"a school number of 9 digits", [](auto& s) { s.set_school_reg_nos(0, "300000001"); }},
      {"schools unsorted", [](auto& s) { s.mutable_school_reg_nos()->SwapElements(0, 1); }},
      {"a title before an award",
       [](auto& s) { s.set_status(national::v1::APPLICATION_STATUS_EVALUATED); }},
      {"a title of 501 characters", [](auto& s) { s.set_published_title(std::string(501, 'a')); }},
      {"ages of a project", [](auto& s) { s.add_age_bands()->set_to_age(3); }},
      {"paid below nought", [](auto& s) { s.set_paid_cents(-1); }},
      {"paid beyond all measure", [](auto& s) { s.set_paid_cents(kMax); }},
      {"a score below nought", [](auto& s) { s.set_score_hundredths(-1); }},
      {"a score beyond all measure", [](auto& s) { s.set_score_hundredths(kMax); }},
      {"received before 1970", [](auto& s) { s.mutable_received_time()->set_seconds(-1); }},
      {"received for ever", [](auto& s) { s.mutable_received_time()->set_seconds(kMax); }},
      {"nanoseconds of more than a second",
       [](auto& s) { s.mutable_received_time()->set_nanos(1'000'000'000); }},
  };
  for (const Bend& one : bends) {
    ApplicationSummary summary = Project();
    one.bend(summary);
    const absl::Status status = CheckSummary(summary, CallWords(ProjectCall()));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << one.what;
  }
}

TEST(CheckSummary, ThreeHundredCharactersAreCountedNotBytes) {
  ApplicationSummary summary = Project();
  std::string name;
  for (int i = 0; i < 300; ++i) name += "ā";
  summary.set_organisation(name);
  EXPECT_TRUE(CheckSummary(summary, CallWords(ProjectCall())).ok());
  summary.set_organisation(name + "ā");
  EXPECT_FALSE(CheckSummary(summary, CallWords(ProjectCall())).ok());
}

TEST(CheckSummary, ATitleMayOutliveAnAwardThatWasTerminated) {
  ApplicationSummary summary = Project();
  summary.set_status(national::v1::APPLICATION_STATUS_TERMINATED);
  summary.clear_awarded();
  EXPECT_TRUE(CheckSummary(summary, CallWords(ProjectCall())).ok());
}

TEST(CheckSummary, ATeamIsASchoolsAndItsAgesAscend) {
  const Bend bends[] = {
      {"a team of an association", [](auto& s) { s.set_applicant_type("association"); }},
      {"an activity of a team", [](auto& s) { s.add_activities("motivation"); }},
      {"ages upside down", [](auto& s) { s.mutable_age_bands(0)->set_to_age(12); }},
      {"ages overlapping", [](auto& s) { s.mutable_age_bands(1)->set_from_age(15); }},
      {"ages nobody reaches", [](auto& s) { s.mutable_age_bands(2)->set_to_age(151); }},
      {"negative people", [](auto& s) { s.mutable_age_bands(0)->set_people(-1); }},
      {"more people than a team has", [](auto& s) { s.mutable_age_bands(0)->set_people(1001); }},
  };
  for (const Bend& one : bends) {
    ApplicationSummary summary = Team();
    one.bend(summary);
    EXPECT_FALSE(CheckSummary(summary, CallWords(TeamCall())).ok()) << one.what;
  }
}

TEST(CheckSummary, NeverRepeatsWhatTheNodeSent) {
  ApplicationSummary summary = Project();
  summary.set_applicant_type("Anna Bērziņa");
  const absl::Status status = CheckSummary(summary, CallWords(ProjectCall()));
  EXPECT_EQ(status.ToString().find("Anna"), std::string::npos) << status;
}

}  // namespace
}  // namespace kopa::central
