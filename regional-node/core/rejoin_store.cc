#include "regional-node/core/rejoin_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/uuid.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"
#include "regional-node/core/requests.h"

namespace kopa::node {

using ::kopa::national::v1::ApplicationNoted;
using ::kopa::national::v1::JournalRecord;
using ::kopa::programme::v1::Call;

absl::StatusOr<JournalRecord> LocalRecord(const storage::View& view, Seq seq) {
  ASSIGN_OR_RETURN(const std::string bytes, view.Get(kJournal, SeqKey(seq)));
  JournalRecord record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat("record ", seq.value(), " does not parse"));
  }
  return record;
}

absl::StatusOr<std::string> GetOrEmpty(const storage::View& view, storage::Family family,
                                       const std::string& key) {
  auto value = view.Get(family, key);
  if (absl::IsNotFound(value.status())) return std::string();
  return value;
}

absl::Status DropNoted(const storage::View& view, const ApplicationNoted& noted, Seq seq,
                       storage::WriteBatch* batch) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(noted.application_id()));
  const std::string key = NotedKey(id, seq);
  for (const storage::Family family : {kNoted, kNote, kDocument}) batch->Delete(family, key);
  const auto parts = view.Scan(kDocumentPart, key, PrefixEnd(key));
  for (; parts->Valid(); parts->Next()) batch->Delete(kDocumentPart, std::string(parts->key()));
  return parts->status();
}

absl::Status MoveNoted(const storage::View& view, const ApplicationNoted& noted, Seq from, Seq to,
                       storage::WriteBatch* batch) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(noted.application_id()));
  const std::string old_key = NotedKey(id, from);
  const std::string key = NotedKey(id, to);
  batch->Put(kNoted, key, NotedValue(noted.kind()));
  for (const storage::Family family : {kNote, kDocument}) {
    ASSIGN_OR_RETURN(std::string content, GetOrEmpty(view, family, old_key));
    if (!content.empty()) batch->Put(family, key, std::move(content));
  }
  const auto parts = view.Scan(kDocumentPart, old_key, PrefixEnd(old_key));
  for (; parts->Valid(); parts->Next()) {
    batch->Put(kDocumentPart, absl::StrCat(key, parts->key().substr(old_key.size())),
               std::string(parts->value()));
  }
  return parts->status();
}

absl::Status DropAnswersAfter(const storage::View& view, Seq last, storage::WriteBatch* batch) {
  const auto requests = view.Scan(kRequest, "", "");
  for (; requests->Valid(); requests->Next()) {
    const auto entry = RequestEntry::Parse(requests->value());
    const bool stays =
        entry.ok() && std::all_of(entry->replies.begin(), entry->replies.end(),
                                  [&](const DecisionReply& reply) { return reply.seq <= last; });
    if (!stays) batch->Delete(kRequest, std::string(requests->key()));
  }
  return requests->status();
}

absl::StatusOr<std::map<std::string, Call>> TakeCalls(const storage::View& view,
                                                      const std::vector<Call>& centres,
                                                      storage::WriteBatch* batch) {
  std::map<std::string, Call> calls;
  const auto stored = view.Scan(kCall, "", "");
  for (; stored->Valid(); stored->Next()) {
    programme::v1::CallPublication publication;
    if (!publication.ParseFromArray(stored->value().data(),
                                    static_cast<int>(stored->value().size()))) {
      return absl::DataLossError(absl::StrCat("stored call does not parse: ", stored->key()));
    }
    calls[publication.call().id()] = std::move(*publication.mutable_call());
  }
  RETURN_IF_ERROR(stored->status());
  for (const Call& call : centres) {
    const auto [known, is_new] = calls.try_emplace(call.id(), call);
    if (!is_new && known->second.version() >= call.version()) continue;
    known->second = call;
    programme::v1::CallPublication publication;
    *publication.mutable_call() = call;
    batch->Put(kCall, call.id(), publication.SerializeAsString());
  }
  return calls;
}

}  // namespace kopa::node
