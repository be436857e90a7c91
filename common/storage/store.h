#ifndef KOPA_COMMON_STORAGE_STORE_H_
#define KOPA_COMMON_STORAGE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kopa::storage {

// A named, separately ordered set of keys (a RocksDB column family). A program lists the families
// it uses in one table; the index in that table is what code passes around.
using Family = uint32_t;

// An ordered list of changes that become visible and durable together, or not at all. A later
// change of a key wins over an earlier one. Plain data: building one touches no store.
class WriteBatch {
 public:
  struct Change {
    Family family;
    bool is_delete;
    std::string key;
    std::string value;
  };

  void Put(Family family, std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    changes_.push_back({family, false, std::move(key), std::move(value)});
  }
  void Delete(Family family, std::string key) {
    bytes_ += key.size();
    changes_.push_back({family, true, std::move(key), std::string()});
  }
  void Clear() {
    changes_.clear();
    bytes_ = 0;
  }

  bool empty() const { return changes_.empty(); }
  size_t bytes() const { return bytes_; }  // of keys and values
  const std::vector<Change>& changes() const { return changes_; }

 private:
  std::vector<Change> changes_;
  size_t bytes_ = 0;
};

// Walks keys in order. Not thread-safe. The views stay valid until the next move. May outlive the
// view it came from, but not the store.
class Iterator {
 public:
  virtual ~Iterator() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;
  // Not OK when the walk ended because something could not be read or failed its checksum. Check it
  // after the walk: Valid() == false alone does not mean "all was seen".
  virtual absl::Status status() const = 0;
};

// Reads of one moment: later writes do not show. Must not outlive its store. Thread-safe.
class View {
 public:
  virtual ~View() = default;

  // NOT_FOUND where the key is absent; DATA_LOSS where what is stored failed its checksum.
  virtual absl::StatusOr<std::string> Get(Family family, absl::string_view key) const = 0;

  // One result a key, in the order asked.
  virtual std::vector<absl::StatusOr<std::string>> MultiGet(
      Family family, absl::Span<const std::string> keys) const = 0;

  // Keys k with begin <= k < end in byte order; an empty `end` means "to the last". With `reverse`,
  // the same keys from the last to the first. Positioned on the first of them.
  virtual std::unique_ptr<Iterator> Scan(Family family, absl::string_view begin,
                                         absl::string_view end, bool reverse = false) const = 0;
};

// Ordered keys, snapshot reads, atomic durable batches. Thread-safe, but callers keep to one
// writer: the committer (common/engine). Two implementations under one contract test: RocksDB for
// real, memory for tests and the simulator.
class Store {
 public:
  virtual ~Store() = default;

  // Applies the batch as a whole; when this returns OK it is on disk and survives loss of power.
  // After any other answer the caller can't know what is on disk and must end the process.
  virtual absl::Status Write(const WriteBatch& batch) = 0;

  virtual std::unique_ptr<View> Snapshot() const = 0;

  // The newest value outside any snapshot; as View::Get.
  virtual absl::StatusOr<std::string> Get(Family family, absl::string_view key) const = 0;

  // Rewrites what holds the keys of the range (begin and end as for View::Scan), so that values
  // which were deleted or replaced before the call lie in no file of this store any more: what an
  // erasure ends with. Values that a living view still shows stay until the next call after it is
  // gone. Slow, as it may rewrite the whole family; any thread may call it.
  virtual absl::Status Purge(Family family, absl::string_view begin, absl::string_view end) = 0;

  // Bytes that are free for this store, for refusing writes before the disk is full.
  virtual absl::StatusOr<uint64_t> FreeBytes() const = 0;
};

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_STORE_H_
