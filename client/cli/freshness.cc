#include "client/cli/freshness.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/counted.h"
#include "common/base/calendar.h"

namespace kopa::cli {

std::string TimeText(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return "never";
  return FormatUtc(absl::FromUnixSeconds(time.seconds()));
}

void NoteFreshness(
    Session& session,
    const google::protobuf::RepeatedPtrField<kopa::national::v1::NodeFreshness>& nodes) {
  for (const auto& node : nodes) {
    if (!node.connected()) {
      session.Note(absl::StrCat("node ", node.node(), " is away; its figures are of ",
                                TimeText(node.has_last_contact_time(), node.last_contact_time())));
    } else if (node.head_seq() > node.applied_seq()) {
      session.Note(absl::StrCat(
          "node ", node.node(), " is ",
          Counted(static_cast<int64_t>(node.head_seq() - node.applied_seq()), "record"),
          " ahead of these figures"));
    }
  }
}

}  // namespace kopa::cli
