#include "regional-node/service/document_upload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/document_type.h"
#include "regional-node/service/documents.h"
#include "regional-node/service/noting.h"

namespace kopa::node {

namespace {

constexpr size_t kDocumentIdBytes = 16;

absl::Status Refused(absl::string_view field, absl::string_view code, std::string message,
                     std::string message_lv) {
  Fault fault{std::string(field), std::string(code), std::move(message), std::move(message_lv)};
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(field, ": ", fault.message));
  return WithFault(std::move(status), std::move(fault));
}

absl::Status OtherContent() {
  return Refused("content", "DOCUMENT_DIFFERS",
                 "the bytes are not those that the head announced; send the document again",
                 "saturs neatbilst pieteiktajam; sūtiet dokumentu vēlreiz");
}

absl::StatusOr<std::string> CheckName(absl::string_view name) {
  ASSIGN_OR_RETURN(std::string normal,
                   CheckedText("name", name, kDocumentNameCharactersMax, false));
  if (normal.find_first_of("/\\") == std::string::npos && normal != "." && normal != "..") {
    return normal;
  }
  return Refused("name", "BAD_TEXT", "the name of a document goes without folders",
                 "dokumenta nosaukumu norāda bez mapēm");
}

absl::Status CheckSize(const region::v1::DocumentHead& head) {
  if (head.sha256().size() != kSha256Bytes) {
    return Refused("sha256", "MISSING_FIELD", "32 bytes, of the document's content",
                   "32 baiti: dokumenta satura kontrolsumma");
  }
  if (head.size_bytes() < 1) {
    return Refused("size_bytes", "MISSING_FIELD", "say how many bytes the document has",
                   "norādiet dokumenta izmēru baitos");
  }
  if (head.size_bytes() <= kDocumentBytesMax) return absl::OkStatus();
  return Refused(
      "size_bytes", "TOO_LARGE",
      absl::StrCat("a document has at most ", kDocumentBytesMax, " bytes, not ", head.size_bytes()),
      absl::StrCat("dokumentam ir ne vairāk kā ", kDocumentBytesMax, " baiti, nevis ",
                   head.size_bytes()));
}

}  // namespace

DocumentUpload::DocumentUpload(const Context& context, const ApplicationId& id,
                               vault::SecretKey key, OpenedDocument document)
    : context_(&context),
      id_(id),
      key_(std::move(key)),
      document_(std::move(document)),
      parts_count_(DocumentParts(document_.head.size_bytes())) {}

absl::StatusOr<DocumentUpload> DocumentUpload::Begin(const Context& context,
                                                     const std::string& actor,
                                                     const region::v1::DocumentHead& head) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(head.application_id()));
  RETURN_IF_ERROR(CheckSize(head));
  OpenedDocument document;
  ASSIGN_OR_RETURN(*document.head.mutable_name(), CheckName(head.name()));
  ASSIGN_OR_RETURN(vault::SecretKey key, KeyToSealWith(context, *context.store->Snapshot(), id));
  document.document_id = context.entropy->Bytes(kDocumentIdBytes);
  document.head.set_size_bytes(head.size_bytes());
  document.head.set_sha256(head.sha256());
  document.head.set_added_by(actor);
  return DocumentUpload(context, id, std::move(key), std::move(document));
}

absl::Status DocumentUpload::Add(absl::string_view bytes) {
  if (bytes.size() > kDocumentPartBytes) {
    return Refused("content", "TOO_LARGE",
                   absl::StrCat("at most ", kDocumentPartBytes, " bytes in one message"),
                   absl::StrCat("vienā ziņojumā ne vairāk kā ", kDocumentPartBytes, " baiti"));
  }
  received_bytes_ += static_cast<int64_t>(bytes.size());
  if (received_bytes_ > document_.head.size_bytes()) return OtherContent();
  digest_.Add(bytes);
  while (!bytes.empty()) {
    const size_t taken = std::min(bytes.size(), kDocumentPartBytes - part_.size());
    part_.append(bytes.data(), taken);
    bytes.remove_prefix(taken);
    if (part_.size() == kDocumentPartBytes) RETURN_IF_ERROR(SealPart());
  }
  return absl::OkStatus();
}

absl::Status DocumentUpload::SealPart() {
  if (sealed_.empty()) {
    ASSIGN_OR_RETURN(const region::v1::DocumentType type, TypeOfDocument(part_));
    document_.head.set_type(type);
  }
  const DocumentPart part{document_.document_id, static_cast<uint32_t>(sealed_.size()),
                          parts_count_};
  sealed_.push_back(context_->sealer->SealDocumentPart(key_, id_, part, part_));
  vault::Wipe(&part_);
  part_.clear();
  return absl::OkStatus();
}

absl::StatusOr<NoteItem> DocumentUpload::Finish() {
  if (received_bytes_ != document_.head.size_bytes() ||
      digest_.Finish() != document_.head.sha256()) {
    return OtherContent();
  }
  if (!part_.empty()) RETURN_IF_ERROR(SealPart());
  KOPA_CHECK(sealed_.size() == parts_count_);
  SetTimestamp(document_.head.mutable_time(), context_->clock->Now());
  NoteItem item;
  item.id = id_;
  item.kind = national::v1::NOTE_KIND_DOCUMENT;
  context_->sealer->SealDocument(key_, id_, document_, &item.sealed);
  region::v1::StaffPart staff;
  staff.set_actor(document_.head.added_by());
  staff.set_verb("document");
  context_->sealer->SealStaff(id_, kNotedSealVersion, staff, &item.sealed);
  item.parts = std::move(sealed_);
  return item;
}

}  // namespace kopa::node
