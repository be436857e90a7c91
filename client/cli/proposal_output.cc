#include "client/cli/proposal_output.h"

#include "absl/strings/str_cat.h"
#include "client/cli/freshness.h"
#include "common/base/status.h"

namespace kopa::cli {

using kopa::national::v1::Proposal;

Table ProposalsTable(const std::vector<Proposal>& proposals) {
  Table table({{"number", true},
               {"state"},
               {"call"},
               {"what"},
               {"proposed by"},
               {"proposed"},
               {"reason"},
               {"settled by"}});
  for (const Proposal& proposal : proposals) {
    table.AddRow({absl::StrCat(proposal.number()), EnumWord(proposal.state()),
                  proposal.change().call(), proposal.what(), proposal.proposed_by(),
                  TimeText(proposal.has_propose_time(), proposal.propose_time()), proposal.reason(),
                  proposal.settled_by()});
  }
  return table;
}

void PrintProposal(Session& session, const Proposal& proposal) {
  session.Print({{"proposal", ToJson(proposal)}}, [&] { return ProposalsTable({proposal}); });
  if (proposal.state() == kopa::national::v1::PROPOSAL_STATE_OPEN) {
    session.Note(
        absl::StrCat("waits for a second person: the same command, or kopa proposal "
                     "confirm ",
                     proposal.number()));
  } else if (proposal.state() == kopa::national::v1::PROPOSAL_STATE_CONFIRMED) {
    session.Note("confirmed; it holds now");
  }
}

absl::StatusOr<ExitCode> ProposeChange(Session& session, const kopa::national::v1::Change& change,
                                       const std::string& reason) {
  ASSIGN_OR_RETURN(const auto central, session.Central("changing a call"));
  kopa::national::v1::ProposeChangeRequest request;
  *request.mutable_change() = change;
  request.set_reason(reason);
  ASSIGN_OR_RETURN(const Proposal proposal, central->ProposeChange(request));
  PrintProposal(session, proposal);
  return ExitCode::kDone;
}

}  // namespace kopa::cli
