#include "regional-node/core/rejoin.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/journal/epochs.h"
#include "common/ledger/node_ledger.h"
#include "regional-node/core/families.h"
#include "regional-node/core/journal_fold.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/noted.h"
#include "regional-node/core/refilled.h"
#include "regional-node/core/rejoin_applications.h"
#include "regional-node/core/rejoin_store.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;

namespace {

// One rejoin, step by step; the steps are in the order of Run().
class Rejoin {
 public:
  Rejoin(const storage::View* view, const RejoinRequest* request)
      : view_(*view), request_(*request) {}

  absl::StatusOr<RejoinPlan> Run() {
    RETURN_IF_ERROR(ReadState());
    RETURN_IF_ERROR(FindCommon());
    RETURN_IF_ERROR(ReadOwn());
    if (IsDone()) {
      plan_.report.head = state_.head;
      plan_.report.epoch = state_.epoch;
      return std::move(plan_);
    }
    applications_.emplace(&view_, common_.seq, &at_common_, request_.now);
    RETURN_IF_ERROR(DropOwn());
    RETURN_IF_ERROR(TakeCentres());
    ASSIGN_OR_RETURN(calls_, TakeCalls(view_, request_.centre.calls, &batch()));
    RETURN_IF_ERROR(OpenEpoch());
    RETURN_IF_ERROR(Freeze());
    RETURN_IF_ERROR(JournalOwn());
    RETURN_IF_ERROR(RepeatChanges());
    // What the store's own records took back was headroom once, too.
    RETURN_IF_ERROR(Freeze());
    RETURN_IF_ERROR(DropAnswersAfter(view_, common_.seq, &batch()));
    RETURN_IF_ERROR(StoreAll());
    return std::move(plan_);
  }

 private:
  struct OwnRecord {
    JournalRecord journal;
    PublicRecord what;
  };

