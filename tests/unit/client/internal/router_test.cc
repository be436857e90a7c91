#include "client/internal/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;

class RouterTest : public ::testing::Test {
 protected:
  std::unique_ptr<Router> Create(const std::string& only_node) {
    auto router = Router::Create(testing::ProjectCall(), only_node, &clock_);
    EXPECT_TRUE(router.ok()) << router.status();
    return *std::move(router);
  }

  static InputApplication Of(const std::string& municipality) {
    InputApplication application;
    application.input.set_external_ref("A-1");
    application.input.set_municipality(municipality);
    application.lines = {2};
    return application;
  }

  const ManualClock clock_{absl::FromUnixSeconds(1'720'000'000)};
};

TEST_F(RouterTest, GoesByTheMunicipality) {
  const auto router = Create("");
  EXPECT_EQ(router->Decide(Of("Rīga")).node, "riga-latgale");
  EXPECT_EQ(router->Decide(Of("Jelgavas novads")).node, "zemgale");
  EXPECT_EQ(router->Decide(Of("liepāja")).node, "vidzeme-kurzeme");
}

TEST_F(RouterTest, WithOneNodeEverythingGoesThere) {
  const auto router = Create("zemgale");
  EXPECT_EQ(router->Decide(Of("Rīga")).node, "zemgale");
  EXPECT_EQ(router->Decide(Of("nowhere")).node, "zemgale");
}

TEST_F(RouterTest, WhatCannotBeRoutedGetsAllItsFaults) {
  const auto router = Create("");
  const Router::Route route = router->Decide(Of("Atlantis"));
  EXPECT_EQ(route.node, "");
  EXPECT_THAT(route.faults, Contains(Field(&Fault::code, "UNKNOWN_MUNICIPALITY")));
  EXPECT_THAT(route.faults, Contains(Field(&Fault::field, "title")));
}

TEST_F(RouterTest, AFieldThatCouldNotBeReadIsNotCalledMissingToo) {
  const auto router = Create("");
  InputApplication application = Of("Rīga");
  application.faults = {{"amount_eur", "BAD_AMOUNT", "no number", ""}};
  const Router::Route route = router->Decide(application);
  EXPECT_EQ(route.node, "riga-latgale");
  int of_amount = 0;
  for (const Fault& fault : route.faults) of_amount += fault.field == "amount_eur" ? 1 : 0;
  EXPECT_EQ(of_amount, 1);
  EXPECT_THAT(route.faults, Contains(Field(&Fault::field, "title")));
}

TEST_F(RouterTest, ARowThatCouldNotBeReadIsNotJudgedAnyFurther) {
  const auto router = Create("");
  InputApplication application = Of("Rīga");
  application.faults = {{"", "BAD_ROW", "too many cells", ""}};
  application.is_readable = false;
  EXPECT_EQ(router->Decide(application).faults, application.faults);
}

TEST_F(RouterTest, TheSameNameGivesTheSameNodeAgain) {
  const auto router = Create("");
  EXPECT_EQ(router->Decide(Of("Rīga")).node, router->Decide(Of("Rīga")).node);
  EXPECT_THAT(router->Decide(Of("Rīga")).faults, IsEmpty());
  EXPECT_THAT(router->Decide(Of("Atlantis")).faults, Not(IsEmpty()));
  EXPECT_THAT(router->Decide(Of("Atlantis")).faults, Not(IsEmpty()));
}

TEST_F(RouterTest, AnApplicationIsToldByItsNodeReferenceAndApplicant) {
  const auto router = Create("");
  const auto of = [&](const std::string& node, const std::string& reference,
                      const std::string& reg_no) {
    kopa::region::v1::ApplicationInput input;
    input.set_external_ref(reference);
    input.mutable_applicant()->set_reg_no(reg_no);
    return router->IdentityOf(node, input, false).reference;
  };
  EXPECT_EQ(of("zemgale", "A", "1"), of("zemgale", "A", "1"));
  EXPECT_NE(of("zemgale", "A", "1"), of("riga-latgale", "A", "1"));
  EXPECT_NE(of("zemgale", "A", "1"), of("zemgale", "B", "1"));
  EXPECT_NE(of("zemgale", "A", "1"), of("zemgale", "A", "2"));
}

TEST_F(RouterTest, ContentIsComparedInItsNormalForm) {
  const auto router = Create("");
  kopa::region::v1::ApplicationInput input = Of("Rīga").input;
  input.add_activities("b");
  input.add_activities("a");
  kopa::region::v1::ApplicationInput same = input;
  same.set_municipality("0001000");
  same.mutable_activities()->SwapElements(0, 1);
  EXPECT_EQ(router->IdentityOf("n", input, true).content,
            router->IdentityOf("n", same, true).content);
  same.set_title("other");
  EXPECT_NE(router->IdentityOf("n", input, true).content,
            router->IdentityOf("n", same, true).content);
  EXPECT_EQ(router->IdentityOf("n", input, true).reference,
            router->IdentityOf("n", same, true).reference);
}

}  // namespace
}  // namespace kopa::client
