#include "regional-node/core/verify.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/journal/chain.h"
#include "common/ledger/node_ledger.h"
#include "regional-node/core/families.h"
#include "regional-node/core/header.h"
#include "regional-node/core/journal_fold.h"
#include "regional-node/core/late.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/noted.h"
#include "regional-node/core/refilled.h"
#include "regional-node/core/verify_noted.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;

namespace {

class Checks {
 public:
  explicit Checks(region::v1::VerifyNodeResponse* response) : response_(response) {
    response_->set_ok(true);
  }
  void Add(absl::string_view name, const absl::Status& status, std::string detail) {
    auto* check = response_->add_checks();
    check->set_name(std::string(name));
    check->set_ok(status.ok());
    check->set_detail(status.ok() ? std::move(detail) : std::string(status.message()));
    if (!status.ok()) response_->set_ok(false);
  }

 private:
  region::v1::VerifyNodeResponse* const response_;
};

absl::StatusOr<std::string> GetOrEmpty(const storage::View& view, Family family,
                                       const std::string& key) {
  auto value = view.Get(family, key);
  if (absl::IsNotFound(value.status())) return std::string();
  return value;
}

// What the sealed parts of a record are bound to.
struct SealSubject {
  std::string id;
  uint32_t version = 0;
};

std::optional<SealSubject> SubjectOf(const PublicRecord& what) {
  if (what.has_application_changed()) {
    const ApplicationSummary& summary = what.application_changed().summary();
    return SealSubject{summary.application_id(), summary.version()};
  }
  if (what.has_late_admission()) {
    return SealSubject{what.late_admission().admission_id(),
                       LateSealVersion(what.late_admission())};
  }
  if (what.has_application_noted()) {
    return SealSubject{what.application_noted().application_id(), kNotedSealVersion};
  }
  return std::nullopt;
}

// Where the part of a record lies that is sealed with the application's key.
absl::StatusOr<std::string> SealedPersonal(const storage::View& view, const ApplicationId& id,
                                           Seq seq, const PublicRecord& what) {
  switch (what.application_noted().kind()) {
    case national::v1::NOTE_KIND_REMARK:
      return GetOrEmpty(view, kNote, NotedKey(id, seq));
    case national::v1::NOTE_KIND_DOCUMENT:
      return GetOrEmpty(view, kDocument, NotedKey(id, seq));
    default:
      return GetOrEmpty(view, kJournalPrivate, SeqKey(seq));
  }
}

// The sealed parts of one record, if it has any.
absl::Status CheckSeals(const storage::View& view, const JournalRecord& record,
                        const PublicRecord& what, const SealCheck& check_seals) {
  const auto subject = SubjectOf(what);
  if (!subject.has_value() || !check_seals) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(subject->id));
  const Seq seq(record.seq());
  ASSIGN_OR_RETURN(const std::string personal, SealedPersonal(view, id, seq, what));
  ASSIGN_OR_RETURN(const std::string staff, GetOrEmpty(view, kJournalStaff, SeqKey(seq)));
  return check_seals(id, subject->version, record, personal, staff);
}

absl::StatusOr<RefilledRecords> ReadRefilled(const storage::View& view) {
  ASSIGN_OR_RETURN(const std::string stored, GetOrEmpty(view, kMeta, kRefilledKey));
  if (stored.empty()) return RefilledRecords();
  return RefilledRecords::Parse(stored);
}

struct JournalWalk {
  explicit JournalWalk(const storage::View* view) : noted(view) {}

  journal::Head head;
  absl::Status chain;
  absl::Status seals;
  RefilledRecords refilled;
  JournalFold recomputed;
  NotedVerifier noted;
};

