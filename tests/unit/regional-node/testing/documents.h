#ifndef KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_DOCUMENTS_H_
#define KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_DOCUMENTS_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace kopa::node::testing {

// Documents as small as they can be and still be taken for what they are.

// The first entry of a ZIP; what is left alone makes a signed container.
struct ZipEntryParts {
  uint8_t flags = 0;
  uint8_t method = 0;
  uint8_t size = 31;
  std::string name = "mimetype";
  std::string extra = "";
  std::string content = "application/vnd.etsi.asic-e+zip";
};

inline std::string ZipEntry(const ZipEntryParts& parts) {
  std::string header(30, '\0');
  header.replace(0, 4, "PK\x03\x04");
  header[6] = static_cast<char>(parts.flags);
  header[8] = static_cast<char>(parts.method);
  header[18] = header[22] = static_cast<char>(parts.size);
  header[26] = static_cast<char>(parts.name.size());
  header[28] = static_cast<char>(parts.extra.size());
  return absl::StrCat(header, parts.name, parts.extra, parts.content);
}

inline std::string Container(const ZipEntryParts& parts = {}) {
  return ZipEntry(parts) + "PK\x03\x04 and so on";
}

// A PDF of this many bytes, no two parts of it alike.
inline std::string Pdf(size_t bytes) {
  std::string content = "%PDF-1.7\n";
  for (uint32_t number = 0; content.size() < bytes; ++number)
    absl::StrAppend(&content, number, " ");
  content.resize(bytes);
  return content;
}

}  // namespace kopa::node::testing

#endif  // KOPA_TESTS_UNIT_REGIONAL_NODE_TESTING_DOCUMENTS_H_
