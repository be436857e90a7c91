#ifndef KOPA_CLIENT_CLI_DECISION_FILES_H_
#define KOPA_CLIENT_CLI_DECISION_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/application_names.h"
#include "common/base/status.h"
#include "kopa/programme/v1/call.pb.h"
#include "kopa/region/v1/service.pb.h"

// Files of decisions and of scores (CONTRACT.md, "Input files"). Read whole: they are made by
// people.

namespace kopa::cli {

// A decision that can be taken on an application.
struct DecisionWord {
  std::string word;  // "approve": the command, and what stands in files
  kopa::region::v1::DecisionVerb verb;
  std::string help;
};
const std::vector<DecisionWord>& DecisionWords();

// What is wrong with the amount of a decision, in cents, where one is given; nothing if all is
// well. Zero is only kept of an award that is ended; elsewhere the node would take it for no
// amount.
std::optional<Fault> FaultOfAmount(kopa::region::v1::DecisionVerb verb,
                                   std::optional<int64_t> cents);

struct DecisionFileRow {
  ApplicationName name;
  kopa::region::v1::DecisionInput decision;  // without who is meant
  absl::Status error;  // what is wrong with the row: its line in the message, and faults
};

struct ScoreFileRow {
  ApplicationName name;
  kopa::region::v1::EvaluationInput evaluation;  // without who is meant
  absl::Status error;
};

// Columns: application or external_ref, decision, reason, amount_eur; only the first is needed, and
// what is absent or empty is taken from `common`. INVALID_ARGUMENT where the file as a whole is no
// good: a column is missing or unknown, an application comes twice, a reference without a `call`.
absl::StatusOr<std::vector<DecisionFileRow>> ReadDecisionFile(
    const std::string& path, const kopa::region::v1::DecisionInput& common,
    const std::string& call);

// Columns: application or external_ref, evaluator (may be absent), one for each criterion of the
// call.
absl::StatusOr<std::vector<ScoreFileRow>> ReadScoreFile(const std::string& path,
                                                        const kopa::programme::v1::Call& call);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_DECISION_FILES_H_
