#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_GATED_STORE_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_GATED_STORE_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/storage/memory_store.h"
#include "regional-node/core/families.h"

namespace kopa::node::testing {

// What a test sees of a node's store, and how it slows it down. Thread-safe.
struct StoreGate {
  // How long each step of a walk through the whole journal takes.
  std::atomic<int> step_millis{0};
  std::atomic<int> steps{0};
  std::atomic<int> walks{0};  // that are going on

  // The thread that writes is the committer; how many records of the journal it has read.
  std::atomic<std::thread::id> writer{};
  std::atomic<int> records_read_by_writer{0};
};

// A store that belongs to the test, seen through a gate.
class GatedStore : public storage::Store {
 public:
  // Both must outlive this and its views.
  GatedStore(storage::MemoryStore* store, StoreGate* gate) : store_(store), gate_(gate) {}

  absl::Status Write(const storage::WriteBatch& batch) override {
    gate_->writer = std::this_thread::get_id();
    return store_->Write(batch);
  }
  std::unique_ptr<storage::View> Snapshot() const override {
    return std::make_unique<GatedView>(store_->Snapshot(), gate_);
  }
  absl::StatusOr<std::string> Get(storage::Family family, absl::string_view key) const override {
    return store_->Get(family, key);
  }
  absl::Status Purge(storage::Family family, absl::string_view begin,
                     absl::string_view end) override {
    return store_->Purge(family, begin, end);
  }
  absl::StatusOr<uint64_t> FreeBytes() const override { return store_->FreeBytes(); }

 private:
  class SlowWalk : public storage::Iterator {
   public:
    SlowWalk(std::unique_ptr<storage::Iterator> walk, StoreGate* gate)
        : walk_(std::move(walk)), gate_(gate) {
      ++gate_->walks;
    }
    ~SlowWalk() override { --gate_->walks; }
    bool Valid() const override { return walk_->Valid(); }
    void Next() override {
      absl::SleepFor(absl::Milliseconds(gate_->step_millis.load()));
      ++gate_->steps;
      walk_->Next();
    }
    absl::string_view key() const override { return walk_->key(); }
    absl::string_view value() const override { return walk_->value(); }
    absl::Status status() const override { return walk_->status(); }

   private:
    const std::unique_ptr<storage::Iterator> walk_;
    StoreGate* const gate_;
  };

  class GatedView : public storage::View {
   public:
    GatedView(std::unique_ptr<storage::View> view, StoreGate* gate)
        : view_(std::move(view)), gate_(gate) {}
    absl::StatusOr<std::string> Get(storage::Family family, absl::string_view key) const override {
      if (family == kJournal && gate_->writer.load() == std::this_thread::get_id()) {
        ++gate_->records_read_by_writer;
      }
      return view_->Get(family, key);
    }
    std::vector<absl::StatusOr<std::string>> MultiGet(
        storage::Family family, absl::Span<const std::string> keys) const override {
      return view_->MultiGet(family, keys);
    }
    std::unique_ptr<storage::Iterator> Scan(storage::Family family, absl::string_view begin,
                                            absl::string_view end, bool reverse) const override {
      auto walk = view_->Scan(family, begin, end, reverse);
      if (family != kJournal || !end.empty()) return walk;
      return std::make_unique<SlowWalk>(std::move(walk), gate_);
    }

   private:
    const std::unique_ptr<storage::View> view_;
    StoreGate* const gate_;
  };

  storage::MemoryStore* const store_;
  StoreGate* const gate_;
};

}  // namespace kopa::node::testing

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_GATED_STORE_H_
