#ifndef KOPA_COMMON_OBSERVABILITY_REDACTION_H_
#define KOPA_COMMON_OBSERVABILITY_REDACTION_H_

#include <string>

#include "google/protobuf/message.h"

namespace kopa::observability {

// The message on one line, in the manner of the text format, for log lines and error texts. A field
// carrying the option kopa.programme.v1.personal prints as `name: [personal]`, whatever it holds
// and however deep it lies. Since personal data could also hide in what has no descriptor here,
// unknown fields, google.protobuf.Any and byte strings longer than an id or a digest print as their
// size only.
std::string RedactedDebugString(const google::protobuf::Message& message);

}  // namespace kopa::observability

#endif  // KOPA_COMMON_OBSERVABILITY_REDACTION_H_
