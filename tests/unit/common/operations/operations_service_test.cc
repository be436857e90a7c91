#include "common/operations/operations_service.h"

#include <chrono>
#include <filesystem>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/rpc/server.h"
#include "common/server/endpoint.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/unit/common/operations/operations_fixture.h"
#include "tests/unit/common/rpc/test_pki.h"

namespace kopa::operations {
namespace {

using ::testing::HasSubstr;

// A server that runs on the data folder.
class OperationsServiceTest : public OperationsTest {
 protected:
  OperationsServiceTest()
      : data_(*server::DataFolder::Create(Data())),
        store_(OpenStore(data_.store_path())),
        service_(Kind(), store_.get(), Data(), /*disk_reserve_bytes=*/0, &entropy_) {
    SetLast(*store_, 7);
    rpc::ServerBuilderOptions options;
    options.insecure = true;
    Listen(options);
  }
  ~OperationsServiceTest() override {
    service_.Stop();
    server_->Shutdown(absl::Seconds(5));
  }

  void Listen(rpc::ServerBuilderOptions options) {
    if (options.address.empty()) options.address = "127.0.0.1:0";
    if (server_ != nullptr) server_->Shutdown(absl::Seconds(5));
    auto server = rpc::Server::Start(options, {&service_});
    KOPA_CHECK_MSG(server.ok(), server.status().ToString());
    server_ = *std::move(server);
    KOPA_CHECK(service_.Announce(server_->address()).ok());
  }

  grpc::Status Call(const std::string& token, const std::string& folder) {
    const auto stub = national::v1::OperationsService::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (!token.empty()) context.AddMetadata(kTokenMetadata, token);
    national::v1::CreateBackupRequest request;
    request.set_folder(folder);
    response_.Clear();
    return stub->CreateBackup(&context, request, &response_);
  }
  std::string Token() { return server::ReadEndpoint(Data())->token; }

  const SystemClock clock_;
  SeededEntropy entropy_{5};
  server::DataFolder data_;
  std::unique_ptr<storage::Store> store_;
  OperationsService service_;
  std::unique_ptr<rpc::Server> server_;
  national::v1::CreateBackupResponse response_;
};

TEST_F(OperationsServiceTest, TheCommandHasTheRunningServerMakeTheCopy) {
  const absl::Status made = Backup({"--insecure"});
  ASSERT_TRUE(made.ok()) << made;
  EXPECT_THAT(out_.str(), HasSubstr("journal up to record 7"));
  SetLast(*store_, 8);
  ASSERT_TRUE(Backup({"--insecure"}).ok());
  EXPECT_THAT(out_.str(), HasSubstr("backups there: 1 2"));
  ASSERT_TRUE(Restore(folder_.Below("restored")).ok());
  EXPECT_EQ(LastAt(folder_.Below("restored")), "8");
}

TEST_F(OperationsServiceTest, AServerIsAskedByTheNameInItsCertificate) {
  const rpc::TestPki pki;
  for (const char* names :
       {"DNS:kopa.example,URI:kopa://central", "DNS:*.kopa.example,URI:kopa://central",
        "IP:192.0.2.7,URI:kopa://central"}) {
    rpc::ServerBuilderOptions options;
    options.address = "0.0.0.0:0";
    options.tls = pki.Issue("a server", names);
    options.clock = &clock_;
    Listen(options);
    const absl::Status made = Backup(
        {"--tls-cert", options.tls.cert, "--tls-key", options.tls.key, "--tls-ca", options.tls.ca});
    EXPECT_TRUE(made.ok()) << names << ": " << made;
  }
}

TEST_F(OperationsServiceTest, TheAnswerTellsWhereTheCopyEnds) {
  ASSERT_TRUE(Call(Token(), Copies()).ok());
  EXPECT_EQ(response_.backup_id(), 1u);
  EXPECT_EQ(response_.head_seq(), 7u);
  EXPECT_GT(response_.size_bytes(), 0);
}

TEST_F(OperationsServiceTest, WhoCantReadTheDataFolderIsRefused) {
  EXPECT_EQ(Call("", Copies()).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call("0123", Copies()).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_FALSE(FileExists(Copies()));
  const auto mode = std::filesystem::status(Data() + "/ENDPOINT").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(OperationsServiceTest, AFolderThatWontDoIsTheCallersFault) {
  for (const std::string& folder : {Data() + "/copies", std::string("copies"), std::string()}) {
    EXPECT_EQ(Call(Token(), folder).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << folder;
  }
  EXPECT_EQ(Call(Token(), "/proc/none").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OperationsServiceTest, AServerThatStopsLeavesNoEndpoint) {
  const std::string token = Token();
  service_.Stop();
  EXPECT_TRUE(absl::IsNotFound(server::ReadEndpoint(Data()).status()));
  EXPECT_EQ(Call(token, Copies()).error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace kopa::operations
