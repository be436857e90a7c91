#include "common/base/calendar.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace kopa {
namespace {

absl::TimeZone Riga() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Riga", &zone));
  return zone;
}

// What `text` means in Riga, in UTC; "-" where it is refused.
std::string InUtc(absl::string_view text) {
  const auto time = ParseTime(text, Riga());
  if (!time.ok()) {
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument);
    return "-";
  }
  return FormatUtc(*time);
}

TEST(Calendar, ADayIsTenCharactersAndExists) {
  EXPECT_EQ(*ParseDay("2024-02-29"), absl::CivilDay(2024, 2, 29));
  for (const char* bad : {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-5-7",
                          "2024-5-017", "17.05.2024", "2024/05/17", "2024-05-17T", " 2024-5-17",
                          "+2024-5-17", "-024-05-17", "2024-5-17 ", "2024-05-1x"}) {
    EXPECT_EQ(ParseDay(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

// The deadline of the 2024 call as published: 17 May 23:59 in Riga is 20:59 UTC.
TEST(Calendar, LocalTimeIsThatOfTheZoneSummerAndWinter) {
  EXPECT_EQ(InUtc("2024-05-17T23:59:00"), "2024-05-17T20:59:00Z");
  EXPECT_EQ(InUtc("2024-05-17 23:59"), "2024-05-17T20:59:00Z");
  EXPECT_EQ(InUtc("2024-01-17T00:00"), "2024-01-16T22:00:00Z");
}

TEST(Calendar, ALocalTimeMayHaveMicroseconds) {
  EXPECT_EQ(InUtc("2024-05-17T23:59:00.5"), "2024-05-17T20:59:00.5Z");
  EXPECT_EQ(InUtc("2024-05-17 23:59:59.000001"), "2024-05-17T20:59:59.000001Z");
  EXPECT_EQ(InUtc("2024-05-17 23:59:59.999999"), "2024-05-17T20:59:59.999999Z");
  for (const char* bad :
       {"2024-05-17 23:59:59.", "2024-05-17 23:59:59.1234567", "2024-05-17 23:59:59.+1",
        "2024-05-17 23:59:59. 1", "2024-05-17 23:59:59.5x", "2024-05-17 23:59.5",
        "2024-03-31T03:30:00.5"}) {
    EXPECT_EQ(InUtc(bad), "-") << bad;
  }
}

TEST(Calendar, AnOffsetInTheTextBeatsTheZone) {
  EXPECT_EQ(InUtc("2024-05-17T20:59:00Z"), "2024-05-17T20:59:00Z");
  EXPECT_EQ(InUtc("2024-05-17T20:59:00+00:00"), "2024-05-17T20:59:00Z");
  EXPECT_EQ(InUtc("2024-05-17T23:59:00.25+03:00"), "2024-05-17T20:59:00.25Z");
}

// On 31 March 2024 clocks went from 03:00 to 04:00, on 27 October from 04:00 back to 03:00.
TEST(Calendar, ALocalTimeThatDaylightSavingSkipsIsRefused) {
  EXPECT_EQ(InUtc("2024-03-31T02:59:59"), "2024-03-31T00:59:59Z");
  EXPECT_EQ(InUtc("2024-03-31T03:00:00"), "-");
  EXPECT_EQ(InUtc("2024-03-31T03:30"), "-");
  EXPECT_EQ(InUtc("2024-03-31T03:59:59"), "-");
  EXPECT_EQ(InUtc("2024-03-31T04:00:00"), "2024-03-31T01:00:00Z");
}

TEST(Calendar, OfALocalTimeThatHappensTwiceTheFirstIsTaken) {
  EXPECT_EQ(InUtc("2024-10-27T02:59:59"), "2024-10-26T23:59:59Z");
  EXPECT_EQ(InUtc("2024-10-27T03:30:00"), "2024-10-27T00:30:00Z");
  EXPECT_EQ(InUtc("2024-10-27T04:00:00"), "2024-10-27T02:00:00Z");
}

TEST(Calendar, WhatIsNoTimeIsRefused) {
  for (const char* bad :
       {"", "2024-05-17", "23:59", "2024-05-17T24:01", "2024-05-17T12:60", "2024-02-30T10:00",
        "17.05.2024 23:59", "2024-05-17T23:59:00+3", "2024-05-17T23:59x", "infinite-past",
        "infinite-future", " 2024-05-17T20:59:00Z", "2024-05-17T20:59:00Z ", "2024-5-7T1:2:3Z",
        "2024-05-17  23:59", "12024-05-17T20:59:00Z"}) {
    EXPECT_EQ(InUtc(bad), "-") << bad;
  }
}

TEST(Calendar, FormattedTimesHaveMicrosecondsOnlyWhereNeeded) {
  EXPECT_EQ(FormatUtc(absl::FromUnixMicros(1'715'979'540'000'000)), "2024-05-17T20:59:00Z");
  EXPECT_EQ(FormatUtc(absl::FromUnixMicros(1'715'979'540'000'001)), "2024-05-17T20:59:00.000001Z");
}

TEST(Calendar, AgeCountsWholeYears) {
  const absl::CivilDay birth(2011, 5, 17);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2024, 5, 16)), 12);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2024, 5, 17)), 13);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2024, 12, 31)), 13);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2025, 1, 1)), 13);
  EXPECT_EQ(AgeOn(birth, birth), 0);
}

TEST(Calendar, OneBornOnALeapDayHasTheBirthdayOnTheFirstOfMarch) {
  const absl::CivilDay birth(2008, 2, 29);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2021, 2, 28)), 12);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2021, 3, 1)), 13);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2024, 2, 28)), 15);
  EXPECT_EQ(AgeOn(birth, absl::CivilDay(2024, 2, 29)), 16);
}

}  // namespace
}  // namespace kopa
