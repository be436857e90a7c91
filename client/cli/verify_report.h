#ifndef KOPA_CLIENT_CLI_VERIFY_REPORT_H_
#define KOPA_CLIENT_CLI_VERIFY_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "kopa/national/v1/service.pb.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::cli {

// What was recomputed and compared, and how it came out.
class VerifyReport {
 public:
  void AddCentre(const kopa::national::v1::VerifyNationalResponse& answer);

  // A node's own checks, and whether its record where the centre stands (`head`, null where the
  // centre was not asked) is the one that the centre applied.
  void AddNode(const std::string& node, const kopa::region::v1::VerifyNodeResponse& answer,
               const kopa::national::v1::AppliedHead* head);

  // A check that got no answer, by what came instead: where a server could not be reached, has too
  // much to do or does not let us ask, nothing is known to differ; any other error is itself a
  // check that failed. `so_far` is what is known without the answer; it may be empty.
  void AddUnanswered(std::string name, const absl::Status& why, absl::string_view so_far = "");

  // Something else that holds or does not.
  void AddCheck(std::string name, bool ok, std::string detail);
  // Something that could be checked in part at most, as with a node that is away.
  void AddUnchecked(std::string name, std::string detail);

  bool ok() const { return !differs_ && !away_; }
  // A real difference goes before a node that is away.
  ExitCode exit_code() const {
    return differs_ ? ExitCode::kFailed : away_ ? ExitCode::kPartly : ExitCode::kDone;
  }

  // Checks sorted by name.
  Json ToJson() const;
  Table ToTable() const;

 private:
  struct Check {
    std::string name;
    bool ok;
    std::string detail;
  };
  void Add(Check check);
  std::vector<Check> Sorted() const;

  std::vector<Check> checks_;
  bool differs_ = false;
  bool away_ = false;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_VERIFY_REPORT_H_
