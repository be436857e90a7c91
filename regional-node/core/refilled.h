#ifndef KOPA_REGIONAL_NODE_CORE_REFILLED_H_
#define KOPA_REGIONAL_NODE_CORE_REFILLED_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"

namespace kopa::node {

// Which records of the journal came back from the centre at a rejoin. The centre never had their
// sealed parts, so these are gone, and that is no damage.
class RefilledRecords {
 public:
  // In ascending order, and after all that is in it. Nothing where last < first.
  void Add(Seq first, Seq last);
  // Forgets what lies after `last`.
  void CutAfter(Seq last);
  bool Contains(Seq seq) const;

  //   RefilledRecords ::= 1:u8 count:u32 (first:u64 last:u64)*
  std::string Serialize() const;
  static absl::StatusOr<RefilledRecords> Parse(absl::string_view bytes);

 private:
  struct Range {
    Seq first;
    Seq last;
  };
  std::vector<Range> ranges_;
};

// Key of the record in family kMeta; absent where the node never rejoined.
inline constexpr char kRefilledKey[] = "refilled";

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_REFILLED_H_
