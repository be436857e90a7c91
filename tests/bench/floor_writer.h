#ifndef KOPA_TESTS_BENCH_FLOOR_WRITER_H_
#define KOPA_TESTS_BENCH_FLOOR_WRITER_H_

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/mutex.h"

namespace kopa::bench {

// Writes batches to a RocksDB of its own, all that wait in one synced write. Nothing is looked at.
class FloorWriter {
 public:
  // In RocksDB's own settings but that every write is synced. Ends the process where it can't open.
  explicit FloorWriter(const std::string& folder);
  ~FloorWriter();
  FloorWriter(const FloorWriter&) = delete;
  FloorWriter& operator=(const FloorWriter&) = delete;

  // `done` runs on the writer's thread once the batch is on disk. Thread-safe.
  void Write(std::unique_ptr<rocksdb::WriteBatch> batch, std::function<void()> done);

 private:
  struct Waiting {
    std::unique_ptr<rocksdb::WriteBatch> batch;
    std::function<void()> done;
  };

  void Run();

  std::unique_ptr<rocksdb::DB> database_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace kopa::bench

#endif  // KOPA_TESTS_BENCH_FLOOR_WRITER_H_
