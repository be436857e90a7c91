#include "regional-node/commands/node_app.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "regional-node/vault/key_store.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class StartingNode : public testing::RunningNode {
 protected:
  std::string RefusedStart() {
    const absl::Status status = Start();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    return std::string(status.message());
  }
};

TEST_F(StartingNode, ANewNodeMakesItsKeyAndBegins) {
  EXPECT_FALSE(FileExists(options_.key_file));
  EXPECT_EQ(Start(), absl::OkStatus());
  EXPECT_TRUE(FileExists(options_.key_file));
  EXPECT_EQ(Status().epoch(), 1u);
}

TEST_F(StartingNode, DataOfAnotherNodeAreRefusedAndNothingIsMadeBesideThem) {
  Prepare({OpenCall()});
  ASSERT_EQ(remove(options_.key_file.c_str()), 0);
  options_.node = NodeId("riga-latgale");
  EXPECT_THAT(RefusedStart(), HasSubstr("belongs to node \"zemgale\", not to \"riga-latgale\""));
  EXPECT_FALSE(FileExists(options_.key_file));
  EXPECT_FALSE(FileExists(options_.fence_file));
}

TEST_F(StartingNode, DataWithoutTheirKeyFileAreRefusedAndNoneIsMade) {
  Prepare({OpenCall()});
  ASSERT_EQ(Start(), absl::OkStatus());
  Submit(1);
  Stop();
  const std::string away = options_.key_file + ".away";
  ASSERT_EQ(rename(options_.key_file.c_str(), away.c_str()), 0);
  const auto before = store_.Clone();
  EXPECT_THAT(RefusedStart(), AllOf(HasSubstr(options_.key_file), HasSubstr("is missing"),
                                    HasSubstr("--key-file")));
  EXPECT_FALSE(FileExists(options_.key_file)) << "nothing new was made";
  EXPECT_EQ(store_.Get(kMeta, kNodeStateKey).value(), before->Get(kMeta, kNodeStateKey).value());
  ASSERT_EQ(rename(away.c_str(), options_.key_file.c_str()), 0);
  EXPECT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(ApplicationsListed(), 1);
}

TEST_F(StartingNode, ANewKeyFileIsNotTheOneThatTheDataWereSealedUnder) {
  Prepare({OpenCall()});
  ASSERT_EQ(remove(options_.key_file.c_str()), 0);
  ASSERT_TRUE(vault::NodeKey::Create(options_.key_file, entropy_).ok());
  EXPECT_THAT(RefusedStart(), HasSubstr("another key file"));
}

TEST_F(StartingNode, AKeyStoreOfAnotherNodeIsRefused) {
  Prepare({OpenCall()});
  const auto key = vault::NodeKey::Load(options_.key_file);
  keys_ = std::make_unique<storage::MemoryStore>(vault::KeyStoreFamilies().size());
  testing::StoreGate gate;
  ASSERT_TRUE(vault::KeyStore::Open(std::make_unique<testing::GatedStore>(keys_.get(), &gate),
                                    NodeId("riga-latgale"), key->wrap_key(), &entropy_)
                  .ok());
  EXPECT_THAT(RefusedStart(), HasSubstr("another node"));
}

TEST_F(StartingNode, AnEmptyKeyStoreBesideDataIsRefused) {
  Prepare({OpenCall()});
  keys_ = std::make_unique<storage::MemoryStore>(vault::KeyStoreFamilies().size());
  EXPECT_THAT(RefusedStart(), AllOf(HasSubstr("key store is empty"), HasSubstr("--key-store")));
}

// Rules grow stricter from version to version; what the centre once sent must not keep a node down.
TEST_F(StartingNode, AStoredCallThatIsRightNoMoreKeepsTheNodeFromThatCallOnly) {
  programme::v1::Call broken = OpenCall();
  broken.set_id("pumpurs-broken");
  broken.mutable_window()->set_zone("Europe/Nowhere");
  Prepare({OpenCall(), broken});
  ASSERT_EQ(Start(), absl::OkStatus());
  Submit(1);
  region::v1::SubmitApplicationRequest request;
  request.set_call("pumpurs-broken");
  *request.mutable_application() = Application(2);
  region::v1::SubmitApplicationResponse response;
  const grpc::Status status = stub_->SubmitApplication(NewContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << status.error_message();
  Stop();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("ERROR"), HasSubstr("a stored call can't be used"),
                                HasSubstr("pumpurs-broken")));
}

// The centre's proof would only show that it knows nothing newer, and it may have been away while
// the newest awards were made.
TEST_F(StartingNode, ARestoredStoreThatNothingShowsToBeTheNewestIsFenced) {
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_FALSE(app_->IsFenced());
  Stop();
  options_.restored = true;
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_FALSE(app_->IsFenced()) << "the fence file says that it is the newest";
  Stop();
  const auto before = store_.Get(kMeta, kNodeStateKey);
  ASSERT_EQ(remove(options_.fence_file.c_str()), 0);
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_TRUE(app_->IsFenced());
  EXPECT_EQ(Status().state(), national::v1::NODE_STATE_FENCED);
  EXPECT_FALSE(FileExists(options_.fence_file));
  Stop();
  EXPECT_THAT(log_.str(), HasSubstr("kopa-node rejoin"));
  EXPECT_EQ(*store_.Get(kMeta, kNodeStateKey), *before);
  options_.restored = false;
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_FALSE(app_->IsFenced()) << "no copy: a lost fence file takes a proof";
}

TEST_F(StartingNode, AFullDiskUnderTheKeysRefusesWritesAndServesReads) {
  Prepare({OpenCall()});
  options_.disk_reserve_bytes = 1 << 20;
  ASSERT_EQ(Start(), absl::OkStatus());
  Submit(1);
  Stop();
  keys_->SetFreeBytes((1 << 20) - 1);
  ASSERT_EQ(Start(), absl::OkStatus());
  region::v1::SubmitApplicationRequest request;
  request.set_call(OpenCall().id());
  *request.mutable_application() = Application(2);
  region::v1::SubmitApplicationResponse response;
  const grpc::Status status = stub_->SubmitApplication(NewContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("disk is nearly full"));
  EXPECT_EQ(ApplicationsListed(), 1);
}

}  // namespace
}  // namespace kopa::node
