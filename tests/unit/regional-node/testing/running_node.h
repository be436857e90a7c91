#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_RUNNING_NODE_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_RUNNING_NODE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/observability/logging.h"
#include "common/storage/memory_store.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "kopa/region/v1/service.grpc.pb.h"
#include "regional-node/commands/node_app.h"
#include "tests/unit/common/storage/temporary_folder.h"
#include "tests/unit/regional-node/testing/gated_store.h"

namespace kopa::node::testing {

// A whole node with a real gRPC server on a free port, on stores in memory that outlive it, so that
// it can be stopped and started again. Its call takes applications whenever the test runs.
class RunningNode : public ::testing::Test {
 protected:
  RunningNode();
  ~RunningNode() override;

  static programme::v1::Call OpenCall();

  // Leaves what an earlier opening would have: an epoch, these calls, and in the journal this many
  // allotments of a cent each.
  void Prepare(const std::vector<programme::v1::Call>& calls, int allotments = 0);
  // `central`: where its centre is; empty: nowhere.
  absl::Status Start(const std::string& central = "");
  void Stop();

  // A context with a deadline of ten seconds.
  static std::unique_ptr<grpc::ClientContext> NewContext();
  static bool Eventually(const std::function<bool()>& condition);

  Uuid NewRequest() { return entropy_.NewUuid(clock_.Now()); }
  static region::v1::ApplicationInput Application(int number);
  // Of one application each; the answer must be OK.
  region::v1::SubmitResult Submit(int number);
  void Evaluate(const std::string& id);
  // Approves under this request id and returns the status, and all of it.
  region::v1::DecisionResult Approve(const std::string& id, const Uuid& request);
  int ApplicationsListed();
  region::v1::GetNodeStatusResponse Status();

  const storage::TemporaryFolder folder_;
  const NodeId node_{"zemgale"};
  const SystemClock clock_;
  SystemEntropy entropy_;
  std::ostringstream log_;  // to be read when the node has stopped
  observability::Logger logger_;
  storage::MemoryStore store_;
  std::unique_ptr<storage::MemoryStore> keys_;
  StoreGate gate_;
  NodeOptions options_;
  std::unique_ptr<NodeApp> app_;
  std::unique_ptr<region::v1::RegionService::Stub> stub_;

 private:
  StoreGate key_gate_;
};

}  // namespace kopa::node::testing

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_RUNNING_NODE_H_
