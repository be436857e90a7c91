#ifndef KOPA_CENTRAL_SERVICE_LINK_SERVICE_H_
#define KOPA_CENTRAL_SERVICE_LINK_SERVICE_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "central/core/central_core.h"
#include "central/service/journal_reader.h"
#include "central/service/link_stream.h"
#include "common/base/mutex.h"
#include "common/journal/chain.h"
#include "kopa/national/v1/link.grpc.pb.h"

namespace kopa::central {

// kopa.national.v1.LinkService: gives each stream a session number, carries what the core has for a
// session to its stream, and keeps time for all of them on one thread.
class LinkService : public national::v1::LinkService::CallbackService {
 public:
  // What `parts` points at must outlive the service; the service must outlive its server.
  explicit LinkService(LinkParts parts);
  ~LinkService() override;

  // On the committer's thread after the write, or before the server starts.
  void Deliver(const CentralCore& core, CentralEffects& effects);

  // Ends every stream with UNAVAILABLE and lets no new one in. Thread-safe.
  void Stop();

  grpc::ServerBidiReactor<national::v1::ConnectRequest, national::v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<national::v1::FetchJournalResponse>* FetchJournal(
      grpc::CallbackServerContext* context,
      const national::v1::FetchJournalRequest* request) override {
    return journals_.Fetch(context, request);
  }

 private:
  std::shared_ptr<LinkStream> Find(Session session) const;
  std::vector<std::shared_ptr<LinkStream>> Streams() const;
  void Gone(LinkStream& stream);
  // Tells the core; false where it must be tried again.
  bool ReportLost(const SessionLost& lost);
  void KeepTime();
  // What the centre has come to, as its core said last.
  CentralState State() const;
  national::v1::ConnectResponse Heartbeat(const CentralState& state) const;

  const LinkParts parts_;
  JournalReader journals_;

  mutable Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t last_session_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<Session, std::shared_ptr<LinkStream>> streams_ ABSL_GUARDED_BY(mutex_);
  // Streams whose end the committer had no room for yet.
  std::vector<SessionLost> lost_ ABSL_GUARDED_BY(mutex_);
  CentralState state_ ABSL_GUARDED_BY(mutex_);
  std::thread timer_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_LINK_SERVICE_H_