JournalWalk WalkJournal(const storage::View& view, uint64_t at_seq, const SealCheck& check_seals,
                        const std::function<bool()>& cancelled, std::string* hash_at_seq) {
  JournalWalk walk(&view);
  auto refilled = ReadRefilled(view);
  walk.seals = refilled.status();
  if (refilled.ok()) walk.refilled = *std::move(refilled);
  if (at_seq == 0) *hash_at_seq = walk.head.hash;
  const auto records = view.Scan(kJournal, "", "");
  for (; records->Valid(); records->Next()) {
    if (cancelled && cancelled()) {
      walk.chain = absl::CancelledError("recomputing was cancelled");
      return walk;
    }
    JournalRecord record;
    PublicRecord what;
    if (!record.ParseFromArray(records->value().data(),
                               static_cast<int>(records->value().size())) ||
        records->key() != SeqKey(Seq(record.seq()))) {
      walk.chain =
          absl::DataLossError(absl::StrCat("record ", walk.head.seq.Next().value(), " is damaged"));
      return walk;
    }
    walk.chain = journal::Follow(walk.head, record);
    if (walk.chain.ok()) walk.chain = journal::ParsePublic(record, &what);
    if (walk.chain.ok()) walk.chain = walk.recomputed.Apply(record, what);
    if (!walk.chain.ok()) return walk;
    if (what.has_application_noted()) walk.noted.Apply(record.seq(), what.application_noted());
    if (record.seq() == at_seq) *hash_at_seq = record.hash();
    const absl::Status sealed = walk.refilled.Contains(Seq(record.seq()))
                                    ? absl::OkStatus()
                                    : CheckSeals(view, record, what, check_seals);
    if (!sealed.ok() && walk.seals.ok()) {
      walk.seals = Annotate(sealed, absl::StrCat("record ", record.seq()));
    }
  }
  walk.chain = records->status();
  return walk;
}

absl::Status CheckApplications(const storage::View& view, JournalFold& recomputed) {
  const auto headers = view.Scan(kHeader, "", "");
  size_t seen = 0;
  for (; headers->Valid(); headers->Next(), ++seen) {
    ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(headers->key()));
    ASSIGN_OR_RETURN(const StoredHeader header, StoredHeader::Parse(headers->value()));
    const auto found = recomputed.applications().find(id);
    if (found == recomputed.applications().end()) {
      return absl::DataLossError(
          absl::StrCat("application ", id.ToString(), " is stored but not in the journal"));
    }
    ASSIGN_OR_RETURN(const std::string bytes,
                     view.Get(kApplication, ApplicationKey(CallId(header.call), id)));
    region::v1::Application application;
    ApplicationSummary summary;
    if (!application.ParseFromString(bytes) || !summary.ParseFromString(found->second.summary)) {
      return absl::DataLossError(absl::StrCat("application ", id.ToString(), " does not parse"));
    }
    if (application.summary().SerializeAsString() != found->second.summary ||
        header.header.status != summary.status() || header.header.version != summary.version() ||
        header.municipality != summary.municipality() || header.call != summary.call()) {
      return absl::DataLossError(
          absl::StrCat("application ", id.ToString(), " differs from its newest journal record"));
    }
  }
  RETURN_IF_ERROR(headers->status());
  if (seen != recomputed.applications().size()) {
    return absl::DataLossError(absl::StrCat("the journal has ", recomputed.applications().size(),
                                            " applications, the store ", seen));
  }
  return absl::OkStatus();
}

// Each application with a personal part has its key, or was erased. What is known of it from the
// centre alone needs none.
absl::Status CheckKeys(const storage::View& view, const KeyLost& is_key_lost,
                       const std::function<bool()>& cancelled, std::string* detail) {
  size_t looked_for = 0;
  size_t lost = 0;
  ApplicationId first;
  const auto applications = view.Scan(kApplication, "", "");
  for (; applications->Valid(); applications->Next()) {
    if (cancelled && cancelled()) return absl::CancelledError("looking for keys was cancelled");
    region::v1::Application application;
    if (!application.ParseFromArray(applications->value().data(),
                                    static_cast<int>(applications->value().size()))) {
      return absl::DataLossError("a stored application does not parse");
    }
    if (application.personal_seq() == 0) continue;
    ASSIGN_OR_RETURN(const ApplicationId id,
                     Uuid::FromBytes(application.summary().application_id()));
    ASSIGN_OR_RETURN(const bool is_lost, is_key_lost(id));
    if (is_lost && lost++ == 0) first = id;
    ++looked_for;
  }
  RETURN_IF_ERROR(applications->status());
  *detail = absl::StrCat(looked_for, " applications have their key or were erased");
  if (lost == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the keys of ", lost, " of ", looked_for,
      " applications are missing from the key store, though they were not erased; the first is ",
      first.ToString(), "; put the newest copy of the key store back"));
}

