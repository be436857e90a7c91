#ifndef KOPA_REGIONAL_NODE_SERVICE_NOTED_PAGE_H_
#define KOPA_REGIONAL_NODE_SERVICE_NOTED_PAGE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"

namespace kopa::node {

// A page of notes or documents is cut at about this many bytes, well below what a message may have.
inline constexpr size_t kNotedPageBytes = size_t{1} << 20;

// Walks one page of what was laid to an application, oldest first. Not thread-safe.
class NotedPage {
 public:
  // `family` is kNote or kDocument; `page_size` and `page_token` as they came. INVALID_ARGUMENT
  // where they are no right ones.
  static absl::StatusOr<NotedPage> Begin(const storage::View& view, storage::Family family,
                                         const ApplicationId& id, int page_size,
                                         absl::string_view page_token);

  bool Valid() const { return left_ > 0 && bytes_ < kNotedPageBytes && walk_->Valid(); }
  void Next();

  Seq seq() const;
  absl::string_view sealed() const { return walk_->value(); }

  // After the walk: the token of the next page, empty after the last.
  absl::StatusOr<std::string> Finish() const;

 private:
  NotedPage(std::unique_ptr<storage::Iterator> walk, int page_size)
      : walk_(std::move(walk)), left_(page_size) {}

  std::unique_ptr<storage::Iterator> walk_;
  int left_;
  size_t bytes_ = 0;
  Seq last_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_NOTED_PAGE_H_
