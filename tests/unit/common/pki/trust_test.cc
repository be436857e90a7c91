#include "common/pki/trust.h"

#include <optional>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/pki/authority.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/pki/scratch_folder.h"

namespace kopa::pki {
namespace {

using ::testing::HasSubstr;

class TrustTest : public ::testing::Test {
 protected:
  struct Office {
    ScratchFolder folder;
    Authority authority;
    std::string anna;  // a certificate

    Office(const Clock* clock, Entropy* entropy)
        : authority(*Authority::Init(folder.path(), 100, clock, entropy)) {
      anna = *ReadFile(
          authority.Issue({HolderKind::kPerson, "anna"}, {}, std::nullopt)->certificate_file);
    }
    std::string File(const std::string& name) const {
      return *ReadFile(folder.path() + "/" + name);
    }
  };

  static absl::Status Check(const Trust& trust, const std::string& chain, absl::Time now) {
    return trust.Check(chain, Purpose::kClient, now).status();
  }

  ManualClock clock_{absl::FromUnixSeconds(1715979540)};
  SeededEntropy entropy_{3};
  Office ours_{&clock_, &entropy_};
  Office theirs_{&clock_, &entropy_};
};

TEST_F(TrustTest, HoldsForAsLongAsTheCertificateDoes) {
  const auto trust = Trust::Make(ours_.File("ca.crt"), "");
  ASSERT_TRUE(trust.ok()) << trust.status();
  const auto until = trust->Check(ours_.anna, Purpose::kClient, clock_.Now());
  ASSERT_TRUE(until.ok()) << until.status();
  EXPECT_EQ(*until, clock_.Now() + absl::Hours(24) * kPersonDaysDefault);
  EXPECT_TRUE(Check(*trust, ours_.anna, *until - absl::Seconds(1)).ok());
  EXPECT_THAT(std::string(Check(*trust, ours_.anna, *until).message()), HasSubstr("has expired"));
  EXPECT_THAT(std::string(Check(*trust, ours_.anna, clock_.Now() - absl::Hours(1)).message()),
              HasSubstr("not valid before"));
}

TEST_F(TrustTest, StrangersAreNotTrusted) {
  const auto trust = Trust::Make(ours_.File("ca.crt"), "");
  ASSERT_TRUE(trust.ok());
  for (const std::string& chain :
       {theirs_.anna, theirs_.anna + ours_.File("ca.crt"), theirs_.anna + ours_.anna,
        std::string("nothing"), std::string()}) {
    EXPECT_EQ(Check(*trust, chain, clock_.Now()).code(), absl::StatusCode::kUnauthenticated);
  }
  const auto both = Trust::Make(ours_.File("ca.crt") + theirs_.File("ca.crt"), "");
  ASSERT_TRUE(both.ok());
  EXPECT_TRUE(Check(*both, theirs_.anna, clock_.Now()).ok());
}

TEST_F(TrustTest, AListCountsForItsOwnAuthority) {
  ASSERT_TRUE(theirs_.authority.Revoke("anna", Reason::kUnspecified).ok());
  const std::string authorities = ours_.File("ca.crt") + theirs_.File("ca.crt");
  const auto trust = Trust::Make(authorities, ours_.File("ca.crl") + theirs_.File("ca.crl"));
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_TRUE(Check(*trust, ours_.anna, clock_.Now()).ok());
  EXPECT_FALSE(Check(*trust, theirs_.anna, clock_.Now()).ok());
  EXPECT_EQ(trust->revocations_until(), clock_.Now() + kRevocationsValid);
  // Also long after it should have been renewed.
  EXPECT_FALSE(Check(*trust, theirs_.anna, clock_.Now() + 2 * kRevocationsValid).ok());
  EXPECT_TRUE(Check(*trust, ours_.anna, clock_.Now() + 2 * kRevocationsValid).ok());
}

TEST_F(TrustTest, AListThatNobodyTrustedSignedIsRefused) {
  const auto trust = Trust::Make(ours_.File("ca.crt"), theirs_.File("ca.crl"));
  EXPECT_EQ(trust.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(trust.status().message()), HasSubstr("none of the trusted"));
  EXPECT_FALSE(Trust::Make(ours_.File("ca.crt"), "nothing").ok());
  EXPECT_FALSE(Trust::Make("nothing", "").ok());
  std::string damaged = ours_.File("ca.crl");
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(Trust::Make(ours_.File("ca.crt"), damaged).ok());
}

}  // namespace
}  // namespace kopa::pki
