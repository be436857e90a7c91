#include "regional-node/service/request_pruner.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/requests.h"

namespace kopa::node {
namespace {

constexpr size_t kTimeBytes = 6;  // that an id of version 7 begins with

// Between two looks that found nothing.
constexpr absl::Duration kLookEvery = absl::Minutes(1);
// Longer than a request can be on its way, so that what was let in finds its answer.
constexpr absl::Duration kForgetLater = absl::Hours(24);

bool TellsTime(absl::string_view id) {
  return id.size() == 16 && (static_cast<uint8_t>(id[6]) & 0xF0) == 0x70 &&
         (static_cast<uint8_t>(id[8]) & 0xC0) == 0x80;
}

// Of an id that tells it; to the millisecond.
absl::Time MadeAt(absl::string_view id) {
  int64_t millis = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) millis = millis << 8 | static_cast<uint8_t>(id[i]);
  return absl::FromUnixMillis(millis);
}

// The least key of those made at this time or later.
std::string KeyFrom(absl::Time time) {
  const int64_t millis = std::max<int64_t>(0, absl::ToUnixMillis(time));
  return std::string(Uuid::FromParts(millis, {}).bytes().substr(0, kTimeBytes));
}

}  // namespace

absl::Status CheckRequestAge(const Uuid& id, absl::Time now, const storage::View& view) {
  if (!TellsTime(id.bytes())) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ForgottenRequests forgotten, ForgottenRequests::Load(view));
  const absl::Time oldest = std::max(now - kRequestsKept, forgotten.before);
  if (id.bytes() >= KeyFrom(oldest)) return absl::OkStatus();
  const int64_t days = kRequestsKept / absl::Hours(24);
  const std::string since = absl::FormatTime(absl::RFC3339_sec, oldest, absl::UTCTimeZone());
  return WithFault(
      absl::InvalidArgumentError("request_id: the request was made too long ago"),
      {"request_id", "REQUEST_TOO_OLD",
       absl::StrCat("its id is from before ", since,
                    ", and the answers of that time are forgotten, as they are after ", days,
                    " days; look what became of it, and ask anew under a new id"),
       absl::StrCat("pieprasījuma numurs ir izveidots pirms ", since,
                    ", un tā laika atbildes vairs netiek glabātas (tās glabā ", days,
                    " dienas); pārbaudiet rezultātu un sūtiet jaunu pieprasījumu")});
}

void RequestPruner::AddTo(absl::Time now, storage::WriteBatch* batch) {
  if (batch->empty() || now < next_look_) return;
  const auto view = store_->Snapshot();
  auto forgotten = ForgottenRequests::Load(*view);
  if (!forgotten.ok()) return;  // where that can't be kept nothing may be forgotten
  const auto old = view->Scan(kRequest, from_, KeyFrom(now - kRequestsKept - kForgetLater));
  size_t seen = 0;
  bool forgets = false;
  for (; old->Valid() && seen < kRequestsForgottenPerGroup; old->Next(), ++seen) {
    if (TellsTime(old->key())) {
      forgotten->before = std::max(forgotten->before, MadeAt(old->key()) + absl::Milliseconds(1));
      batch->Delete(kRequest, std::string(old->key()));
      forgets = true;
    }
    from_ = absl::StrCat(old->key(), absl::string_view("\0", 1));
  }
  if (forgets) batch->Put(kMeta, kForgottenRequestsKey, forgotten->Serialize());
  // What can't be read now is not missed: it is only kept for longer.
  if (seen < kRequestsForgottenPerGroup) next_look_ = now + kLookEvery;
}

}  // namespace kopa::node
