#include "common/pki/index.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::pki {
namespace {

using ::testing::HasSubstr;

const absl::Time kIssued = absl::FromUnixSeconds(1715979540);  // 2024-05-17T20:59:00Z

std::vector<IndexEntry> Entries() {
  return {{"4a01", {HolderKind::kCentral, ""}, kIssued, kIssued + absl::Hours(24)},
          {"4a02", {HolderKind::kNode, "zemgale"}, kIssued, kIssued + absl::Hours(24)},
          {"4a03",
           {HolderKind::kPerson, "Jānis B"},
           kIssued,
           kIssued + absl::Hours(24),
           kIssued + absl::Hours(1),
           Reason::kKeyCompromise},
          {"4a04", {HolderKind::kPerson, "-"}, kIssued, kIssued + absl::Hours(24)}};
}

TEST(Index, IsPlainTextAndReadsBack) {
  const std::string text = FormatIndex(Entries());
  EXPECT_EQ(text,
            "kopa pki index 1\n"
            "4a01\tcentral\t-\t2024-05-17T20:59:00Z\t2024-05-18T20:59:00Z\t-\t-\n"
            "4a02\tnode\tzemgale\t2024-05-17T20:59:00Z\t2024-05-18T20:59:00Z\t-\t-\n"
            "4a03\tperson\tJ%C4%81nis%20B\t2024-05-17T20:59:00Z\t2024-05-18T20:59:00Z\t"
            "2024-05-17T21:59:00Z\tkey-compromise\n"
            "4a04\tperson\t%2D\t2024-05-17T20:59:00Z\t2024-05-18T20:59:00Z\t-\t-\n");
  const auto read = ParseIndex(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Entries());
}

TEST(Index, DamageIsNamedByItsLine) {
  const std::string good = FormatIndex(Entries());
  const auto fault = [](const std::string& text) {
    const absl::Status status = ParseIndex(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << text;
    return std::string(status.message());
  };
  EXPECT_THAT(fault(""), HasSubstr("line 1"));
  EXPECT_THAT(fault("kopa pki index 2\n"), HasSubstr("line 1"));
  EXPECT_THAT(fault(good.substr(0, good.size() - 1)), HasSubstr("cut off"));
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_THAT(fault(with("4a02\t", "4a02")), HasSubstr("line 3: has 6 cells"));
  EXPECT_THAT(fault(with("4a03", "xyz")), HasSubstr("line 4: has a serial number"));
  EXPECT_THAT(fault(with("node", "robot")), HasSubstr("line 3"));
  EXPECT_THAT(fault(with("2024-05-17T21:59:00Z", "yesterday")), HasSubstr("line 4"));
  EXPECT_THAT(fault(with("key-compromise", "boredom")), HasSubstr("unspecified, key-compromise"));
}

TEST(Index, StateFollowsTheTime) {
  const std::vector<IndexEntry> entries = Entries();
  EXPECT_EQ(entries[0].StateAt(kIssued), State::kValid);
  EXPECT_EQ(entries[0].StateAt(kIssued + absl::Hours(24) - absl::Seconds(1)), State::kValid);
  EXPECT_EQ(entries[0].StateAt(kIssued + absl::Hours(24)), State::kExpired);
  EXPECT_EQ(entries[2].StateAt(kIssued + absl::Hours(25)), State::kRevoked);
}

}  // namespace
}  // namespace kopa::pki
