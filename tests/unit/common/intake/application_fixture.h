#ifndef KOPA_TESTS_UNIT_COMMON_INTAKE_APPLICATION_FIXTURE_H_
#define KOPA_TESTS_UNIT_COMMON_INTAKE_APPLICATION_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/intake/check.h"

namespace kopa::intake {

// Applications that are right, made up, and the rules they are checked by.
region::v1::ApplicationInput KontaktsApplication(int initiatives);
region::v1::ApplicationInput PumpursApplication();
region::v1::ApplicationInput TeamApplication();

// Rules of one of the embedded calls.
programme::CallRules RulesOf(absl::string_view id);
programme::v1::Call CallOf(absl::string_view id);

absl::Time At(absl::string_view utc);

// "field CODE" of each fault, sorted. Expects every fault to speak both languages.
std::vector<std::string> FaultsAsText(const std::vector<Fault>& faults);

// Checks applications of one call at a time within its window.
class ApplicationCheck : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  ApplicationCheck(absl::string_view call, absl::string_view now)
      : rules_(RulesOf(call)), now_(At(now)) {}

  CheckedApplication Check(const region::v1::ApplicationInput& input) const {
    return CheckApplication(rules_, *territory_, input, now_, now_);
  }
  std::vector<std::string> FaultsOf(const region::v1::ApplicationInput& input) const {
    return FaultsAsText(Check(input).faults);
  }

  static Territory* territory_;
  const programme::CallRules rules_;
  const absl::Time now_;
};

}  // namespace kopa::intake

#endif  // KOPA_TESTS_UNIT_COMMON_INTAKE_APPLICATION_FIXTURE_H_
