#include "common/rpc/identity.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/rpc/limits.h"
#include "common/rpc/server.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/unit/common/rpc/echo_service.h"
#include "tests/unit/common/rpc/test_pki.h"

namespace kopa::rpc {
namespace {

const char* KindText(CallerKind kind) {
  switch (kind) {
    case CallerKind::kUnknown:
      return "";
    case CallerKind::kPerson:
      return " person";
    case CallerKind::kNode:
      return " node";
    case CallerKind::kCentral:
      return " central";
  }
  return "?";
}

// Replies with who called.
class WhoAmI {
 public:
  WhoAmI(const ServerBuilderOptions& options, Transport transport)
      : service_([transport](grpc::CallbackServerContext* context, const std::string&,
                             std::string* reply) {
          ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context, transport));
          *reply = absl::StrCat(caller.actor, caller.believed ? " believed" : " proven",
                                KindText(caller.kind));
          return absl::OkStatus();
        }) {
    auto server = Server::Start(options, {&service_});
    KOPA_CHECK_MSG(server.ok(), server.status().ToString());
    server_ = *std::move(server);
  }
  const std::string& address() const { return server_->address(); }

 private:
  EchoService service_;
  std::unique_ptr<Server> server_;
};

ServerBuilderOptions Insecure() {
  ServerBuilderOptions options;
  options.address = "127.0.0.1:0";
  options.insecure = true;
  return options;
}

std::string Ask(const std::shared_ptr<grpc::Channel>& channel,
                const std::vector<std::string>& actors) {
  std::string reply;
  const absl::Status status = Echo(channel, "", &reply, [&actors](grpc::ClientContext* context) {
    for (const std::string& actor : actors) context->AddMetadata(kActorMetadata, actor);
  });
  return status.ok() ? reply : absl::StatusCodeToString(status.code());
}

TEST(Identity, OnPlaintextTheMetadataIsBelieved) {
  const WhoAmI server(Insecure(), Transport::kInsecure);
  const auto channel = InsecureChannel(server.address());
  EXPECT_EQ(Ask(channel, {}), "anonymous believed");
  EXPECT_EQ(Ask(channel, {"anna"}), "anna believed");
  EXPECT_EQ(Ask(channel, {"anna", "berta"}), "INVALID_ARGUMENT");
  EXPECT_EQ(Ask(channel, {""}), "INVALID_ARGUMENT");
  EXPECT_EQ(Ask(channel, {std::string(kActorBytesMax, 'a')}),
            std::string(kActorBytesMax, 'a') + " believed");
  EXPECT_EQ(Ask(channel, {std::string(kActorBytesMax + 1, 'a')}), "INVALID_ARGUMENT");
}

TEST(Identity, ANameOfAnyLettersTravelsPercentEncoded) {
  const WhoAmI server(Insecure(), Transport::kInsecure);
  const auto channel = InsecureChannel(server.address());
  EXPECT_EQ(EncodeActor("Jānis Bērziņš 100%"), "J%c4%81nis%20B%c4%93rzi%c5%86%c5%a1%20100%25");
  EXPECT_EQ(EncodeActor("kopa:node:x@y.lv"), "kopa:node:x@y.lv");
  for (const char* name : {"Jānis Bērziņš", "100%", "a b", "Дарья", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(Ask(channel, {EncodeActor(name)}), absl::StrCat(name, " believed"));
  }
  for (const char* broken : {"J%", "J%c", "J%zz", "J%c4"}) {
    EXPECT_EQ(Ask(channel, {broken}), "INVALID_ARGUMENT") << broken;
  }
  EXPECT_EQ(Ask(channel, {EncodeActor("a\nb")}), "INVALID_ARGUMENT");
}

TEST(Identity, ANameHasNothingThatCannotBeSeen) {
  EXPECT_TRUE(CheckActorName("Jānis Bērziņš").ok());
  EXPECT_FALSE(CheckActorName("").ok());
  EXPECT_FALSE(CheckActorName(std::string(kActorBytesMax + 1, 'a')).ok());
  for (const char* bad : {"a\nb", "a\x7F", "a\xC2\x85",
                          "a\xE2\x80\xAE"
                          "b",
                          "a\xE2\x81\xA7", "J\xE2nis"}) {
    EXPECT_FALSE(CheckActorName(bad).ok()) << bad;
  }
}

TEST(Identity, PlaintextProvesNothing) {
  const WhoAmI server(Insecure(), Transport::kTls);
  EXPECT_EQ(Ask(InsecureChannel(server.address()), {"anna"}), "UNAUTHENTICATED");
}

class TlsIdentityTest : public testing::Test {
 protected:
  static const SystemClock& RealClock() {
    static const SystemClock clock;
    return clock;
  }
  static ServerBuilderOptions Tls(const TestPki& pki) {
    ServerBuilderOptions options;
    options.address = "127.0.0.1:0";
    options.tls = pki.Issue("server", "DNS:localhost,IP:127.0.0.1");
    options.clock = &RealClock();
    return options;
  }

  std::shared_ptr<grpc::Channel> ChannelWith(const TlsFiles& files) {
    ChannelOptions options;
    options.address = server_.address();
    options.tls = files;
    options.own_connection = true;
    auto channel = NewChannel(options);
    KOPA_CHECK_MSG(channel.ok(), channel.status().ToString());
    return *channel;
  }

  TestPki pki_;
  WhoAmI server_{Tls(pki_), Transport::kTls};
};

TEST_F(TlsIdentityTest, TheUriIsTakenElseTheCommonName) {
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("anna", "")), {}), "anna proven");
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("anna", "URI:kopa:node:zemgale,DNS:x.lv")), {}),
            "kopa:node:zemgale proven");
}

