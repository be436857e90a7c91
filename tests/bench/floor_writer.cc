#include "tests/bench/floor_writer.h"

#include <rocksdb/options.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

// Appends every Put of a batch to another one.
class Append : public rocksdb::WriteBatch::Handler {
 public:
  explicit Append(rocksdb::WriteBatch* to) : to_(to) {}
  void Put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    to_->Put(key, value).PermitUncheckedError();
  }

 private:
  rocksdb::WriteBatch* const to_;
};

}  // namespace

FloorWriter::FloorWriter(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &database);
  if (!status.ok()) Fail(absl::StrCat("opening ", folder, ": ", status.ToString()));
  database_.reset(database);
  thread_ = std::thread([this] { Run(); });
}

FloorWriter::~FloorWriter() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void FloorWriter::Write(std::unique_ptr<rocksdb::WriteBatch> batch, std::function<void()> done) {
  MutexLock lock(&mutex_);
  waiting_.push_back({std::move(batch), std::move(done)});
  changed_.NotifyAll();
}

void FloorWriter::Run() {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  while (true) {
    std::vector<Waiting> group;
    {
      MutexLock lock(&mutex_);
      while (waiting_.empty() && !stopping_) changed_.Wait(&mutex_);
      if (waiting_.empty()) return;
      group.swap(waiting_);
    }
    for (size_t i = 1; i < group.size(); ++i) {
      Append append(group.front().batch.get());
      group[i].batch->Iterate(&append).PermitUncheckedError();
    }
    const rocksdb::Status status = database_->Write(synced, group.front().batch.get());
    if (!status.ok()) Fail(absl::StrCat("writing: ", status.ToString()));
    for (Waiting& one : group) one.done();
  }
}

}  // namespace kopa::bench
