#ifndef KOPA_TESTS_UNIT_CENTRAL_CORE_SCRIPTED_NODE_H_
#define KOPA_TESTS_UNIT_CENTRAL_CORE_SCRIPTED_NODE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "central/core/commands.h"
#include "common/base/uuid.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

// Writes a journal as a node would, or as no honest node would: a test says record by record what
// is in it. A copy of it is a copied node.
class ScriptedNode {
 public:
  explicit ScriptedNode(const std::string& id, const CallId& call) : id_(id), call_(call) {}

  const NodeId& id() const { return id_; }
  const std::vector<national::v1::JournalRecord>& records() const { return records_; }
  const journal::Head& head() const { return head_; }

  // Opens the store: the next epoch.
  void Open(const std::string& nonce);
  // What `kopa-node rejoin` does: an epoch that no opening reaches, and all headroom frozen.
  void Rejoin(const std::string& nonce, const ledger::Amounts& frozen);
  void Freeze(const ledger::Amounts& total);
  // Forgets all records after `seq`: a store restored from an old copy.
  void RollBackTo(uint64_t seq);

  void Write(const national::v1::PublicRecord& what);
  void NoteAllotted(const ledger::Amounts& total);
  void HandBack(const ledger::Amounts& total);

  // Changes of the application with this number; versions count up by themselves.
  void Submit(uint8_t number, const ledger::Amounts& requested);
  void Award(uint8_t number, const ledger::Amounts& award);
  void Wait(uint8_t number, const ledger::Amounts& award, absl::Time since);
  void Withdraw(uint8_t number);
  void Evaluate(uint8_t number, int64_t score_hundredths, bool thresholds_met = true);
  // What is kept from one change of the application to the next; to be bent before it.
  national::v1::ApplicationSummary& Draft(uint8_t number) { return applications_[number]; }
  // What the next record of the application would say; for tests that bend it before Write.
  national::v1::PublicRecord Changed(uint8_t number, national::v1::ApplicationStatus status);
  ApplicationId IdOf(uint8_t number) const;

  // From now on its greeting says that it has met this incarnation of the centre and seen its
  // journal up to there, and shows `signature` of that.
  void SeeCentre(uint64_t incarnation, const std::string& nonce, const journal::Head& head,
                 const std::string& signature);
  // The seed of the key that it signs with.
  void SignWith(const std::string& seed) { seed_ = seed; }

  national::v1::Hello Hello() const;
  // Its head, or an earlier record, signed.
  national::v1::NodeHeartbeat SignedHead(const journal::Head& head) const;
  national::v1::Proof ProofAt(uint64_t seq) const;
  // Records first..last as the link's handler hands them over.
  std::vector<RecordsCommand::Record> Records(uint64_t first, uint64_t last) const;

 private:
  const NodeId id_;
  const CallId call_;
  uint64_t epoch_ = 0;
  std::string nonce_;
  std::string seed_;  // empty: it does not sign
  uint64_t incarnation_seen_ = 0;
  std::string incarnation_nonce_seen_;
  journal::Head centre_seen_;
  std::string centre_signature_;
  journal::Head head_;
  std::vector<national::v1::JournalRecord> records_;
  std::map<uint8_t, national::v1::ApplicationSummary> applications_;
};

}  // namespace kopa::central

#endif  // KOPA_TESTS_UNIT_CENTRAL_CORE_SCRIPTED_NODE_H_
