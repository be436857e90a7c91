// Nodes' journals: each record counts exactly once, and what makes no sense fences its node and
// nothing else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::PublicRecord;

constexpr Amounts kOne(100, 1, 0);

class Records : public CentralFixture {
 protected:
  Records() { Begin({TestCall(10'000, 100)}); }

  CellSums Total() const {
    CellSums total;
    for (const auto& [key, sums] : core_->fold().cells()) total += sums;
    return total;
  }
};

TEST_F(Records, AreAppliedAndAcknowledged) {
  Connect(a_);
  a_.NoteAllotted(Allotted(a_));
  a_.Submit(1, kOne);
  a_.Submit(2, kOne);
  a_.Award(1, kOne);
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Ack().applied_seq(), 5u);
  EXPECT_EQ(StreamOf(a_).Ack().hash(), a_.head().hash);
  EXPECT_EQ(Total().applications, 2);
  EXPECT_EQ(Total().requested_cents, 200);
  EXPECT_EQ(Total().approved, 1);
  EXPECT_EQ(Total().approved_cents, 100);
  EXPECT_EQ(Ledger().Approved(), kOne);
  ExpectVerified();
}

TEST_F(Records, AWithdrawnOneIsCountedButNothingIsRequested) {
  Connect(a_);
  a_.NoteAllotted(Allotted(a_));
  a_.Submit(1, kOne);
  a_.Award(1, kOne);
  a_.Withdraw(1);
  Send(a_);
  EXPECT_EQ(Total().applications, 1);
  EXPECT_EQ(Total().requested_cents, 0);
  EXPECT_EQ(Total().approved, 0);
  EXPECT_TRUE(Ledger().Approved().IsZero());
  EXPECT_EQ(Ledger().of(a_.id()).Headroom(), Allotted(a_));
  ExpectVerified();
}

TEST_F(Records, ARepeatedBatchChangesNothing) {
  Connect(a_);
  a_.Submit(1, kOne);
  Send(a_);
  const std::string before = Summary();
  Send(a_, 1, 2);
  EXPECT_EQ(Summary(), before);
  EXPECT_EQ(StreamOf(a_).Ack().applied_seq(), 2u) << "acknowledged all the same";
}

TEST_F(Records, AGapIsAnsweredWithTheCursor) {
  Connect(a_);
  a_.Submit(1, kOne);
  a_.Submit(2, kOne);
  Send(a_, 2, 3);
  EXPECT_EQ(StreamOf(a_).Ack().applied_seq(), 0u);
  EXPECT_EQ(Total().applications, 0);
  Send(a_, 1, 3);
  EXPECT_EQ(StreamOf(a_).Ack().applied_seq(), 3u);
}

TEST_F(Records, AnyMixOfRepeatsGapsAndReorderingsAndRestartsGivesTheSame) {
  a_.Submit(1, kOne);
  for (uint8_t i = 2; i < 30; ++i) {
    a_.Submit(i, Amounts(i, 1, 0));
    if (i % 3 == 0) a_.Withdraw(static_cast<uint8_t>(i - 1));
  }
  const uint64_t last = a_.head().seq.value();
  Connect(a_);
  Send(a_, 1, last);
  const std::string straight = Summary();
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    Begin({TestCall(10'000, 100)});
    Connect(a_);
    while (Status(a_).record.applied.seq.value() < last) {
      const uint64_t first = 1 + random() % last;
      Send(a_, first, std::min(last, first + random() % 8));
      if (random() % 5 == 0) {
        ASSERT_TRUE(Restart().ok());
        Connect(a_);
      } else if (random() % 5 == 0) {
        Lose(a_);
        Connect(a_);
      }
    }
    EXPECT_EQ(Summary(), straight) << seed;
  }
  ExpectVerified();
}

TEST_F(Records, OnesThatDoNotFollowWhatWasAppliedFenceTheNode) {
  Connect(a_);
  ScriptedNode forked = a_;
  a_.Submit(1, kOne);
  Send(a_);
  forked.Submit(9, kOne);
  forked.Submit(8, kOne);
  Send(forked, 3, 3);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  EXPECT_EQ(Total().applications, 1);
}

TEST_F(Records, ARepeatedOneThatIsNotTheAppliedOneFencesTheNode) {
  Connect(a_);
  ScriptedNode forked = a_;
  a_.Submit(1, kOne);
  Send(a_);
  forked.Submit(9, kOne);
  Send(forked, 2, 2);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
}

TEST_F(Records, WhatWasGoodBeforeTheBadOneIsApplied) {
  Connect(a_);
  a_.Submit(1, kOne);
  a_.Award(1, Amounts(1'000'000, 1, 0));
  a_.Submit(2, kOne);
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OVERDRAWN);
  EXPECT_EQ(Status(a_).record.applied.seq, Seq(2));
  EXPECT_EQ(Total().applications, 1);
  EXPECT_TRUE(Ledger().Approved().IsZero());
  ExpectVerified();
}

TEST_F(Records, ANodeThatOverdrawsIsFencedForGoodAndTheOthersGoOn) {
  Join(b_);
  Connect(a_);
  a_.NoteAllotted(Allotted(a_));
  a_.Submit(1, kOne);
  a_.Award(1, Allotted(a_) + Amounts(1, 0, 0));
  Send(a_);
  EXPECT_TRUE(Status(a_).record.fence_sticky);
  EXPECT_EQ(Connect(a_).Fence().reason(), national::v1::FENCE_REASON_OVERDRAWN);
  b_.Submit(1, kOne);
  Send(b_);
  EXPECT_EQ(Status(b_).record.applied.seq, b_.head().seq);
  EXPECT_TRUE(Status(b_).connected);
}

struct Nonsense {
  std::string what;
  std::function<void(ScriptedNode&)> write;
  national::v1::FenceReason reason = national::v1::FENCE_REASON_BAD_RECORD;
};

// Writes application 1's next change after bending its summary.
Nonsense Bent(const std::string& what, const std::function<void(ApplicationSummary*)>& bend,
              national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_EVALUATED,
              national::v1::FenceReason reason = national::v1::FENCE_REASON_BAD_RECORD) {
  return {what,
          [=](ScriptedNode& node) {
            PublicRecord record = node.Changed(1, status);
            bend(record.mutable_application_changed()->mutable_summary());
            node.Write(record);
          },
          reason};
}

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

PublicRecord Noted(const ApplicationId& id) {
  PublicRecord what;
  what.mutable_application_noted()->set_application_id(std::string(id.bytes()));
  what.mutable_application_noted()->set_kind(national::v1::NOTE_KIND_REMARK);
  return what;
}

PublicRecord Admitted(const std::string& call) {
  PublicRecord what;
  what.mutable_late_admission()->set_call(call);
  what.mutable_late_admission()->set_admission_id(std::string(16, 'i'));
  return what;
}

std::vector<Nonsense> AllNonsense() {
  const auto overdrawn = national::v1::FENCE_REASON_OVERDRAWN;
  const auto pending = national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  const auto approved = national::v1::APPLICATION_STATUS_APPROVED;
  return {
      Bent("unknown call", [](auto* s) { s->set_call("nobody-2024"); }),
      Bent("no status",
           [](auto* s) { s->set_status(national::v1::APPLICATION_STATUS_UNSPECIFIED); }),
      Bent("a status that is none",
           [](auto* s) { s->set_status(static_cast<national::v1::ApplicationStatus>(99)); }),
      Bent("an id of 15 bytes", [](auto* s) { s->set_application_id("fifteen bytes.."); }),
      Bent("version 0", [](auto* s) { s->set_version(0); }),
      Bent("the same version again", [](auto* s) { s->set_version(1); }),
      Bent("negative request", [](auto* s) { s->mutable_requested()->set_cents(-1); }),
      Bent("immense request", [](auto* s) { s->mutable_requested()->set_cents(kMax); }),
      Bent("immense initiatives", [](auto* s) { s->mutable_requested()->set_initiatives(kMax); }),
      Bent(
          "negative award", [](auto* s) { s->mutable_awarded()->set_cents(kMin); }, approved),
      Bent(
          "immense award without limit", [](auto* s) { s->mutable_awarded()->set_teams(kMax); },
          approved),
      Bent(
          "negative pending", [](auto* s) { s->mutable_pending()->set_cents(-5); }, pending),
      Bent(
          "immense pending", [](auto* s) { s->mutable_pending()->set_cents(kMax); }, pending),
      Bent(
          "pending since ever", [](auto* s) { s->mutable_pending_since_time()->set_seconds(kMin); },
          pending),
      Bent(
          "pending for ever", [](auto* s) { s->mutable_pending_since_time()->set_seconds(kMax); },
          pending),
      Bent(
          "an award beyond headroom", [](auto* s) { s->mutable_awarded()->set_initiatives(1000); },
          approved, overdrawn),
      {"an epoch of another node",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_epoch_opened()->set_node("b");
         node.Write(what);
       }},
      {"a record that only the centre writes",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_allotment_made()->set_node("a");
         node.Write(what);
       }},
      {"an empty record", [](ScriptedNode& node) { node.Write(PublicRecord()); }},
      {"an allotment that was never made",
       [](ScriptedNode& node) { node.NoteAllotted(Amounts(9999, 9, 0)); }, overdrawn},
      {"more handed back than there is",
       [](ScriptedNode& node) { node.HandBack(Amounts(9999, 0, 0)); }, overdrawn},
      {"handed back what has no limit",
       [](ScriptedNode& node) { node.HandBack(Amounts(0, 0, kMax)); }, overdrawn},
      {"a negative hand-back", [](ScriptedNode& node) { node.HandBack(Amounts(kMin, 0, 0)); }},
      {"a hand-back under an unknown call",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_handed_back()->set_call("nobody-2024");
         node.Write(what);
       }},
      Bent("an applicant type of no call", [](auto* s) { s->set_applicant_type("person"); }),
      Bent("negative payments", [](auto* s) { s->set_paid_cents(-1); }),
      {"the same epoch again",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_epoch_opened()->set_node("a");
         what.mutable_epoch_opened()->set_number(1);
         node.Write(what);
       }},
      {"an epoch of another number than the record's",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_epoch_opened()->set_node("a");
         what.mutable_epoch_opened()->set_number(2);
         node.Write(what);
       }},
      {"a note on an application that is not there",
       [](ScriptedNode& node) { node.Write(Noted(node.IdOf(9))); }},
      {"a note of no kind",
       [](ScriptedNode& node) {
         PublicRecord what = Noted(node.IdOf(1));
         what.mutable_application_noted()->set_kind(national::v1::NOTE_KIND_UNSPECIFIED);
         node.Write(what);
       }},
      {"a late admission under an unknown call",
       [](ScriptedNode& node) { node.Write(Admitted("nobody-2024")); }},
      {"a late admission without an id",
       [](ScriptedNode& node) {
         PublicRecord what = Admitted("test-2024");
         what.mutable_late_admission()->clear_admission_id();
         node.Write(what);
       }},
      {"an allotment under an unknown call",
       [](ScriptedNode& node) {
         PublicRecord what;
         what.mutable_allotment_noted()->set_call("nobody-2024");
         node.Write(what);
       }},
  };
}

