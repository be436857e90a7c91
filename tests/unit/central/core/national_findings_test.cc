// What only the centre sees to be amiss.

#include "central/core/national_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "central/core/application_keys.h"
#include "central/core/verify.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::Finding;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kRegNo[] = "40003032949";

class NationalFindings : public CentralFixture {
 protected:
  void BeginWith(const programme::v1::Call& call) {
    Begin({call});
    for (ScriptedNode* node : {&a_, &b_}) {
      Join(*node);
      node->NoteAllotted(Allotted(*node));
    }
  }
  void Submit(ScriptedNode& node, uint8_t number, const std::string& reg_no,
              const std::vector<std::string>& schools = {}) {
    auto& draft = node.Draft(number);
    draft.set_organisation_reg_no(reg_no);
    draft.set_organisation("Biedrība");
    draft.clear_school_reg_nos();
    for (const std::string& school : schools) draft.add_school_reg_nos(school);
    node.Submit(number, Amounts(20, 1, 0));
    Send(node);
  }
  void Award(ScriptedNode& node, uint8_t number) {
    node.Award(number, Amounts(20, 1, 0));
    Send(node);
  }
  std::vector<Finding> All() {
    std::map<std::string, int64_t> awards;
    const NationalFold& fold = core_->fold();
    for (const auto& [key, sums] : fold.cells()) {
      awards[fold.names().municipalities.Name(key.municipality)] += sums.approved;
    }
    const auto found = FindNationally(*store_->Snapshot(), core_->calls().at(call_).call(), awards);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(std::vector<Finding>());
  }
  // "CODE subject: count of applications".
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    for (const Finding& finding : All()) {
      EXPECT_FALSE(finding.message().empty());
      EXPECT_FALSE(finding.message_lv().empty());
      lines.push_back(finding.code() + " " + finding.subject() + ": " +
                      std::to_string(finding.applications_size()));
    }
    return lines;
  }
};

TEST_F(NationalFindings, OneApplicantInSeveralRegionsIsFound) {
  BeginWith(TestCall(1200));
  Submit(a_, 1, kRegNo);
  Submit(a_, 2, kRegNo);
  EXPECT_THAT(Lines(), IsEmpty()) << "one region sees for itself";
  Submit(b_, 1, kRegNo);
  Submit(b_, 2, "");
  Submit(b_, 3, "");
  EXPECT_THAT(Lines(), ElementsAre("SAME_APPLICANT 40003032949: 3"));
  const Finding finding = All()[0];
  EXPECT_EQ(finding.applications(0).application_id().size(), 16u);
  EXPECT_EQ(finding.message(), "applicant 40003032949 has 3 applications in 2 regions");
  b_.Withdraw(1);
  Send(b_);
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(NationalFindings, ACorrectedNumberIsNoLongerFoundByTheOldOne) {
  BeginWith(TestCall(1200));
  Submit(a_, 1, kRegNo);
  Submit(b_, 1, kRegNo);
  ASSERT_THAT(Lines(), ElementsAre("SAME_APPLICANT 40003032949: 2"));
  Submit(b_, 1, "40003032950");
  EXPECT_THAT(Lines(), IsEmpty());
  Submit(a_, 1, "40003032950");
  EXPECT_THAT(Lines(), ElementsAre("SAME_APPLICANT 40003032950: 2"));
  ExpectVerified();
}

TEST_F(NationalFindings, ASchoolInSeveralProjectsIsFound) {
  BeginWith(TestCall(1200));
  Submit(a_, 1, "", {"3000000001", "3000000002"});
  Submit(a_, 2, "", {"3000000003"});
  EXPECT_THAT(Lines(), IsEmpty());
  Submit(b_, 1, "", {"3000000002", "3000000003"});
  EXPECT_THAT(Lines(), ElementsAre("SAME_SCHOOL 3000000002: 2", "SAME_SCHOOL 3000000003: 2"));
}

TEST_F(NationalFindings, TwoTeamsOfASchoolAreFoundByNumberOrName) {
  programme::v1::Call call = TestCall(-1);
  call.set_form(programme::v1::APPLICATION_FORM_TEAM);
  call.clear_applicant_types();
  call.clear_activities();
  call.mutable_limits()->set_teams(100);
  BeginWith(call);
  const auto team = [&](ScriptedNode& node, uint8_t number, const std::string& reg_no,
                        const std::string& name) {
    auto& draft = node.Draft(number);
    draft.set_applicant_type("school");
    draft.set_organisation(name);
    draft.set_organisation_reg_no(reg_no);
    if (!reg_no.empty()) draft.add_school_reg_nos(reg_no);
    node.Submit(number, Amounts(0, 0, 1));
    Send(node);
  };
  team(a_, 1, "3000000001", "Rīgas 1. ģimnāzija");
  team(b_, 1, "3000000002", "Ogres vidusskola");
  EXPECT_THAT(Lines(), IsEmpty());
  team(b_, 2, "", "OGRES  vidusskola");
  EXPECT_THAT(Lines(), ElementsAre("SAME_SCHOOL Ogres vidusskola: 2"));
  team(b_, 3, "3000000001", "Rigas 1. gimnazija");
  const auto lines = Lines();
  EXPECT_THAT(lines, ElementsAre("SAME_SCHOOL 3000000001: 2", "SAME_SCHOOL Ogres vidusskola: 2"))
      << "once, though number and name are both the same";
}

TEST_F(NationalFindings, LimitsOfAnApplicantCountOverAllRegions) {
  programme::v1::Call call = TestCall(1200);
  call.mutable_applicant_limits()->set_max_applications(2);
  call.mutable_applicant_limits()->set_max_awards(1);
  BeginWith(call);
  for (uint8_t number = 1; number <= 3; ++number) Submit(a_, number, kRegNo);
  EXPECT_THAT(Lines(), ElementsAre("APPLICANT_LIMIT 40003032949: 3"));
  a_.Withdraw(3);
  Send(a_);
  EXPECT_THAT(Lines(), IsEmpty());
  Award(a_, 1);
  EXPECT_THAT(Lines(), IsEmpty());
  Award(a_, 2);
  EXPECT_THAT(Lines(), ElementsAre("APPLICANT_LIMIT 40003032949: 2"));
  EXPECT_EQ(All()[0].message(), "applicant 40003032949 holds 2 awards; the call allows 1");
}

TEST_F(NationalFindings, MoreAwardsThanAMunicipalityMayHaveAreFound) {
  programme::v1::Call call = TestCall(1200);
  auto* terms = call.add_municipality_terms();
  terms->set_municipality("0641600");
  terms->set_max_awards(1);
  BeginWith(call);
  for (uint8_t number = 1; number <= 2; ++number) {
    a_.Draft(number).set_municipality("0641600");
    Submit(a_, number, "");
    EXPECT_THAT(Lines(), IsEmpty());
    Award(a_, number);
  }
  EXPECT_THAT(Lines(), ElementsAre("MUNICIPALITY_LIMIT 0641600: 2"));
  a_.Withdraw(1);
  Send(a_);
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(NationalFindings, KeysThatAreMissingFailTheCheckOfTheStore) {
  BeginWith(TestCall(1200));
  Submit(a_, 1, kRegNo);
  ExpectVerified();
  storage::WriteBatch batch;
  batch.Delete(kKey, StoredKey(call_, {KeyKind::kRegNo, kRegNo}, a_.IdOf(1)));
  ASSERT_TRUE(store_->Write(batch).ok());
  EXPECT_FALSE(Verify(*store_->Snapshot(), [] { return false; })->ok());
}

}  // namespace
}  // namespace kopa::central
