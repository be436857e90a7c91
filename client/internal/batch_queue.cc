#include "client/internal/batch_queue.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"

namespace kopa::client {

void BatchQueue::Push(Submission submission) {
  Waiting waiting;
  waiting.tag = submission.tag;
  waiting.rows = submission.rows;
  waiting.bytes = static_cast<int64_t>(submission.input.ByteSizeLong());
  if (waiting_bytes_ < kUnpackedBytesMax) {
    waiting.input =
        std::make_unique<kopa::region::v1::ApplicationInput>(std::move(submission.input));
  } else {
    waiting.packed = submission.input.SerializeAsString();
  }
  waiting_bytes_ += waiting.bytes;
  waiting_.push_back(std::move(waiting));
}

bool BatchQueue::HasFullBatch() const {
  return waiting_.size() >= static_cast<size_t>(options_.batch_applications) ||
         waiting_bytes_ >= options_.batch_bytes;
}

Batch BatchQueue::MakeBatch() {
  Batch batch;
  const auto request = std::make_shared<kopa::region::v1::SubmitApplicationsRequest>();
  request->set_request_id(new_request_id_());
  request->set_call(options_.call);
  request->set_dry_run(options_.dry_run);
  while (!waiting_.empty() &&
         batch.tags.size() < static_cast<size_t>(options_.batch_applications)) {
    Waiting& next = waiting_.front();
    if (!batch.tags.empty() && batch.bytes + next.bytes > options_.batch_bytes) break;
    batch.tags.push_back(next.tag);
    batch.bytes += next.bytes;
    batch.rows += next.rows;
    waiting_bytes_ -= next.bytes;
    if (next.input != nullptr) {
      request->mutable_applications()->AddAllocated(next.input.release());
    } else {
      KOPA_CHECK(request->add_applications()->ParseFromString(next.packed));
    }
    waiting_.pop_front();
  }
  batch.request = request;
  return batch;
}

SharedRequest BatchQueue::NextToSend(bool flush,
                                     const std::function<bool(int64_t rows)>& may_begin) {
  auto next = std::find_if(batches_.begin(), batches_.end(),
                           [](const Batch& batch) { return !batch.sent; });
  if (next == batches_.end()) {
    const bool nothing_in_flight = batches_.empty();
    if (waiting_.empty() || !(flush || nothing_in_flight || HasFullBatch())) return nullptr;
    if (!nothing_in_flight && unacknowledged_bytes_ >= options_.unacknowledged_bytes_max) {
      return nullptr;
    }
    batches_.push_back(MakeBatch());
    next = std::prev(batches_.end());
  }
  if (unacknowledged_bytes_ > 0 &&
      unacknowledged_bytes_ + next->bytes > options_.unacknowledged_bytes_max) {
    return nullptr;
  }
  if (!next->begun && may_begin != nullptr && !may_begin(next->rows)) return nullptr;
  next->begun = true;
  next->sent = true;
  unacknowledged_bytes_ += next->bytes;
  return next->request;
}

void BatchQueue::MarkAllUnsent() {
  for (Batch& batch : batches_) batch.sent = false;
  unacknowledged_bytes_ = 0;
}

void BatchQueue::MarkUnsent(absl::string_view request_id) {
  for (Batch& batch : batches_) {
    if (batch.request->request_id() != request_id || !batch.sent) continue;
    batch.sent = false;
    unacknowledged_bytes_ -= batch.bytes;
  }
}

std::optional<Batch> BatchQueue::TakeAnswered(absl::string_view request_id) {
  const auto found = std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) {
    return batch.request->request_id() == request_id;
  });
  if (found == batches_.end()) return std::nullopt;
  if (found->sent) unacknowledged_bytes_ -= found->bytes;
  Batch batch = std::move(*found);
  batches_.erase(found);
  return batch;
}

void BatchQueue::TakeWaiting(std::vector<uint64_t>* tags) {
  for (const Waiting& waiting : waiting_) tags->push_back(waiting.tag);
  waiting_.clear();
  waiting_bytes_ = 0;
}

std::vector<uint64_t> BatchQueue::TakeNeverSent() {
  std::vector<uint64_t> tags;
  std::deque<Batch> begun;
  for (Batch& batch : batches_) {
    if (batch.begun) {
      begun.push_back(std::move(batch));
    } else {
      tags.insert(tags.end(), batch.tags.begin(), batch.tags.end());
    }
  }
  batches_ = std::move(begun);
  TakeWaiting(&tags);
  return tags;
}

std::vector<uint64_t> BatchQueue::TakeAll() {
  std::vector<uint64_t> tags;
  for (const Batch& batch : batches_) tags.insert(tags.end(), batch.tags.begin(), batch.tags.end());
  TakeWaiting(&tags);
  batches_.clear();
  unacknowledged_bytes_ = 0;
  return tags;
}

int64_t BatchQueue::rows_begun() const {
  int64_t rows = 0;
  for (const Batch& batch : batches_) rows += batch.begun ? batch.rows : 0;
  return rows;
}

}  // namespace kopa::client
