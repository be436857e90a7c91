#include "common/pki/authority.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/pki/certificate.h"
#include "common/pki/mint.h"
#include "common/pki/trust.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/pki/scratch_folder.h"

namespace kopa::pki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AuthorityTest : public ::testing::Test {
 protected:
  absl::StatusOr<Authority> Init(int days = 100) {
    return Authority::Init(Dir(), days, &clock_, &entropy_);
  }
  absl::StatusOr<Authority> Open() { return Authority::Open(Dir(), &clock_, &entropy_); }
  std::string Dir() const { return scratch_.path() + "/pki"; }
  static int ModeOf(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 0777) : -1;
  }
  // What one who has only the files makes of a certificate.
  absl::Status Trusts(const std::string& certificate_file, Purpose purpose) {
    const auto trust = Trust::Make(*ReadFile(Dir() + "/ca.crt"), *ReadFile(Dir() + "/ca.crl"));
    if (!trust.ok()) return trust.status();
    return trust->Check(*ReadFile(certificate_file), purpose, clock_.Now()).status();
  }

  const ScratchFolder scratch_;
  ManualClock clock_{absl::FromUnixSeconds(1715979540)};
  SeededEntropy entropy_{3};
};

TEST_F(AuthorityTest, WhatItIssuesIsTrustedForWhatItIsFor) {
  auto authority = Init();
  ASSERT_TRUE(authority.ok()) << authority.status();
  const auto node = authority->Issue({HolderKind::kNode, "zemgale"}, {}, std::nullopt);
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_THAT(node->hosts, ElementsAre("localhost", "127.0.0.1"));
  EXPECT_EQ(Trusts(node->certificate_file, Purpose::kServer), absl::OkStatus());
  EXPECT_EQ(Trusts(node->certificate_file, Purpose::kClient), absl::OkStatus());
  const auto facts = FactsOf(*ReadFile(node->certificate_file));
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->uris, ElementsAre("kopa://node/zemgale"));
  EXPECT_EQ(facts->serial, node->entry.serial);
  EXPECT_EQ(facts->not_after, clock_.Now() + absl::Hours(24) * kServerDaysDefault);
  EXPECT_EQ(CheckKeyBelongs(*ReadFile(node->certificate_file), *ReadFile(node->key_file)),
            absl::OkStatus());

  const auto anna = authority->Issue({HolderKind::kPerson, "Anna Ž"}, {}, std::nullopt);
  ASSERT_TRUE(anna.ok()) << anna.status();
  EXPECT_EQ(anna->certificate_file, Dir() + "/person-Anna%20%C5%BD.crt");
  EXPECT_EQ(anna->entry.not_after, clock_.Now() + absl::Hours(24) * kPersonDaysDefault);
  EXPECT_EQ(Trusts(anna->certificate_file, Purpose::kClient), absl::OkStatus());
  EXPECT_EQ(Trusts(anna->certificate_file, Purpose::kServer).code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(AuthorityTest, NobodyElseGetsAtItsKeys) {
  auto authority = Init();
  ASSERT_TRUE(authority.ok());
  const auto issued = authority->Issue({HolderKind::kPerson, "anna"}, {}, std::nullopt);
  ASSERT_TRUE(issued.ok());
  EXPECT_EQ(ModeOf(Dir()), 0700);
  EXPECT_EQ(ModeOf(Dir() + "/ca.key"), 0600);
  EXPECT_EQ(ModeOf(issued->key_file), 0600);
  EXPECT_EQ(ModeOf(Dir() + "/ca.crt"), 0644);
  authority = absl::UnknownError("let go of");
  chmod((Dir() + "/ca.key").c_str(), 0640);
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("chmod 600"));
  chmod((Dir() + "/ca.key").c_str(), 0600);
  chmod(Dir().c_str(), 0755);
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("chmod 700"));
  chmod(Dir().c_str(), 0700);
  EXPECT_TRUE(Open().ok());
}

TEST_F(AuthorityTest, OneAtATimeAndNeverAnotherInItsPlace) {
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kNotFound);
  auto authority = Init();
  ASSERT_TRUE(authority.ok());
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("another command"));
  authority = absl::UnknownError("let go of");
  EXPECT_EQ(Init().status().code(), absl::StatusCode::kAlreadyExists);
  // One that was killed before it was there is begun afresh.
  std::filesystem::remove(Dir() + "/ca.crt");
  EXPECT_EQ(Init().status(), absl::OkStatus());
}

