#ifndef KOPA_TESTS_UNIT_CENTRAL_CORE_CENTRAL_FIXTURE_H_
#define KOPA_TESTS_UNIT_CENTRAL_CORE_CENTRAL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "common/storage/memory_store.h"
#include "tests/unit/central/core/scripted_node.h"

namespace kopa::central {

// A centre's core on a memory store: commands are stepped and written one by one, as the committer
// would with groups of one. Three nodes, whose journals are scripted.
class CentralFixture : public ::testing::Test {
 protected:
  CentralFixture();

  // What one stream was sent, and how it ended.
  struct Stream {
    std::vector<national::v1::ConnectResponse> messages;
    absl::Status end;  // OK while it is open

    // The newest of its kind; a default one where there was none.
    national::v1::Fence Fence() const;
    national::v1::RecordAck Ack() const;
    std::vector<national::v1::AllotmentTotals> Allotments() const;
    std::vector<national::v1::Recall> Recalls() const;
    std::vector<national::v1::DownEntry> DownEntries() const;
    bool Admitted() const;
  };

  // "test-2024": on demand, skip. Limits below 0 are none.
  static programme::v1::Call TestCall(int64_t cents, int64_t initiatives = -1);

  // An empty centre with these calls.
  void Begin(const std::vector<programme::v1::Call>& calls);
  // Another process on the same store.
  absl::Status Restart(const std::vector<programme::v1::Call>& calls = {}, bool restored = false);
  // What the newest Restart warned of, and all since.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& alarms() const { return alarms_; }

  void Do(CentralCommand command);
  // The reply, where it is there by the end of the step.
  absl::optional<CentralReply> Ask(CentralCommand command);
  // The reply to the newest Ask, whenever it came.
  const absl::optional<CentralReply>& answer() const { return answer_; }
  static StaffEntry By(const std::string& actor, const std::string& reason = "as agreed");
  // The node has seen the centre's journal to its end.
  void See(ScriptedNode& node) const;
  // The node has seen another one, which the centre's key has signed or not.
  static void SeeOther(ScriptedNode& node, uint64_t incarnation, const std::string& nonce,
                       const journal::Head& head, bool is_signed = true);
  void SendHead(const ScriptedNode& node, const national::v1::NodeHeartbeat& heartbeat);
  Stream& Greet(const ScriptedNode& node);     // Hello on a new stream
  Stream& Connect(const ScriptedNode& node);   // and the proof, for whatever is applied
  Stream& StreamOf(const ScriptedNode& node);  // the newest
  void Send(const ScriptedNode& node);         // all that is not applied yet
  void Send(const ScriptedNode& node, uint64_t first, uint64_t last);
  void Demand(const ScriptedNode& node, const ledger::Amounts& target);
  void Lose(const ScriptedNode& node);
  // Greets, proves and sends.
  void Join(const ScriptedNode& node);

  const CentralCore::NodeStatus& Status(const ScriptedNode& node) const {
    return core_->nodes().at(node.id());
  }
  const ledger::CentralLedger& Ledger() const { return core_->fold().FindCall(call_)->ledger; }
  ledger::Amounts Allotted(const ScriptedNode& node) const {
    return Ledger().of(node.id()).allotted;
  }
  // What the stored and the remembered state amount to, for comparing before and after.
  std::map<std::string, std::string> Contents() const;
  std::string Summary() const;
  // Everything stored follows from the stored journals.
  void ExpectVerified() const;

  const CallId call_{"test-2024"};
  absl::Time now_ = absl::FromUnixSeconds(1'715'000'000);
  std::vector<NodeId> node_ids_{NodeId("a"), NodeId("b"), NodeId("c")};
  std::unique_ptr<storage::MemoryStore> store_;
  std::unique_ptr<CentralCore> core_;
  ScriptedNode a_{"a", call_};
  ScriptedNode b_{"b", call_};
  ScriptedNode c_{"c", call_};

 private:
  void Step(engine::Ticket ticket, CentralCommand command);

  std::vector<std::string> warnings_;
  std::vector<std::string> alarms_;
  uint64_t last_session_ = 0;
  engine::Ticket last_ticket_ = 0;
  engine::Ticket asked_ = 0;
  absl::optional<CentralReply> answer_;
  std::map<NodeId, Session> newest_;
  std::map<Session, Stream> streams_;
};

}  // namespace kopa::central

#endif  // KOPA_TESTS_UNIT_CENTRAL_CORE_CENTRAL_FIXTURE_H_
