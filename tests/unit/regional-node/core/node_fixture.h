#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_NODE_FIXTURE_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_NODE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/entropy.h"
#include "common/storage/memory_store.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::node {

using national::v1::ApplicationStatus;
using programme::Verb;

// A node's core on a memory store: commands are stepped and written one by one, as the committer
// would with groups of one.
class NodeFixture : public ::testing::Test {
 protected:
  NodeFixture();

  // Another process on the same store. With `may_spend` the fence file vouched for it.
  void Restart(bool may_spend = true);

  // Steps and writes; the reply, if there was one, is kept for TakeReply.
  engine::Ticket Post(NodeCommand command);
  std::optional<NodeReply> TakeReply(engine::Ticket ticket);
  // Of commands that are answered at once.
  NodeReply Do(NodeCommand command);

  void Publish(const programme::v1::Call& call);
  void Connect(uint64_t incarnation = 1, const std::string& nonce = "nonce of the centre");
  void Disconnect() { Do(LinkLost{}); }
  void Allot(const ledger::Amounts& total);
  void Recall(const ledger::Amounts& handed_back_target);
  // Lets time pass and the core know it.
  void Pass(absl::Duration time);

  RequestKey NewRequest();
  ApplicationId NewId() { return entropy_.NewUuid(now_); }

  SubmitItemReply Submit(const HandIn& hand_in);
  // Hands in and evaluates with enough points; the evaluator is "Eva".
  ApplicationId Evaluated(const std::string& reference, const ledger::Amounts& requested);
  DecisionReply Evaluate(const ApplicationId& id, const std::string& evaluator, int64_t hundredths);
  DecideCommand Decision(Verb verb, const std::vector<ApplicationId>& ids,
                         const std::string& actor = "Dace");
  // Decides on one application; the answer must come at once.
  DecisionReply Decide(Verb verb, const ApplicationId& id, const std::string& actor = "Dace");

  region::v1::Application Stored(const ApplicationId& id) const;
  ApplicationStatus StatusOf(const ApplicationId& id) const {
    return Stored(id).summary().status();
  }
  ledger::Totals Totals() const;
  ledger::Amounts Headroom() const;
  ledger::Amounts PendingSum() const;
  std::vector<national::v1::JournalRecord> JournalRecords() const;
  std::vector<national::v1::PublicRecord> PublicRecords() const;
  // The newest record's public part.
  national::v1::PublicRecord Newest() const { return PublicRecords().back(); }
  // The whole store, for finding out whether anything was written.
  std::map<std::string, std::string> Contents() const;
  // The chain is unbroken and the store is what it adds up to.
  void ExpectVerified() const;

  const NodeId node_{"zemgale"};
  const CallId call_{"test-2024"};
  absl::Time now_ = absl::FromUnixSeconds(1'715'000'000);
  SeededEntropy entropy_{7};
  storage::MemoryStore store_{FamilyNames().size()};
  std::unique_ptr<NodeCore> core_;
  std::vector<std::pair<ApplicationId, std::string>> wrapped_keys_;

 private:
  void Write(NodeEffects& effects);
  NodeCore::CallFigures FiguresOfCall() const;

  engine::Ticket last_ticket_ = 0;
  uint64_t last_down_entry_ = 0;
  std::map<engine::Ticket, NodeReply> replies_;
};

MATCHER_P(HasFault, code, "") {
  if (!arg.fault.has_value()) {
    *result_listener << "no fault, status " << ApplicationStatus_Name(arg.status);
    return false;
  }
  *result_listener << arg.fault->code << ": " << arg.fault->message;
  return arg.fault->code == code;
}

MATCHER_P(Became, status, "") {
  *result_listener << ApplicationStatus_Name(arg.status);
  if (arg.fault.has_value()) *result_listener << ", " << arg.fault->code;
  if (arg.stale) *result_listener << ", stale";
  return arg.status == status && !arg.fault.has_value() && !arg.stale;
}

}  // namespace kopa::node

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_NODE_FIXTURE_H_
