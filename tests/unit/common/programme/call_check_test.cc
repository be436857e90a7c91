#include "common/programme/call_check.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"
#include "data/territory_data.h"

namespace kopa::programme {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class CallCheck : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    territory_ = new Territory(*Territory::Load(territory_data::Files()));
    calls_ = new std::vector<v1::Call>(*LoadCalls(programme_data::Files(), territory_));
  }
  static void TearDownTestSuite() {
    delete territory_;
    delete calls_;
  }

  static v1::Call CallOf(absl::string_view id) {
    for (const v1::Call& call : *calls_) {
      if (call.id() == id) return call;
    }
    return {};
  }
  // The fields at fault after `change` of a call that is right.
  static std::vector<std::string> FieldsAfter(absl::string_view id,
                                              const std::function<void(v1::Call*)>& change) {
    v1::Call call = CallOf(id);
    change(&call);
    std::vector<std::string> fields;
    for (const Fault& fault : FindCallFaults(call, territory_)) {
      EXPECT_EQ(fault.code, "BAD_CALL");
      EXPECT_FALSE(fault.message.empty());
      fields.push_back(fault.field);
    }
    return fields;
  }

  static Territory* territory_;
  static std::vector<v1::Call>* calls_;
};

Territory* CallCheck::territory_ = nullptr;
std::vector<v1::Call>* CallCheck::calls_ = nullptr;

// Each line: a call that is right, what is merged into it as textproto after clearing the field
// that is named first, and the path that must be at fault.
struct Rule {
  const char* call;
  const char* clear;  // top-level field to clear first; empty: none
  const char* merge;
  const char* field;
};