TEST_F(Records, NonsenseFencesItsNodeAndTheProcessLives) {
  for (const Nonsense& nonsense : AllNonsense()) {
    SCOPED_TRACE(nonsense.what);
    Begin({TestCall(10'000, 100)});
    ScriptedNode node("a", call_);
    node.Open("n");
    Connect(node);
    node.NoteAllotted(Allotted(node));
    node.HandBack(Amounts(5, 0, 0));
    node.Submit(1, kOne);
    Send(node);
    ASSERT_TRUE(Status(node).connected);
    const CellSums before = Total();
    nonsense.write(node);
    Send(node);
    EXPECT_EQ(StreamOf(node).Fence().reason(), nonsense.reason) << StreamOf(node).Fence().detail();
    EXPECT_TRUE(Status(node).record.fence_sticky);
    EXPECT_EQ(Status(node).record.applied.seq, Seq(4));
    EXPECT_EQ(Total(), before);
    ExpectVerified();
  }
}

TEST_F(Records, NotesAndLateAdmissionsAreTakenAndChangeNoTotals) {
  Connect(a_);
  a_.Submit(1, kOne);
  Send(a_);
  const CellSums before = Total();
  a_.Write(Noted(a_.IdOf(1)));
  a_.Write(Admitted(call_.value()));
  Send(a_);
  EXPECT_EQ(Status(a_).record.applied.seq, a_.head().seq);
  EXPECT_EQ(Total(), before);
  ExpectVerified();
  Connect(b_);
  b_.Write(Noted(a_.IdOf(1)));
  Send(b_);
  EXPECT_EQ(StreamOf(b_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD)
      << "it is another node's application";
}

TEST_F(Records, EachIsOfTheNewestEpochThatWasOpenedBeforeIt) {
  Connect(a_);
  a_.Submit(1, kOne);
  Send(a_);
  EXPECT_EQ(Status(a_).record.epoch_opened, EpochNumber(1));
  ASSERT_TRUE(Restart().ok());
  a_.Open("second");
  a_.Submit(2, kOne);
  Connect(a_);
  Send(a_);
  EXPECT_EQ(Status(a_).record.applied.seq, a_.head().seq) << StreamOf(a_).Fence().detail();
  EXPECT_EQ(Status(a_).record.epoch_opened, EpochNumber(2));
  ExpectVerified();

  // A record in the name of the old epoch, chained as it should be.
  journal::Head head = a_.head();
  RecordsCommand::Record record;
  record.what = a_.Changed(3, national::v1::APPLICATION_STATUS_SUBMITTED);
  record.journal = journal::Append(head, EpochNumber(1), now_, record.what, {});
  Do(RecordsCommand{Status(a_).session, a_.id(), {record}});
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD);
}

TEST_F(Records, TheFirstOfAJournalOpensAnEpoch) {
  Connect(a_);
  journal::Head head;
  RecordsCommand::Record record;
  record.what = a_.Changed(1, national::v1::APPLICATION_STATUS_SUBMITTED);
  record.journal = journal::Append(head, EpochNumber(1), now_, record.what, {});
  Do(RecordsCommand{Status(a_).session, a_.id(), {record}});
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD);
}

TEST_F(Records, WhatIsPaidIsAddedUpAndComesBackFromTheStore) {
  Connect(a_);
  a_.NoteAllotted(Allotted(a_));
  a_.Submit(1, kOne);
  a_.Award(1, kOne);
  for (const int64_t paid : {90, 60}) {
    a_.Draft(1).set_paid_cents(paid);
    a_.Award(1, kOne);
  }
  Send(a_);
  EXPECT_EQ(Ledger().Paid(), 60);
  EXPECT_EQ(Ledger().of(a_.id()).paid_cents, 90);
  EXPECT_EQ(Ledger().of(a_.id()).repaid_cents, 30);
  ExpectVerified();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Ledger().Paid(), 60);
  Connect(a_);
  a_.Draft(1).set_paid_cents(100);
  a_.Award(1, kOne);
  Send(a_);
  EXPECT_EQ(Ledger().Paid(), 100);
  ExpectVerified();
}

TEST_F(Records, AnApplicationOfAnotherNodeIsNobodyElses) {
  Connect(a_);
  a_.Submit(1, kOne);
  Send(a_);
  Connect(b_);
  PublicRecord stolen = b_.Changed(1, national::v1::APPLICATION_STATUS_WITHDRAWN);
  auto* summary = stolen.mutable_application_changed()->mutable_summary();
  summary->set_application_id(std::string(a_.IdOf(1).bytes()));
  summary->set_version(7);
  b_.Write(stolen);
  Send(b_);
  EXPECT_EQ(StreamOf(b_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD);
  EXPECT_EQ(Total().applications, 1);
}

// Names of municipalities and the like are numbered in two bytes.
TEST_F(Records, MoreDifferentNamesThanThereCanBeFenceTheNodeThatSendsThem) {
  Connect(a_);
  std::vector<RecordsCommand::Record> records;
  for (uint32_t i = 0; i < 70'000; ++i) {
    RecordsCommand::Record& record = records.emplace_back();
    record.what = a_.Changed(static_cast<uint8_t>(i), national::v1::APPLICATION_STATUS_SUBMITTED);
    record.what.mutable_application_changed()->mutable_summary()->set_municipality(
        absl::StrFormat("%07d", i));
    record.journal.set_epoch(1);
    const auto& previous = i == 0 ? a_.records().back() : records[i - 1].journal;
    record.journal.set_seq(previous.seq() + 1);
    record.journal.set_prev_hash(previous.hash());
    record.journal.set_hash(absl::StrCat("hash ", i));
  }
  Send(a_);
  Do(RecordsCommand{Status(a_).session, a_.id(), std::move(records)});
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD);
}

TEST_F(Records, ADemandOfNonsenseIsIgnored) {
  Join(a_);
  a_.HandBack(Amounts(1, 0, 0));
  Send(a_);
  const Amounts before = Allotted(a_);
  Demand(a_, Amounts(kMin, kMin, kMin));
  Demand(a_, Amounts(-1, 0, 0));
  EXPECT_EQ(Allotted(a_), before);
  Demand(a_, Amounts(kMax, kMax, kMax));
  EXPECT_GT(Allotted(a_).cents(), before.cents()) << "greed is no nonsense";
  EXPECT_TRUE(Status(a_).connected);
}

}  // namespace
}  // namespace kopa::central
