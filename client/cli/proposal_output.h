#ifndef KOPA_CLIENT_CLI_PROPOSAL_OUTPUT_H_
#define KOPA_CLIENT_CLI_PROPOSAL_OUTPUT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "kopa/national/v1/office.pb.h"

namespace kopa::cli {

// Proposes a change, or confirms it where somebody else did, and prints how it stands; what is to
// be done next is said on stderr.
absl::StatusOr<ExitCode> ProposeChange(Session& session, const kopa::national::v1::Change& change,
                                       const std::string& reason);

// {"proposal": ...}, or one row.
void PrintProposal(Session& session, const kopa::national::v1::Proposal& proposal);

Table ProposalsTable(const std::vector<kopa::national::v1::Proposal>& proposals);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_PROPOSAL_OUTPUT_H_
