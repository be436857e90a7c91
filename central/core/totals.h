#ifndef KOPA_CENTRAL_CORE_TOTALS_H_
#define KOPA_CENTRAL_CORE_TOTALS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "central/core/names.h"
#include "kopa/national/v1/application.pb.h"

namespace kopa::central {

// All applications that are alike in everything that totals can be broken down by. There are a few
// thousand of these however many applications there are, which is why totals are quick.
struct CellKey {
  uint16_t call = 0;
  uint16_t node = 0;
  uint16_t municipality = 0;
  uint16_t applicant_type = 0;
  uint16_t activities = 0;  // a *set* of activities, as one name ("council-work,inclusion")
  uint8_t status = 0;

  friend bool operator==(const CellKey&, const CellKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const CellKey& key) {
    return H::combine(std::move(h), key.call, key.node, key.municipality, key.applicant_type,
                      key.activities, key.status);
  }
};

// What the applications of a cell add up to.
struct CellSums {
  int64_t applications = 0;
  int64_t initiatives = 0;      // asked for; 0 for withdrawn ones
  int64_t requested_cents = 0;  // likewise
  int64_t approved = 0;         // how many hold an award
  int64_t approved_initiatives = 0;
  int64_t approved_cents = 0;

  CellSums& operator+=(const CellSums& other);
  CellSums& operator-=(const CellSums& other);
  bool IsZero() const { return *this == CellSums(); }

  std::string Serialize() const;
  static absl::StatusOr<CellSums> Parse(absl::string_view bytes);

  friend bool operator==(const CellSums&, const CellSums&) = default;
};

// The names behind a cell's numbers.
struct CellNames {
  Names calls;
  Names nodes;
  Names municipalities;
  Names applicant_types;
  Names activity_sets;
};

// The key under which a cell is stored: names, since numbers are of one process only.
std::string StoredCellKey(const CellNames& names, const CellKey& key);
absl::StatusOr<CellKey> ParseStoredCellKey(CellNames& names, absl::string_view bytes);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_TOTALS_H_
