#ifndef KOPA_DATA_PROGRAMME_DATA_H_
#define KOPA_DATA_PROGRAMME_DATA_H_

#include "absl/types/span.h"
#include "common/base/embedded.h"

namespace kopa::programme_data {

// The definitions of data/programmes, named as there ("kontakts-2024.textproto").
absl::Span<const EmbeddedFile> Files();

}  // namespace kopa::programme_data

#endif  // KOPA_DATA_PROGRAMME_DATA_H_
