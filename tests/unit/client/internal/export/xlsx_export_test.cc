// What is within the workbook is looked at by tests/integration/export_test.py, which can unzip it.

#include "client/internal/export/xlsx_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/internal/export/test_rows.h"

namespace kopa::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(XlsxExport, AllComesAtTheEnd) {
  std::string out;
  const auto xlsx = XlsxExport::Create("pumpurs-test", Into(&out));
  ASSERT_TRUE(xlsx.ok()) << xlsx.status();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE((*xlsx)->Add(WholeRow()).ok());
  EXPECT_THAT(out, IsEmpty());
  ASSERT_TRUE((*xlsx)->Finish().ok());
  EXPECT_THAT(out, StartsWith("PK\x03\x04"));
  EXPECT_THAT(out, HasSubstr("xl/worksheets/sheet1.xml"));
  // The end of the archive: nothing is cut off.
  EXPECT_THAT(out.substr(out.size() - 22), StartsWith("PK\x05\x06"));
}

TEST(XlsxExport, ALongIdOfACallStillMakesAName) {
  std::string out;
  const auto xlsx = XlsxExport::Create(std::string(64, 'c'), Into(&out));
  ASSERT_TRUE(xlsx.ok()) << xlsx.status();
  EXPECT_TRUE((*xlsx)->Finish().ok());
}

TEST(XlsxExport, GivenUpItWritesNothing) {
  std::string out;
  {
    const auto xlsx = XlsxExport::Create("pumpurs-test", Into(&out));
    ASSERT_TRUE((*xlsx)->Add(WholeRow()).ok());
  }
  EXPECT_THAT(out, IsEmpty());
}

}  // namespace
}  // namespace kopa::client