  absl::Status ReadState() {
    const auto stored = view_.Get(kMeta, kNodeStateKey);
    if (stored.ok()) {
      ASSIGN_OR_RETURN(state_, NodeState::Parse(*stored));
    } else if (!absl::IsNotFound(stored.status())) {
      return stored.status();
    } else {
      state_.node = request_.node;
    }
    if (state_.node == request_.node) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the data folder belongs to node \"",
                                                      state_.node.value(), "\", not to \"",
                                                      request_.node.value(), "\""));
  }

  // Walks the store's own journal up to where it is the centre's, too.
  absl::Status FindCommon() {
    const auto& records = request_.centre.records;
    Seq common;
    for (const JournalRecord& record : records) {
      if (!HasRecord(view_, record)) break;
      common = Seq(record.seq());
    }
    if (common == Seq() && !records.empty() && records.front().seq() > 1) {
      return absl::OutOfRangeError(
          absl::StrCat("record ", records.front().seq(), " is another one here"));
    }
    for (Seq seq(1); seq <= common; seq = seq.Next()) {
      const auto record = LocalRecord(view_, seq);
      PublicRecord what;
      absl::Status status = record.status();
      if (status.ok()) status = journal::Follow(common_, *record);
      if (status.ok()) status = journal::ParsePublic(*record, &what);
      if (status.ok()) status = at_common_.Apply(*record, what);
      if (!status.ok()) {
        return absl::DataLossError(absl::StrCat(
            "this store's journal is damaged (", std::string(status.message()),
            "); move the data folder away and rejoin with an empty one, its keys kept"));
      }
      NoteEpoch(*record);
    }
    fold_ = at_common_;
    head_ = common_;
    return absl::OkStatus();
  }

  absl::Status ReadOwn() {
    for (Seq seq = common_.seq.Next(); seq <= state_.head.seq; seq = seq.Next()) {
      OwnRecord& own = own_.emplace_back();
      ASSIGN_OR_RETURN(own.journal, LocalRecord(view_, seq));
      RETURN_IF_ERROR(journal::ParsePublic(own.journal, &own.what));
      NoteEpoch(own.journal);
      if (!own.what.has_allotment_noted()) continue;
      Amounts& noted = noted_[CallId(own.what.allotment_noted().call())];
      noted = Max(noted, Amounts::FromProto(own.what.allotment_noted().allotted()));
    }
    return absl::OkStatus();
  }

  // A store that goes on from all that the centre has and either has rejoined since, or was never
  // behind, is left as it is.
  bool IsDone() const {
    const auto& records = request_.centre.records;
    const Seq applied(records.empty() ? 0 : records.back().seq());
    if (state_.fenced() || common_.seq != applied) return false;
    if (request_.is_newest) return true;
    return std::any_of(own_.begin(), own_.end(), [&](const OwnRecord& own) {
      return own.what.epoch_opened().rejoined() &&
             journal::HasRejoinedSince(EpochNumber(own.journal.epoch()),
                                       request_.centre.newest_epoch);
    });
  }

  // Everything that hangs on the numbers of records which give way.
  absl::Status DropOwn() {
    for (const OwnRecord& own : own_) {
      const Seq seq(own.journal.seq());
      batch().Delete(kJournal, SeqKey(seq));
      batch().Delete(kJournalPrivate, SeqKey(seq));
      batch().Delete(kJournalStaff, SeqKey(seq));
      if (!own.what.has_application_noted()) continue;
      RETURN_IF_ERROR(DropNoted(view_, own.what.application_noted(), seq, &batch()));
    }
    return absl::OkStatus();
  }

  absl::Status TakeCentres() {
    const Seq first = common_.seq.Next();
    for (const JournalRecord& record : request_.centre.records) {
      if (record.seq() < first.value()) continue;
      PublicRecord what;
      RETURN_IF_ERROR(journal::Follow(head_, record));
      RETURN_IF_ERROR(journal::ParsePublic(record, &what));
      RETURN_IF_ERROR(fold_.Apply(record, what));
      NoteEpoch(record);
      batch().Put(kJournal, SeqKey(head_.seq), record.SerializeAsString());
      ++plan_.report.refilled;
      if (what.has_application_changed()) {
        RETURN_IF_ERROR(applications_->TakeCentres(record, what.application_changed().summary()));
      }
      if (!what.has_application_noted()) continue;
      const auto& noted = what.application_noted();
      ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(noted.application_id()));
      RETURN_IF_ERROR(applications_->NoteLost(id));
      batch().Put(kNoted, NotedKey(id, head_.seq), NotedValue(noted.kind()));
    }
    RefilledRecords refilled;
    const auto stored = view_.Get(kMeta, kRefilledKey);
    if (stored.ok()) {
      ASSIGN_OR_RETURN(refilled, RefilledRecords::Parse(*stored));
    } else if (!absl::IsNotFound(stored.status())) {
      return stored.status();
    }
    refilled.CutAfter(common_.seq);
    refilled.Add(first, head_.seq);
    batch().Put(kMeta, kRefilledKey, refilled.Serialize());
    return absl::OkStatus();
  }

  absl::Status OpenEpoch() {
    const EpochNumber newest =
        std::max({newest_epoch_, state_.epoch, request_.fence_epoch, request_.centre.newest_epoch});
    state_.epoch = journal::EpochOfRejoin(newest);
    state_.epoch_nonce = request_.epoch_nonce;
    state_.fence_reason = national::v1::FENCE_REASON_UNSPECIFIED;
    state_.fence_detail.clear();
    state_.centre.alarm.clear();
    PublicRecord what;
    auto* opened = what.mutable_epoch_opened();
    opened->set_node(state_.node.value());
    opened->set_number(state_.epoch.value());
    opened->set_nonce(state_.epoch_nonce);
    opened->set_rejoined(true);
    return Append(what, {}).status();
  }

  // Whatever could have been spent, here or by a copy that is lost: everything that was allotted
  // counts, whether or not a record tells that it had arrived, and whether or not a centre that was
  // restored from a copy still knows of it.
  absl::Status Freeze() {
    std::map<CallId, Amounts> known = noted_;
    for (const auto& [call, allotted] : request_.centre.allotted) {
      known[call] = Max(known[call], allotted);
    }
    for (const auto& [call, allotted] : known) {
      const ledger::Totals totals = fold_.LedgerOf(call.value());
      if (AllAtMost(allotted, totals.allotted)) continue;
      PublicRecord what;
      what.mutable_allotment_noted()->set_call(call.value());
      *what.mutable_allotment_noted()->mutable_allotted() =
          Max(allotted, totals.allotted).ToProto();
      RETURN_IF_ERROR(Append(what, {}).status());
    }
    for (const auto& [call, unused] : std::map(fold_.ledgers())) {
      const ledger::Totals totals = fold_.LedgerOf(call);
      // Units without a limit are never allotted, so their headroom is never above zero.
      const Amounts headroom = ledger::ClampToZero(totals.Headroom());
      if (headroom.IsZero()) continue;
      PublicRecord what;
      what.mutable_headroom_frozen()->set_call(call);
      *what.mutable_headroom_frozen()->mutable_frozen() = (totals.frozen + headroom).ToProto();
      RETURN_IF_ERROR(Append(what, {}).status());
      Amounts& frozen = plan_.report.frozen[CallId(call)];
      frozen = frozen + headroom;
    }
    return absl::OkStatus();
  }

  absl::Status JournalOwn() {
    for (const OwnRecord& own : own_) {
      if (own.what.has_application_changed()) {
        const auto& summary = own.what.application_changed().summary();
        ASSIGN_OR_RETURN(const auto next, applications_->Own(own.journal, summary));
        if (!next.has_value()) continue;
        PublicRecord what;
        *what.mutable_application_changed()->mutable_summary() = *next;
        ASSIGN_OR_RETURN(const Seq seq, AppendOwn(what, own.journal));
        applications_->Taken(own.journal, *next, seq, request_.now);
      } else if (own.what.has_application_noted()) {
        ASSIGN_OR_RETURN(const Seq seq, AppendOwn(own.what, own.journal));
        RETURN_IF_ERROR(
            MoveNoted(view_, own.what.application_noted(), Seq(own.journal.seq()), seq, &batch()));
      } else if (own.what.has_late_admission()) {
        RETURN_IF_ERROR(AppendOwn(own.what, own.journal).status());
      }
      // Epochs and money are those of the centre now.
    }
    return absl::OkStatus();
  }

  // Journals what a record of the store's own says; its sealed parts go with it and open as before,
  // since they are bound to the application and its version, not to the record's number.
  absl::StatusOr<Seq> AppendOwn(const PublicRecord& what, const JournalRecord& own) {
    SealedParts sealed;
    const std::string key = SeqKey(Seq(own.seq()));
    ASSIGN_OR_RETURN(sealed.personal, GetOrEmpty(view_, kJournalPrivate, key));
    ASSIGN_OR_RETURN(sealed.staff, GetOrEmpty(view_, kJournalStaff, key));
    sealed.commitments = {own.private_commitment(), own.staff_commitment()};
    ++plan_.report.rejournalled;
    return Append(what, std::move(sealed));
  }

  absl::Status RepeatChanges() {
    if (!request_.reseal) return absl::OkStatus();
    for (const RejoinApplications::Again& again : applications_->ChangesToRepeat(calls_)) {
      ASSIGN_OR_RETURN(const JournalRecord own, LocalRecord(view_, again.own_seq));
      ASSIGN_OR_RETURN(const std::string staff,
                       GetOrEmpty(view_, kJournalStaff, SeqKey(again.own_seq)));
      auto sealed = request_.reseal(again.id, again.own_version, own, staff, again.next.version());
      if (!sealed.ok()) continue;  // it is named instead
      PublicRecord what;
      *what.mutable_application_changed()->mutable_summary() = again.next;
      ASSIGN_OR_RETURN(const Seq seq, Append(what, *std::move(sealed)));
      applications_->Repeated(again, seq, request_.now);
      ++plan_.report.rejournalled;
    }
    return absl::OkStatus();
  }

  absl::Status StoreAll() {
    applications_->Store(&batch(), &plan_.report.applications);
    for (const auto& [call, totals] : fold_.ledgers()) {
      batch().Put(kLedger, call, totals.Serialize());
    }
    const auto ledgers = view_.Scan(kLedger, "", "");
    for (; ledgers->Valid(); ledgers->Next()) {
      if (fold_.ledgers().contains(std::string(ledgers->key()))) continue;
      batch().Delete(kLedger, std::string(ledgers->key()));
    }
    RETURN_IF_ERROR(ledgers->status());
    state_.head = head_;
    batch().Put(kMeta, kNodeStateKey, state_.Serialize());
    plan_.report.changed = true;
    plan_.report.common = common_.seq;
    plan_.report.epoch = state_.epoch;
    plan_.report.head = head_;
    return absl::OkStatus();
  }

  absl::StatusOr<Seq> Append(const PublicRecord& what, SealedParts sealed) {
    const JournalRecord record =
        journal::Append(head_, state_.epoch, request_.now, what, sealed.commitments);
    RETURN_IF_ERROR(fold_.Apply(record, what));
    const std::string key = SeqKey(head_.seq);
    batch().Put(kJournal, key, record.SerializeAsString());
    if (!sealed.personal.empty()) batch().Put(kJournalPrivate, key, std::move(sealed.personal));
    if (!sealed.staff.empty()) batch().Put(kJournalStaff, key, std::move(sealed.staff));
    return head_.seq;
  }

  void NoteEpoch(const JournalRecord& record) {
    newest_epoch_ = std::max(newest_epoch_, EpochNumber(record.epoch()));
  }

  storage::WriteBatch& batch() { return plan_.batch; }

  const storage::View& view_;
  const RejoinRequest& request_;
  NodeState state_;
  journal::Head common_;
  JournalFold at_common_;
  std::vector<OwnRecord> own_;       // after the common record
  std::map<CallId, Amounts> noted_;  // the most that these say was allotted
  EpochNumber newest_epoch_;

  // As it becomes.
  journal::Head head_;
  JournalFold fold_;
  std::map<std::string, programme::v1::Call> calls_;
  std::optional<RejoinApplications> applications_;
  RejoinPlan plan_;
};

}  // namespace

absl::string_view RejoinFindingName(RejoinFinding finding) {
  switch (finding) {
    case RejoinFinding::kContentMissing:
      return "content-missing";
    case RejoinFinding::kDetailsMissing:
      return "details-missing";
    case RejoinFinding::kAwardWaits:
      return "award-waits";
    case RejoinFinding::kChangeDropped:
      return "change-dropped";
  }
  return "";
}

bool HasRecord(const storage::View& view, const JournalRecord& record) {
  const auto here = LocalRecord(view, Seq(record.seq()));
  return here.ok() && here->hash() == record.hash() && here->hash() == journal::HashOf(record);
}

absl::StatusOr<RejoinPlan> PlanRejoin(const storage::View& view, const RejoinRequest& request) {
  return Rejoin(&view, &request).Run();
}

}  // namespace kopa::node
