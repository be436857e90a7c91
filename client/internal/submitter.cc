#include "client/include/kopa/submitter.h"

#include <chrono>
#include <utility>
#include <vector>

#include "client/internal/node_stream.h"
#include "client/internal/rejection_limit.h"

namespace kopa::client {
namespace {

constexpr std::chrono::milliseconds kWatchInterval(50);

absl::Status Interrupted() { return absl::CancelledError("interrupted before it was answered"); }

}  // namespace

Submitter::Submitter(SubmitterOptions options, StubFactory stubs, ContextSetup prepare,
                     ClientParts parts, std::function<void(Delivery)> on_delivery)
    : options_(std::move(options)),
      limit_(std::make_unique<RejectionLimit>(options_.rejected_rows_max, options_.rejected_rows)),
      stubs_(std::move(stubs)),
      prepare_(std::move(prepare)),
      parts_(std::move(parts)),
      on_delivery_(std::move(on_delivery)),
      watchdog_([this] { Watch(); }) {}

Submitter::~Submitter() {
  Cancel();
  Finish();
}

void Submitter::Add(const std::string& node, Submission submission) {
  const absl::StatusOr<NodeStream*> stream = StreamTo(node);
  if (stream.ok()) {
    (*stream)->Add(std::move(submission));
    return;
  }
  Delivery delivery;
  delivery.tag = submission.tag;
  delivery.node = node;
  delivery.error = stream.status();
  Deliver(std::move(delivery));
}

absl::StatusOr<NodeStream*> Submitter::StreamTo(const std::string& node) {
  MutexLock lock(&mutex_);
  std::unique_ptr<NodeStream>& stream = streams_[node];
  if (stream == nullptr) {
    auto stub = stubs_(node);
    if (!stub.ok()) {
      streams_.erase(node);
      return stub.status();
    }
    stream = std::make_unique<NodeStream>(
        node, options_, limit_.get(), *std::move(stub), prepare_, parts_,
        [this](Delivery delivery) { Deliver(std::move(delivery)); });
    if (cancelled_) stream->Cancel(Interrupted());
  }
  return stream.get();
}

void Submitter::Deliver(Delivery delivery) {
  MutexLock lock(&delivery_mutex_);
  on_delivery_(std::move(delivery));
}

void Submitter::Finish() {
  std::vector<NodeStream*> streams;
  {
    MutexLock lock(&mutex_);
    for (const auto& [node, stream] : streams_) streams.push_back(stream.get());
  }
  for (NodeStream* stream : streams) stream->FinishInput();
  for (NodeStream* stream : streams) stream->Join();
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    stopping_changed_.NotifyAll();
  }
  if (watchdog_.joinable()) watchdog_.join();
}

void Submitter::Cancel() {
  MutexLock lock(&mutex_);
  cancelled_ = true;
  for (const auto& [node, stream] : streams_) stream->Cancel(Interrupted());
}

void Submitter::Watch() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    stopping_changed_.WaitFor(&mutex_, kWatchInterval);
    for (const auto& [node, stream] : streams_) stream->CheckProgress();
  }
}

}  // namespace kopa::client
