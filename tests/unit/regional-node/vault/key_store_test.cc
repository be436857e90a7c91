#include "regional-node/vault/key_store.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/storage/memory_store.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "regional-node/vault/seal.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::vault {
namespace {

using testing::ElementsAre;

constexpr absl::StatusCode kNotFound = absl::StatusCode::kNotFound;
constexpr absl::StatusCode kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class KeyStoreTest : public testing::Test {
 protected:
  KeyStoreTest() {
    auto memory = std::make_unique<storage::MemoryStore>(KeyStoreFamilies().size());
    memory_ = memory.get();
    keys_ = KeyStore::Open(std::move(memory), node_, wrap_key_, &entropy_).value();
  }

  ApplicationId NewId() { return entropy_.NewUuid(absl::FromUnixSeconds(1'700'000'000)); }

  // Opens a copy of what the store holds now.
  absl::StatusOr<std::unique_ptr<KeyStore>> OpenCopy(const NodeId& node,
                                                     const SecretKey& wrap_key) {
    return KeyStore::Open(memory_->Clone(), node, wrap_key, &entropy_);
  }

  SystemEntropy entropy_;
  const NodeId node_{"zemgale"};
  const SecretKey wrap_key_ = SecretKey::Random(entropy_);
  storage::MemoryStore* memory_ = nullptr;  // owned by keys_
  std::unique_ptr<KeyStore> keys_;
};

TEST_F(KeyStoreTest, ANodeThatHasApplicationsGetsNoEmptyStore) {
  auto empty = std::make_unique<storage::MemoryStore>(KeyStoreFamilies().size());
  const auto refused = KeyStore::Open(empty->Clone(), node_, wrap_key_, &entropy_, false);
  EXPECT_EQ(refused.status().code(), kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("--key-store"));
  EXPECT_TRUE(KeyStore::Open(memory_->Clone(), node_, wrap_key_, &entropy_, false).ok());
  EXPECT_TRUE(KeyStore::Open(std::move(empty), node_, wrap_key_, &entropy_, true).ok());
}

TEST_F(KeyStoreTest, GivesBackTheKeyThatWasPut) {
  const ApplicationId id = NewId();
  const NewDataKey fresh = keys_->NewKey(id);
  EXPECT_EQ(keys_->Get(id).status().code(), kNotFound) << "not before Put";
  ASSERT_TRUE(keys_->Put({fresh.wrapped}).ok());
  EXPECT_EQ(keys_->Get(id)->bytes(), fresh.key.bytes());
}

TEST_F(KeyStoreTest, EachApplicationHasAKeyOfItsOwn) {
  const NewDataKey one = keys_->NewKey(NewId());
  const NewDataKey other = keys_->NewKey(NewId());
  EXPECT_NE(one.key.bytes(), other.key.bytes());
  ASSERT_TRUE(keys_->Put({one.wrapped, other.wrapped}).ok());
  EXPECT_EQ(keys_->Get(one.wrapped.id)->bytes(), one.key.bytes());
  EXPECT_EQ(keys_->Get(other.wrapped.id)->bytes(), other.key.bytes());
}

TEST_F(KeyStoreTest, AWrappedKeyDoesNotContainTheKey) {
  const NewDataKey fresh = keys_->NewKey(NewId());
  for (size_t at = 0; at + 8 <= SecretKey::kBytes; ++at) {
    EXPECT_FALSE(absl::StrContains(fresh.wrapped.sealed, fresh.key.bytes().substr(at, 8)));
  }
}

TEST_F(KeyStoreTest, AWrappedKeyMovedToAnotherApplicationDoesNotUnwrap) {
  NewDataKey fresh = keys_->NewKey(NewId());
  fresh.wrapped.id = NewId();
  ASSERT_TRUE(keys_->Put({fresh.wrapped}).ok());
  EXPECT_EQ(keys_->Get(fresh.wrapped.id).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(KeyStoreTest, ErasingMakesTheDataUnreadableAndIsRemembered) {
  const ApplicationId id = NewId();
  const NewDataKey fresh = keys_->NewKey(id);
  ASSERT_TRUE(keys_->Put({fresh.wrapped}).ok());
  const NewDataKey kept = keys_->NewKey(NewId());
  ASSERT_TRUE(keys_->Put({kept.wrapped}).ok());
  ASSERT_TRUE(keys_->Erase({id}).ok());
  ASSERT_TRUE(keys_->Purge().ok());
  EXPECT_EQ(keys_->Get(id).status().code(), kNotFound);
  EXPECT_TRUE(keys_->Get(kept.wrapped.id).ok());
  EXPECT_THAT(keys_->ErasedIds().value(), ElementsAre(id));
  EXPECT_EQ(keys_->Put({fresh.wrapped}).code(), kFailedPrecondition) << "it can't come back";
  EXPECT_TRUE(keys_->Erase({id}).ok()) << "erasing again is fine";
}

TEST_F(KeyStoreTest, AKeyThatIsGoneWithoutAnErasureIsLost) {
  const NewDataKey fresh = keys_->NewKey(NewId());
  const ApplicationId id = fresh.wrapped.id;
  EXPECT_TRUE(keys_->IsLost(id).value()) << "whether it was ever there is not known";
  ASSERT_TRUE(keys_->Put({fresh.wrapped}).ok());
  EXPECT_FALSE(keys_->IsLost(id).value());
  ASSERT_TRUE(keys_->Erase({id}).ok());
  EXPECT_FALSE(keys_->IsLost(id).value());
}

TEST_F(KeyStoreTest, ErasuresAreReplayedToARestoredCopy) {
  const NewDataKey fresh = keys_->NewKey(NewId());
  ASSERT_TRUE(keys_->Put({fresh.wrapped}).ok());
  auto restored = OpenCopy(node_, wrap_key_).value();
  const ApplicationId never_stored = NewId();
  ASSERT_TRUE(keys_->Erase({fresh.wrapped.id, never_stored}).ok());

  EXPECT_TRUE(restored->Get(fresh.wrapped.id).ok());
  const std::vector<ApplicationId> erased = keys_->ErasedIds().value();
  ASSERT_TRUE(restored->Erase(erased).ok());
  EXPECT_EQ(restored->Get(fresh.wrapped.id).status().code(), kNotFound);
  EXPECT_EQ(restored->ErasedIds().value(), erased);
  EXPECT_EQ(erased.size(), 2u);
}

TEST_F(KeyStoreTest, AKeyIsNeverReplaced) {
  const ApplicationId id = NewId();
  const NewDataKey first = keys_->NewKey(id);
  const NewDataKey second = keys_->NewKey(id);
  EXPECT_EQ(keys_->Put({first.wrapped, second.wrapped}).code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(keys_->Put({first.wrapped}).ok());
  EXPECT_TRUE(keys_->Put({first.wrapped}).ok()) << "the same key again";
  const NewDataKey unrelated = keys_->NewKey(NewId());
  EXPECT_EQ(keys_->Put({unrelated.wrapped, second.wrapped}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(keys_->Get(id)->bytes(), first.key.bytes());
  EXPECT_EQ(keys_->Get(unrelated.wrapped.id).status().code(), kNotFound) << "all or none";
}

TEST_F(KeyStoreTest, AnotherKeyFileOrNodeIsRefused) {
  EXPECT_TRUE(OpenCopy(node_, wrap_key_).ok());
  EXPECT_EQ(OpenCopy(node_, SecretKey::Random(entropy_)).status().code(), kFailedPrecondition);
  EXPECT_EQ(OpenCopy(NodeId("riga-latgale"), wrap_key_).status().code(), kFailedPrecondition);
}

TEST_F(KeyStoreTest, KeysWithoutACheckRecordAreDataLoss) {
  auto store = std::make_unique<storage::MemoryStore>(KeyStoreFamilies().size());
  storage::WriteBatch batch;
  batch.Put(0, std::string(16, 'i'), "key");
  ASSERT_TRUE(store->Write(batch).ok());
  EXPECT_EQ(KeyStore::Open(std::move(store), node_, wrap_key_, &entropy_).status().code(),
            absl::StatusCode::kDataLoss);
}

class KeyStoreOnDisk : public KeyStoreTest {
 protected:
  std::unique_ptr<KeyStore> OpenOnDisk() {
    auto store = storage::OpenRocksDb(
        {.path = folder_.Below("keys"), .families = KeyStoreFamilies(), .create_if_missing = true});
    return KeyStore::Open(*std::move(store), node_, wrap_key_, &entropy_).value();
  }

  bool SomeFileHolds(absl::string_view bytes) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.Below("keys"))) {
      if (absl::StrContains(ReadFile(entry.path().string()).value(), bytes)) return true;
    }
    return false;
  }

  storage::TemporaryFolder folder_;
};

TEST_F(KeyStoreOnDisk, KeepsKeysAndErasuresWhenReopened) {
  auto keys = OpenOnDisk();
  const NewDataKey kept = keys->NewKey(NewId());
  const NewDataKey erased = keys->NewKey(NewId());
  ASSERT_TRUE(keys->Put({kept.wrapped, erased.wrapped}).ok());
  ASSERT_TRUE(keys->Erase({erased.wrapped.id}).ok());
  keys.reset();
  keys = OpenOnDisk();
  EXPECT_EQ(keys->Get(kept.wrapped.id)->bytes(), kept.key.bytes());
  EXPECT_EQ(keys->Get(erased.wrapped.id).status().code(), kNotFound);
  EXPECT_THAT(keys->ErasedIds().value(), ElementsAre(erased.wrapped.id));
}

TEST_F(KeyStoreOnDisk, HoldsNoKeyInTheClearAndNothingOfAnErasedOne) {
  const auto keys = OpenOnDisk();
  const NewDataKey fresh = keys->NewKey(NewId());
  ASSERT_TRUE(keys->Put({fresh.wrapped}).ok());
  EXPECT_TRUE(SomeFileHolds(fresh.wrapped.sealed));
  EXPECT_FALSE(SomeFileHolds(fresh.key.bytes()));
  ASSERT_TRUE(keys->Erase({fresh.wrapped.id}).ok());
  ASSERT_TRUE(keys->Purge().ok());
  EXPECT_FALSE(SomeFileHolds(fresh.wrapped.sealed));
}

}  // namespace
}  // namespace kopa::vault
