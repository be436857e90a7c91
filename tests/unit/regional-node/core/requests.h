#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REQUESTS_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REQUESTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/ledger/amounts.h"
#include "common/programme/lifecycle.h"
#include "common/storage/store.h"
#include "kopa/programme/v1/call.pb.h"
#include "kopa/region/v1/application.pb.h"
#include "regional-node/core/commands.h"

namespace kopa::node {

// What the handlers of a node do before a command is queued, without checks and cryptography: made
// up sealed parts stand for sealed ones.

// A call decided regionally with allotment on demand; "skip", one criterion with at least 30 of 50
// points, four eyes. `cents` and `initiatives` below 0 are no limit.
programme::v1::Call TestCall(absl::string_view id, int64_t cents, int64_t initiatives = -1);

// Sixteen bytes that stand for `text`.
Digest DigestOf(absl::string_view text);

// What somebody hands in; `content` stands for all that is not named here.
struct HandIn {
  std::string reference;
  ledger::Amounts requested;
  std::string content = "as first written";
  std::string municipality = "0001000";
};
SubmitItem MakeSubmitItem(const CallId& call, const ApplicationId& new_id, const HandIn& hand_in);

// The stored record; NOT_FOUND where there is none.
absl::StatusOr<region::v1::Application> FetchApplication(const storage::Store& store,
                                                         const CallId& call,
                                                         const ApplicationId& id);

// `current` with an evaluation added whose points are `hundredths`, of TestCall's one criterion.
EvaluateItem MakeEvaluateItem(const region::v1::Application& current, const std::string& evaluator,
                              int64_t hundredths);

DecideItem MakeDecideItem(const region::v1::Application& current, programme::Verb verb);

}  // namespace kopa::node

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_CORE_REQUESTS_H_
