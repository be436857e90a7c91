#ifndef KOPA_REGIONAL_NODE_CORE_REJOIN_APPLICATIONS_H_
#define KOPA_REGIONAL_NODE_CORE_REJOIN_APPLICATIONS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/programme/lifecycle.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/region/v1/application.pb.h"
#include "regional-node/core/header.h"
#include "regional-node/core/journal_fold.h"
#include "regional-node/core/rejoin.h"

namespace kopa::node {

// The applications that a rejoin changes: taken out of the store as they were at the last common
// record, brought on by what the centre has, and then by what the store alone has. Part of
// PlanRejoin.
class RejoinApplications {
 public:
  // `at_common` is the fold up to the last common record; both must outlive this.
  RejoinApplications(const storage::View* view, Seq common, const JournalFold* at_common,
                     absl::Time now)
      : view_(*view), common_(common), at_common_(*at_common), now_(now) {}

  // The next of the centre's records after the common one that changes an application.
  absl::Status TakeCentres(const national::v1::JournalRecord& record,
                           const national::v1::ApplicationSummary& summary);
  // Something was laid to an application after the common record, and is known to the centre alone.
  absl::Status NoteLost(const ApplicationId& id);

  // The next of the store's own records that changes an application: what is to be journalled for
  // it; nothing where the centre has changed the application, too. Taken() must follow.
  absl::StatusOr<absl::optional<national::v1::ApplicationSummary>> Own(
      const national::v1::JournalRecord& record, const national::v1::ApplicationSummary& summary);
  // It was journalled: as `next`, under this number.
  void Taken(const national::v1::JournalRecord& own, const national::v1::ApplicationSummary& next,
             Seq seq, absl::Time time);

  // A change of both sides that can follow what the centre has.
  struct Again {
    ApplicationId id;
    uint32_t own_version = 0;
    Seq own_seq;
    programme::Verb verb = programme::Verb::kEvaluate;
    national::v1::ApplicationSummary next;
  };
  std::vector<Again> ChangesToRepeat(const std::map<std::string, programme::v1::Call>& calls);
  void Repeated(const Again& again, Seq seq, absl::Time time);

  // All of them as they are stored, and what people have to know of them.
  void Store(storage::WriteBatch* batch, std::vector<RejoinedApplication>* findings) const;

 private:
  struct Change {
    Seq seq;
    national::v1::ApplicationSummary summary;
  };
  struct Touched {
    region::v1::Application record;
    StoredHeader header;
    bool was_here = false;
    bool centre_changed = false;
    bool content_lost = false;
    bool details_lost = false;
    bool award_waits = false;
    bool score_changed = false;  // in steps that the centre alone knows
    // Payments under an award that waits again, less what is known without them.
    int64_t lost_paid_cents = 0;
    std::string amended;             // what an amendment would have made of the award
    absl::optional<Change> dropped;  // the newest of the store's own that was not taken over
    std::set<programme::Verb> dropped_verbs;   // of all of them
    absl::optional<programme::Verb> repeated;  // how the newest was done again
    // What the store's own record says of what came after the common one, by number.
    std::map<uint64_t, region::v1::HistoryEntry> own_history;
    std::map<uint64_t, region::v1::Payment> own_payments;
  };

  absl::StatusOr<Touched*> Touch(const ApplicationId& id,
                                 const national::v1::ApplicationSummary& summary);
  absl::Status Load(const ApplicationId& id, const std::string& header, Touched* touched);
  void NoteDropped(Touched& touched, const national::v1::JournalRecord& own);
  static void DropTraces(const Touched& touched, region::v1::Application* record);
  void AddHistory(Touched& touched, const national::v1::ApplicationSummary& summary, Seq seq,
                  absl::Time time, const std::string& verb);
  national::v1::ApplicationSummary WithoutNewMoney(Touched& touched,
                                                   const national::v1::ApplicationSummary& own);

  const storage::View& view_;
  const Seq common_;
  const JournalFold& at_common_;
  const absl::Time now_;
  int64_t waiting_ = 0;  // awards that wait again: their order
  std::map<ApplicationId, Touched> touched_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_REJOIN_APPLICATIONS_H_
