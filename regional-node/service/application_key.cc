#include "regional-node/service/application_key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/service/noting.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

using ::kopa::vault::SecretKey;

namespace {

absl::Status KeyMissing(const ApplicationId& id) {
  const Fault fault{
      "application", "KEY_MISSING",
      absl::StrCat("the key of application ", id.ToString(),
                   " is missing from the key store, though the application was not erased; put the "
                   "newest copy of the key store back"),
      absl::StrCat("iesnieguma ", id.ToString(),
                   " atslēgas nav atslēgu krātuvē, lai gan iesniegums nav dzēsts; atjaunojiet "
                   "atslēgu krātuvi no jaunākās kopijas")};
  return WithFault(absl::DataLossError(fault.message), fault);
}

}  // namespace

absl::StatusOr<std::optional<SecretKey>> KeyUnlessErased(const vault::KeyStore& keys,
                                                         const ApplicationId& id) {
  absl::StatusOr<SecretKey> key = keys.Get(id);
  if (key.ok()) return std::optional<SecretKey>(*std::move(key));
  if (!absl::IsNotFound(key.status())) return key.status();
  ASSIGN_OR_RETURN(const bool is_lost, keys.IsLost(id));
  if (is_lost) return KeyMissing(id);
  return std::optional<SecretKey>();
}

absl::StatusOr<std::optional<SecretKey>> KeyToOpenWith(const Context& context,
                                                       const storage::View& view,
                                                       const ApplicationId& id) {
  RETURN_IF_ERROR(CheckApplicationExists(view, id));
  ASSIGN_OR_RETURN(const bool is_lost, context.keys->IsLost(id));
  if (is_lost) {
    ASSIGN_OR_RETURN(const auto application, FetchApplications(view, {id}).front());
    if (application.personal_seq() == 0) return std::optional<SecretKey>();
  }
  return KeyUnlessErased(*context.keys, id);
}

absl::StatusOr<SecretKey> KeyToSealWith(const Context& context, const storage::View& view,
                                        const ApplicationId& id) {
  RETURN_IF_ERROR(CheckApplicationExists(view, id));
  ASSIGN_OR_RETURN(std::optional<SecretKey> key, KeyUnlessErased(*context.keys, id));
  if (key.has_value()) return *std::move(key);
  return StatusOfFault({"application", "ERASED",
                        "the applicant's data were erased; nothing more can be laid to it",
                        "iesniedzēja dati ir dzēsti; iesniegumam vairs neko nevar pievienot"});
}

}  // namespace kopa::node