absl::Status CheckLedgers(const storage::View& view, const JournalFold& recomputed) {
  std::map<std::string, ledger::Totals> stored;
  const auto ledgers = view.Scan(kLedger, "", "");
  for (; ledgers->Valid(); ledgers->Next()) {
    ASSIGN_OR_RETURN(stored[std::string(ledgers->key())], ledger::Totals::Parse(ledgers->value()));
  }
  RETURN_IF_ERROR(ledgers->status());
  const auto compare = [](const std::string& call, const ledger::Totals& from_journal,
                          const ledger::Totals& from_store) {
    if (from_journal == from_store) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(
        "call ", call, ": the journal gives approved ", from_journal.Approved().DebugString(),
        ", headroom ", from_journal.Headroom().DebugString(), "; stored is approved ",
        from_store.Approved().DebugString(), ", headroom ", from_store.Headroom().DebugString()));
  };
  for (const auto& [call, totals] : recomputed.ledgers()) {
    RETURN_IF_ERROR(compare(call, totals, stored[call]));
  }
  for (const auto& [call, totals] : stored) {
    const auto found = recomputed.ledgers().find(call);
    RETURN_IF_ERROR(compare(
        call, found == recomputed.ledgers().end() ? ledger::Totals() : found->second, totals));
  }
  return absl::OkStatus();
}

absl::Status CheckHead(const NodeId& node, const storage::View& view, const journal::Head& head) {
  const auto stored = view.Get(kMeta, kNodeStateKey);
  if (absl::IsNotFound(stored.status()) && head.seq.value() == 0) return absl::OkStatus();
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(*stored));
  if (state.node != node) {
    return absl::DataLossError(absl::StrCat("the store belongs to node ", state.node.value()));
  }
  if (!(state.head == head)) {
    return absl::DataLossError(absl::StrCat("the journal ends at ", head.seq.value(),
                                            ", the node's own record says ",
                                            state.head.seq.value()));
  }
  return absl::OkStatus();
}

// What the node has found wrong with the centre's history.
absl::Status CheckCentre(const storage::View& view, std::string* detail) {
  const auto stored = view.Get(kMeta, kNodeStateKey);
  if (absl::IsNotFound(stored.status())) return absl::OkStatus();
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(*stored));
  *detail = absl::StrCat("the centre's journal was followed up to record ",
                         state.centre.head.seq.value());
  return state.centre.alarm.empty() ? absl::OkStatus() : absl::DataLossError(state.centre.alarm);
}

}  // namespace

region::v1::VerifyNodeResponse VerifyNode(const NodeId& node, const storage::View& view,
                                          uint64_t at_seq, const SealCheck& check_seals,
                                          const std::function<bool()>& cancelled,
                                          const KeyLost& is_key_lost) {
  region::v1::VerifyNodeResponse response;
  Checks checks(&response);
  JournalWalk walk =
      WalkJournal(view, at_seq, check_seals, cancelled, response.mutable_hash_at_seq());
  const std::string name = node.value();
  checks.Add(absl::StrCat("journal-chain ", name), walk.chain,
             absl::StrCat(walk.head.seq.value(), " records follow one another"));
  response.set_head_seq(walk.head.seq.value());
  response.set_head_hash(walk.head.hash);
  if (!walk.chain.ok()) return response;  // what follows would only repeat it
  checks.Add(absl::StrCat("journal-head ", name), CheckHead(node, view, walk.head),
             "the journal ends where the node says");
  std::string followed = "the centre was never met";
  const absl::Status centre = CheckCentre(view, &followed);
  checks.Add(absl::StrCat("centre-history ", name), centre, std::move(followed));
  checks.Add(
      absl::StrCat("applications ", name), CheckApplications(view, walk.recomputed),
      absl::StrCat(walk.recomputed.applications().size(), " applications are as the journal says"));
  checks.Add(absl::StrCat("notes ", name), walk.noted.Finish(),
             absl::StrCat(walk.noted.records(),
                          " notes, documents and assignments are listed as "
                          "the journal says"));
  checks.Add(absl::StrCat("ledger ", name), CheckLedgers(view, walk.recomputed),
             absl::StrCat(walk.recomputed.ledgers().size(), " ledgers are as the journal says"));
  if (check_seals) {
    checks.Add(absl::StrCat("sealed-parts ", name), walk.seals,
               "sealed parts match what the journal commits to");
  }
  if (is_key_lost) {
    std::string found;
    const absl::Status keys = CheckKeys(view, is_key_lost, cancelled, &found);
    checks.Add(absl::StrCat("keys ", name), keys, std::move(found));
  }
  return response;
}

}  // namespace kopa::node
