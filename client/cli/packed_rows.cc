#include "client/cli/packed_rows.h"

#include <cstdint>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::cli {

std::string PackRows(const std::vector<std::vector<std::string>>& rows) {
  ByteWriter packed;
  for (const std::vector<std::string>& row : rows) {
    packed.U32(static_cast<uint32_t>(row.size()));
    for (const std::string& cell : row) packed.Bytes(cell);
  }
  std::string text = packed.Take();
  text.shrink_to_fit();
  return text;
}

std::vector<std::vector<std::string>> UnpackRows(absl::string_view packed) {
  std::vector<std::vector<std::string>> rows;
  ByteReader reader(packed);
  while (!reader.empty()) {
    std::vector<std::string> row(reader.U32());
    for (std::string& cell : row) cell = std::string(reader.Bytes());
    rows.push_back(std::move(row));
  }
  KOPA_CHECK(reader.ok());
  return rows;
}

}  // namespace kopa::cli
