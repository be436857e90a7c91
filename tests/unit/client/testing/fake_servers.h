#ifndef KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_SERVERS_H_
#define KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_SERVERS_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/include/kopa/connection_options.h"
#include "common/base/mutex.h"
#include "grpcpp/server.h"
#include "kopa/national/v1/service.grpc.pb.h"
#include "kopa/region/v1/service.grpc.pb.h"

namespace kopa::client::testing {

// A clock and entropy for tests, and a sleeper that really sleeps, but at most ten milliseconds.
ClientParts RealParts();

// Something that listens on a free port of this machine as long as it lives.
class Listener {
 public:
  // `second` may be null.
  explicit Listener(grpc::Service* service, grpc::Service* second = nullptr);
  ~Listener();

  const std::string& address() const { return address_; }
  // As a killed process: open calls break off. Another Listener may not take the port.
  void Stop();

 private:
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// A node that keeps applications by reference, in memory. Every reference that begins with "bad" is
// rejected with BAD_AMOUNT. The hooks make it misbehave.
class FakeRegion : public kopa::region::v1::RegionService::Service {
 public:
  explicit FakeRegion(std::string node) : node_(std::move(node)) {}

  using Batch = kopa::region::v1::SubmitApplicationsRequest;
  using Answer = kopa::region::v1::SubmitApplicationsResponse;

  // Called with each batch, counted from 0 over all streams. Returns whether to go on to the
  // ordinary answer: kDrop ends the stream without one, kSilent keeps it open without one,
  // kAnswered means that `answer` is to be sent as it is.
  enum class Step { kOrdinary, kDrop, kSilent, kAnswered };
  std::function<Step(int number, const Batch& batch, Answer* answer)> on_batch;
  // What unary methods answer instead, where it is not OK.
  grpc::Status unary_error;

  // All batches as they came, repeated ones too.
  std::vector<Batch> batches() const;
  // How many applications were ever kept.
  size_t kept() const;
  std::vector<kopa::region::v1::DecideApplicationsRequest> decisions() const;
  std::vector<std::string> actors() const;

  std::vector<kopa::region::v1::AssignEvaluatorsRequest> assignments() const;
  std::vector<kopa::region::v1::DeclareConflictRequest> conflicts() const;

  // Adds an application; gives its id of 16 bytes.
  std::string Add(const std::string& reference, kopa::national::v1::ApplicationStatus status);
  // Changes one that is there.
  void Change(const std::string& reference,
              const std::function<void(kopa::region::v1::Application*)>& change);
  // Called with each list of applications that is asked for, before it is answered.
  std::function<void()> on_list;
  // A byte of every document is lost on its way.
  std::atomic<bool> garbles_documents = false;

  std::vector<kopa::programme::v1::Call> calls;
  kopa::region::v1::VerifyNodeResponse verify;
  std::vector<kopa::national::v1::JournalRecord> journal;

  grpc::Status CheckNodeReceipt(grpc::ServerContext* context,
                                const kopa::region::v1::CheckNodeReceiptRequest* request,
                                kopa::region::v1::CheckNodeReceiptResponse* response) override;
  grpc::Status SubmitApplications(grpc::ServerContext* context,
                                  grpc::ServerReaderWriter<Answer, Batch>* stream) override;
  grpc::Status ListApplications(grpc::ServerContext* context,
                                const kopa::region::v1::ListApplicationsRequest* request,
                                kopa::region::v1::ListApplicationsResponse* response) override;
  grpc::Status GetApplication(grpc::ServerContext* context,
                              const kopa::region::v1::GetApplicationRequest* request,
                              kopa::region::v1::GetApplicationResponse* response) override;
  grpc::Status DecideApplications(grpc::ServerContext* context,
                                  const kopa::region::v1::DecideApplicationsRequest* request,
                                  kopa::region::v1::DecideApplicationsResponse* response) override;
  // The daily work, in fake_region_daily.cc. Late ones are admitted at the second call.
  grpc::Status AssignEvaluators(grpc::ServerContext* context,
                                const kopa::region::v1::AssignEvaluatorsRequest* request,
                                kopa::region::v1::AssignEvaluatorsResponse* response) override;
  grpc::Status DeclareConflict(grpc::ServerContext* context,
                               const kopa::region::v1::DeclareConflictRequest* request,
                               kopa::region::v1::DeclareConflictResponse* response) override;
  grpc::Status AddNote(grpc::ServerContext* context,
                       const kopa::region::v1::AddNoteRequest* request,
                       kopa::region::v1::AddNoteResponse* response) override;
  grpc::Status ListNotes(grpc::ServerContext* context,
                         const kopa::region::v1::ListNotesRequest* request,
                         kopa::region::v1::ListNotesResponse* response) override;
  grpc::Status AttachDocument(grpc::ServerContext* context,
                              grpc::ServerReader<kopa::region::v1::AttachDocumentRequest>* stream,
                              kopa::region::v1::AttachDocumentResponse* response) override;
  grpc::Status ListDocuments(grpc::ServerContext* context,
                             const kopa::region::v1::ListDocumentsRequest* request,
                             kopa::region::v1::ListDocumentsResponse* response) override;
  grpc::Status ReadDocument(
      grpc::ServerContext* context, const kopa::region::v1::ReadDocumentRequest* request,
      grpc::ServerWriter<kopa::region::v1::ReadDocumentResponse>* stream) override;
  grpc::Status AdmitLate(grpc::ServerContext* context,
                         const kopa::region::v1::AdmitLateRequest* request,
                         kopa::region::v1::AdmitLateResponse* response) override;
  grpc::Status ListNodeCalls(grpc::ServerContext* context,
                             const kopa::region::v1::ListNodeCallsRequest* request,
                             kopa::region::v1::ListNodeCallsResponse* response) override;
  grpc::Status GetNodeStatus(grpc::ServerContext* context,
                             const kopa::region::v1::GetNodeStatusRequest* request,
                             kopa::region::v1::GetNodeStatusResponse* response) override;
  grpc::Status VerifyNode(grpc::ServerContext* context,
                          const kopa::region::v1::VerifyNodeRequest* request,
                          kopa::region::v1::VerifyNodeResponse* response) override;

