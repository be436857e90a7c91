#include "central/service/journal_reader.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "central/core/records.h"
#include "central/service/node_identity.h"
#include "common/base/status.h"
#include "common/ledger/node_ledger.h"
#include "common/rpc/status.h"

namespace kopa::central {

using ::kopa::national::v1::FetchJournalRequest;
using ::kopa::national::v1::FetchJournalResponse;

namespace {

constexpr size_t kMessageBytesTarget = 256 * 1024;
constexpr size_t kThreads = 1;
// A rejoin is rare; who comes when so many read tries again.
constexpr size_t kFetchesMax = 16;
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

// One answer. Owns itself until OnDone; a job of the worker fills a message while none is written.
class FetchStream : public grpc::ServerWriteReactor<FetchJournalResponse> {
 public:
  FetchStream(std::unique_ptr<storage::View> view, NodeId node, Seq from, engine::Worker* worker,
              grpc::CallbackServerContext* context)
      : view_(std::move(view)),
        node_(std::move(node)),
        from_(from),
        worker_(worker),
        context_(context) {}

  // Ends at once; nothing else may be called then.
  void Refuse(const absl::Status& status) { Finish(rpc::ToGrpc(status)); }

  void Start() {
    PostOrEnd([this] { Begin(); });
  }

  void OnWriteDone(bool ok) override {
    if (ok) return PostOrEnd([this] { WriteNext(); });
    Finish(rpc::ToGrpc(absl::CancelledError("the caller is gone")));
  }

  void OnDone() override { delete this; }

 private:
  void PostOrEnd(std::function<void()> job) {
    const absl::Status posted = worker_->Post(std::move(job));
    if (!posted.ok()) Finish(rpc::ToGrpc(rpc::WithRetryDelay(posted, kRetryDelay)));
  }

  void Begin() {
    NodeRecord record;
    const auto stored = view_->Get(kNode, node_.value());
    if (stored.ok()) {
      auto parsed = NodeRecord::Parse(*stored);
      if (!parsed.ok()) return Finish(rpc::ToGrpc(parsed.status()));
      record = *std::move(parsed);
    } else if (!absl::IsNotFound(stored.status())) {
      return Finish(rpc::ToGrpc(stored.status()));
    }
    newest_epoch_ = record.epoch;
    applied_ = record.applied.seq;
    // The record before the first that is wanted, or the last that there is.
    const uint64_t before = std::max<uint64_t>(1, from_.value()) - 1;
    const Seq first(std::max<uint64_t>(1, std::min(before, applied_.value())));
    records_ =
        view_->Scan(kNodeJournal, NodeSeqKey(node_, first), NodeSeqKey(node_, applied_.Next()));
    WriteNext();
  }

  void WriteNext() {
    message_.Clear();
    size_t bytes = 0;
    for (; records_->Valid() && bytes < kMessageBytesTarget; records_->Next()) {
      if (!message_.add_records()->ParseFromArray(records_->value().data(),
                                                  static_cast<int>(records_->value().size()))) {
        return Finish(rpc::ToGrpc(absl::DataLossError("a stored record does not parse")));
      }
      bytes += records_->value().size();
    }
    if (!records_->status().ok()) return Finish(rpc::ToGrpc(records_->status()));
    if (records_->Valid()) return StartWrite(&message_);
    if (absl::Status status = AddAllotments(); !status.ok()) {
      return Finish(rpc::ToGrpc(status));
    }
    message_.set_complete(true);
    message_.set_applied_seq(applied_.value());
    message_.set_newest_epoch(newest_epoch_.value());
    StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
  }

  absl::Status AddAllotments() {
    const auto calls = view_->Scan(kCall, "", "");
    for (; calls->Valid(); calls->Next()) {
      const CallId call(calls->key());
      auto* allotment = message_.add_allotments();
      allotment->set_call(call.value());
      const auto stored = view_->Get(kLedger, LedgerKey(call, node_));
      if (absl::IsNotFound(stored.status())) continue;
      RETURN_IF_ERROR(stored.status());
      ASSIGN_OR_RETURN(const ledger::Totals totals, ledger::Totals::Parse(*stored));
      *allotment->mutable_allotted() = totals.allotted.ToProto();
    }
    return calls->status();
  }

  // Constant after construction.
  const std::unique_ptr<storage::View> view_;
  const NodeId node_;
  const Seq from_;
  engine::Worker* const worker_;
  grpc::CallbackServerContext* const context_;

  Seq applied_;
  EpochNumber newest_epoch_;
  std::unique_ptr<storage::Iterator> records_;
  FetchJournalResponse message_;  // while a write runs gRPC's
};

}  // namespace

JournalReader::JournalReader(const storage::Store* store, const NationalView* view,
                             rpc::Transport transport)
    : store_(store), view_(*view), transport_(transport), worker_(kThreads, kFetchesMax) {}

absl::Status JournalReader::Check(const grpc::CallbackServerContext& context,
                                  const FetchJournalRequest& request) const {
  const NodeId node(request.node());
  RETURN_IF_ERROR(CheckSpeaksFor(context, transport_, node));
  const auto known = view_.FindNode(node);
  if (!known.has_value()) return absl::NotFoundError("no node of this name is known here");
  if (known->state() == national::v1::NODE_STATE_RETIRED) {
    return rpc::WithReason(
        absl::FailedPreconditionError("the node was retired; no store of it comes back"),
        "NODE_RETIRED");
  }
  if (known->connected()) {
    return rpc::WithReason(
        absl::FailedPreconditionError(
            "a store of this node is connected: it is the newest there is; stop it first if it is "
            "not to be the one that goes on"),
        "NODE_CONNECTED");
  }
  return absl::OkStatus();
}

grpc::ServerWriteReactor<FetchJournalResponse>* JournalReader::Fetch(
    grpc::CallbackServerContext* context, const FetchJournalRequest* request) {
  const absl::Status status = Check(*context, *request);
  auto* stream =
      new FetchStream(status.ok() ? store_->Snapshot() : nullptr, NodeId(request->node()),
                      Seq(request->from_seq()), &worker_, context);
  if (status.ok()) {
    stream->Start();
  } else {
    stream->Refuse(status);
  }
  return stream;
}

}  // namespace kopa::central
