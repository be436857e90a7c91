#ifndef KOPA_CLIENT_CLI_FRESHNESS_H_
#define KOPA_CLIENT_CLI_FRESHNESS_H_

#include <google/protobuf/repeated_ptr_field.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "client/cli/session.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::cli {

// Says on stderr which regions' newest changes a national figure may lack; nothing where all is
// current.
void NoteFreshness(
    Session& session,
    const google::protobuf::RepeatedPtrField<kopa::national::v1::NodeFreshness>& nodes);

// RFC 3339, or "never" for a time that is absent.
std::string TimeText(bool present, const google::protobuf::Timestamp& time);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_FRESHNESS_H_
