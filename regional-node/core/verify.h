#ifndef KOPA_REGIONAL_NODE_CORE_VERIFY_H_
#define KOPA_REGIONAL_NODE_CORE_VERIFY_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::node {

// Opens one sealed part of a record and compares it with the record's commitment; OK where it
// matches or was erased. Given by who holds the keys; without one the sealed parts are not looked
// into.
using SealCheck = std::function<absl::Status(
    const ApplicationId& id, uint32_t version, const national::v1::JournalRecord& record,
    const std::string& sealed_personal, const std::string& sealed_staff)>;

// Whether an application has lost its key, instead of having been erased. Given by who has the key
// store.
using KeyLost = std::function<absl::StatusOr<bool>(const ApplicationId& id)>;

// Recomputes a node from its journal and compares with what is stored: the chain, each
// application's summary and header, each call's ledger, and the sealed parts. Reads everything;
// changes nothing. `at_seq`: the hash at that record is returned too; 0 for none.
// Ends early, not OK, once `cancelled` says so. Without `is_key_lost` keys are not looked for.
region::v1::VerifyNodeResponse VerifyNode(const NodeId& node, const storage::View& view,
                                          uint64_t at_seq, const SealCheck& check_seals,
                                          const std::function<bool()>& cancelled = nullptr,
                                          const KeyLost& is_key_lost = nullptr);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_VERIFY_H_
