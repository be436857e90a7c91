#include "regional-node/service/link_client.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/status.h"
#include "regional-node/core/families.h"
#include "regional-node/service/link_backoff.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

namespace {

// What became of a command, for whoever waits for it. Thread-safe.
class Outcome {
 public:
  void Set(absl::Status status) {
    MutexLock lock(&mutex_);
    status_ = std::move(status);
    set_.NotifyAll();
  }
  absl::Status Wait() {
    MutexLock lock(&mutex_);
    while (!status_.has_value()) set_.Wait(&mutex_);
    return *status_;
  }

 private:
  Mutex mutex_;
  CondVar set_;
  std::optional<absl::Status> status_ ABSL_GUARDED_BY(mutex_);
};

absl::Status StatusOf(const absl::StatusOr<NodeReply>& reply) {
  return reply.ok() ? reply->status : reply.status();
}

}  // namespace

LinkClient::LinkClient(const Context* context, NodeView* view, Options options)
    : context_(*context), view_(view), options_(std::move(options)) {}

LinkClient::~LinkClient() { Stop(); }

void LinkClient::Start() {
  runner_ = std::thread([this] { Run(); });
  watcher_ = std::thread([this] { WatchSilence(); });
}

void LinkClient::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    if (session_ != nullptr) session_->TryCancel();
    wake_.NotifyAll();
  }
  if (runner_.joinable()) runner_.join();
  if (watcher_.joinable()) watcher_.join();
}

void LinkClient::Wake() {
  MutexLock lock(&mutex_);
  wake_.NotifyAll();
}

bool LinkClient::stopping() {
  MutexLock lock(&mutex_);
  return stopping_;
}

void LinkClient::Run() {
  LinkBackoff backoff;
  while (!stopping()) {
    const int64_t begun = context_.clock->MonotonicNanos();
    const bool admitted = RunSession();
    if (admitted) {
      TellLinkLost();
      context_.logger->Info("the link to the centre is down");
    }
    backoff.NoteSession(admitted, absl::Nanoseconds(context_.clock->MonotonicNanos() - begun));
    const int64_t until =
        context_.clock->MonotonicNanos() + absl::ToInt64Nanoseconds(backoff.Next(context_.entropy));
    MutexLock lock(&mutex_);
    while (!stopping_) {
      const int64_t left = until - context_.clock->MonotonicNanos();
      if (left <= 0) break;
      wake_.WaitFor(&mutex_, std::chrono::nanoseconds(left));
    }
  }
}

void LinkClient::WatchSilence() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    wake_.WaitFor(&mutex_, std::chrono::milliseconds(500));
    const int64_t silent = context_.clock->MonotonicNanos() - last_heard_nanos_;
    if (session_ != nullptr && silent > absl::ToInt64Nanoseconds(kSilenceMax)) {
      session_->TryCancel();
    }
  }
}

bool LinkClient::RunSession() {
  const auto channel = rpc::NewChannel(options_.centre);
  if (!channel.ok()) {
    context_.logger->Error("the link can't be dialled", {{"error", channel.status()}});
    return false;
  }
  const auto stub = national::v1::LinkService::NewStub(*channel);
  const auto session = std::make_shared<grpc::ClientContext>();
  const NodeStanding standing = view_->Get();
  {
    MutexLock lock(&mutex_);
    if (stopping_) return false;
    session_ = session;
    last_heard_nanos_ = context_.clock->MonotonicNanos();
    ended_ = false;
    admitted_ = false;
    outbox_.clear();
    unacknowledged_.clear();
    unacknowledged_bytes_ = 0;
    asked_.clear();
  }
  centre_head_told_.clear();
  const auto stream = stub->Connect(session.get());
  ConnectRequest message;
  auto* hello = message.mutable_hello();
  hello->set_node(context_.node.value());
  hello->set_address(options_.advertise);
  hello->set_epoch(standing.state.epoch.value());
  hello->set_epoch_nonce(standing.state.epoch_nonce);
  hello->set_head_seq(standing.state.head.seq.value());
  hello->set_incarnation_seen(standing.state.incarnation);
  hello->set_down_cursor(standing.state.down_cursor);
  hello->set_self_fenced(standing.state.fence_reason);
  hello->set_incarnation_nonce_seen(standing.state.incarnation_nonce);
  hello->set_centre_seq_seen(standing.state.centre.head.seq.value());
  hello->set_centre_hash_seen(standing.state.centre.head.hash);
  hello->set_centre_signed_seq(standing.state.centre.signed_head.seq.value());
  hello->set_centre_signed_hash(standing.state.centre.signed_head.hash);
  hello->set_centre_signature(standing.state.centre.signature);
  hello->set_public_key(options_.key->public_key());
  bool admitted = false;
  if (stream->Write(message)) {
    std::thread reader([this, &stream] { ReadAll(stream.get()); });
    WriteWhileUp(stream.get());
    // What the centre ended, or broke, is not cancelled besides: that would hide why.
    if (stopping()) session->TryCancel();
    reader.join();
  }
  const grpc::Status status = stream->Finish();
  MutexLock lock(&mutex_);
  session_ = nullptr;
  admitted = admitted_;
  admitted_ = false;
  if (!admitted && !stopping_) {
    context_.logger->Debug("the centre did not take the link", {{"error", rpc::FromGrpc(status)}});
  }
  return admitted;
}

