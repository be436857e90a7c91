#ifndef KOPA_TESTS_UNIT_CENTRAL_SERVICE_SERVICE_FIXTURE_H_
#define KOPA_TESTS_UNIT_CENTRAL_SERVICE_SERVICE_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "absl/types/optional.h"
#include "central/core/central_core.h"
#include "central/service/link_service.h"
#include "central/service/national_service.h"
#include "central/service/national_view.h"
#include "central/service/office_service.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/signing.h"
#include "common/engine/committer.h"
#include "common/engine/space_guard.h"
#include "common/observability/logging.h"
#include "common/rpc/server.h"
#include "common/storage/memory_store.h"
#include "common/territory/territory.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "kopa/national/v1/link.grpc.pb.h"
#include "kopa/national/v1/office.grpc.pb.h"
#include "kopa/national/v1/service.grpc.pb.h"
#include "tests/unit/central/testing/journal_writer.h"

namespace kopa::central::testing {

// A node's end of a link, played by a test. Nothing in it waits longer than ten seconds.
class ScriptedNode {
 public:
  explicit ScriptedNode(const std::shared_ptr<grpc::Channel>& channel);
  ~ScriptedNode();

  bool Send(const national::v1::ConnectRequest& request) { return stream_->Write(request); }
  bool SendHello(const JournalWriter& journal);
  bool SendProof(const JournalWriter& journal, uint64_t seq);
  bool SendBatch(const national::v1::RecordBatch& batch);
  bool SendHeartbeat(uint64_t head_seq);

  // The next message that is no heartbeat; empty at the end of the stream.
  absl::optional<national::v1::ConnectResponse> Next();
  // Skips to the next message of this kind; empty where none comes.
  absl::optional<national::v1::ConnectResponse> Next(
      national::v1::ConnectResponse::MessageCase kind);
  // Reads to the end.
  grpc::Status Finish();

  // Hello, Welcome, Proof, Admitted. False where the centre answers otherwise.
  bool Join(const JournalWriter& journal);
  // Sends what is not applied yet; gives what is applied then.
  uint64_t Deliver(const JournalWriter& journal);

 private:
  grpc::ClientContext context_;
  std::unique_ptr<national::v1::LinkService::Stub> stub_;
  std::unique_ptr<
      grpc::ClientReaderWriter<national::v1::ConnectRequest, national::v1::ConnectResponse>>
      stream_;
  uint64_t applied_ = 0;
  bool is_finished_ = false;
};

// A whole centre with a real gRPC server on a free port, on a store in memory.
class ServiceFixture : public ::testing::Test {
 protected:
  // With TLS files it serves TLS, and channel_ is of no use.
  explicit ServiceFixture(LinkLimits limits = QuickLimits(), const rpc::TlsFiles& tls = {});
  ~ServiceFixture() override;

  static LinkLimits QuickLimits();

  // Waits up to ten seconds for it to hold.
  static bool Eventually(const std::function<bool()>& condition);

  national::v1::Node NodeNow(const std::string& node);
  int64_t ApplicationsNow();

  const Territory territory_;
  const SystemClock clock_;
  std::ostringstream log_;
  observability::Logger logger_;
  storage::MemoryStore store_;
  std::unique_ptr<CentralCore> core_;
  NationalView view_;
  engine::SpaceGuard space_;
  engine::Committer<CentralCore> committer_;
  std::atomic<bool> is_queue_full_{false};  // a committer that refuses everything
  SystemEntropy nonces_;
  const SigningKey key_ = *SigningKey::FromSeed(std::string(32, 's'));
  LinkService link_;
  NationalService national_;
  SeededEntropy entropy_{7};
  OfficeService office_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<national::v1::NationalService::Stub> stub_;
  std::unique_ptr<national::v1::OfficeService::Stub> office_stub_;
};

}  // namespace kopa::central::testing

#endif  // KOPA_TESTS_UNIT_CENTRAL_SERVICE_SERVICE_FIXTURE_H_
