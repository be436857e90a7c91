#ifndef KOPA_CENTRAL_CORE_RECOMPUTED_H_
#define KOPA_CENTRAL_CORE_RECOMPUTED_H_

#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "central/core/findings.h"
#include "central/core/fold.h"
#include "central/core/records.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// What the stored journals alone give, made anew for `verify` and compared there with what is
// stored beside them. Each Read adds its checks to the answer. Pure; one thread.
class Recomputed {
 public:
  // Both must outlive this.
  Recomputed(const storage::View& view, const std::function<bool()>& cancelled)
      : view_(view), cancelled_(cancelled) {}

  // In this order. CANCELLED, or OK whatever was found.
  absl::Status ReadCentralJournal(national::v1::VerifyNationalResponse* response);
  // Who did what and why is what the journal commits to; proposals and schools are those of it.
  absl::Status ReadOffice(national::v1::VerifyNationalResponse* response);
  absl::Status ReadCalls(national::v1::VerifyNationalResponse* response);
  absl::Status ReadNodeJournals(national::v1::VerifyNationalResponse* response);

  // The fold limits nothing, since it sees the last allotments before the first award; limits() has
  // what the calls say.
  NationalFold& fold() { return fold_; }
  const std::map<CallId, ledger::UnitLimits>& limits() const { return limits_; }

  // Asks whether to go on; cheap enough for every record.
  absl::Status Continue();

 private:
  struct NodeChain {
    NodeRecord record;
    bool is_known = false;  // has a NodeRecord
    journal::Head head;
    Findings findings;
  };

  void NoteCentralRecord(const national::v1::PublicRecord& what, Findings& findings);
  void NoteAllotted(const std::string& node, const std::string& call,
                    const programme::v1::Units& allotted, Findings& findings);
  void NoteRetired(const national::v1::NodeRetired& retired, Findings& findings);
  void NoteReleased(const national::v1::FrozenReleased& released, Findings& findings);
  // What was frozen at nodes that were retired, and what was released of all that is frozen.
  void ApplyFrozenMoney(national::v1::VerifyNationalResponse* response);
  absl::Status CompareStaff(Findings& findings);
  void CompareProposals(Findings& findings);
  void CompareSchools(Findings& findings);
  absl::Status ReadNodeRecords(Findings& findings);
  void ApplyNodeRecord(const NodeId& node, absl::string_view key, absl::string_view value,
                       NodeChain& chain);
  void CheckOverdrawn(const NodeId& node, const CallId& call, uint64_t seq, Findings& findings);

  const storage::View& view_;
  const std::function<bool()>& cancelled_;
  uint32_t asked_ = 0;
  NationalFold fold_;
  std::map<CallId, ledger::UnitLimits> limits_;
  // Out of the centre's own journal.
  std::map<uint64_t, std::string> staff_commitments_;
  std::map<uint64_t, national::v1::ProposalMade> proposals_;
  std::map<std::string, national::v1::SchoolAnnounced> schools_;
  std::map<CallId, std::map<NodeId, ledger::Amounts>> allotted_;
  std::map<CallId, std::map<NodeId, ledger::Amounts>> frozen_by_retirement_;
  std::map<CallId, std::map<NodeId, ledger::Amounts>> released_;
  std::set<NodeId> retired_;
  std::map<CallId, std::string> definition_digests_;
  std::map<NodeId, NodeChain> nodes_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_RECOMPUTED_H_