void LinkClient::ReadAll(Stream* stream) {
  ConnectResponse message;
  while (stream->Read(&message)) {
    view_->NoteContact(context_.clock->Now());
    {
      MutexLock lock(&mutex_);
      last_heard_nanos_ = context_.clock->MonotonicNanos();
    }
    Handle(std::move(message));
    message.Clear();
  }
  MutexLock lock(&mutex_);
  ended_ = true;
  wake_.NotifyAll();
}

void LinkClient::ToCore(NodeCommand command) {
  // The queue of this lane is for the link alone; if it is full the committer is far behind, and
  // the centre will say the same again after a reconnect.
  const absl::Status queued = context_.committer->Submit(engine::Lane::kLink, std::move(command),
                                                         [](absl::StatusOr<NodeReply>) {});
  if (!queued.ok()) {
    context_.logger->Warning("a message of the centre was not taken", {{"error", queued}});
    CutSession();
  }
}

void LinkClient::CutSession() {
  MutexLock lock(&mutex_);
  if (session_ != nullptr) session_->TryCancel();
}

bool LinkClient::ToCoreAndWait(NodeCommand command) {
  const auto outcome = std::make_shared<Outcome>();
  absl::Status status = context_.committer->Submit(
      engine::Lane::kLink, std::move(command),
      [outcome](absl::StatusOr<NodeReply> reply) { outcome->Set(StatusOf(reply)); });
  if (status.ok()) status = outcome->Wait();
  if (status.ok()) return true;
  context_.logger->Warning("a message of the centre was not taken", {{"error", status}});
  CutSession();
  return false;
}

