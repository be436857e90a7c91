#include "regional-node/service/noted_page.h"

#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

absl::StatusOr<NotedPage> NotedPage::Begin(const storage::View& view, storage::Family family,
                                           const ApplicationId& id, int page_size,
                                           absl::string_view page_token) {
  ASSIGN_OR_RETURN(const int rows, PageSize(page_size));
  uint64_t last = 0;
  if (!page_token.empty() && !absl::SimpleAtoi(page_token, &last)) {
    return absl::InvalidArgumentError("page_token is not one that was given out");
  }
  return NotedPage(
      view.Scan(family, NotedKey(id, Seq(last).Next()), PrefixEnd(std::string(id.bytes()))), rows);
}

void NotedPage::Next() {
  last_ = seq();
  --left_;
  bytes_ += walk_->value().size();
  walk_->Next();
}

Seq NotedPage::seq() const {
  ByteReader key(walk_->key());
  key.Raw(16);
  return Seq(key.U64());
}

absl::StatusOr<std::string> NotedPage::Finish() const {
  RETURN_IF_ERROR(walk_->status());
  if (!walk_->Valid()) return std::string();
  return absl::StrCat(last_.value());
}

}  // namespace kopa::node
