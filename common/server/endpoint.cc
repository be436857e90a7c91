#include "common/server/endpoint.h"

#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::server {
namespace {

std::string PathIn(const std::string& data_dir) { return data_dir + "/ENDPOINT"; }

}  // namespace

absl::Status WriteEndpoint(const std::string& data_dir, const Endpoint& endpoint) {
  return WriteFileAtomically(PathIn(data_dir),
                             absl::StrCat(endpoint.address, "\n", endpoint.token, "\n"), 0600);
}

absl::StatusOr<Endpoint> ReadEndpoint(const std::string& data_dir) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(PathIn(data_dir)));
  const std::vector<std::string> lines = absl::StrSplit(content, '\n');
  if (lines.size() != 3 || lines[0].empty() || lines[1].empty() || !lines[2].empty()) {
    return absl::DataLossError(absl::StrCat(PathIn(data_dir), " is damaged"));
  }
  return Endpoint{lines[0], lines[1]};
}

void RemoveEndpoint(const std::string& data_dir) { unlink(PathIn(data_dir).c_str()); }

}  // namespace kopa::server
