#ifndef KOPA_DATA_TERRITORY_DATA_H_
#define KOPA_DATA_TERRITORY_DATA_H_

#include "absl/types/span.h"
#include "common/base/embedded.h"

namespace kopa::territory_data {

// The tables of data/territory, named as there ("municipalities.csv"). kopa::Territory::Load reads
// them.
absl::Span<const EmbeddedFile> Files();

}  // namespace kopa::territory_data

#endif  // KOPA_DATA_TERRITORY_DATA_H_
