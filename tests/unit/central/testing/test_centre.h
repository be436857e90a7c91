#ifndef KOPA_TESTS_UNIT_CENTRAL_TESTING_TEST_CENTRE_H_
#define KOPA_TESTS_UNIT_CENTRAL_TESTING_TEST_CENTRE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "central/core/central_core.h"
#include "central/core/commands.h"
#include "common/storage/memory_store.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/unit/central/testing/journal_writer.h"

namespace kopa::central::testing {

// "grants": 10,000.00 EUR on demand, awards of 1,000.00. "teams": 5 teams, no money.
std::vector<programme::v1::Call> TestCalls();
std::vector<NodeId> TestNodes();  // riga-latgale, vidzeme-kurzeme, zemgale

// A centre's core on a store in memory, without threads: each command is a group of its own.
class TestCentre {
 public:
  explicit TestCentre(const std::vector<programme::v1::Call>& calls = TestCalls());

  CentralCore& core() { return *core_; }
  storage::MemoryStore& store() { return store_; }

  CentralEffects Do(CentralCommand command);
  // Hello, Proof of what is applied, and all records that are not; with sessions of its own.
  std::vector<CentralEffects> Connect(const JournalWriter& journal);
  // The records that are not applied yet, on the stream of the last Connect of this node.
  CentralEffects Send(const JournalWriter& journal);

 private:
  storage::MemoryStore store_;
  std::unique_ptr<CentralCore> core_;
  uint64_t last_session_ = 0;
};

}  // namespace kopa::central::testing

#endif  // KOPA_TESTS_UNIT_CENTRAL_TESTING_TEST_CENTRE_H_
