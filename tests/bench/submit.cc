// Bulk submission as `kopa submit` does it, from memory instead of from a file: the client
// library's Submitter with its own batches, one stream a connection.

#include <cstdint>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/include/kopa/submitter.h"
#include "tests/bench/applications.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

using client::Delivery;
using client::Submission;
using client::Submitter;

// One stream's part of the load, in a thread of its own.
class Part {
 public:
  Part(const Flags& flags, int64_t first, int64_t count)
      : flags_(flags), first_(first), count_(count), ids_(static_cast<size_t>(count)) {
    parts_.clock = &clock_;
    parts_.entropy = &entropy_;
    parts_.sleep = [](absl::Duration) {};
    thread_ = std::thread([this] { Run(); });
  }
  void Join() { thread_.join(); }

  int64_t accepted() const { return accepted_; }
  const std::string& fault() const { return fault_; }
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  void Run() {
    client::SubmitterOptions options;
    options.call = flags_.call;
    const auto channel = Connect(flags_.address);
    Submitter submitter(
        options,
        [&](const std::string&) {
          return std::unique_ptr<region::v1::RegionService::StubInterface>(
              region::v1::RegionService::NewStub(channel));
        },
        [this](grpc::ClientContext* context) { context->AddMetadata("kopa-actor", flags_.actor); },
        parts_, [this](Delivery delivery) { Take(std::move(delivery)); });
    for (int64_t i = 0; i < count_; ++i) {
      Submission submission;
      submission.tag = static_cast<uint64_t>(i);
      submission.input = MakeApplication(first_ + i, flags_.place);
      submitter.Add("node", std::move(submission));
    }
    submitter.Finish();
  }

  void Take(Delivery delivery) {
    if (delivery.delivered && delivery.result.outcome() == region::v1::SUBMIT_OUTCOME_ACCEPTED) {
      ++accepted_;
      ids_[delivery.tag] = delivery.result.application_id();
    } else if (fault_.empty()) {
      fault_ = delivery.delivered ? delivery.result.ShortDebugString()
                                  : absl::StrCat(delivery.error.ToString());
    }
  }

  const Flags& flags_;
  const int64_t first_;
  const int64_t count_;
  SystemClock clock_;
  SystemEntropy entropy_;
  client::ClientParts parts_;
  // Of the submitter's threads while it lives, one at a time.
  std::vector<std::string> ids_;
  int64_t accepted_ = 0;
  std::string fault_;
  std::thread thread_;
};

}  // namespace

void MeasureSubmit(const Flags& flags) {
  const int64_t begin = MonotonicNanos();
  std::vector<std::unique_ptr<Part>> parts;
  for (int64_t i = 0; i < flags.connections; ++i) {
    const int64_t from = flags.count * i / flags.connections;
    const int64_t to = flags.count * (i + 1) / flags.connections;
    parts.push_back(std::make_unique<Part>(flags, flags.first + from, to - from));
  }
  for (const auto& part : parts) part->Join();
  const int64_t nanos = MonotonicNanos() - begin;
  int64_t accepted = 0;
  for (const auto& part : parts) {
    accepted += part->accepted();
    if (!part->fault().empty()) Fail(absl::StrCat("not all were accepted: ", part->fault()));
  }
  if (!flags.ids.empty()) {
    std::ofstream file(flags.ids, std::ios::binary | std::ios::app);
    for (const auto& part : parts) {
      for (const std::string& id : part->ids()) file << id;
    }
    if (!file.flush()) Fail(absl::StrCat("writing ", flags.ids));
  }
  Report().AddRate(accepted, nanos).Print();
}

}  // namespace kopa::bench
