#ifndef KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_OFFICE_H_
#define KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_OFFICE_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "grpcpp/server.h"
#include "kopa/national/v1/office.grpc.pb.h"

namespace kopa::client::testing {

// The centre's office, with four eyes: the same change by a second actor confirms the first.
class FakeOffice : public kopa::national::v1::OfficeService::Service {
 public:
  grpc::Status error;  // of every method, where it is not OK
  kopa::national::v1::ApplyRankingResponse applied;

  std::vector<kopa::national::v1::LoadCallRequest> loads() const;
  std::vector<kopa::national::v1::CloseCallRequest> closes() const;
  std::vector<kopa::national::v1::ProposeChangeRequest> changes() const;
  std::vector<kopa::national::v1::ApplyRankingRequest> applies() const;

  grpc::Status LoadCall(grpc::ServerContext* context,
                        const kopa::national::v1::LoadCallRequest* request,
                        kopa::national::v1::LoadCallResponse* response) override;
  grpc::Status CloseCall(grpc::ServerContext* context,
                         const kopa::national::v1::CloseCallRequest* request,
                         kopa::national::v1::CloseCallResponse* response) override;
  grpc::Status ProposeChange(grpc::ServerContext* context,
                             const kopa::national::v1::ProposeChangeRequest* request,
                             kopa::national::v1::ProposeChangeResponse* response) override;
  grpc::Status SettleProposal(grpc::ServerContext* context,
                              const kopa::national::v1::SettleProposalRequest* request,
                              kopa::national::v1::SettleProposalResponse* response) override;
  grpc::Status ListProposals(grpc::ServerContext* context,
                             const kopa::national::v1::ListProposalsRequest* request,
                             kopa::national::v1::ListProposalsResponse* response) override;
  grpc::Status ApplyRanking(grpc::ServerContext* context,
                            const kopa::national::v1::ApplyRankingRequest* request,
                            kopa::national::v1::ApplyRankingResponse* response) override;

 private:
  mutable Mutex mutex_;
  std::vector<kopa::national::v1::LoadCallRequest> loads_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::national::v1::CloseCallRequest> closes_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::national::v1::ProposeChangeRequest> changes_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::national::v1::ApplyRankingRequest> applies_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::national::v1::Proposal> proposals_ ABSL_GUARDED_BY(mutex_);  // by number
};

}  // namespace kopa::client::testing

#endif  // KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_OFFICE_H_