TEST_F(AuthorityTest, RevokedCertificatesAreOnTheList) {
  auto authority = Init();
  ASSERT_TRUE(authority.ok());
  const auto old = authority->Issue({HolderKind::kPerson, "anna"}, {}, std::nullopt);
  const std::string old_certificate = *ReadFile(old->certificate_file);
  const auto anna = authority->Issue({HolderKind::kPerson, "anna"}, {}, std::nullopt);
  const auto berta = authority->Issue({HolderKind::kPerson, "berta"}, {}, std::nullopt);
  ASSERT_TRUE(berta.ok());
  const auto revoked = authority->Revoke("anna", Reason::kKeyCompromise);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_THAT(*revoked, SizeIs(2));
  EXPECT_THAT(std::string(Trusts(anna->certificate_file, Purpose::kClient).message()),
              HasSubstr("has been revoked"));
  EXPECT_EQ(Trusts(berta->certificate_file, Purpose::kClient), absl::OkStatus());
  // Again changes nothing; a serial number works too, in capitals as others print it.
  clock_.Advance(absl::Hours(1));
  const auto again = authority->Revoke("person/anna", Reason::kSuperseded);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *revoked);
  EXPECT_TRUE(authority->Revoke(berta->entry.serial, Reason::kUnspecified).ok());
  EXPECT_FALSE(Trusts(berta->certificate_file, Purpose::kClient).ok());
  EXPECT_EQ(authority->Revoke("carla", Reason::kUnspecified).status().code(),
            absl::StatusCode::kNotFound);
  // It is all there for the next command.
  const std::vector<IndexEntry> entries = authority->entries();
  authority = absl::UnknownError("let go of");
  EXPECT_EQ(Open()->entries(), entries);
}

TEST_F(AuthorityTest, WhoIsMeantMustBeClear) {
  auto authority = Init();
  ASSERT_TRUE(authority.ok());
  ASSERT_TRUE(authority->Issue({HolderKind::kPerson, "zemgale"}, {}, std::nullopt).ok());
  ASSERT_TRUE(authority->Issue({HolderKind::kNode, "zemgale"}, {}, std::nullopt).ok());
  ASSERT_TRUE(authority->Issue({HolderKind::kCentral, ""}, {}, std::nullopt).ok());
  const auto unclear = authority->Revoke("zemgale", Reason::kUnspecified);
  EXPECT_EQ(unclear.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unclear.status().message()), HasSubstr("kopa://node/"));
  for (const char* which : {"node/zemgale", "kopa://person/zemgale", "central"}) {
    const auto revoked = authority->Revoke(which, Reason::kUnspecified);
    ASSERT_TRUE(revoked.ok()) << revoked.status();
    EXPECT_THAT(*revoked, SizeIs(1)) << which;
  }
}

TEST_F(AuthorityTest, WrongRequestsAreRefused) {
  EXPECT_EQ(Init(0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Init(kAuthorityDaysMax + 1).status().code(), absl::StatusCode::kInvalidArgument);
  auto authority = Init(10);
  ASSERT_TRUE(authority.ok());
  const auto refusal = [&](const Holder& holder, std::vector<std::string> hosts,
                           std::optional<int> days) {
    const absl::Status status = authority->Issue(holder, std::move(hosts), days).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(refusal({HolderKind::kPerson, "anna"}, {"a.lv"}, 1), HasSubstr("no host"));
  EXPECT_THAT(refusal({HolderKind::kNode, "zemgale"}, {"a b"}, 1), HasSubstr("neither a DNS name"));
  EXPECT_THAT(refusal({HolderKind::kNode, "zemgale"}, {"a.lv,DNS:b.lv"}, 1), HasSubstr("neither"));
  EXPECT_THAT(refusal({HolderKind::kNode, "Zemgale"}, {}, 1), HasSubstr("lower-case"));
  EXPECT_THAT(refusal({HolderKind::kPerson, "anna"}, {}, 0), HasSubstr("1 to 397"));
  EXPECT_THAT(refusal({HolderKind::kPerson, "anna"}, {}, 398), HasSubstr("1 to 397"));
  EXPECT_THAT(refusal({HolderKind::kPerson, "anna"}, {}, std::nullopt),
              HasSubstr("authority itself"));
  EXPECT_THAT(authority->entries(), SizeIs(0));
  EXPECT_TRUE(
      authority->Issue({HolderKind::kNode, "zemgale"}, {"*.kopa.lv", "10.0.0.1", "::1"}, 5).ok());
}

TEST_F(AuthorityTest, TheListIsRenewedWithAHigherNumber) {
  auto authority = Init();
  ASSERT_TRUE(authority.ok());
  const auto number = [this] {
    return NumberOf(*ParseRevocationLists(*ReadFile(Dir() + "/ca.crl"))->front());
  };
  const uint64_t first = number();
  EXPECT_EQ(authority->revocations_until(), clock_.Now() + kRevocationsValid);
  ASSERT_TRUE(authority->RenewRevocations().ok());
  EXPECT_GT(number(), first);
  clock_.Advance(-absl::Hours(48));
  const uint64_t second = number();
  ASSERT_TRUE(authority->RenewRevocations().ok());
  EXPECT_GT(number(), second);
}

TEST_F(AuthorityTest, DamageIsNoticed) {
  ASSERT_TRUE(Init().ok());
  const std::string index = *ReadFile(Dir() + "/index");
  ASSERT_TRUE(WriteFileAtomically(Dir() + "/index", index + "x", 0600).ok());
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr(Dir() + "/index"));
  ASSERT_TRUE(WriteFileAtomically(Dir() + "/index", index, 0600).ok());
  ASSERT_TRUE(WriteFileAtomically(Dir() + "/ca.key", *PemOf(NewKey()->get()), 0600).ok());
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("does not belong"));
  ASSERT_TRUE(WriteFileAtomically(Dir() + "/ca.key", "nothing", 0600).ok());
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace kopa::pki
