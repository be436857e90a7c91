// Certificates that are replaced, run out or are revoked while a server runs.

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/observability/logging.h"
#include "common/observability/metrics.h"
#include "common/pki/authority.h"
#include "common/pki/certificate.h"
#include "common/rpc/server.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/unit/common/rpc/echo_service.h"

namespace kopa::rpc {
namespace {

using pki::Holder;
using pki::HolderKind;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience(20);

bool Eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "kopa_reload_XXXXXX") {
    KOPA_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A server for node zemgale with its files in a folder of an authority.
class TlsReloadTest : public ::testing::Test {
 protected:
  TlsReloadTest() {
    auto authority = pki::Authority::Init(folder_.path(), 30, &clock_, &entropy_);
    KOPA_CHECK_MSG(authority.ok(), authority.status().ToString());
    authority_ = std::make_unique<pki::Authority>(*std::move(authority));
    server_files_ = Issue({HolderKind::kNode, "zemgale"});
    options_.address = "127.0.0.1:0";
    options_.tls = server_files_;
    options_.clock = &clock_;
    options_.metrics = &metrics_;
    options_.logger = &logger_;
    options_.tls_look_pause = absl::Milliseconds(20);
    auto server = Server::Start(options_, {&service_});
    KOPA_CHECK_MSG(server.ok(), server.status().ToString());
    server_ = *std::move(server);
  }

  TlsFiles Issue(const Holder& holder, int days = 1) {
    const auto issued = authority_->Issue(holder, {}, days);
    KOPA_CHECK_MSG(issued.ok(), issued.status().ToString());
    return {issued->certificate_file, issued->key_file, authority_->PathOf("ca.crt"),
            authority_->PathOf("ca.crl")};
  }

  std::shared_ptr<grpc::Channel> ChannelWith(const TlsFiles& files) {
    ChannelOptions options;
    options.address = server_->address();
    options.tls = files;
    options.own_connection = true;
    auto channel = NewChannel(options);
    KOPA_CHECK_MSG(channel.ok(), channel.status().ToString());
    return *std::move(channel);
  }

  static absl::Status Call(const std::shared_ptr<grpc::Channel>& channel) {
    std::string reply;
    return Echo(channel, "sveiki", &reply);
  }

  double Figure(const std::string& name) {
    const std::string text = "\n" + metrics_.Render();
    const size_t at = text.find("\n" + name + " ");
    KOPA_CHECK_MSG(at != std::string::npos, text);
    return std::stod(text.substr(at + name.size() + 2));
  }

  const SystemClock clock_;
  SystemEntropy entropy_;
  const Folder folder_;
  std::ostringstream log_;
  observability::Logger logger_{&clock_, observability::Level::kInfo,
                                observability::LogFormat::kText, &log_};
  observability::Metrics metrics_;
  std::unique_ptr<pki::Authority> authority_;
  TlsFiles server_files_;
  ServerBuilderOptions options_;
  EchoService service_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsReloadTest, ANewCertificateIsShownWithoutARestart) {
  const TlsFiles anna = Issue({HolderKind::kPerson, "anna"});
  const auto before = ChannelWith(anna);
  ASSERT_EQ(Call(before), absl::OkStatus());
  EXPECT_LT(Figure("kopa_tls_expiry_seconds"), 24 * 3600 + 1);
  Issue({HolderKind::kNode, "zemgale"}, 5);  // the same files
  EXPECT_TRUE(Eventually([this] { return Figure("kopa_tls_expiry_seconds") > 4 * 24 * 3600; }));
  EXPECT_EQ(Call(before), absl::OkStatus()) << "who is connected stays so";
  // The old certificate is revoked: only the new one passes with this client.
  const auto shown = pki::FactsOf(*ReadFile(server_files_.cert));
  for (const pki::IndexEntry& entry : authority_->entries()) {
    if (entry.holder.kind == HolderKind::kNode && entry.serial != shown->serial) {
      ASSERT_TRUE(authority_->Revoke(entry.serial, pki::Reason::kSuperseded).ok());
    }
  }
  EXPECT_EQ(Call(ChannelWith(anna)), absl::OkStatus());
  ASSERT_TRUE(authority_->Revoke(shown->serial, pki::Reason::kSuperseded).ok());
  EXPECT_EQ(Call(ChannelWith(anna)).code(), absl::StatusCode::kUnavailable);
}

TEST_F(TlsReloadTest, WhatDoesNotFitTogetherIsNotTaken) {
  const TlsFiles anna = Issue({HolderKind::kPerson, "anna"});
  EXPECT_EQ(Figure("kopa_tls_reload_failed"), 0);
  const std::string good = *ReadFile(server_files_.key);
  ASSERT_TRUE(WriteFileAtomically(server_files_.key, *ReadFile(anna.key), 0600).ok());
  EXPECT_TRUE(Eventually([this] { return Figure("kopa_tls_reload_failed") == 1; }));
  EXPECT_THAT(std::string(server_->last_tls_reload().message()), HasSubstr("does not belong"));
  EXPECT_EQ(Call(ChannelWith(anna)), absl::OkStatus()) << "the old pair goes on";
  ASSERT_TRUE(WriteFileAtomically(server_files_.key, good, 0600).ok());
  EXPECT_TRUE(Eventually([this] { return Figure("kopa_tls_reload_failed") == 0; }));
  EXPECT_EQ(Call(ChannelWith(anna)), absl::OkStatus());
  server_.reset();  // its thread writes to the log
  EXPECT_THAT(log_.str(), HasSubstr("the ones before stay in use"));
}

TEST_F(TlsReloadTest, AKeyThatOthersMayReadIsNotTaken) {
  std::filesystem::permissions(server_files_.key, std::filesystem::perms(0640));
  EXPECT_TRUE(Eventually([this] { return !server_->last_tls_reload().ok(); }));
  EXPECT_THAT(std::string(server_->last_tls_reload().message()), HasSubstr("chmod 600"));
}

TEST_F(TlsReloadTest, ARevokedCertificateIsRefusedOnAnOpenConnectionToo) {
  const TlsFiles anna = Issue({HolderKind::kPerson, "anna"});
  const TlsFiles berta = Issue({HolderKind::kPerson, "berta"});
  const auto open = ChannelWith(anna);
  const auto other = ChannelWith(berta);
  ASSERT_EQ(Call(open), absl::OkStatus());
  ASSERT_EQ(Call(other), absl::OkStatus());
  ASSERT_TRUE(authority_->Revoke("anna", pki::Reason::kKeyCompromise).ok());
  absl::Status status;
  EXPECT_TRUE(Eventually([&] { return !(status = Call(open)).ok(); }));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("has been revoked"));
  EXPECT_EQ(Call(ChannelWith(anna)).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Call(other), absl::OkStatus());
  // A new certificate for the same person works.
  EXPECT_EQ(Call(ChannelWith(Issue({HolderKind::kPerson, "anna"}))), absl::OkStatus());
}

// A call that goes on until it is ended.
class WatchHealth {
 public:
  explicit WatchHealth(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(channel),
        call_(stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_)) {
    call_->StartCall(nullptr);
    Next();
    const grpc::Slice empty;
    call_->WriteLast(grpc::ByteBuffer(&empty, 1), {}, nullptr);
    Next();
    call_->Read(&answer_, nullptr);
    began_ = Next();
    call_->Read(&answer_, nullptr);
  }
  bool began() const { return began_; }
  grpc::Status WaitForEnd() {
    Next();
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next();
    return status;
  }
  // Whether nothing has come for a while.
  bool Runs() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.AsyncNext(&tag, &ok,
                            std::chrono::system_clock::now() + std::chrono::milliseconds(200)) ==
           grpc::CompletionQueue::TIMEOUT;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    const auto until = std::chrono::system_clock::now() + kPatience;
    return queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer answer_;
  bool began_ = false;
};

TEST_F(TlsReloadTest, ARunningCallOfARevokedCertificateIsEnded) {
  WatchHealth anna(ChannelWith(Issue({HolderKind::kPerson, "anna"})));
  WatchHealth berta(ChannelWith(Issue({HolderKind::kPerson, "berta"})));
  ASSERT_TRUE(anna.began());
  ASSERT_TRUE(berta.began());
  ASSERT_TRUE(authority_->Revoke("anna", pki::Reason::kKeyCompromise).ok());
  const grpc::Status status = anna.WaitForEnd();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << status.error_message();
  EXPECT_TRUE(berta.Runs());
  berta.Cancel();
  berta.WaitForEnd();
}

TEST_F(TlsReloadTest, ACertificateThatRunsOutIsRefusedOnAnOpenConnectionToo) {
  // Made out a day ago, but for three seconds.
  ManualClock yesterday(clock_.Now() - absl::Hours(24) + absl::Seconds(3));
  authority_.reset();  // its lock
  auto old = pki::Authority::Open(folder_.path(), &yesterday, &entropy_);
  ASSERT_TRUE(old.ok()) << old.status();
  authority_ = std::make_unique<pki::Authority>(*std::move(old));
  const TlsFiles anna = Issue({HolderKind::kPerson, "anna"}, 1);
  const auto open = ChannelWith(anna);
  ASSERT_EQ(Call(open), absl::OkStatus());
  absl::Status status;
  EXPECT_TRUE(Eventually([&] { return !(status = Call(open)).ok(); }));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("has expired"));
  EXPECT_EQ(Call(ChannelWith(anna)).code(), absl::StatusCode::kUnavailable);
}

