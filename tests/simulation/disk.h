#ifndef KOPA_TESTS_SIMULATION_DISK_H_
#define KOPA_TESTS_SIMULATION_DISK_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "common/base/status.h"
#include "common/storage/memory_store.h"

namespace kopa::simulation {

// The disk under one store: a process that dies leaves what it wrote, a machine that loses power
// only what was synced.
class Disk {
 public:
  explicit Disk(size_t families) : store_(std::make_unique<storage::MemoryStore>(families)) {}

  const storage::MemoryStore& store() const { return *store_; }
  const storage::MemoryStore& durable() const { return synced_ == nullptr ? *store_ : *synced_; }

  void Write(const storage::WriteBatch& batch) {
    if (synced_ == nullptr) synced_ = store_->Clone();
    KOPA_CHECK(store_->Write(batch).ok());
  }
  void Sync() { synced_ = nullptr; }
  void LosePower() {
    if (synced_ != nullptr) store_ = std::move(synced_);
  }
  // Puts an older copy in the place of what is there.
  void Restore(const storage::MemoryStore& copy) {
    synced_ = nullptr;
    store_ = copy.Clone();
  }

 private:
  std::unique_ptr<storage::MemoryStore> store_;
  std::unique_ptr<storage::MemoryStore> synced_;  // null: all of store_ is synced
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_DISK_H_
