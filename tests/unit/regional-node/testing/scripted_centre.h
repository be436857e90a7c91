#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_SCRIPTED_CENTRE_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_SCRIPTED_CENTRE_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "grpcpp/server.h"
#include "kopa/national/v1/link.grpc.pb.h"

namespace kopa::node::testing {

inline constexpr uint64_t kIncarnation = 1;
inline constexpr char kIncarnationNonce[] = "sixteen bytes...";

// The centre's end of one node's link, played by a test: believes every proof, acknowledges every
// record, and says beyond that what it is told to. Thread-safe.
class ScriptedCentre : public national::v1::LinkService::Service {
 public:
  ScriptedCentre();
  ~ScriptedCentre() override;

  const std::string& address() const { return address_; }

  // From now on every Hello is turned away; `Admit` undoes it.
  void TurnAway(const grpc::Status& status);
  void Admit();
  // Breaks the stream that is there.
  void Cut();
  // False where no node is connected.
  bool Send(const national::v1::ConnectResponse& message);
  bool Allot(const std::string& call, int64_t cents);

  // How many streams were begun so far, whatever became of them.
  int streams() const;

  grpc::Status Connect(grpc::ServerContext* context,
                       grpc::ServerReaderWriter<national::v1::ConnectResponse,
                                                national::v1::ConnectRequest>* stream) override;

 private:
  using Stream =
      grpc::ServerReaderWriter<national::v1::ConnectResponse, national::v1::ConnectRequest>;

  // What is said to one message of the node; empty where nothing is.
  national::v1::ConnectResponse AnswerTo(const national::v1::ConnectRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  grpc::Status refusal_ ABSL_GUARDED_BY(mutex_);
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Stream* admitted_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint64_t applied_seq_ ABSL_GUARDED_BY(mutex_) = 0;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace kopa::node::testing

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_SCRIPTED_CENTRE_H_
