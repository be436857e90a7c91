#include "common/storage/memory_store.h"

#include <utility>

#include "common/base/status.h"

namespace kopa::storage {
namespace {

absl::StatusOr<std::string> GetFrom(const PersistentMap& map, absl::string_view key) {
  const std::string* value = map.Find(key);
  if (value == nullptr) return absl::NotFoundError("no such key");
  return *value;
}

class MemoryIterator : public Iterator {
 public:
  MemoryIterator(const PersistentMap& map, absl::string_view begin, absl::string_view end,
                 bool reverse)
      : cursor_(map, begin, end, reverse) {}

  bool Valid() const override { return cursor_.Valid(); }
  void Next() override { cursor_.Next(); }
  absl::string_view key() const override { return cursor_.key(); }
  absl::string_view value() const override { return cursor_.value(); }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  PersistentMap::Cursor cursor_;
};

class MemoryView : public View {
 public:
  explicit MemoryView(std::vector<PersistentMap> families) : families_(std::move(families)) {}

  absl::StatusOr<std::string> Get(Family family, absl::string_view key) const override {
    return GetFrom(At(family), key);
  }

  std::vector<absl::StatusOr<std::string>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override {
    std::vector<absl::StatusOr<std::string>> values;
    values.reserve(keys.size());
    for (const std::string& key : keys) values.push_back(GetFrom(At(family), key));
    return values;
  }

  std::unique_ptr<Iterator> Scan(Family family, absl::string_view begin, absl::string_view end,
                                 bool reverse) const override {
    return std::make_unique<MemoryIterator>(At(family), begin, end, reverse);
  }

 private:
  const PersistentMap& At(Family family) const {
    KOPA_CHECK(family < families_.size());
    return families_[family];
  }

  const std::vector<PersistentMap> families_;
};

}  // namespace

MemoryStore::MemoryStore(size_t family_count)
    : family_count_(family_count), families_(family_count) {}

absl::Status MemoryStore::Write(const WriteBatch& batch) {
  MutexLock lock(&mutex_);
  for (const WriteBatch::Change& change : batch.changes()) {
    KOPA_CHECK(change.family < family_count_);
    PersistentMap& map = families_[change.family];
    if (change.is_delete) {
      map.Delete(change.key);
    } else {
      map.Put(change.key, change.value);
    }
  }
  return absl::OkStatus();
}

std::vector<PersistentMap> MemoryStore::Families() const {
  MutexLock lock(&mutex_);
  return families_;
}

std::unique_ptr<View> MemoryStore::Snapshot() const {
  return std::make_unique<MemoryView>(Families());
}

absl::StatusOr<std::string> MemoryStore::Get(Family family, absl::string_view key) const {
  KOPA_CHECK(family < family_count_);
  MutexLock lock(&mutex_);
  return GetFrom(families_[family], key);
}

absl::Status MemoryStore::Purge(Family family, absl::string_view, absl::string_view) {
  KOPA_CHECK(family < family_count_);
  return absl::OkStatus();  // a deleted value is gone with the last view that shows it
}

absl::StatusOr<uint64_t> MemoryStore::FreeBytes() const {
  MutexLock lock(&mutex_);
  return free_bytes_;
}

std::unique_ptr<MemoryStore> MemoryStore::Clone() const {
  auto copy = std::make_unique<MemoryStore>(family_count_);
  MutexLock lock(&mutex_);
  MutexLock copy_lock(&copy->mutex_);
  copy->families_ = families_;
  copy->free_bytes_ = free_bytes_;
  return copy;
}

void MemoryStore::SetFreeBytes(uint64_t bytes) {
  MutexLock lock(&mutex_);
  free_bytes_ = bytes;
}

}  // namespace kopa::storage
