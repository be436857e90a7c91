#include "client/internal/export/export_row.h"

#include <gtest/gtest.h>

#include "common/base/calendar.h"

namespace kopa::client {
namespace {

using kopa::national::v1::APPLICATION_STATUS_APPROVED;
using kopa::national::v1::APPLICATION_STATUS_CONTRACTED;
using kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using kopa::national::v1::APPLICATION_STATUS_REJECTED;
using kopa::region::v1::Application;

class ExportRowTest : public ::testing::Test {
 protected:
  ExportRowTest() {
    application_.mutable_summary()->set_application_id("0123456789abcdef");
    application_.mutable_content()->set_title("Our title");
  }

  void Step(kopa::national::v1::ApplicationStatus status, const std::string& time) {
    auto* entry = application_.add_history();
    entry->set_status(status);
    entry->mutable_time()->set_seconds(absl::ToUnixSeconds(*ParseTime(time, absl::UTCTimeZone())));
    application_.mutable_summary()->set_status(status);
  }
  ExportRow Row() const {
    absl::TimeZone riga;
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Riga", &riga));
    return *MakeExportRow(application_, "zemgale", riga);
  }

  Application application_;
};

TEST_F(ExportRowTest, TheAwardIsOfTheDayItWasFundedInRiga) {
  Step(APPLICATION_STATUS_EVALUATED, "2024-06-01T10:00:00Z");
  Step(APPLICATION_STATUS_PENDING_FUNDS, "2024-06-02T10:00:00Z");
  Step(APPLICATION_STATUS_APPROVED, "2024-06-03T21:30:00Z");  // past midnight there
  Step(APPLICATION_STATUS_CONTRACTED, "2024-06-09T10:00:00Z");
  EXPECT_EQ(Row().award_day, absl::CivilDay(2024, 6, 4));
  EXPECT_EQ(Row().status, "CONTRACTED");
}

TEST_F(ExportRowTest, AnApprovalThatWasUndoneDoesNotCount) {
  Step(APPLICATION_STATUS_APPROVED, "2024-06-03T10:00:00Z");
  Step(APPLICATION_STATUS_EVALUATED, "2024-06-04T10:00:00Z");
  Step(APPLICATION_STATUS_APPROVED, "2024-06-05T10:00:00Z");
  EXPECT_EQ(Row().award_day, absl::CivilDay(2024, 6, 5));
  Step(APPLICATION_STATUS_EVALUATED, "2024-06-06T10:00:00Z");
  Step(APPLICATION_STATUS_REJECTED, "2024-06-07T10:00:00Z");
  EXPECT_FALSE(Row().award_day.has_value());
}

TEST_F(ExportRowTest, ATitleIsTakenOnlyOnceItIsChecked) {
  EXPECT_EQ(Row().checked_title, "");
  application_.set_title_checked(true);
  EXPECT_EQ(Row().checked_title, "Our title");
  application_.mutable_summary()->set_published_title("Published");
  EXPECT_EQ(Row().checked_title, "Published");
}

TEST_F(ExportRowTest, AnApplicationWithoutAnIdIsDamaged) {
  EXPECT_TRUE(absl::IsDataLoss(MakeExportRow(Application(), "zemgale", {}).status()));
}

}  // namespace
}  // namespace kopa::client
