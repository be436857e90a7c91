#include "regional-node/service/sealer.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/journal/chain.h"
#include "regional-node/vault/seal.h"

namespace kopa::node {
namespace {

constexpr char kPersonalGroup[] = "person";
constexpr char kStaffGroup[] = "staff";
constexpr char kNoteGroup[] = "note";
constexpr char kDocumentGroup[] = "document";
constexpr char kDocumentPartGroup[] = "document_part";
constexpr size_t kSaltBytes = 16;
// Of groups that have one text an application, or are told apart by more than a version.
constexpr uint64_t kNoEdition = 0;

// `Envelope` is SealedPersonal or SealedStaff: a salt and the serialised content.
template <typename Envelope, typename Content>
std::string MakeEnvelope(const Content& content, std::string salt, std::string* commitment) {
  Envelope envelope;
  envelope.set_salt(std::move(salt));
  content.SerializeToString(envelope.mutable_content());
  *commitment = journal::Commitment(envelope.salt(), envelope.content());
  return envelope.SerializeAsString();
}

template <typename Envelope, typename Content>
absl::StatusOr<Content> OpenEnvelope(absl::string_view bytes, absl::string_view commitment,
                                     std::string* salt = nullptr) {
  Envelope envelope;
  Content content;
  if (!envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !content.ParseFromString(envelope.content())) {
    return absl::DataLossError("a sealed part does not parse");
  }
  if (!commitment.empty() &&
      journal::Commitment(envelope.salt(), envelope.content()) != commitment) {
    return absl::DataLossError("a sealed part is not the one that the journal commits to");
  }
  if (salt != nullptr) *salt = envelope.salt();
  return content;
}

std::string PartAssociated(const NodeId& node, const ApplicationId& id, const DocumentPart& part) {
  return ByteWriter()
      .Raw(vault::AssociatedData(node, id, kDocumentPartGroup, part.number))
      .U32(part.count)
      .Bytes(part.document_id)
      .Take();
}

}  // namespace

void Sealer::SealPersonal(const vault::SecretKey& key, const ApplicationId& id, uint32_t version,
                          const region::v1::PersonalPart& personal, SealedParts* parts) const {
  std::string plain = MakeEnvelope<region::v1::SealedPersonal>(
      personal, entropy_->Bytes(kSaltBytes), &parts->commitments.personal);
  parts->personal =
      vault::Seal(key, vault::AssociatedData(node_, id, kPersonalGroup, version), plain, *entropy_);
  vault::Wipe(&plain);
}

void Sealer::SealStaff(const ApplicationId& id, uint32_t version,
                       const region::v1::StaffPart& staff, SealedParts* parts) const {
  const std::string plain = MakeEnvelope<region::v1::SealedStaff>(
      staff, entropy_->Bytes(kSaltBytes), &parts->commitments.staff);
  parts->staff = vault::Seal(
      key_->staff_key(), vault::AssociatedData(node_, id, kStaffGroup, version), plain, *entropy_);
}

void Sealer::SealNote(const vault::SecretKey& key, const ApplicationId& id,
                      const region::v1::Note& note, SealedParts* parts) const {
  std::string plain = MakeEnvelope<region::v1::SealedPersonal>(note, entropy_->Bytes(kSaltBytes),
                                                               &parts->commitments.personal);
  parts->personal =
      vault::Seal(key, vault::AssociatedData(node_, id, kNoteGroup, kNoEdition), plain, *entropy_);
  vault::Wipe(&plain);
}

void Sealer::SealDocument(const vault::SecretKey& key, const ApplicationId& id,
                          const OpenedDocument& document, SealedParts* parts) const {
  // The salt doubles as the document's id: random, secret and committed to, all that is needed.
  std::string plain = MakeEnvelope<region::v1::SealedPersonal>(document.head, document.document_id,
                                                               &parts->commitments.personal);
  parts->personal = vault::Seal(key, vault::AssociatedData(node_, id, kDocumentGroup, kNoEdition),
                                plain, *entropy_);
  vault::Wipe(&plain);
}

std::string Sealer::SealDocumentPart(const vault::SecretKey& key, const ApplicationId& id,
                                     const DocumentPart& part, absl::string_view plain) const {
  return vault::Seal(key, PartAssociated(node_, id, part), plain, *entropy_);
}

absl::StatusOr<region::v1::PersonalPart> Sealer::OpenPersonal(const vault::SecretKey& key,
                                                              const ApplicationId& id,
                                                              uint32_t version,
                                                              absl::string_view sealed,
                                                              absl::string_view commitment) const {
  ASSIGN_OR_RETURN(
      std::string plain,
      vault::Open(key, vault::AssociatedData(node_, id, kPersonalGroup, version), sealed));
  auto content =
      OpenEnvelope<region::v1::SealedPersonal, region::v1::PersonalPart>(plain, commitment);
  vault::Wipe(&plain);
  return content;
}

absl::StatusOr<region::v1::Note> Sealer::OpenNote(const vault::SecretKey& key,
                                                  const ApplicationId& id, absl::string_view sealed,
                                                  absl::string_view commitment) const {
  ASSIGN_OR_RETURN(
      std::string plain,
      vault::Open(key, vault::AssociatedData(node_, id, kNoteGroup, kNoEdition), sealed));
  auto note = OpenEnvelope<region::v1::SealedPersonal, region::v1::Note>(plain, commitment);
  vault::Wipe(&plain);
  return note;
}

absl::StatusOr<OpenedDocument> Sealer::OpenDocument(const vault::SecretKey& key,
                                                    const ApplicationId& id,
                                                    absl::string_view sealed,
                                                    absl::string_view commitment) const {
  ASSIGN_OR_RETURN(
      std::string plain,
      vault::Open(key, vault::AssociatedData(node_, id, kDocumentGroup, kNoEdition), sealed));
  OpenedDocument document;
  auto head = OpenEnvelope<region::v1::SealedPersonal, region::v1::Document>(plain, commitment,
                                                                             &document.document_id);
  vault::Wipe(&plain);
  RETURN_IF_ERROR(head.status());
  document.head = *std::move(head);
  return document;
}

absl::StatusOr<std::string> Sealer::OpenDocumentPart(const vault::SecretKey& key,
                                                     const ApplicationId& id,
                                                     const DocumentPart& part,
                                                     absl::string_view sealed) const {
  return vault::Open(key, PartAssociated(node_, id, part), sealed);
}

absl::StatusOr<region::v1::StaffPart> Sealer::OpenStaff(const ApplicationId& id, uint32_t version,
                                                        absl::string_view sealed,
                                                        absl::string_view commitment) const {
  ASSIGN_OR_RETURN(const std::string plain,
                   vault::Open(key_->staff_key(),
                               vault::AssociatedData(node_, id, kStaffGroup, version), sealed));
  return OpenEnvelope<region::v1::SealedStaff, region::v1::StaffPart>(plain, commitment);
}

}  // namespace kopa::node
