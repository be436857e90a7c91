#include "central/service/journal_export.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "central/core/records.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::central {

using ::kopa::national::v1::JournalRecord;

namespace {

constexpr size_t kMessageBytes = 512 * 1024;

absl::StatusOr<NodeRecord> FindNode(const storage::View& view, const std::string& node) {
  const auto stored = view.Get(kNode, node);
  if (absl::IsNotFound(stored.status())) {
    return absl::NotFoundError(absl::StrCat("there is no node \"", node, "\""));
  }
  RETURN_IF_ERROR(stored.status());
  return NodeRecord::Parse(*stored);
}

// Where a journal ends.
absl::StatusOr<Seq> LastOf(const storage::View& view, const std::string& node) {
  if (node.empty()) {
    ASSIGN_OR_RETURN(const std::string stored, view.Get(kMeta, kCentralStateKey));
    ASSIGN_OR_RETURN(const CentralState state, CentralState::Parse(stored));
    return state.head.seq;
  }
  ASSIGN_OR_RETURN(const NodeRecord record, FindNode(view, node));
  return record.applied.seq;
}

}  // namespace

absl::StatusOr<national::v1::CheckReceiptResponse> CheckReceipt(
    const storage::Store& store, const national::v1::CheckReceiptRequest& request) {
  if (request.seq() == 0) return absl::InvalidArgumentError("seq: records are numbered from 1");
  const auto view = store.Snapshot();
  ASSIGN_OR_RETURN(const NodeRecord node, FindNode(*view, request.node()));
  national::v1::CheckReceiptResponse response;
  response.set_applied_seq(node.applied.seq.value());
  if (request.seq() > node.applied.seq.value()) return response;
  const auto stored =
      view->Get(kNodeJournal, NodeSeqKey(NodeId(request.node()), Seq(request.seq())));
  // Not to be taken for a node that nobody knows.
  if (absl::IsNotFound(stored.status())) {
    return absl::DataLossError(absl::StrCat("record ", request.seq(), " is gone"));
  }
  RETURN_IF_ERROR(stored.status());
  JournalRecord record;
  if (!record.ParseFromString(*stored)) {
    return absl::DataLossError(absl::StrCat("record ", request.seq(), " does not parse"));
  }
  response.set_hash(record.hash());
  response.set_epoch(record.epoch());
  return response;
}

ExportStream::ExportStream(const storage::Store* store, engine::Worker* worker,
                           const std::atomic<bool>* stopping,
                           const national::v1::ExportJournalRequest& request,
                           std::function<void()> on_end)
    : store_(*store),
      worker_(*worker),
      stopping_(*stopping),
      node_(request.node()),
      on_end_(std::move(on_end)),
      next_(std::max<uint64_t>(request.from_seq(), 1)) {
  PostOrEnd(&ExportStream::Begin);
}

void ExportStream::PostOrEnd(void (ExportStream::*step)()) {
  const absl::Status posted = worker_.Post([this, step] { (this->*step)(); });
  if (!posted.ok()) End(rpc::WithRetryDelay(posted, absl::Seconds(1)));
}

void ExportStream::End(const absl::Status& status) { Finish(rpc::ToGrpc(status)); }

void ExportStream::Begin() {
  const auto last = LastOf(*store_.Snapshot(), node_);
  if (!last.ok()) return End(last.status());
  last_ = *last;
  WriteNext();
}

void ExportStream::WriteNext() {
  if (stopping_) return End(absl::UnavailableError("the centre is stopping"));
  if (next_ > last_) return End(absl::OkStatus());
  response_.Clear();
  if (absl::Status status = FillResponse(); !status.ok()) return End(status);
  StartWrite(&response_);
}

absl::Status ExportStream::FillResponse() {
  const auto view = store_.Snapshot();
  const NodeId node(node_);
  const auto records = node_.empty() ? view->Scan(kJournal, SeqKey(next_), SeqKey(last_.Next()))
                                     : view->Scan(kNodeJournal, NodeSeqKey(node, next_),
                                                  NodeSeqKey(node, last_.Next()));
  size_t bytes = 0;
  for (; records->Valid() && bytes < kMessageBytes; records->Next()) {
    JournalRecord* record = response_.add_records();
    const absl::string_view value = records->value();
    if (!record->ParseFromArray(value.data(), static_cast<int>(value.size())) ||
        record->seq() != next_.value()) {
      return absl::DataLossError(absl::StrCat("record ", next_.value(), " is damaged or gone"));
    }
    bytes += value.size();
    next_ = next_.Next();
  }
  RETURN_IF_ERROR(records->status());
  if (response_.records().empty()) {
    return absl::DataLossError(absl::StrCat("record ", next_.value(), " is gone"));
  }
  return absl::OkStatus();
}

void ExportStream::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the reader went away"));
  PostOrEnd(&ExportStream::WriteNext);
}

void ExportStream::OnDone() {
  const std::function<void()> on_end = on_end_;
  delete this;
  on_end();
}

}  // namespace kopa::central
