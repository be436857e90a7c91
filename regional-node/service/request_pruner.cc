#include "regional-node/service/request_pruner.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::node {
namespace {

// Between two looks that found nothing.
constexpr absl::Duration kLookEvery = absl::Minutes(1);
// Longer than a request can be on its way, so that what was let in finds its answer.
constexpr absl::Duration kForgetLater = absl::Hours(24);

bool TellsTime(absl::string_view id) {
  return id.size() == 16 && (static_cast<uint8_t>(id[6]) & 0xF0) == 0x70 &&
         (static_cast<uint8_t>(id[8]) & 0xC0) == 0x80;
}

// The least key of those made at this time or later.
std::string KeyFrom(absl::Time time) {
  constexpr size_t kTimeBytes = 6;
  const int64_t millis = std::max<int64_t>(0, absl::ToUnixMillis(time));
  return std::string(Uuid::FromParts(millis, {}).bytes().substr(0, kTimeBytes));
}

}  // namespace

absl::Status CheckRequestAge(const Uuid& id, absl::Time now) {
  if (!TellsTime(id.bytes()) || id.bytes() >= KeyFrom(now - kRequestsKept)) return absl::OkStatus();
  const int64_t days = kRequestsKept / absl::Hours(24);
  return WithFault(
      absl::InvalidArgumentError("request_id: the request was made too long ago"),
      {"request_id", "REQUEST_TOO_OLD",
       absl::StrCat("its id is older than ", days,
                    " days, and by then answers are forgotten; look what became of it, and ask "
                    "anew under a new id"),
       absl::StrCat("pieprasījuma numurs ir vecāks par ", days,
                    " dienām, un atbilde vairs netiek glabāta; pārbaudiet rezultātu un "
                    "sūtiet jaunu pieprasījumu")});
}

void RequestPruner::AddTo(absl::Time now, storage::WriteBatch* batch) {
  if (batch->empty() || now < next_look_) return;
  const auto view = store_->Snapshot();
  const auto old = view->Scan(kRequest, from_, KeyFrom(now - kRequestsKept - kForgetLater));
  size_t seen = 0;
  for (; old->Valid() && seen < kRequestsForgottenPerGroup; old->Next(), ++seen) {
    if (TellsTime(old->key())) batch->Delete(kRequest, std::string(old->key()));
    from_ = absl::StrCat(old->key(), absl::string_view("\0", 1));
  }
  // What can't be read now is not missed: it is only kept for longer.
  if (seen < kRequestsForgottenPerGroup) next_look_ = now + kLookEvery;
}

}  // namespace kopa::node
