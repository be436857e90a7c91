#include "regional-node/service/call_directory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"

namespace kopa::node {

absl::Status CallDirectory::Publish(const programme::v1::Call& definition) {
  ASSIGN_OR_RETURN(programme::CallRules rules, programme::CallRules::Compile(definition));
  auto shared = std::make_shared<const programme::CallRules>(std::move(rules));
  MutexLock lock(&mutex_);
  calls_[CallId(definition.id())] = std::move(shared);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const programme::CallRules>> CallDirectory::Find(
    const CallId& id) const {
  MutexLock lock(&mutex_);
  if (const auto found = calls_.find(id); found != calls_.end()) return found->second;
  if (calls_.empty()) {
    return WithFault(
        absl::NotFoundError("this node has not yet received any calls from the centre"),
        {"call", "UNKNOWN_CALL", "no calls are known here yet: the node has never met the centre",
         "šim mezglam konkursi vēl nav zināmi: tas vēl nav sazinājies ar centru"});
  }
  const std::string known = absl::StrJoin(
      calls_, ", ", [](std::string* out, const auto& call) { out->append(call.first.value()); });
  return WithFault(absl::NotFoundError(absl::StrCat("there is no call \"", id.value(), "\"")),
                   {"call", "UNKNOWN_CALL", absl::StrCat("known calls: ", known),
                    absl::StrCat("zināmie konkursi: ", known)});
}

std::vector<std::shared_ptr<const programme::CallRules>> CallDirectory::All() const {
  MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const programme::CallRules>> all;
  all.reserve(calls_.size());
  for (const auto& [id, rules] : calls_) all.push_back(rules);
  return all;
}

}  // namespace kopa::node
