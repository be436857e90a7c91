#include "central/service/link_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/service/link_batch.h"
#include "central/service/node_identity.h"
#include "central/service/own_journal.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::central {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;
using ::kopa::national::v1::FenceReason_Name;

namespace {

constexpr size_t kNonceBytes = 16;
constexpr size_t kAddressBytesMax = 255;
// What a message takes in memory beside its bytes, roughly.
constexpr size_t kMessageOverheadBytes = 256;
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

absl::Status OutOfOrder(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " out of order: Hello, then Proof, then everything else"));
}

}  // namespace

LinkStream::LinkStream(const LinkParts* parts, Session session,
                       grpc::CallbackServerContext* context, std::function<void(LinkStream&)> gone)
    : parts_(*parts),
      session_(session),
      context_(context),
      gone_(std::move(gone)),
      heard_nanos_(parts->clock->MonotonicNanos()) {}

NodeId LinkStream::node() const {
  MutexLock lock(&mutex_);
  return node_;
}

// --- What the node says

absl::Status LinkStream::Handle() {
  switch (request_.message_case()) {
    case ConnectRequest::kHello:
      return phase_ == Phase::kHello ? HandleHello() : OutOfOrder("a second Hello");
    case ConnectRequest::kProof:
      if (phase_ != Phase::kProof) return OutOfOrder("Proof");
      phase_ = Phase::kOpen;
      NoteContact(absl::nullopt);
      return Submit(ProofCommand{session_, node(), std::move(*request_.mutable_proof())});
    case ConnectRequest::kBatch:
      return phase_ == Phase::kOpen ? HandleBatch() : OutOfOrder("RecordBatch");
    case ConnectRequest::kDemand:
      if (phase_ != Phase::kOpen) return OutOfOrder("Demand");
      NoteContact(absl::nullopt);
      return Submit(DemandCommand{session_, node(), std::move(*request_.mutable_demand())});
    case ConnectRequest::kHeartbeat:
      if (phase_ == Phase::kHello) return OutOfOrder("NodeHeartbeat");
      return HandleHeartbeat();
    case ConnectRequest::kDownAck:
      // The node's next Hello has the cursor that counts; until then nothing is sent twice.
      if (phase_ == Phase::kHello) return OutOfOrder("DownAck");
      NoteContact(absl::nullopt);
      return absl::OkStatus();
    case ConnectRequest::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a message of a kind that this version does not know");
}

absl::Status LinkStream::CheckCaller(const NodeId& node) const {
  return CheckSpeaksFor(*context_, parts_.transport, node);
}

absl::Status LinkStream::HandleHello() {
  national::v1::Hello& hello = *request_.mutable_hello();
  const NodeId node(hello.node());
  RETURN_IF_ERROR(CheckCaller(node));
  if (!parts_.view->FindNode(node).has_value()) {
    return absl::NotFoundError("no node of this name is known here");
  }
  // A store that is older than its fence file has begun no epoch; it only reports.
  const bool self_fenced = hello.self_fenced() != national::v1::FENCE_REASON_UNSPECIFIED;
  if (!national::v1::FenceReason_IsValid(hello.self_fenced())) {
    return absl::InvalidArgumentError(
        "Hello names a reason of fencing that this version does not know");
  }
  const bool epoch_given = hello.epoch() != 0 && hello.epoch_nonce().size() == kNonceBytes;
  if ((!epoch_given && !self_fenced) || hello.address().size() > kAddressBytesMax) {
    return absl::InvalidArgumentError(
        "Hello needs an epoch from 1, a nonce of 16 bytes and an address of at most 255 bytes");
  }
  if (hello.incarnation_seen() > kIncarnationMax ||
      (!hello.public_key().empty() && hello.public_key().size() != kPublicKeyBytes)) {
    return absl::InvalidArgumentError(absl::StrCat("Hello needs an incarnation of at most ",
                                                   kIncarnationMax, " and a key of 32 bytes"));
  }
  HelloCommand command{session_, std::move(hello), parts_.entropy->Bytes(kNonceBytes)};
  ASSIGN_OR_RETURN(command.hash_at_seen,
                   OwnHashAt(*parts_.store, Seq(command.hello.centre_seq_seen())));
  command.is_signed = IsSignedHere(command.hello);
  if (command.is_signed) {
    ASSIGN_OR_RETURN(command.hash_at_signed,
                     OwnHashAt(*parts_.store, Seq(command.hello.centre_signed_seq())));
  }
  phase_ = Phase::kProof;
  // Before the command is queued: from then on the core must hear of the end.
  {
    MutexLock lock(&mutex_);
    node_ = node;
    incarnation_seen_ = command.hello.incarnation_seen();
    own_seen_ = Seq(command.hello.centre_seq_seen());
  }
  NoteContact(absl::nullopt);
  return Submit(std::move(command));
}

bool LinkStream::IsSignedHere(const national::v1::Hello& hello) const {
  return IsSignatureOf(
      parts_.key->public_key(),
      CentreHeadStatement(hello.incarnation_seen(), hello.incarnation_nonce_seen(),
                          Seq(hello.centre_signed_seq()), hello.centre_signed_hash()),
      hello.centre_signature());
}

absl::Status LinkStream::HandleHeartbeat() {
  NoteContact(request_.heartbeat().head_seq());
  // Heads that were told before are nothing new to the core.
  const bool is_new = phase_ == Phase::kOpen && !request_.heartbeat().signature().empty() &&
                      request_.heartbeat().head_hash() != head_told_;
  if (!is_new) return absl::OkStatus();
  head_told_ = request_.heartbeat().head_hash();
  return Submit(NodeHeadCommand{session_, node(), std::move(*request_.mutable_heartbeat())});
}

absl::Status LinkStream::HandleBatch() {
  auto records = TakeBatch(std::move(*request_.mutable_batch()));
  if (!records.ok()) {
    parts_.logger->Error("a batch of records was refused",
                         {{"node", node()}, {"reason", records.status()}});
    return records.status();
  }
  NoteContact(records->back().journal.seq());
  return Submit(RecordsCommand{session_, node(), *std::move(records)});
}

// Whatever a stream has waiting counts, so that no node can fill the queue that all share.
absl::Status LinkStream::Submit(CentralCommand command) {
  {
    MutexLock lock(&mutex_);
    ++batches_waiting_;
  }
  const absl::Status queued =
      parts_.submit(std::move(command), [stream = shared_from_this()] { stream->BatchDone(); });
  if (queued.ok()) return queued;
  MutexLock lock(&mutex_);
  --batches_waiting_;
  return rpc::WithRetryDelay(queued, kRetryDelay);
}

void LinkStream::BatchDone() {
  {
    MutexLock lock(&mutex_);
    --batches_waiting_;
  }
  Pump();
}

void LinkStream::NoteContact(absl::optional<uint64_t> head_seq) {
  NodeId node;
  {
    MutexLock lock(&mutex_);
    node = node_;
    // What an unproved store claims to have is not told to people.
    if (!admitted_) head_seq = absl::nullopt;
  }
  parts_.view->NoteContact(node, parts_.clock->Now(), head_seq);
}

// --- What the centre says

void LinkStream::Send(ConnectResponse message, Seq own_seq) {
  if (message.has_welcome()) {
    national::v1::Welcome& welcome = *message.mutable_welcome();
    welcome.set_public_key(parts_.key->public_key());
    welcome.set_signature(
        parts_.key->Sign(CentreHeadStatement(welcome.incarnation(), welcome.incarnation_nonce(),
                                             Seq(welcome.head_seq()), welcome.head_hash())));
  }
  if (message.has_admitted()) parts_.logger->Info("a node is connected", {{"node", node()}});
  if (message.has_fence()) {
    parts_.logger->Warning("a store was fenced",
                           {{"node", node()},
                            {"reason", FenceReason_Name(message.fence().reason())},
                            {"detail", message.fence().detail()}});
  }
  absl::Status end;
  {
    MutexLock lock(&mutex_);
    if (end_.has_value()) return;
    if (message.has_welcome()) {
      // What the node saw of an earlier incarnation is no beginning of this one.
      const bool is_same = message.welcome().incarnation() == incarnation_seen_;
      own_sent_ = is_same ? own_seen_ : Seq();
      incarnation_ = message.welcome().incarnation();
      incarnation_nonce_ = message.welcome().incarnation_nonce();
    }
    // What comes before the admission, and that itself, waits for nothing.
    if (!admitted_) own_seq = Seq();
    if (message.has_admitted()) admitted_ = true;
    if (message.has_fence()) {
      end = rpc::WithReason(absl::FailedPreconditionError(message.fence().detail()), "NODE_FENCED");
    }
    outbox_bytes_ += message.ByteSizeLong() + kMessageOverheadBytes;
    outbox_.push_back({std::move(message), own_seq});
    if (outbox_bytes_ > parts_.limits.outbox_bytes_max) {
      outbox_.clear();
      outbox_bytes_ = 0;
      end = absl::ResourceExhaustedError("the node does not read what is sent to it");
    }
  }
  if (end.ok()) {
    Pump();
  } else {
    End(end);
  }
}

void LinkStream::End(const absl::Status& status) {
  {
    MutexLock lock(&mutex_);
    if (!end_.has_value()) {
      end_ = status;
      end_nanos_ = parts_.clock->MonotonicNanos();
    }
  }
  Pump();
}

void LinkStream::Tick(const ConnectResponse& heartbeat, uint64_t incarnation, Seq own_seq) {
  const int64_t now = parts_.clock->MonotonicNanos();
  bool is_silent = false;
  bool is_stuck = false;
  bool is_idle = false;
  {
    MutexLock lock(&mutex_);
    // Silence counts only while somebody listens.
    is_silent = !end_.has_value() && reading_ &&
                absl::Nanoseconds(now - heard_nanos_) > parts_.limits.silence_max;
    is_stuck = end_.has_value() && absl::Nanoseconds(now - end_nanos_) > parts_.limits.farewell_max;
    is_idle = admitted_ && !writing_ && outbox_.empty() && !end_.has_value() &&
              incarnation == incarnation_;
  }
  if (is_silent) End(absl::DeadlineExceededError("nothing was heard from the node"));
  if (is_stuck) Cut();
  if (is_idle && !is_silent) Send(heartbeat, own_seq);
}

void LinkStream::Cut() {
  MutexLock lock(&context_mutex_);
  if (!done_) context_->TryCancel();
}

// --- gRPC's side

void LinkStream::WriteNext() {
  if (own_sent_ >= outbox_.front().own_seq) {
    message_ = std::move(outbox_.front().message);
    outbox_.pop_front();
    outbox_bytes_ -= message_.ByteSizeLong() + kMessageOverheadBytes;
    mutex_.Unlock();
    StartWrite(&message_);
    mutex_.Lock();
    return;
  }
  const Seq first = own_sent_.Next();
  const Seq last = outbox_.front().own_seq;
  const uint64_t incarnation = incarnation_;
  const std::string nonce = incarnation_nonce_;
  mutex_.Unlock();
  auto records = OwnRecords(*parts_.store, first, last, parts_.limits.own_records_bytes);
  if (records.ok()) {
    // Here, not in the next heartbeat: what the records allot is not to be spent by a node that
    // can't show that this store had them.
    const national::v1::JournalRecord& newest = *records->records().rbegin();
    records->set_signature(parts_.key->Sign(
        CentreHeadStatement(incarnation, nonce, Seq(newest.seq()), newest.hash())));
  }
  mutex_.Lock();
  if (!records.ok()) {
    parts_.logger->Error("the centre's own journal can't be read", {{"error", records.status()}});
    writing_ = false;
    outbox_.clear();
    outbox_bytes_ = 0;
    if (!end_.has_value()) end_ = records.status();
    return;
  }
  own_sent_ = Seq(records->records().rbegin()->seq());
  message_.Clear();
  *message_.mutable_centre_records() = *std::move(records);
  mutex_.Unlock();
  StartWrite(&message_);
  mutex_.Lock();
}

void LinkStream::Pump() {
  mutex_.Lock();
  if (pumping_) {
    mutex_.Unlock();
    return;
  }
  pumping_ = true;
  while (true) {
    if (!writing_ && !outbox_.empty()) {
      writing_ = true;
      WriteNext();
    } else if (!writing_ && end_.has_value()) {
      // Nobody pumps from here on: gRPC may let go of the stream before Finish returns.
      const absl::Status status = *end_;
      mutex_.Unlock();
      Finish(rpc::ToGrpc(status));
      return;
    } else if (!reading_ && !end_.has_value() &&
               batches_waiting_ < parts_.limits.batches_waiting_max) {
      reading_ = true;
      heard_nanos_ = parts_.clock->MonotonicNanos();
      mutex_.Unlock();
      StartRead(&request_);
      mutex_.Lock();
    } else {
      break;
    }
  }
  pumping_ = false;
  mutex_.Unlock();
}

void LinkStream::OnReadDone(bool ok) {
  if (!ok) {
    End(absl::OkStatus());  // the node has nothing more to say
    return;
  }
  bool is_ending = false;
  {
    MutexLock lock(&mutex_);
    is_ending = end_.has_value();
  }
  if (const absl::Status status = is_ending ? absl::OkStatus() : Handle(); !status.ok()) {
    End(status);
  }
  {
    MutexLock lock(&mutex_);
    reading_ = false;
  }
  Pump();
}

void LinkStream::OnWriteDone(bool ok) {
  {
    MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) {
      outbox_.clear();
      outbox_bytes_ = 0;
    }
  }
  if (ok) {
    Pump();
  } else {
    End(absl::UnavailableError("the stream broke"));
  }
}

void LinkStream::OnCancel() {
  {
    MutexLock lock(&mutex_);
    outbox_.clear();
    outbox_bytes_ = 0;
  }
  End(absl::CancelledError("the stream was cut"));
}

void LinkStream::OnDone() {
  {
    MutexLock lock(&context_mutex_);
    done_ = true;
  }
  // May be the last holder's last act.
  const std::shared_ptr<LinkStream> self = shared_from_this();
  {
    MutexLock lock(&mutex_);
    parts_.logger->Info("a link ended", {{"node", node_},
                                         {"session", session_},
                                         {"reason", end_.value_or(absl::UnknownError("unknown"))}});
  }
  gone_(*self);
}

}  // namespace kopa::central
