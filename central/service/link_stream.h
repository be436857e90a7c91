#ifndef KOPA_CENTRAL_SERVICE_LINK_STREAM_H_
#define KOPA_CENTRAL_SERVICE_LINK_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "central/core/commands.h"
#include "central/service/national_view.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/mutex.h"
#include "common/base/signing.h"
#include "common/base/strong.h"
#include "common/observability/logging.h"
#include "common/rpc/identity.h"
#include "common/storage/store.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

struct LinkLimits {
  absl::Duration heartbeat = absl::Seconds(1);
  // A node that says nothing for this long is taken for gone; it sends a heartbeat each second.
  absl::Duration silence_max = absl::Seconds(5);
  // How long an ending stream may take to deliver its last messages.
  absl::Duration farewell_max = absl::Seconds(5);
  // Batches of one stream that may wait for the committer before reading pauses.
  size_t batches_waiting_max = 4;
  // What may wait to be sent to one node. A node that does not read is cut.
  size_t outbox_bytes_max = 32 * 1024 * 1024;
  // Of the centre's own journal in one message.
  size_t own_records_bytes = 256 * 1024;
  size_t streams_max = 4096;
};

// How many commands the committer's lane must hold so that all that the streams may have waiting at
// once fits, and no node is refused for the others' sake.
constexpr size_t QueueCommands(const LinkLimits& limits) {
  return 2 * limits.streams_max * limits.batches_waiting_max;
}

// Hands a command to the committer; `done` runs once it is durable. As Committer::Submit.
using SubmitCommand =
    std::function<absl::Status(CentralCommand command, std::function<void()> done)>;

// What every stream needs; all of it must outlive the streams.
struct LinkParts {
  NationalView* view = nullptr;
  const Clock* clock = nullptr;
  observability::Logger* logger = nullptr;
  rpc::Transport transport = rpc::Transport::kTls;
  // For nodes that fetch their journal back, and that follow the centre's own.
  const storage::Store* store = nullptr;
  Entropy* entropy = nullptr;
  const SigningKey* key = nullptr;  // that the centre signs its heads with
  SubmitCommand submit;
  LinkLimits limits;
};

// One stream of one node: turns its messages into commands, in order, and sends what the core has
// for it. Says nothing of money or history itself.
//
// gRPC calls the On... functions; the public functions are for everyone else and thread-safe. Owned
// together by gRPC's call (until OnDone) and whoever still sends to it.
class LinkStream
    : public grpc::ServerBidiReactor<national::v1::ConnectRequest, national::v1::ConnectResponse>,
      public std::enable_shared_from_this<LinkStream> {
 public:
  // `gone` runs in the end with this stream, when gRPC has let go of it.
  LinkStream(const LinkParts* parts, Session session, grpc::CallbackServerContext* context,
             std::function<void(LinkStream&)> gone);

  // Begins to read. Needs the object to be held by a shared_ptr.
  void Start() { Pump(); }

  Session session() const { return session_; }
  // Whom the core must hear is gone; empty where it never heard of the stream.
  NodeId node() const;

  // Sends a message after those before it. A Fence also ends the stream. A node that was admitted
  // hears of the centre's own records up to `own_seq` first, so that it has seen the record of an
  // allotment before it holds that.
  void Send(national::v1::ConnectResponse message, Seq own_seq);
  // Ends the stream with this status once what waits is sent. The first end counts.
  void End(const absl::Status& status);
  // Once per heartbeat: sends one if nothing else waits, cuts a silent or stuck peer.
  // Nothing is said of another incarnation than the stream's.
  void Tick(const national::v1::ConnectResponse& heartbeat, uint64_t incarnation, Seq own_seq);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  enum class Phase { kHello, kProof, kOpen };
  struct Waiting {
    national::v1::ConnectResponse message;
    Seq own_seq;  // what of the centre's journal must go before it
  };

  absl::Status Handle();
  absl::Status HandleHello();
  absl::Status HandleBatch();
  absl::Status HandleHeartbeat();
  absl::Status CheckCaller(const NodeId& node) const;
  absl::Status Submit(CentralCommand command);
  void NoteContact(absl::optional<uint64_t> head_seq);
  void BatchDone();
  // Whether the centre itself has signed what the greeting says of its journal.
  bool IsSignedHere(const national::v1::Hello& hello) const;
  // Begins the next write; writing_ is set already.
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts whatever may be started. Only one thread is in here at a time, so that no operation is
  // started on a stream that another thread is finishing; the others leave their wish in the state.
  void Pump();
  void Cut();

  // Constant after construction.
  const LinkParts& parts_;
  const Session session_;
  grpc::CallbackServerContext* const context_;  // until OnDone
  const std::function<void(LinkStream&)> gone_;

  // While a read runs gRPC's, then OnReadDone's.
  national::v1::ConnectRequest request_;
  Phase phase_ = Phase::kHello;
  std::string head_told_;  // of the newest heartbeat
  // While a write runs gRPC's, else Pump's.
  national::v1::ConnectResponse message_;

  mutable Mutex mutex_;
  NodeId node_ ABSL_GUARDED_BY(mutex_);
  bool admitted_ ABSL_GUARDED_BY(mutex_) = false;
  // What the Welcome said: for it the centre's records are signed.
  uint64_t incarnation_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string incarnation_nonce_ ABSL_GUARDED_BY(mutex_);
  // As the node's Hello told it.
  uint64_t incarnation_seen_ ABSL_GUARDED_BY(mutex_) = 0;
  Seq own_seen_ ABSL_GUARDED_BY(mutex_);
  Seq own_sent_ ABSL_GUARDED_BY(mutex_);  // up to where the centre's journal was sent
  std::deque<Waiting> outbox_ ABSL_GUARDED_BY(mutex_);
  size_t outbox_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t batches_waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;  // from StartRead until the message is dealt with
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool pumping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  int64_t end_nanos_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t heard_nanos_ ABSL_GUARDED_BY(mutex_);

  // Keeps the context alive while it is used to cut the call.
  Mutex context_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  bool done_ ABSL_GUARDED_BY(context_mutex_) = false;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_LINK_STREAM_H_
