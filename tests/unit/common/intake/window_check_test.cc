#include "common/intake/window_check.h"

#include <gmock/gmock.h>

#include "tests/unit/common/intake/application_fixture.h"

namespace kopa::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char kLater[] = "2030-01-01T00:00:00Z";

std::vector<Fault> Check(absl::string_view call, absl::string_view municipality,
                         absl::string_view received) {
  return CheckWindow(RulesOf(call), municipality, At(received), At(kLater));
}

TEST(WindowCheck, TheLastInstantIsInTimeAndTheNextIsNot) {
  EXPECT_THAT(Check("kontakts-2024", "0001000", "2024-05-17T20:59:59.999999Z"), IsEmpty());
  EXPECT_THAT(FaultsAsText(Check("kontakts-2024", "0001000", "2024-05-17T21:00:00Z")),
              ElementsAre("received_time WINDOW_CLOSED"));
}

TEST(WindowCheck, TheFirstInstantIsInTimeAndTheOneBeforeIsNot) {
  EXPECT_THAT(Check("kontakts-2024", "0001000", "2024-02-05T22:00:00Z"), IsEmpty());
  EXPECT_THAT(FaultsAsText(Check("kontakts-2024", "0001000", "2024-02-05T21:59:59Z")),
              ElementsAre("received_time WINDOW_NOT_OPEN"));
}

TEST(WindowCheck, MessagesTellLocalTime) {
  const Fault closed = Check("kontakts-2024", "0001000", "2024-06-01T00:00:00Z").at(0);
  EXPECT_THAT(closed.message, HasSubstr("the end of 2024-05-17 (Europe/Riga)"));
  EXPECT_THAT(closed.message_lv, HasSubstr("līdz 17.05.2024. plkst. 24.00 (Europe/Riga)"));
  const Fault not_open = Check("kontakts-2024", "0001000", "2024-01-01T00:00:00Z").at(0);
  EXPECT_THAT(not_open.message, HasSubstr("from 2024-02-06 00:00 (Europe/Riga)"));
  EXPECT_THAT(not_open.message_lv, HasSubstr("no 06.02.2024. plkst. 00.00 (Europe/Riga)"));
}

TEST(WindowCheck, ADeadlineWithinTheDayIsToldWithItsHour) {
  programme::v1::Call call = CallOf("kontakts-2024");
  call.mutable_window()->set_closes("2024-05-17T12:00:00");
  const std::vector<Fault> faults =
      CheckWindow(*programme::CallRules::Compile(call), "", At("2024-05-17T09:00:00Z"), At(kLater));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0].message, HasSubstr("until 2024-05-17 12:00 (Europe/Riga)"));
}

TEST(WindowCheck, AMunicipalitysOwnDeadlineCounts) {
  const char kAfterVecpiebalga[] = "2020-05-20T12:00:00Z";
  EXPECT_THAT(FaultsAsText(Check("pumpurs-2020", "0429300", kAfterVecpiebalga)),
              ElementsAre("received_time WINDOW_CLOSED"));
  EXPECT_THAT(Check("pumpurs-2020", "0641600", kAfterVecpiebalga), IsEmpty());
}

TEST(WindowCheck, AReceiptInTheFutureIsRefused) {
  const programme::CallRules rules = RulesOf("kontakts-2024");
  const absl::Time now = At("2024-03-01T12:00:00Z");
  EXPECT_THAT(CheckWindow(rules, "", now, now), IsEmpty());
  EXPECT_THAT(FaultsAsText(CheckWindow(rules, "", now + absl::Seconds(1), now)),
              ElementsAre("received_time RECEIVED_IN_FUTURE"));
  EXPECT_THAT(FaultsAsText(CheckWindow(rules, "", now + absl::Hours(24 * 200), now)),
              ElementsAre("received_time RECEIVED_IN_FUTURE"));
}

}  // namespace
}  // namespace kopa::intake
