#include "regional-node/service/school_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/programme/call_rules.h"
#include "common/storage/memory_store.h"
#include "regional-node/core/families.h"

namespace kopa::node {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const CallId kTeams("teams-2024");

national::v1::SchoolAnnounced School(const std::string& reg_no, const std::string& name) {
  national::v1::SchoolAnnounced announced;
  announced.set_call(kTeams.value());
  announced.mutable_school()->set_reg_no(reg_no);
  announced.mutable_school()->set_name(name);
  return announced;
}

TEST(SchoolDirectory, ASchoolIsKnownByItsNumber) {
  SchoolDirectory schools;
  schools.Add(School("9900000001", "Parauga skola"));
  EXPECT_TRUE(schools.IsTrained(kTeams, "9900000001", "Parauga vidusskola"));
  EXPECT_FALSE(schools.IsTrained(kTeams, "9900000002", "Parauga skola"))
      << "another school of the same name";
  EXPECT_FALSE(schools.IsTrained(CallId("teams-2023"), "9900000001", "Parauga skola"));
}

TEST(SchoolDirectory, WhereANumberIsMissingTheNameTells) {
  SchoolDirectory schools;
  schools.Add(School("9900000001", "Rūjienas vidusskola"));
  schools.Add(School("", "Ķekavas vidusskola"));
  EXPECT_TRUE(schools.IsTrained(kTeams, "", "RŪJIENAS  vidusskola "));
  EXPECT_TRUE(schools.IsTrained(kTeams, "", "Rujienas vidusskola"));
  EXPECT_TRUE(schools.IsTrained(kTeams, "9900000003", "Ķekavas vidusskola"));
  EXPECT_FALSE(schools.IsTrained(kTeams, "", "Rūjienas pamatskola"));
}

TEST(SchoolDirectory, WhatWasLearnedIsLoadedAgain) {
  storage::MemoryStore store(FamilyNames().size());
  storage::WriteBatch batch;
  const auto school = School("9900000001", "Parauga skola");
  batch.Put(kSchool, SchoolKey(school), school.SerializeAsString());
  ASSERT_TRUE(store.Write(batch).ok());
  SchoolDirectory schools;
  ASSERT_TRUE(schools.Load(*store.Snapshot()).ok());
  EXPECT_TRUE(schools.IsTrained(kTeams, "9900000001", ""));

  batch.Put(kSchool, "damaged", "\xff");
  ASSERT_TRUE(store.Write(batch).ok());
  EXPECT_EQ(SchoolDirectory().Load(*store.Snapshot()).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace kopa::node
