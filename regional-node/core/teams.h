#ifndef KOPA_REGIONAL_NODE_CORE_TEAMS_H_
#define KOPA_REGIONAL_NODE_CORE_TEAMS_H_

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "common/base/uuid.h"
#include "kopa/region/v1/application.pb.h"
#include "regional-node/core/header.h"

namespace kopa::node {

// What tells one school of a team call from another. A school is a legal person, so plain digests
// do; they stay in memory.
struct SchoolKeys {
  std::optional<Digest> number;  // of call and registration number; nothing where it has none
  Digest name;                   // of call, municipality and name, however that is spelt
};

// The school that applies; nothing where the record names none.
std::optional<SchoolKeys> SchoolOf(const region::v1::Application& record);

// Finds the teams of a school: a school has one team in a call. Two records are of one school where
// their registration numbers are the same, or, where one of them has none, name and municipality.
class TeamIndex {
 public:
  void Add(const SchoolKeys& school, const ApplicationId& id);
  void Remove(const SchoolKeys& school, const ApplicationId& id);

  // Whether a team of this school other than `self` is there which `counts`.
  bool HasOther(const SchoolKeys& school, const ApplicationId& self,
                absl::FunctionRef<bool(const ApplicationId&)> counts) const;

 private:
  struct Team {
    ApplicationId id;
    bool has_number = false;
  };
  // A withdrawn team stays: nothing that happens to one later need be told here.
  absl::flat_hash_map<Digest, std::vector<ApplicationId>> by_number_;
  absl::flat_hash_map<Digest, std::vector<Team>> by_name_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_TEAMS_H_