TEST_F(TlsReloadTest, WhomANewAuthorityDoesNotKnowIsRefusedOnAnOpenConnectionToo) {
  const auto open = ChannelWith(Issue({HolderKind::kPerson, "anna"}));
  ASSERT_EQ(Call(open), absl::OkStatus());
  const Folder folder;
  const auto other = pki::Authority::Init(folder.path(), 30, &clock_, &entropy_);
  ASSERT_TRUE(other.ok());
  // The list first, which the old authority has not signed: nothing is taken until both are there.
  ASSERT_TRUE(
      WriteFileAtomically(server_files_.crl, *ReadFile(other->PathOf("ca.crl")), 0644).ok());
  ASSERT_TRUE(Eventually([this] { return !server_->last_tls_reload().ok(); }));
  EXPECT_EQ(Call(open), absl::OkStatus());
  ASSERT_TRUE(WriteFileAtomically(server_files_.ca, *ReadFile(other->PathOf("ca.crt")), 0644).ok());
  EXPECT_TRUE(Eventually([&] { return Call(open).code() == absl::StatusCode::kUnauthenticated; }));
}

TEST_F(TlsReloadTest, AServerWithoutAListTakesOnesThatAreRevoked) {
  const TlsFiles anna = Issue({HolderKind::kPerson, "anna"});
  ASSERT_TRUE(authority_->Revoke("anna", pki::Reason::kUnspecified).ok());
  server_.reset();
  options_.tls.crl.clear();
  options_.metrics = nullptr;
  server_ = *Server::Start(options_, {&service_});
  EXPECT_EQ(Call(ChannelWith(anna)), absl::OkStatus());
}

}  // namespace
}  // namespace kopa::rpc
