#ifndef KOPA_COMMON_TERRITORY_TERRITORY_TABLES_H_
#define KOPA_COMMON_TERRITORY_TERRITORY_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "common/base/embedded.h"
#include "common/base/strong.h"
#include "common/territory/municipality.h"

namespace kopa {

// One row of succession.csv: on `effective`, `from` or the named units of it became part of `to`.
struct SuccessionRow {
  std::string from;  // codes
  std::string to;
  Successor::Extent extent = Successor::Extent::kFull;
  std::vector<std::string> units;
  absl::CivilDay effective;
};

// One row of region_nodes.csv: who covers a unit, and when.
struct NodePeriod {
  NodeId node;
  std::string unit_id;
  std::optional<absl::CivilDay> valid_from;
  std::optional<absl::CivilDay> valid_to;  // included

  bool Covers(absl::CivilDay day) const;
};

// The tables of data/territory, read and checked against each other. Only Territory uses this.
struct TerritoryTables {
  std::vector<Municipality> municipalities;  // by code
  std::vector<SuccessionRow> successions;    // by (from, to)
  std::vector<NodePeriod> node_periods;      // by (unit, start)
};

// `files` must hold municipalities.csv, municipalities_pre2021.csv, succession.csv and
// region_nodes.csv (NOT_FOUND naming the one that is missing); others are ignored. INVALID_ARGUMENT
// with file, line and column for what is wrong in a row or does not fit the other tables.
//
// What holds afterwards: codes and names are complete and codes unique; successions go forward in
// time, from the day after the end of `from` into a `to` that is valid on that day; every
// municipality that ended has successors and no other has; every municipality has a node for each
// day of its validity, its own or through its successors.
absl::StatusOr<TerritoryTables> LoadTerritoryTables(absl::Span<const EmbeddedFile> files);

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_TERRITORY_TABLES_H_