void LinkClient::TellLinkLost() {
  while (!stopping()) {
    const auto outcome = std::make_shared<Outcome>();
    const absl::Status queued = context_.committer->Submit(
        engine::Lane::kLink, LinkLost{},
        [outcome](absl::StatusOr<NodeReply> reply) { outcome->Set(StatusOf(reply)); });
    if (queued.ok()) outcome->Wait().IgnoreError();
    if (!absl::IsResourceExhausted(queued)) return;
    // Until the core knows, approvals would wait for a centre that is not there.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void LinkClient::Queue(ConnectRequest message) {
  MutexLock lock(&mutex_);
  outbox_.push_back(std::move(message));
  wake_.NotifyAll();
}

void LinkClient::SendProof(uint64_t applied_seq) {
  ConnectRequest message;
  message.mutable_proof()->set_applied_seq(applied_seq);
  journal::Head at;
  at.seq = Seq(applied_seq);
  if (applied_seq > 0) {
    const auto view = context_.store->Snapshot();
    const auto record = ReadRecord(*view, at.seq);
    // Without the record there is no proof; the centre will fence what can't show its history.
    if (record.ok()) at.hash = record->hash();
  }
  message.mutable_proof()->set_hash(at.hash);
  {
    MutexLock lock(&mutex_);
    sent_ = at;
  }
  Queue(std::move(message));
}

void LinkClient::Handle(ConnectResponse message) {
  switch (message.message_case()) {
    case ConnectResponse::kWelcome: {
      const uint64_t applied_seq = message.welcome().applied_seq();
      {
        MutexLock lock(&mutex_);
        welcome_ = message.welcome();
      }
      SendProof(applied_seq);
      return;
    }
    case ConnectResponse::kAdmitted:
      HandleAdmitted();
      return;
    case ConnectResponse::kCentreRecords:
      // Waited for, so that a long journal is not read faster than it is followed.
      ToCoreAndWait(std::move(*message.mutable_centre_records()));
      return;
    case ConnectResponse::kAck: {
      const uint64_t seq = message.ack().applied_seq();
      view_->NoteAcknowledged(Seq(seq));
      MutexLock lock(&mutex_);
      while (!unacknowledged_.empty() && unacknowledged_.front().first <= seq) {
        unacknowledged_bytes_ -= unacknowledged_.front().second;
        unacknowledged_.pop_front();
      }
      wake_.NotifyAll();
      return;
    }
    case ConnectResponse::kDownEntry: {
      ConnectRequest answer;
      answer.mutable_down_ack()->set_incarnation(message.down_entry().incarnation());
      answer.mutable_down_ack()->set_number(message.down_entry().number());
      const absl::Status queued = context_.committer->Submit(
          engine::Lane::kLink,
          CommandOf(*context_.store->Snapshot(), std::move(*message.mutable_down_entry())),
          [this, answer](absl::StatusOr<NodeReply> reply) {
            if (reply.ok()) Queue(answer);
          });
      if (!queued.ok()) {
        MutexLock lock(&mutex_);
        if (session_ != nullptr) session_->TryCancel();
      }
      return;
    }
    case ConnectResponse::kAllotment:
      ToCore(std::move(*message.mutable_allotment()));
      return;
    case ConnectResponse::kRecall:
      ToCore(std::move(*message.mutable_recall()));
      return;
    case ConnectResponse::kFence:
      context_.logger->Error("this node is fenced", {{"reason", message.fence().detail()}});
      ToCore(std::move(*message.mutable_fence()));
      return;
    case ConnectResponse::kHeartbeat:
      if (message.heartbeat().head_hash() == centre_head_told_) return;
      centre_head_told_ = message.heartbeat().head_hash();
      if (message.heartbeat().head_seq() == 0 || message.heartbeat().signature().empty()) return;
      ToCore(std::move(*message.mutable_heartbeat()));
      return;
    case ConnectResponse::MESSAGE_NOT_SET:
      return;
  }
}

void LinkClient::HandleAdmitted() {
  LinkAdmitted command;
  Seq applied;
  {
    MutexLock lock(&mutex_);
    command.incarnation = welcome_.incarnation();
    command.incarnation_nonce = welcome_.incarnation_nonce();
    command.centre_key = welcome_.public_key();
    command.centre_head = {Seq(welcome_.head_seq()), welcome_.head_hash()};
    command.centre_signature = welcome_.signature();
    applied = Seq(welcome_.applied_seq());
  }
  if (!ToCoreAndWait(std::move(command))) return;
  context_.logger->Info("the link to the centre is up", {{"applied_seq", applied}});
  view_->NoteAcknowledged(applied);
  MutexLock lock(&mutex_);
  admitted_ = true;
  wake_.NotifyAll();
}

bool LinkClient::NextBatch(ConnectRequest* message) {
  const journal::Head head = view_->head();
  journal::Head sent;
  {
    MutexLock lock(&mutex_);
    if (!admitted_ || sent_.seq >= head.seq || unacknowledged_bytes_ >= kUnacknowledgedBytesMax) {
      return false;
    }
    sent = sent_;
  }
  national::v1::RecordBatch* batch = message->mutable_batch();
  batch->set_first_seq(sent.seq.Next().value());
  batch->set_prev_hash(sent.hash);
  size_t bytes = 0;
  const auto view = context_.store->Snapshot();
  const auto records = view->Scan(kJournal, SeqKey(sent.seq.Next()), SeqKey(head.seq.Next()));
  for (; records->Valid() && bytes < kBatchBytesTarget && batch->records_size() < kBatchRecordsMax;
       records->Next()) {
    national::v1::JournalRecord* record = batch->add_records();
    KOPA_CHECK(
        record->ParseFromArray(records->value().data(), static_cast<int>(records->value().size())));
    bytes += records->value().size();
    sent.seq = Seq(record->seq());
    sent.hash = record->hash();
  }
  // Records that were durable can't be missing: the store is damaged, and only a restart finds out
  // more.
  KOPA_CHECK_MSG(batch->records_size() > 0, records->status().ToString());
  MutexLock lock(&mutex_);
  sent_ = sent;
  unacknowledged_.emplace_back(sent.seq.value(), bytes);
  unacknowledged_bytes_ += bytes;
  return true;
}

bool LinkClient::NextDemand(ConnectRequest* message) {
  const std::map<CallId, ledger::Amounts> demands = view_->demands();
  MutexLock lock(&mutex_);
  if (!admitted_) return false;
  for (const auto& [call, target] : demands) {
    const auto asked = asked_.find(call);
    if (asked != asked_.end() && asked->second == target) continue;
    asked_[call] = target;
    message->mutable_demand()->set_call(call.value());
    *message->mutable_demand()->mutable_target() = target.ToProto();
    return true;
  }
  return false;
}

void LinkClient::WriteWhileUp(Stream* stream) {
  int64_t next_heartbeat = context_.clock->MonotonicNanos();
  while (true) {
    ConnectRequest message;
    bool have = false;
    {
      MutexLock lock(&mutex_);
      if (stopping_ || ended_) return;
      if (!outbox_.empty()) {
        message = std::move(outbox_.front());
        outbox_.pop_front();
        have = true;
      }
    }
    have = have || NextDemand(&message) || NextBatch(&message);
    const int64_t now = context_.clock->MonotonicNanos();
    if (!have && now >= next_heartbeat) {
      const journal::Head head = view_->head();
      message.mutable_heartbeat()->set_head_seq(head.seq.value());
      message.mutable_heartbeat()->set_head_hash(head.hash);
      message.mutable_heartbeat()->set_signature(
          options_.key->Sign(HeadStatement(context_.node.value(), head.seq, head.hash)));
      next_heartbeat = now + absl::ToInt64Nanoseconds(kHeartbeat);
      have = true;
    }
    if (have) {
      if (!stream->Write(message)) return;
      continue;
    }
    MutexLock lock(&mutex_);
    const bool more = !outbox_.empty() || stopping_ || ended_;
    if (!more) wake_.WaitFor(&mutex_, std::chrono::nanoseconds(next_heartbeat - now));
  }
}

}  // namespace kopa::node
