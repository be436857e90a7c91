#include "regional-node/service/document_type.h"

#include <gtest/gtest.h>

#include "common/base/status.h"
#include "tests/unit/regional-node/testing/documents.h"

namespace kopa::node {
namespace {

using ::kopa::region::v1::DOCUMENT_TYPE_EDOC;
using ::kopa::region::v1::DOCUMENT_TYPE_PDF;
using testing::Container;
using testing::ZipEntry;

bool IsRefused(absl::string_view content) {
  const auto type = TypeOfDocument(content);
  if (type.ok()) return false;
  const std::vector<Fault> faults = FaultsOf(type.status());
  EXPECT_EQ(type.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].code, "DOCUMENT_TYPE");
  EXPECT_FALSE(faults[0].message_lv.empty());
  return true;
}

TEST(DocumentType, APdfIsKnownByItsFirstBytes) {
  EXPECT_EQ(*TypeOfDocument("%PDF-1.7\n..."), DOCUMENT_TYPE_PDF);
  EXPECT_TRUE(IsRefused(" %PDF-1.7"));
  EXPECT_TRUE(IsRefused("%PDF"));
  EXPECT_TRUE(IsRefused("<html>%PDF-1.7"));
  EXPECT_TRUE(IsRefused(""));
}

TEST(DocumentType, ASignedContainerIsAZipThatSaysSoFirst) {
  EXPECT_EQ(*TypeOfDocument(Container()), DOCUMENT_TYPE_EDOC);
  // With an extra field, and with the sizes behind the content.
  EXPECT_EQ(*TypeOfDocument(Container({.extra = "1234"})), DOCUMENT_TYPE_EDOC);
  EXPECT_EQ(*TypeOfDocument(Container({.flags = 8, .size = 0})), DOCUMENT_TYPE_EDOC);
}

TEST(DocumentType, OtherZipsAreNone) {
  EXPECT_TRUE(IsRefused(Container({.name = "mimetypf"})));
  EXPECT_TRUE(IsRefused(Container({.name = "word/document.xml"})));
  EXPECT_TRUE(IsRefused(Container({.content = "application/epub+zip"})));
  EXPECT_TRUE(IsRefused(Container({.method = 8}))) << "compressed";
  EXPECT_TRUE(IsRefused(Container({.flags = 1}))) << "encrypted";
  EXPECT_TRUE(IsRefused(Container({.size = 0}))) << "no size, and none to follow";
  EXPECT_TRUE(IsRefused(Container({.size = 32}))) << "the media type goes on";
}

TEST(DocumentType, AContainerThatIsCutOffIsNone) {
  const std::string entry = ZipEntry({});
  for (size_t size = 0; size < entry.size(); ++size) {
    EXPECT_TRUE(IsRefused(entry.substr(0, size))) << size;
  }
  EXPECT_EQ(*TypeOfDocument(entry), DOCUMENT_TYPE_EDOC);
}

}  // namespace
}  // namespace kopa::node
