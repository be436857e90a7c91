// What every store promises (common/storage/store.h), tried on each implementation.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/entropy.h"
#include "common/storage/memory_store.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "common/storage/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Family kFirst = 0;
constexpr Family kSecond = 1;

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& path)> make;
};

class StoreContract : public testing::TestWithParam<Kind> {
 protected:
  StoreContract() : store_(GetParam().make(folder_.Below("store"))) {}

  void Put(Family family, std::string key, std::string value) {
    WriteBatch batch;
    batch.Put(family, std::move(key), std::move(value));
    ASSERT_TRUE(store_->Write(batch).ok());
  }

  static std::vector<std::string> Keys(const View& view, absl::string_view begin,
                                       absl::string_view end, bool reverse = false) {
    std::vector<std::string> keys;
    auto iterator = view.Scan(kFirst, begin, end, reverse);
    for (; iterator->Valid(); iterator->Next()) keys.emplace_back(iterator->key());
    EXPECT_TRUE(iterator->status().ok()) << iterator->status();
    return keys;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, AnAbsentKeyIsNotFound) {
  EXPECT_EQ(store_->Get(kFirst, "a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Snapshot()->Get(kFirst, "a").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, AWrittenValueIsReadBack) {
  const std::string key("k\0\xFF", 3);
  const std::string value("v\0\xFE", 3);
  Put(kFirst, key, value);
  Put(kFirst, "empty", "");
  EXPECT_EQ(store_->Get(kFirst, key).value(), value);
  EXPECT_EQ(store_->Snapshot()->Get(kFirst, key).value(), value);
  EXPECT_EQ(store_->Get(kFirst, "empty").value(), "");
}

TEST_P(StoreContract, FamiliesAreSeparate) {
  Put(kFirst, "a", "1");
  EXPECT_EQ(store_->Get(kSecond, "a").status().code(), absl::StatusCode::kNotFound);
  Put(kSecond, "a", "2");
  EXPECT_EQ(store_->Get(kFirst, "a").value(), "1");
}

TEST_P(StoreContract, ALaterChangeInABatchWins) {
  WriteBatch batch;
  batch.Put(kFirst, "a", "old");
  batch.Put(kFirst, "a", "new");
  batch.Put(kFirst, "b", "1");
  batch.Delete(kFirst, "b");
  batch.Delete(kFirst, "c");
  batch.Put(kFirst, "c", "2");
  ASSERT_TRUE(store_->Write(batch).ok());
  EXPECT_EQ(store_->Get(kFirst, "a").value(), "new");
  EXPECT_EQ(store_->Get(kFirst, "b").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Get(kFirst, "c").value(), "2");
}

TEST_P(StoreContract, DeletingAnAbsentKeyAndAnEmptyBatchAreFine) {
  WriteBatch batch;
  EXPECT_TRUE(store_->Write(batch).ok());
  batch.Delete(kFirst, "a");
  EXPECT_TRUE(store_->Write(batch).ok());
}

TEST_P(StoreContract, ScansGoInByteOrder) {
  for (const char* key : {"b", "a", "\xFF", "ab", "aa", "\x7F", ""}) Put(kFirst, key, "");
  const auto view = store_->Snapshot();
  EXPECT_THAT(Keys(*view, "", ""), ElementsAre("", "a", "aa", "ab", "b", "\x7F", "\xFF"));
  EXPECT_THAT(Keys(*view, "", "", true), ElementsAre("\xFF", "\x7F", "b", "ab", "aa", "a", ""));
}

TEST_P(StoreContract, ScansKeepToTheirBounds) {
  for (const char* key : {"a", "b", "c", "d"}) Put(kFirst, key, "");
  const auto view = store_->Snapshot();
  EXPECT_THAT(Keys(*view, "b", "d"), ElementsAre("b", "c"));
  EXPECT_THAT(Keys(*view, "b", "d", true), ElementsAre("c", "b"));
  EXPECT_THAT(Keys(*view, "aa", "cc"), ElementsAre("b", "c"));
  EXPECT_THAT(Keys(*view, "aa", "cc", true), ElementsAre("c", "b"));
  EXPECT_THAT(Keys(*view, "c", ""), ElementsAre("c", "d"));
  EXPECT_THAT(Keys(*view, "c", "", true), ElementsAre("d", "c"));
  for (bool reverse : {false, true}) {
    EXPECT_THAT(Keys(*view, "b", "b", reverse), IsEmpty());
    EXPECT_THAT(Keys(*view, "d", "a", reverse), IsEmpty());
    EXPECT_THAT(Keys(*view, "e", "", reverse), IsEmpty());
  }
}

TEST_P(StoreContract, PrefixScansTakeAllOfThePrefixAndNothingElse) {
  for (const char* key : {"ap", "p", "p\x01", "p\xFF\xFF", "q", "\xFF", "\xFF\x01"}) {
    Put(kFirst, key, "");
  }
  const auto view = store_->Snapshot();
  EXPECT_THAT(Keys(*view, "p", PrefixEnd("p")), ElementsAre("p", "p\x01", "p\xFF\xFF"));
  EXPECT_THAT(Keys(*view, "p", PrefixEnd("p"), true), ElementsAre("p\xFF\xFF", "p\x01", "p"));
  EXPECT_THAT(Keys(*view, "\xFF", PrefixEnd("\xFF")), ElementsAre("\xFF", "\xFF\x01"));
  EXPECT_THAT(Keys(*view, "\xFF", PrefixEnd("\xFF"), true), ElementsAre("\xFF\x01", "\xFF"));
}

TEST_P(StoreContract, ScansCarryValues) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "2");
  auto iterator = store_->Snapshot()->Scan(kFirst, "", "");
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(iterator->value(), "1");
  iterator->Next();
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(iterator->value(), "2");
  iterator->Next();
  EXPECT_FALSE(iterator->Valid());
}

TEST_P(StoreContract, AViewStandsStillWhileTheStoreMovesOn) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "2");
  const auto view = store_->Snapshot();
  WriteBatch batch;
  batch.Put(kFirst, "a", "changed");
  batch.Delete(kFirst, "b");
  batch.Put(kFirst, "c", "3");
  ASSERT_TRUE(store_->Write(batch).ok());
  ASSERT_TRUE(store_->Purge(kFirst, "", "").ok());

  EXPECT_EQ(view->Get(kFirst, "a").value(), "1");
  EXPECT_THAT(Keys(*view, "", ""), ElementsAre("a", "b"));
  const std::vector<std::string> keys = {"b", "c"};
  const auto values = view->MultiGet(kFirst, keys);
  EXPECT_EQ(values[0].value(), "2");
  EXPECT_EQ(values[1].status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Keys(*store_->Snapshot(), "", ""), ElementsAre("a", "c"));
}