constexpr Rule kRules[] = {
    {"kontakts-2024", "id", "", "id"},
    {"kontakts-2024", "", "id: 'Kontakts 2024'", "id"},
    {"kontakts-2024", "", "id: '-kontakts'", "id"},
    {"kontakts-2024", "programme", "", "programme"},
    {"kontakts-2024", "name", "name { lv: 'x' }", "name.en"},
    {"kontakts-2024", "name", "name { en: 'x' }", "name.lv"},
    {"kontakts-2024", "version", "", "version"},
    {"kontakts-2024", "form", "", "form"},
    {"kontakts-2024", "window", "", "window"},
    {"kontakts-2024", "", "window { opens: '' }", "window.opens"},
    {"kontakts-2024", "", "window { opens: 'soon' }", "window.opens"},
    {"kontakts-2024", "", "window { opens: '2024-02-30T00:00:00' }", "window.opens"},
    {"kontakts-2024", "", "window { opens: '2024-02-06T00:00:00Z' }", "window.opens"},
    {"kontakts-2024", "", "window { closes: '2024-02-06T00:00:00' }", "window.closes"},
    {"kontakts-2024", "", "window { closes: '' }", "window.closes"},
    {"kontakts-2024", "", "window { zone: 'Europe/Riika' }", "window.zone"},
    {"kontakts-2024", "", "territory_date: '2024-13-01'", "territory_date"},
    {"kontakts-2024", "", "eligible_costs_from: '12.08.2024'", "eligible_costs_from"},
    {"kontakts-2024", "", "eligible_costs_to: '2024-08-11'", "eligible_costs_to"},
    {"kontakts-2024", "", "limits { budget_cents: -1 }", "limits.budget_cents"},
    {"kontakts-2024", "", "limits { initiatives: -1 }", "limits.initiatives"},
    {"kontakts-2024", "", "limits { teams: 126 }", "limits.teams"},
    {"kontakts-teams-2024", "", "limits { teams: -1 }", "limits.teams"},
    {"kontakts-teams-2024", "", "limits { budget_cents: 1 }", "limits.budget_cents"},
    {"pumpurs-2020", "", "limits { initiatives: 1 }", "limits.initiatives"},
    {"kontakts-2024", "amount", "", "amount"},
    {"kontakts-2024", "", "amount { fixed_cents: 0 }", "amount.fixed_cents"},
    {"kontakts-2024", "", "amount { ceiling_per_application_cents: -5 }",
     "amount.ceiling_per_application_cents"},
    {"kontakts-2024", "", "amount { ceiling_per_initiative_cents: 0 }",
     "amount.ceiling_per_initiative_cents"},
    {"pumpurs-2020", "", "amount { ceiling_per_initiative_cents: 5 }",
     "amount.ceiling_per_initiative_cents"},
    {"pumpurs-2020", "", "amount { no_money: true }", "amount.no_money"},
    {"kontakts-teams-2024", "", "amount { no_money: false }", "amount.no_money"},
    {"kontakts-teams-2024", "", "amount { fixed_cents: 5 }", "amount"},
    {"kontakts-2024", "applicant_types", "", "applicant_types"},
    {"kontakts-2024", "activities", "", "activities"},
    {"kontakts-2024", "", "grades { id: '5' name { lv: 'x' en: 'x' } }", "grades"},
    {"pumpurs-2020", "grades", "", "grades"},
    {"pumpurs-2020", "risks", "", "risks"},
    {"kontakts-teams-2024", "support_roles", "", "support_roles"},
    {"kontakts-2024", "", "activities { id: 'inclusion' name { lv: 'x' en: 'x' } }",
     "activities[5].id"},
    {"kontakts-2024", "", "activities { id: 'New Kind' name { lv: 'x' en: 'x' } }",
     "activities[5].id"},
    {"kontakts-2024", "", "activities { id: 'new-kind' name { lv: 'x' } }",
     "activities[5].name.en"},
    {"kontakts-2024", "", "team { members: 3 min_age: 13 max_age: 25 }", "team"},
    {"kontakts-teams-2024", "team", "", "team"},
    {"kontakts-teams-2024", "", "team { members: 0 }", "team.members"},
    {"kontakts-teams-2024", "", "team { max_age: 12 }", "team.max_age"},
    {"kontakts-teams-2024", "", "team { min_age: -1 }", "team.min_age"},
    {"kontakts-teams-2024", "", "team { age_on: 'x' }", "team.age_on"},
    {"kontakts-2024", "", "required_team_call: 'kontakts-2024'", "required_team_call"},
    {"pumpurs-2020", "", "required_team_call: 'kontakts-teams-2024'", "required_team_call"},
    {"pumpurs-2020", "municipality_terms", "municipality_terms { municipality: '0429300' }",
     "municipality_terms[0]"},
    {"pumpurs-2020", "", "municipality_terms { municipality: '0429300' max_awards: 1 }",
     "municipality_terms[2].municipality"},
    {"pumpurs-2020", "", "municipality_terms { municipality: '0741001' max_awards: -1 }",
     "municipality_terms[2].max_awards"},
    {"pumpurs-2020", "", "municipality_terms { municipality: '741001' max_awards: 1 }",
     "municipality_terms[2].municipality"},
    // A code of 2021 is none on the day a call of 2020 opens.
    {"pumpurs-2020", "", "municipality_terms { municipality: '0026000' max_awards: 1 }",
     "municipality_terms[2].municipality"},
    {"pumpurs-2020", "",
     "municipality_terms { municipality: '0741001' window { opens: '2020-02-01T00:00:00' closes: "
     "'2020-01-01T00:00:00' } }",
     "municipality_terms[2].window.closes"},
    {"kontakts-2024", "",
     "evaluation { criteria { id: 'impact' name { lv: 'x' en: 'x' } max_hundredths: 100 "
     "step_hundredths: 50 } }",
     "evaluation.criteria[4].id"},
    {"kontakts-2024", "",
     "evaluation { criteria { id: 'new' name { lv: 'x' en: 'x' } max_hundredths: 0 "
     "step_hundredths: 1 } }",
     "evaluation.criteria[4].max_hundredths"},
    {"kontakts-2024", "",
     "evaluation { criteria { id: 'new' name { lv: 'x' en: 'x' } max_hundredths: 100 } }",
     "evaluation.criteria[4].step_hundredths"},
    {"kontakts-2024", "",
     "evaluation { criteria { id: 'new' name { lv: 'x' en: 'x' } max_hundredths: 100 "
     "step_hundredths: 30 } }",
     "evaluation.criteria[4].step_hundredths"},
    {"kontakts-2024", "",
     "evaluation { criteria { id: 'new' name { lv: 'x' en: 'x' } max_hundredths: 100 "
     "step_hundredths: 50 min_hundredths: 101 } }",
     "evaluation.criteria[4].min_hundredths"},
    {"kontakts-2024", "", "evaluation { min_total_hundredths: 4001 }",
     "evaluation.min_total_hundredths"},
    {"kontakts-2024", "", "evaluation { evaluations_needed: -1 }", "evaluation.evaluations_needed"},
    {"kontakts-2024", "allotment", "", "allotment.policy"},
    {"kontakts-2024", "allotment", "", "allotment.pending"},
    {"kontakts-2024", "", "allotment { typical_award_cents: -1 }", "allotment.typical_award_cents"},
    {"kontakts-2024", "", "allotment { shares { node: 'zemgale' basis_points: 10000 } }",
     "allotment.shares"},
    {"kontakts-2024", "",
     "allotment { policy: ALLOTMENT_POLICY_FIXED_SHARES shares { node: 'zemgale' basis_points: "
     "9999 } }",
     "allotment.shares"},
    {"kontakts-2024", "",
     "allotment { policy: ALLOTMENT_POLICY_FIXED_SHARES shares { node: 'kurzeme' basis_points: "
     "10000 } }",
     "allotment.shares[0].node"},
    {"kontakts-2024", "",
     "allotment { policy: ALLOTMENT_POLICY_FIXED_SHARES shares { node: 'zemgale' basis_points: "
     "10000 } shares { node: 'zemgale' } }",
     "allotment.shares[1].basis_points"},
    {"kontakts-2024", "", "evaluation { combination: 9 }", "evaluation.combination"},
    {"kontakts-2024", "ranking", "ranking { tie_breaks: TIE_BREAK_UNSPECIFIED }",
     "ranking.tie_breaks[0]"},
    {"kontakts-2024", "ranking", "ranking { tie_breaks: 99 }", "ranking.tie_breaks[0]"},
    {"kontakts-2024", "ranking",
     "ranking { tie_breaks: TIE_BREAK_LOWER_REQUEST tie_breaks: TIE_BREAK_MORE_INITIATIVES "
     "tie_breaks: TIE_BREAK_LOWER_REQUEST }",
     "ranking.tie_breaks[2]"},
    {"kontakts-2024", "ranking", "ranking { cut: 7 }", "ranking.cut"},
    {"kontakts-2024", "", "applicant_limits { max_applications: 0 }",
     "applicant_limits.max_applications"},
    {"kontakts-2024", "", "applicant_limits { max_awards: -1 }", "applicant_limits.max_awards"},
    {"kontakts-2024", "", "payments { advance_basis_points: 10001 }",
     "payments.advance_basis_points"},
    {"kontakts-2024", "", "payments { advance_basis_points: -1 }", "payments.advance_basis_points"},
    {"kontakts-2024", "open_data", "open_data { }", "open_data.prefix"},
    {"kontakts-2024", "", "open_data { prefix: 'JSPA' }", "open_data.prefix"},
    {"kontakts-2024", "open_data", "open_data { prefix: 'x' funder_id: 'LV-1' }",
     "open_data.funder_name"},
    {"kontakts-2024", "open_data", "open_data { prefix: 'x' funder_name: 'y' }",
     "open_data.funder_id"},
    {"kontakts-2024", "open_data", "open_data { prefix: 'x' description { lv: 'x' } }",
     "open_data.description.en"},
    {"kontakts-2024", "open_data", "open_data { prefix: 'x' description { en: 'x' } }",
     "open_data.description.lv"},
    {"kontakts-2024", "", "amendment { reason: 'x' }", "amendment.from_version"},
    {"kontakts-2024", "", "amendment { from_version: 1 }", "amendment.reason"},
};

