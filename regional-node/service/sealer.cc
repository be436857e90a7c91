#include "regional-node/service/sealer.h"

#include <utility>

#include "common/base/status.h"
#include "common/journal/chain.h"
#include "regional-node/vault/seal.h"

namespace kopa::node {
namespace {

constexpr char kPersonalGroup[] = "person";
constexpr char kStaffGroup[] = "staff";
constexpr size_t kSaltBytes = 16;

// `Envelope` is SealedPersonal or SealedStaff: a salt and the serialised content.
template <typename Envelope, typename Content>
std::string MakeEnvelope(const Content& content, Entropy& entropy, std::string* commitment) {
  Envelope envelope;
  envelope.set_salt(entropy.Bytes(kSaltBytes));
  content.SerializeToString(envelope.mutable_content());
  *commitment = journal::Commitment(envelope.salt(), envelope.content());
  return envelope.SerializeAsString();
}

template <typename Envelope, typename Content>
absl::StatusOr<Content> OpenEnvelope(absl::string_view bytes, absl::string_view commitment) {
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
  return content;
}

}  // namespace

void Sealer::SealPersonal(const vault::SecretKey& key, const ApplicationId& id, uint32_t version,
                          const region::v1::PersonalPart& personal, SealedParts* parts) const {
  std::string plain =
      MakeEnvelope<region::v1::SealedPersonal>(personal, *entropy_, &parts->commitments.personal);
  parts->personal =
      vault::Seal(key, vault::AssociatedData(node_, id, kPersonalGroup, version), plain, *entropy_);
  vault::Wipe(&plain);
}

void Sealer::SealStaff(const ApplicationId& id, uint32_t version,
                       const region::v1::StaffPart& staff, SealedParts* parts) const {
  const std::string plain =
      MakeEnvelope<region::v1::SealedStaff>(staff, *entropy_, &parts->commitments.staff);
  parts->staff = vault::Seal(
      key_->staff_key(), vault::AssociatedData(node_, id, kStaffGroup, version), plain, *entropy_);
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

absl::StatusOr<region::v1::StaffPart> Sealer::OpenStaff(const ApplicationId& id, uint32_t version,
                                                        absl::string_view sealed,
                                                        absl::string_view commitment) const {
  ASSIGN_OR_RETURN(const std::string plain,
                   vault::Open(key_->staff_key(),
                               vault::AssociatedData(node_, id, kStaffGroup, version), sealed));
  return OpenEnvelope<region::v1::SealedStaff, region::v1::StaffPart>(plain, commitment);
}

}  // namespace kopa::node