TEST_F(TlsIdentityTest, OwnCertificatesSayWhatTheirHolderIs) {
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("x", "URI:kopa://person/anna")), {}), "anna proven person");
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("x", "URI:kopa://person/J%C4%81nis%20B")), {}),
            "Jānis B proven person");
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("x", "URI:kopa://node/zemgale")), {}),
            "kopa://node/zemgale proven node");
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("x", "URI:kopa://central")), {}),
            "kopa://central proven central");
}

TEST_F(TlsIdentityTest, NobodyPassesForOneOfOurs) {
  for (const char* uri : {"kopa://person/", "kopa://person/a%0Ab", "kopa://person/a%", "kopa://",
                          "kopa://node/Zemgale", "kopa://robot/x", "kopa://central/x",
                          "kopa://person/kopa%3A%2F%2Fnode%2Fzemgale"}) {
    EXPECT_EQ(Ask(ChannelWith(pki_.Issue("anna", absl::StrCat("URI:", uri))), {}),
              "UNAUTHENTICATED")
        << uri;
  }
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("kopa://node/zemgale", "")), {}), "UNAUTHENTICATED");
}

TEST_F(TlsIdentityTest, TheMetadataIsNotLookedAt) {
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("anna", "")), {"director"}), "anna proven");
}

TEST_F(TlsIdentityTest, ACertificateMustNameItsHolderOnce) {
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("anna", "URI:kopa:a,URI:kopa:b")), {}), "UNAUTHENTICATED");
  EXPECT_EQ(Ask(ChannelWith(pki_.Issue("", "DNS:x.lv")), {}), "UNAUTHENTICATED");
}

TEST_F(TlsIdentityTest, CertificatesOfStrangersDoNotGetIn) {
  const TestPki stranger;
  TlsFiles files = stranger.Issue("anna", "");
  files.ca = pki_.Issue("x", "").ca;  // it trusts the server; the server must not trust it
  EXPECT_EQ(Ask(ChannelWith(files), {}), "UNAVAILABLE");
}

TEST_F(TlsIdentityTest, WithoutACertificateNobodyGetsIn) {
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = LoadTls(pki_.Issue("x", ""))->ca;
  const auto channel = grpc::CreateChannel(server_.address(), grpc::SslCredentials(ssl));
  EXPECT_EQ(Ask(channel, {"anna"}), "UNAVAILABLE");
}

TEST_F(TlsIdentityTest, AClientRefusesAServerOfStrangers) {
  const TestPki stranger;
  TlsFiles files = pki_.Issue("anna", "");
  files.ca = stranger.Issue("x", "").ca;
  EXPECT_EQ(Ask(ChannelWith(files), {}), "UNAVAILABLE");
}

}  // namespace
}  // namespace kopa::rpc