TEST_F(CallCheck, EachRuleNamesTheFieldThatBreaksIt) {
  for (const Rule& rule : kRules) {
    const std::vector<std::string> fields = FieldsAfter(rule.call, [&](v1::Call* call) {
      if (*rule.clear != '\0') {
        call->GetReflection()->ClearField(call,
                                          v1::Call::descriptor()->FindFieldByName(rule.clear));
      }
      // Merging text replaces a singular field that is there already.
      google::protobuf::TextFormat::Parser parser;
      ASSERT_TRUE(parser.MergeFromString(rule.merge, call)) << rule.merge;
    });
    EXPECT_THAT(fields, Contains(rule.field))
        << rule.call << " " << rule.clear << " " << rule.merge;
  }
}

TEST_F(CallCheck, FixedSharesThatAddUpAreRight) {
  EXPECT_TRUE(
      FieldsAfter("kontakts-2024", [](v1::Call* call) {
        call->mutable_allotment()->set_policy(v1::ALLOTMENT_POLICY_FIXED_SHARES);
        for (const auto& [node, points] :
             {std::pair("riga-latgale", 5000), {"vidzeme-kurzeme", 3000}, {"zemgale", 2000}}) {
          v1::Share* share = call->mutable_allotment()->add_shares();
          share->set_node(node);
          share->set_basis_points(points);
        }
      }).empty());
}

TEST_F(CallCheck, ACallWithEverythingThatMayBeSaidIsRight) {
  EXPECT_TRUE(FieldsAfter("kontakts-2024", [](v1::Call* call) {
                google::protobuf::TextFormat::Parser parser;
                call->clear_ranking();
                ASSERT_TRUE(parser.MergeFromString(
                    "evaluation { combination: COMBINATION_MEDIAN }"
                    "ranking { apply_allowed: true tie_breaks: TIE_BREAK_EARLIER_RECEIVED "
                    "          tie_breaks: TIE_BREAK_LOWER_REQUEST cut: PENDING_POLICY_SKIP }"
                    "applicant_limits { max_applications: 1 max_awards: 1 }"
                    "payments { advance_basis_points: 10000 }"
                    "open_data { prefix: 'jspa-1' funder_id: 'LV-1' funder_name: 'x' "
                    "            description { lv: 'x' en: 'x' } }"
                    "amendment { from_version: 1 reason: 'x' }"
                    "closed: true",
                    call));
              }).empty());
}

TEST_F(CallCheck, WithoutTerritoryMunicipalitiesAreTrusted) {
  v1::Call call = CallOf("pumpurs-2020");
  call.mutable_municipality_terms(0)->set_municipality("9999999");
  EXPECT_TRUE(CheckCall(call, nullptr).ok());
  EXPECT_FALSE(CheckCall(call, territory_).ok());
}

TEST_F(CallCheck, AllFaultsComeAtOnce) {
  const absl::Status status = CheckCall(v1::Call(), territory_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"id", "programme", "name.lv", "name.en", "version", "form", "window",
                            "amount", "allotment.policy", "allotment.pending"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(field, ": ")));
  }
}

}  // namespace
}  // namespace kopa::programme
