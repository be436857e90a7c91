// Plays a node's journal to a centre: hand-ins one after the other, chained as a node chains them.
// For how fast a centre applies what comes, and for filling one with more than a node would hold.

#include <algorithm>
#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/mutex.h"
#include "common/journal/chain.h"
#include "kopa/national/v1/link.grpc.pb.h"
#include "tests/bench/applications.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

using national::v1::ConnectRequest;
using national::v1::ConnectResponse;

constexpr int64_t kEpoch = 1;
// As a node does it (regional-node/service/link_client.h).
constexpr size_t kUnacknowledgedBytesMax = 4 << 20;
// Up to so many records are made before the time is taken; more would not fit into memory.
constexpr int64_t kPreparedMax = 500'000;
constexpr size_t kHashBytes = 32;

// The journal, and how far it is written. The same flags always give the same application ids, so
// that two nodes never share one.
class Journal {
 public:
  explicit Journal(const Flags& flags) : flags_(flags), number_(flags.first) {
    std::ifstream file(flags.state);
    std::string hash;
    uint64_t seq = 0;
    if (file >> seq >> number_ >> hash) {
      head_.seq = Seq(seq);
      head_.hash = absl::HexStringToBytes(hash);
    }
    begun_ = head_;
  }

  const journal::Head& begun() const { return begun_; }
  const journal::Head& head() const { return head_; }
  // The same in all sessions of one journal.
  std::string nonce() const { return std::string(16, 'n'); }

  ConnectRequest Next(int64_t records) {
    ConnectRequest message;
    auto* batch = message.mutable_batch();
    batch->set_first_seq(head_.seq.value() + 1);
    batch->set_prev_hash(head_.hash);
    if (head_.seq.value() == 0) {
      national::v1::PublicRecord opened;
      opened.mutable_epoch_opened()->set_node(flags_.node);
      opened.mutable_epoch_opened()->set_number(kEpoch);
      opened.mutable_epoch_opened()->set_nonce(nonce());
      *batch->add_records() = journal::Append(head_, EpochNumber(kEpoch), clock_.Now(), opened, {});
    }
    for (int64_t i = 0; i < records; ++i) {
      national::v1::PublicRecord what;
      *what.mutable_application_changed()->mutable_summary() =
          MakeSummary(number_++, entropy_.NewUuid(clock_.Now()), flags_.call, flags_.place);
      journal::Commitments commitments;
      commitments.personal = std::string(kHashBytes, 'p');
      commitments.staff = std::string(kHashBytes, 's');
      *batch->add_records() =
          journal::Append(head_, EpochNumber(kEpoch), clock_.Now(), what, commitments);
    }
    return message;
  }

  void Save() const {
    if (flags_.state.empty()) return;
    std::ofstream file(flags_.state);
    file << head_.seq.value() << ' ' << number_ << ' ' << absl::BytesToHexString(head_.hash)
         << '\n';
  }

 private:
  const Flags& flags_;
  const SystemClock clock_;
  SystemEntropy entropy_;
  int64_t number_;
  journal::Head head_;
  journal::Head begun_;
};

// One session with a centre.
class Session {
 public:
  Session(const Flags& flags, const Journal& journal)
      : stub_(national::v1::LinkService::NewStub(bench::Connect(flags.address))) {
    context_.AddMetadata("kopa-actor", flags.node);
    stream_ = stub_->Connect(&context_);
    ConnectRequest request;
    auto* hello = request.mutable_hello();
    hello->set_node(flags.node);
    hello->set_address("127.0.0.1:1");
    hello->set_epoch(kEpoch);
    hello->set_epoch_nonce(journal.nonce());
    hello->set_head_seq(journal.begun().seq.value());
    stream_->Write(request);
    ConnectResponse response;
    if (!stream_->Read(&response) || !response.has_welcome()) End("no welcome");
    // The floor knows nothing and applies nothing twice.
    request.Clear();
    request.mutable_proof()->set_applied_seq(journal.begun().seq.value());
    request.mutable_proof()->set_hash(journal.begun().hash);
    stream_->Write(request);
    while (!response.has_admitted()) {
      if (!stream_->Read(&response) || response.has_fence()) End("not admitted");
    }
    reader_ = std::thread([this] { Read(); });
  }

  ~Session() {
    context_.TryCancel();
    reader_.join();
  }

  void Send(const ConnectRequest& batch) {
    const size_t bytes = batch.ByteSizeLong();
    const uint64_t last = batch.batch().records().rbegin()->seq();
    {
      MutexLock lock(&mutex_);
      while (unacknowledged_bytes_ + bytes > kUnacknowledgedBytesMax && !unacknowledged_.empty() &&
             !ended_) {
        changed_.Wait(&mutex_);
      }
      if (ended_) End("the session ended");
      unacknowledged_.emplace_back(last, bytes);
      unacknowledged_bytes_ += bytes;
    }
    if (!stream_->Write(batch)) End("the stream broke");
  }

  void WaitUntilAcknowledged() {
    MutexLock lock(&mutex_);
    while (!unacknowledged_.empty() && !ended_) changed_.Wait(&mutex_);
    if (ended_) End("the session ended");
  }

 private:
  [[noreturn]] void End(absl::string_view what) {
    Fail(absl::StrCat(what, ": see the log of the centre"));
  }

  void Read() {
    ConnectResponse response;
    while (stream_->Read(&response)) {
      if (response.has_fence()) break;
      if (!response.has_ack()) continue;
      MutexLock lock(&mutex_);
      while (!unacknowledged_.empty() &&
             unacknowledged_.front().first <= response.ack().applied_seq()) {
        unacknowledged_bytes_ -= unacknowledged_.front().second;
        unacknowledged_.pop_front();
      }
      changed_.NotifyAll();
    }
    MutexLock lock(&mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }

  const std::unique_ptr<national::v1::LinkService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<ConnectRequest, ConnectResponse>> stream_;
  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::pair<uint64_t, size_t>> unacknowledged_ ABSL_GUARDED_BY(mutex_);
  size_t unacknowledged_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread reader_;
};

}  // namespace

void MeasureLink(const Flags& flags) {
  Journal journal(flags);
  std::vector<ConnectRequest> prepared;
  if (flags.count <= kPreparedMax) {
    for (int64_t done = 0; done < flags.count; done += flags.batch) {
      prepared.push_back(journal.Next(std::min<int64_t>(flags.batch, flags.count - done)));
    }
  }
  Session session(flags, journal);
  const int64_t begin = MonotonicNanos();
  if (prepared.empty()) {
    for (int64_t done = 0; done < flags.count; done += flags.batch) {
      session.Send(journal.Next(std::min<int64_t>(flags.batch, flags.count - done)));
    }
  }
  for (const ConnectRequest& batch : prepared) session.Send(batch);
  session.WaitUntilAcknowledged();
  const int64_t nanos = MonotonicNanos() - begin;
  journal.Save();
  Report().AddRate(flags.count, nanos).Print();
}

}  // namespace kopa::bench
