#include "central/core/verify.h"

#include <string>
#include <vector>

#include "central/core/families.h"
#include "central/core/records.h"
#include "central/core/totals.h"
#include "common/journal/chain.h"
#include "common/ledger/node_ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/unit/central/testing/journal_writer.h"
#include "tests/unit/central/testing/test_centre.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::VerifyNationalResponse;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::JournalWriter;
using testing::TestApplication;
using testing::TestCentre;
using testing::TestId;

const NodeId kZemgale("zemgale");
const CallId kGrants("grants");

bool Never() { return false; }

// A centre with what makes a journal interesting: an award, a withdrawal, one that waits, money
// handed back and given to another node.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    zemgale_.OpenEpoch();
    zemgale_.Write({.number = 1, .activities = {"council-work", "inclusion"}});
    zemgale_.Write({.number = 2, .municipality = "0039001"});
    centre_.Connect(zemgale_);
    zemgale_.Write({.number = 1,
                    .status = national::v1::APPLICATION_STATUS_APPROVED,
                    .activities = {"council-work", "inclusion"},
                    .awarded = Amounts(60'000, 1, 0),
                    .version = 2});
    zemgale_.Write({.number = 2,
                    .municipality = "0039001",
                    .status = national::v1::APPLICATION_STATUS_WITHDRAWN,
                    .version = 2});
    zemgale_.HandBack("grants", Amounts(40'000, 0, 0));
    centre_.Send(zemgale_);
    riga_.OpenEpoch();
    riga_.Write({.number = 3,
                 .municipality = "0001000",
                 .status = national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                 .pending = Amounts(2'000'000, 1, 0)});
    centre_.Connect(riga_);
  }

  VerifyNationalResponse Result() {
    const auto result = Verify(*centre_.store().Snapshot(), Never);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(VerifyNationalResponse());
  }

  // Names of the checks that failed.
  static std::vector<std::string> Failed(const VerifyNationalResponse& result) {
    std::vector<std::string> names;
    for (const auto& check : result.checks()) {
      if (!check.ok()) names.push_back(check.name());
    }
    return names;
  }

  static std::string DetailOf(const VerifyNationalResponse& result, const std::string& name) {
    for (const auto& check : result.checks()) {
      if (check.name() == name) return check.detail();
    }
    return "there is no such check";
  }

  std::string Stored(storage::Family family, const std::string& key) {
    const auto value = centre_.store().Get(family, key);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.value_or("");
  }
  void Put(storage::Family family, const std::string& key, const std::string& value) {
    storage::WriteBatch batch;
    batch.Put(family, key, value);
    ASSERT_TRUE(centre_.store().Write(batch).ok());
  }
  void Delete(storage::Family family, const std::string& key) {
    storage::WriteBatch batch;
    batch.Delete(family, key);
    ASSERT_TRUE(centre_.store().Write(batch).ok());
  }

  national::v1::JournalRecord StoredRecord(uint64_t seq) {
    national::v1::JournalRecord record;
    EXPECT_TRUE(record.ParseFromString(Stored(kNodeJournal, NodeSeqKey(kZemgale, Seq(seq)))));
    return record;
  }
  // Changes what the record of application 1's award says, so that it still parses.
  national::v1::JournalRecord WithOtherAward(national::v1::JournalRecord record, int64_t cents) {
    national::v1::PublicRecord what;
    EXPECT_TRUE(what.ParseFromString(record.public_record()));
    what.mutable_application_changed()->mutable_summary()->mutable_awarded()->set_cents(cents);
    record.set_public_record(what.SerializeAsString());
    return record;
  }

  // Some cell of the call that has an award, by its stored key.
  std::string AwardedCell() {
    const auto snapshot = centre_.store().Snapshot();
    for (auto at = snapshot->Scan(kCell, "", ""); at->Valid(); at->Next()) {
      if (CellSums::Parse(at->value())->approved > 0) return std::string(at->key());
    }
    ADD_FAILURE() << "no cell has an award";
    return "";
  }

  TestCentre centre_;
  JournalWriter zemgale_{"zemgale"};
  JournalWriter riga_{"riga-latgale"};
};

TEST_F(VerifyTest, WhatTheCoreWroteHolds) {
  const VerifyNationalResponse result = Result();
  EXPECT_TRUE(result.ok()) << result.DebugString();
  std::vector<std::string> names;
  for (const auto& check : result.checks()) names.push_back(check.name());
  EXPECT_THAT(names, ElementsAre("central-journal", "office", "calls", "journal-chain riga-latgale",
                                 "journal-chain vidzeme-kurzeme", "journal-chain zemgale",
                                 "frozen-money", "summaries", "totals grants", "totals teams",
                                 "ledger grants", "ledger teams", "budget grants", "budget teams"));
  ASSERT_EQ(result.heads_size(), 3);
  EXPECT_EQ(result.heads(2).node(), "zemgale");
  EXPECT_EQ(result.heads(2).applied_seq(), 6);
  EXPECT_EQ(result.heads(2).hash(), zemgale_.head().hash);
}

TEST_F(VerifyTest, HoldsWhereMoneyWentFromOneNodeToAnother) {
  // More was allotted over time than there is: what was handed back went out again.
  Amounts allotted;
  for (const auto& [node, totals] : centre_.core().fold().FindCall(kGrants)->ledger.nodes()) {
    allotted = allotted + totals.allotted;
  }
  for (int i = 1; i <= 12; ++i) {
    const Amounts held = centre_.core().fold().FindCall(kGrants)->ledger.of(kZemgale).allotted;
    const Session session = centre_.core().nodes().at(kZemgale).session;
    zemgale_.HandBack("grants", held - Amounts(60'000, 0, 0));
    centre_.Send(zemgale_);
    national::v1::Demand demand;
    demand.set_call("grants");
    *demand.mutable_target() = (held + Amounts(100'000, 0, 0)).ToProto();
    riga_.Write({.number = 3,
                 .municipality = "0001000",
                 .status = national::v1::APPLICATION_STATUS_REJECTED,
                 .version = static_cast<uint32_t>(i + 1)});
    centre_.Send(riga_);
    centre_.Do(DemandCommand{session, kZemgale, demand});
  }
  const auto& ledger = centre_.core().fold().FindCall(kGrants)->ledger;
  ASSERT_GT(ledger.of(kZemgale).allotted.cents(), 1'000'000) << "the test has lost its point";
  const VerifyNationalResponse result = Result();
  EXPECT_TRUE(result.ok()) << result.DebugString();
}

TEST_F(VerifyTest, EmptyStoreHolds) {
  storage::MemoryStore store(FamilyNames().size());
  const auto result = Verify(*store.Snapshot(), Never);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->ok()) << result->DebugString();
}

TEST_F(VerifyTest, RecordWithAnotherContentIsNamed) {
  Put(kNodeJournal, NodeSeqKey(kZemgale, Seq(4)),
      WithOtherAward(StoredRecord(4), 50'000).SerializeAsString());
  const VerifyNationalResponse result = Result();
  EXPECT_FALSE(result.ok());
  // The chain says which record; the figures say what it would change.
  EXPECT_THAT(Failed(result),
              ElementsAre("journal-chain zemgale", "summaries", "totals grants", "ledger grants"));
  EXPECT_EQ(DetailOf(result, "journal-chain zemgale"),
            "record 4 was changed: its hash does not match");
  EXPECT_THAT(DetailOf(result, "summaries"),
              AllOf(HasSubstr(TestId(1).ToString()), HasSubstr("grants, zemgale"),
                    HasSubstr("awarded 60000 cents"), HasSubstr("50000 cents")));
}

TEST_F(VerifyTest, RewrittenHistoryDoesNotEndWhereTheCentreStands) {
  journal::Head head;
  for (uint64_t seq = 1; seq <= 6; ++seq) {
    national::v1::JournalRecord record = StoredRecord(seq);
    if (seq == 4) record = WithOtherAward(record, 50'000);
    record.set_prev_hash(head.hash);
    record.set_hash(journal::HashOf(record));
    ASSERT_TRUE(journal::Follow(head, record).ok());
    Put(kNodeJournal, NodeSeqKey(kZemgale, Seq(seq)), record.SerializeAsString());
  }
  EXPECT_THAT(DetailOf(Result(), "journal-chain zemgale"),
              AllOf(HasSubstr("the stored records end at 6 with hash"), HasSubstr("applied is 6")));
}

TEST_F(VerifyTest, MissingRecordsAreNamed) {
  Delete(kNodeJournal, NodeSeqKey(kZemgale, Seq(5)));
  EXPECT_EQ(DetailOf(Result(), "journal-chain zemgale"), "record 5 expected, found number 6");
  Delete(kNodeJournal, NodeSeqKey(kZemgale, Seq(6)));
  EXPECT_THAT(DetailOf(Result(), "journal-chain zemgale"),
              HasSubstr("the stored records end at 4"));
}

TEST_F(VerifyTest, RecordThatDoesNotParseIsNamed) {
  Put(kNodeJournal, NodeSeqKey(kZemgale, Seq(5)), "\xFF\xFF");
  EXPECT_THAT(DetailOf(Result(), "journal-chain zemgale"), HasSubstr("record 5 does not parse"));
}

TEST_F(VerifyTest, RecordsOfAnUnknownNodeAreNamed) {
  Put(kNodeJournal, NodeSeqKey(NodeId("atlantis"), Seq(1)), StoredRecord(1).SerializeAsString());
  EXPECT_THAT(DetailOf(Result(), "journal-chain atlantis"), HasSubstr("a node that is not known"));
}

TEST_F(VerifyTest, ChangedCellIsNamed) {
  const std::string key = AwardedCell();
  CellSums sums = *CellSums::Parse(Stored(kCell, key));
  sums.approved_cents += 1;
  Put(kCell, key, sums.Serialize());
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(Failed(result), ElementsAre("totals grants"));
  EXPECT_EQ(DetailOf(result, "totals grants"),
            "grants, node zemgale, municipality 0038001, status APPLICATION_STATUS_APPROVED, "
            "applicant type association, activities council-work,inclusion: approved cents 60001 "
            "stored, 60000 recomputed");
}

TEST_F(VerifyTest, MissingAndSurplusCellsAreNamed) {
  const std::string key = AwardedCell();
  CellNames names;
  CellKey other = *ParseStoredCellKey(names, key);
  other.municipality = names.municipalities.Number("0040001");
  Put(kCell, StoredCellKey(names, other), Stored(kCell, key));
  Delete(kCell, key);
  EXPECT_THAT(DetailOf(Result(), "totals grants"),
              AllOf(HasSubstr("1 applications stored; no journal has any"),
                    HasSubstr("1 applications recomputed, the cell is not stored")));
}

TEST_F(VerifyTest, ChangedLedgerIsNamed) {
  const std::string key = LedgerKey(kGrants, kZemgale);
  ledger::Totals totals = *ledger::Totals::Parse(Stored(kLedger, key));
  totals.spent = totals.spent - Amounts(60'000, 0, 0);
  Put(kLedger, key, totals.Serialize());
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(Failed(result), ElementsAre("ledger grants"));
  EXPECT_EQ(DetailOf(result, "ledger grants"),
            "zemgale: spent 0 cents, 1 initiatives, 0 teams stored, 60000 cents, 1 initiatives, 0 "
            "teams recomputed");
}

TEST_F(VerifyTest, MissingLedgerIsNamed) {
  Delete(kLedger, LedgerKey(kGrants, kZemgale));
  EXPECT_THAT(DetailOf(Result(), "ledger grants"), HasSubstr("zemgale (nothing stored): allotted"));
}

TEST_F(VerifyTest, ChangedMissingAndSurplusSummariesAreNamed) {
  const std::string one(TestId(1).bytes());
  const std::string two(TestId(2).bytes());
  const std::string three(TestId(3).bytes());
  Put(kSummary, std::string(TestId(9).bytes()), Stored(kSummary, one));
  Delete(kSummary, two);
  CellNames names;
  StoredSummary waiting = *StoredSummary::Parse(names, Stored(kSummary, three));
  waiting.pending = Amounts(1, 1, 0);
  Put(kSummary, three, waiting.Serialize(names));
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(Failed(result), ElementsAre("summaries"));
  EXPECT_THAT(DetailOf(result, "summaries"),
              AllOf(HasSubstr(TestId(9).ToString() + " is stored; no journal has it"),
                    HasSubstr(TestId(2).ToString() + " (grants, zemgale) is not stored"),
                    HasSubstr("pending 1 cents, 1 initiatives, 0 teams stored, 2000000 cents")));
}

TEST_F(VerifyTest, ChangedCentralJournalIsNamed) {
  national::v1::JournalRecord record;
  ASSERT_TRUE(record.ParseFromString(Stored(kJournal, SeqKey(Seq(2)))));
  record.set_time_us(record.time_us() + 1);
  Put(kJournal, SeqKey(Seq(2)), record.SerializeAsString());
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(Failed(result), ElementsAre("central-journal"));
  EXPECT_EQ(DetailOf(result, "central-journal"), "record 2 was changed: its hash does not match");
}

TEST_F(VerifyTest, BudgetThatWasLoweredBehindTheCentreIsNamed) {
  programme::v1::CallPublication publication;
  ASSERT_TRUE(publication.ParseFromString(Stored(kCall, "grants")));
  publication.mutable_call()->mutable_limits()->set_budget_cents(50'000);
  Put(kCall, "grants", publication.SerializeAsString());
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(Failed(result), ElementsAre("calls", "budget grants"));
  EXPECT_THAT(DetailOf(result, "calls"),
              HasSubstr("grants: its definition is not the one that was published"));
  EXPECT_THAT(DetailOf(result, "budget grants"),
              AllOf(HasSubstr("more is out than the budget"), HasSubstr("approved 600.00 EUR")));
}

TEST_F(VerifyTest, AwardsBeyondWhatWasAllottedAreNamed) {
  // A centre that let it pass: the record is chained and everything stored agrees with it.
  zemgale_.Write({.number = 1,
                  .status = national::v1::APPLICATION_STATUS_APPROVED,
                  .activities = {"council-work", "inclusion"},
                  .awarded = Amounts(900'000, 1, 0),
                  .version = 3});
  const national::v1::JournalRecord& record = zemgale_.records().back();
  Put(kNodeJournal, NodeSeqKey(kZemgale, Seq(record.seq())), record.SerializeAsString());
  const VerifyNationalResponse result = Result();
  EXPECT_THAT(DetailOf(result, "journal-chain zemgale"), HasSubstr("record 7 overdraws grants"));
  EXPECT_THAT(DetailOf(result, "budget grants"), HasSubstr("zemgale: headroom -"));
}

TEST_F(VerifyTest, ManyDifferencesAreCounted) {
  for (uint8_t number = 100; number < 120; ++number) {
    Put(kSummary, std::string(TestId(number).bytes()),
        Stored(kSummary, std::string(TestId(1).bytes())));
  }
  EXPECT_THAT(DetailOf(Result(), "summaries"), HasSubstr("; and 15 more"));
}

TEST_F(VerifyTest, StopsWhenCalledOff) {
  for (uint8_t i = 0; i < 200; ++i) {
    for (uint8_t j = 0; j < 6; ++j) {
      zemgale_.Write({.number = static_cast<uint8_t>(20 + j), .version = i + uint32_t{1}});
    }
  }
  centre_.Send(zemgale_);
  EXPECT_TRUE(Verify(*centre_.store().Snapshot(), Never).ok());
  EXPECT_TRUE(absl::IsCancelled(Verify(*centre_.store().Snapshot(), [] { return true; }).status()));
}

}  // namespace
}  // namespace kopa::central