TEST_P(StoreContract, AnIteratorOutlivesItsView) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "2");
  auto iterator = store_->Snapshot()->Scan(kFirst, "", "");
  WriteBatch batch;
  batch.Delete(kFirst, "a");
  batch.Delete(kFirst, "b");
  ASSERT_TRUE(store_->Write(batch).ok());
  ASSERT_TRUE(store_->Purge(kFirst, "", "").ok());
  ASSERT_TRUE(iterator->Valid());
  iterator->Next();
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(iterator->value(), "2");
}

TEST_P(StoreContract, MultiGetAnswersInTheOrderAsked) {
  for (int i = 0; i < 100; ++i) Put(kFirst, absl::StrCat("key", i), absl::StrCat("value", i));
  const std::vector<std::string> keys = {"key7", "none", "key99", "key7", "", "key0"};
  const auto values = store_->Snapshot()->MultiGet(kFirst, keys);
  ASSERT_EQ(values.size(), keys.size());
  EXPECT_EQ(values[0].value(), "value7");
  EXPECT_EQ(values[1].status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(values[2].value(), "value99");
  EXPECT_EQ(values[3].value(), "value7");
  EXPECT_EQ(values[4].status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(values[5].value(), "value0");
  EXPECT_THAT(store_->Snapshot()->MultiGet(kFirst, {}), IsEmpty());
}

TEST_P(StoreContract, BigValuesAreKeptWhole) {
  SeededEntropy random(1);
  const std::string big = random.Bytes(20 << 20);
  Put(kFirst, "big", big);
  Put(kFirst, "small", "1");
  EXPECT_TRUE(store_->Get(kFirst, "big").value() == big);
  EXPECT_EQ(store_->Get(kFirst, "small").value(), "1");
}

TEST_P(StoreContract, PurgeKeepsWhatIsNotDeleted) {
  for (const char* key : {"a", "b", "c", "d"}) Put(kFirst, key, key);
  Put(kSecond, "b", "other family");
  WriteBatch batch;
  batch.Delete(kFirst, "b");
  ASSERT_TRUE(store_->Write(batch).ok());
  ASSERT_TRUE(store_->Purge(kFirst, "b", "c").ok());
  ASSERT_TRUE(store_->Purge(kFirst, "", "").ok());
  EXPECT_THAT(Keys(*store_->Snapshot(), "", ""), ElementsAre("a", "c", "d"));
  EXPECT_EQ(store_->Get(kSecond, "b").value(), "other family");
}

// The writer keeps two families equal and moves from one key to the next; every view must see one
// key in each, with the same value.
TEST_P(StoreContract, ReadersNeverSeeHalfABatch) {
  Put(kFirst, "0", "0");
  Put(kSecond, "0", "0");
  std::thread writer([this] {
    for (int i = 1; i <= 200; ++i) {
      WriteBatch batch;
      for (Family family : {kFirst, kSecond}) {
        batch.Delete(family, absl::StrCat(i - 1));
        batch.Put(family, absl::StrCat(i), absl::StrCat(i));
      }
      KOPA_CHECK(store_->Write(batch).ok());
    }
  });
  std::string last;
  while (last != "200") {
    const auto view = store_->Snapshot();
    const std::vector<std::string> keys = Keys(*view, "", "");
    EXPECT_EQ(keys.size(), 1u);
    if (keys.empty()) break;
    last = keys.front();
    const auto other = view->Get(kSecond, last);
    EXPECT_TRUE(other.ok()) << last << ": " << other.status();
  }
  writer.join();
}

TEST_P(StoreContract, RandomChangesMatchAnOrderedMap) {
  SeededEntropy random(7);
  std::map<std::string, std::string> model;
  for (int step = 0; step < 200; ++step) {
    WriteBatch batch;
    for (uint64_t changes = random.NextU64() % 5; changes > 0; --changes) {
      const std::string key = absl::StrCat(random.NextU64() % 40);
      if (random.NextU64() % 3 == 0) {
        batch.Delete(kFirst, key);
        model.erase(key);
      } else {
        batch.Put(kFirst, key, absl::StrCat(step));
        model[key] = absl::StrCat(step);
      }
    }
    ASSERT_TRUE(store_->Write(batch).ok());
    std::vector<std::string> expected;
    const std::string begin = absl::StrCat(random.NextU64() % 40);
    for (auto it = model.lower_bound(begin); it != model.end(); ++it) expected.push_back(it->first);
    const auto view = store_->Snapshot();
    ASSERT_EQ(Keys(*view, begin, ""), expected);
    ASSERT_EQ(Keys(*view, begin, "", true),
              std::vector<std::string>(expected.rbegin(), expected.rend()));
  }
}

TEST_P(StoreContract, TellsFreeBytes) { EXPECT_GT(store_->FreeBytes().value(), 0u); }

using StoreContractDeathTest = StoreContract;

TEST_P(StoreContractDeathTest, AFamilyOutsideTheTableEndsTheProcess) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const FoldersBelow of_the_child(folder_);
  EXPECT_DEATH(store_->Get(2, "a").status().IgnoreError(), "family");
}

const Kind kKinds[] = {
    {"Memory", [](const std::string&) { return std::make_unique<MemoryStore>(2); }},
    {"RocksDb",
     [](const std::string& path) {
       return OpenRocksDb(
                  {.path = path, .families = {"first", "second"}, .create_if_missing = true})
           .value();
     }},
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(kKinds),
                         [](const auto& tested) { return tested.param.name; });
INSTANTIATE_TEST_SUITE_P(Stores, StoreContractDeathTest, testing::Values(kKinds[0]),
                         [](const auto& tested) { return tested.param.name; });

TEST(MemoryStore, ACloneHoldsTheMomentAndGoesItsOwnWay) {
  MemoryStore store(1);
  WriteBatch batch;
  batch.Put(0, "a", "1");
  ASSERT_TRUE(store.Write(batch).ok());
  const std::unique_ptr<MemoryStore> clone = store.Clone();
  batch.Clear();
  batch.Put(0, "a", "2");
  ASSERT_TRUE(store.Write(batch).ok());
  EXPECT_EQ(clone->Get(0, "a").value(), "1");
  batch.Clear();
  batch.Put(0, "b", "3");
  ASSERT_TRUE(clone->Write(batch).ok());
  EXPECT_EQ(store.Get(0, "a").value(), "2");
  EXPECT_EQ(store.Get(0, "b").status().code(), absl::StatusCode::kNotFound);
}

TEST(MemoryStore, FreeBytesCanBeSet) {
  MemoryStore store(1);
  store.SetFreeBytes(5);
  EXPECT_EQ(store.FreeBytes().value(), 5u);
  EXPECT_EQ(store.Clone()->FreeBytes().value(), 5u);
}

}  // namespace
}  // namespace kopa::storage