 private:
  void Take(const kopa::region::v1::ApplicationInput& input, kopa::region::v1::SubmitResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string AddLocked(const std::string& reference, kopa::national::v1::ApplicationStatus status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string node_;
  mutable Mutex mutex_;
  std::map<std::string, kopa::region::v1::Application> applications_ ABSL_GUARDED_BY(mutex_);
  std::vector<Batch> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::region::v1::DecideApplicationsRequest> decisions_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> actors_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::region::v1::AssignEvaluatorsRequest> assignments_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::region::v1::DeclareConflictRequest> conflicts_ ABSL_GUARDED_BY(mutex_);
  std::vector<kopa::region::v1::Note> notes_ ABSL_GUARDED_BY(mutex_);
  struct Stored {
    kopa::region::v1::Document document;
    std::string content;
  };
  std::vector<Stored> documents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> late_ ABSL_GUARDED_BY(mutex_);  // who proposed, by reference
};

// A centre that answers with what it was given. In fake_centre.cc.
class FakeCentre : public kopa::national::v1::NationalService::Service {
 public:
  std::vector<kopa::programme::v1::Call> calls;
  std::vector<kopa::national::v1::Node> nodes;
  std::map<std::string, std::string> locations;  // node by id
  kopa::national::v1::GetTotalsResponse totals;
  kopa::national::v1::GetBudgetResponse budget;
  kopa::national::v1::RankCallResponse ranking;
  kopa::national::v1::ListFindingsResponse findings;
  kopa::national::v1::VerifyNationalResponse verify;
  std::map<std::string, std::vector<kopa::national::v1::JournalRecord>> journals;
  std::map<uint64_t, grpc::Status> receipt_errors;  // by the record's number
  // How often an export breaks off after its first record.
  std::atomic<int> broken_exports = 0;
  kopa::national::v1::GetTotalsRequest totals_request;  // the last one
  grpc::Status error;                                   // of every method, where it is not OK

  void AddNode(const std::string& node, const std::string& address);

  grpc::Status CheckReceipt(grpc::ServerContext* context,
                            const kopa::national::v1::CheckReceiptRequest* request,
                            kopa::national::v1::CheckReceiptResponse* response) override;
  grpc::Status ExportJournal(
      grpc::ServerContext* context, const kopa::national::v1::ExportJournalRequest* request,
      grpc::ServerWriter<kopa::national::v1::ExportJournalResponse>* stream) override;

  grpc::Status GetCall(grpc::ServerContext* context,
                       const kopa::national::v1::GetCallRequest* request,
                       kopa::national::v1::GetCallResponse* response) override;
  grpc::Status GetTotals(grpc::ServerContext* context,
                         const kopa::national::v1::GetTotalsRequest* request,
                         kopa::national::v1::GetTotalsResponse* response) override;
  grpc::Status GetBudget(grpc::ServerContext* context,
                         const kopa::national::v1::GetBudgetRequest* request,
                         kopa::national::v1::GetBudgetResponse* response) override;
  grpc::Status RankCall(grpc::ServerContext* context,
                        const kopa::national::v1::RankCallRequest* request,
                        kopa::national::v1::RankCallResponse* response) override;
  grpc::Status ListFindings(grpc::ServerContext* context,
                            const kopa::national::v1::ListFindingsRequest* request,
                            kopa::national::v1::ListFindingsResponse* response) override;
  grpc::Status ListNodes(grpc::ServerContext* context,
                         const kopa::national::v1::ListNodesRequest* request,
                         kopa::national::v1::ListNodesResponse* response) override;
  grpc::Status LocateApplications(
      grpc::ServerContext* context, const kopa::national::v1::LocateApplicationsRequest* request,
      kopa::national::v1::LocateApplicationsResponse* response) override;
  grpc::Status VerifyNational(grpc::ServerContext* context,
                              const kopa::national::v1::VerifyNationalRequest* request,
                              kopa::national::v1::VerifyNationalResponse* response) override;
};

// Who the caller says to be.
std::string ActorOf(const grpc::ServerContext& context);

// A call like PuMPuRS, made up: one project of one applicant, exactly 4,600 EUR, two criteria.
kopa::programme::v1::Call ProjectCall();

}  // namespace kopa::client::testing

#endif  // KOPA_TESTS_UNIT_CLIENT_TESTING_FAKE_SERVERS_H_
