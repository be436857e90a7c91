#include "regional-node/core/verify_noted.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"

namespace kopa::node {

void NotedVerifier::Apply(uint64_t seq, const national::v1::ApplicationNoted& noted) {
  ++records_;
  if (!first_difference_.ok()) return;
  const auto id = Uuid::FromBytes(noted.application_id());
  const auto stored = id.ok() ? view_.Get(kNoted, NotedKey(*id, Seq(seq)))
                              : absl::StatusOr<std::string>(id.status());
  if (stored.ok() && *stored == NotedValue(noted.kind())) return;
  first_difference_ = absl::DataLossError(
      absl::StrCat("what record ", seq, " laid to an application is not listed with it"));
}

absl::Status NotedVerifier::CheckContents(storage::Family family,
                                          national::v1::NoteKind kind) const {
  const auto contents = view_.Scan(family, "", "");
  for (; contents->Valid(); contents->Next()) {
    const auto listed = view_.Get(kNoted, contents->key());
    if (listed.ok() && *listed == NotedValue(kind)) continue;
    ByteReader key(contents->key());
    key.Raw(16);
    return absl::DataLossError(absl::StrCat("a ", family == kNote ? "note" : "document",
                                            " is stored under record ", key.U64(),
                                            ", which did not bring it"));
  }
  return contents->status();
}

absl::Status NotedVerifier::Finish() {
  RETURN_IF_ERROR(first_difference_);
  size_t listed = 0;
  const auto walk = view_.Scan(kNoted, "", "");
  for (; walk->Valid(); walk->Next()) ++listed;
  RETURN_IF_ERROR(walk->status());
  if (listed != records_) {
    return absl::DataLossError(absl::StrCat("the journal laid ", records_,
                                            " things to applications, ", listed, " are listed"));
  }
  RETURN_IF_ERROR(CheckContents(kNote, national::v1::NOTE_KIND_REMARK));
  return CheckContents(kDocument, national::v1::NOTE_KIND_DOCUMENT);
}

}  // namespace kopa::node
