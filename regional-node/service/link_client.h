#ifndef KOPA_REGIONAL_NODE_SERVICE_LINK_CLIENT_H_
#define KOPA_REGIONAL_NODE_SERVICE_LINK_CLIENT_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/base/signing.h"
#include "common/rpc/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "kopa/national/v1/link.grpc.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// Limits of the link. What is unacknowledged is bounded here, not by HTTP/2's windows.
inline constexpr size_t kUnacknowledgedBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kBatchBytesTarget = 96 * 1024;
inline constexpr int kBatchRecordsMax = 512;
inline constexpr absl::Duration kHeartbeat = absl::Seconds(1);
inline constexpr absl::Duration kSilenceMax = absl::Seconds(5);

// Keeps the link to the centre up: dials, proves this node's history, sends the journal as it
// grows, and passes on what the centre says. Reconnects for ever, with back-off and jitter. It
// holds no truth of its own: where the journal goes on is what the centre's Welcome says.
//
// Threads: one that dials and writes, one a session that reads, one that cuts a link gone silent.
class LinkClient {
 public:
  struct Options {
    rpc::ChannelOptions centre;
    std::string advertise;            // where clients reach this node
    const SigningKey* key = nullptr;  // that this node signs its heads with
  };

  // `context` and `view` must outlive this.
  LinkClient(const Context* context, NodeView* view, Options options);
  ~LinkClient();

  void Start();
  // Ends the session and the threads. What was not sent goes with the next session.
  void Stop();
  // There are new records, or the node wants something: any thread.
  void Wake();

 private:
  using Stream =
      grpc::ClientReaderWriter<national::v1::ConnectRequest, national::v1::ConnectResponse>;

  void Run();
  void WatchSilence();
  // One session from Hello to its end; true if the proof was accepted.
  bool RunSession();
  void ReadAll(Stream* stream);
  void Handle(national::v1::ConnectResponse message);
  void WriteWhileUp(Stream* stream);
  void SendProof(uint64_t applied_seq);
  void HandleAdmitted();
  // The next batch, or nothing where all is sent or too much is unacknowledged.
  bool NextBatch(national::v1::ConnectRequest* message);
  bool NextDemand(national::v1::ConnectRequest* message);
  void ToCore(NodeCommand command);
  // Returns once the core has taken the command and it is durable; false where that failed, which
  // ends the session.
  bool ToCoreAndWait(NodeCommand command);
  // Returns once everything that the session brought is done: what it allotted is in the journal
  // before the next Hello says how far that goes.
  void TellLinkLost();
  void CutSession();
  void Queue(national::v1::ConnectRequest message);
  bool stopping();

  const Context& context_;
  NodeView* const view_;
  const Options options_;

  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the running session:
  std::shared_ptr<grpc::ClientContext> session_ ABSL_GUARDED_BY(mutex_);
  int64_t last_heard_nanos_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // the reader has seen the end
  bool admitted_ ABSL_GUARDED_BY(mutex_) = false;
  national::v1::Welcome welcome_ ABSL_GUARDED_BY(mutex_);
  std::string centre_head_told_;  // the reader's: of the newest heartbeat
  std::deque<national::v1::ConnectRequest> outbox_ ABSL_GUARDED_BY(mutex_);
  journal::Head sent_ ABSL_GUARDED_BY(mutex_);  // up to where the journal was sent
  std::deque<std::pair<uint64_t, size_t>> unacknowledged_ ABSL_GUARDED_BY(mutex_);  // seq, bytes
  size_t unacknowledged_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<CallId, ledger::Amounts> asked_ ABSL_GUARDED_BY(mutex_);

  std::thread runner_;
  std::thread watcher_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_LINK_CLIENT_H_
