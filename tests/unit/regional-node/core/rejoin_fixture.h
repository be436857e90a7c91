#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REJOIN_FIXTURE_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REJOIN_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/storage/memory_store.h"
#include "regional-node/core/families.h"
#include "regional-node/core/rejoin.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {

// A node that holds a first allotment, what its centre has of it, and old copies of its store.
class RejoinTest : public NodeFixture {
 protected:
  RejoinTest() {
    Publish(TestCall(call_.value(), 100'000, 50));
    Allot(ledger::Amounts(10'000, 20, 0));
    centre_allotted_ = ledger::Amounts(10'000, 20, 0);
  }

  // All that is journalled by now has reached the centre.
  void Drain() {
    centre_ = JournalRecords();
    centre_epoch_ = core_->state().epoch;
  }
  // An old copy takes the place of the store, or nothing does.
  void PutBack(const storage::MemoryStore* copy) {
    storage::WriteBatch batch;
    for (storage::Family family = 0; family < FamilyNames().size(); ++family) {
      const auto view = store_.Snapshot();
      for (const auto at = view->Scan(family, "", ""); at->Valid(); at->Next()) {
        batch.Delete(family, std::string(at->key()));
      }
      if (copy == nullptr) continue;
      const auto old = copy->Snapshot();
      for (const auto at = old->Scan(family, "", ""); at->Valid(); at->Next()) {
        batch.Put(family, std::string(at->key()), std::string(at->value()));
      }
    }
    ASSERT_TRUE(store_.Write(batch).ok());
    core_.reset();
  }
  RejoinRequest Request(size_t first = 0) const {
    RejoinRequest request;
    request.node = node_;
    request.now = now_;
    request.epoch_nonce = "nonce of rejoin!";
    request.centre.records.assign(centre_.begin() + static_cast<ptrdiff_t>(first), centre_.end());
    request.centre.allotted[call_] = centre_allotted_;
    request.centre.newest_epoch = centre_epoch_;
    request.centre.calls.push_back(TestCall(call_.value(), 100'000, 50));
    request.reseal = [](const ApplicationId&, uint32_t, const national::v1::JournalRecord& record,
                        const std::string& sealed, uint32_t next) -> absl::StatusOr<SealedParts> {
      SealedParts parts;
      parts.staff = absl::StrCat(sealed, " for version ", next);
      parts.commitments.staff = record.staff_commitment();
      return parts;
    };
    return request;
  }
  RejoinReport Rejoin(const RejoinRequest& request) {
    const auto plan = PlanRejoin(*store_.Snapshot(), request);
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return {};
    EXPECT_TRUE(store_.Write(plan->batch).ok());
    ExpectVerified();
    return plan->report;
  }
  RejoinReport Rejoin() { return Rejoin(Request()); }
  // Corrects what was returned.
  void HandInAgain(const ApplicationId& id, const HandIn& corrected) {
    SubmitCommand command;
    command.request = NewRequest();
    command.call = call_;
    command.items.push_back(MakeSubmitItem(call_, NewId(), corrected));
    command.items[0].current = Stored(id);
    const NodeReply reply = Do(std::move(command));
    ASSERT_TRUE(reply.status.ok()) << reply.status;
    ASSERT_EQ(std::get<SubmitReply>(reply.result).items.at(0).outcome,
              region::v1::SUBMIT_OUTCOME_ACCEPTED);
  }
  // What the report says of one application, in its order.
  std::vector<RejoinFinding> FindingsOf(const RejoinReport& report, const ApplicationId& id) const {
    std::vector<RejoinFinding> findings;
    for (const RejoinedApplication& one : report.applications) {
      if (one.id == id) findings.push_back(one.finding);
    }
    return findings;
  }
  std::string StoredStaff(uint64_t seq) const {
    const auto staff = store_.Get(kJournalStaff, SeqKey(Seq(seq)));
    return staff.ok() ? *staff : "";
  }

  std::vector<national::v1::JournalRecord> centre_;
  EpochNumber centre_epoch_;
  ledger::Amounts centre_allotted_;
};

}  // namespace kopa::node

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REJOIN_FIXTURE_H_
