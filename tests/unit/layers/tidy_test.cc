// Style that no compiler checks, as a test over the whole tree.

#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/layers/source_tree.h"
#include "tests/unit/layers/tidy_rules.h"

namespace kopa::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Planted(const std::string& path, const std::string& text) {
  return TidyFaults({SourceFile{path, text}});
}

TEST(Tidy, TreeIsTidy) {
  const char* const root = std::getenv("KOPA_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  const auto files = ReadSourceTree(root);
  ASSERT_TRUE(files.ok()) << files.status();
  for (const std::string& fault : TidyFaults(*files)) ADD_FAILURE() << fault;
}

TEST(TidyRules, MarksOfUnfinishedWorkAreFaults) {
  EXPECT_THAT(Planted("scripts/test", "a\n# TODO: later\n"),
              ElementsAre("scripts/test:2: the mark TODO"));
  EXPECT_THAT(Planted("common/base/a.cc", "// FIXME\n"), SizeIs(1));
  EXPECT_THAT(Planted("common/base/a.cc", "mkdtemp(\"kopaXXXXXX\"); // kTODOS\n"), IsEmpty());
}

TEST(TidyRules, TabsAndTrailingBlanksAreFaults) {
  EXPECT_THAT(Planted("proto/a.proto", "\tint x;\n"), SizeIs(1));
  EXPECT_THAT(Planted("proto/a.proto", "int x; \n"), SizeIs(1));
  EXPECT_THAT(Planted("proto/a.proto", "int x;\r\n"), SizeIs(1));
  EXPECT_THAT(Planted("proto/a.proto", "int x;"), SizeIs(1));
}

TEST(TidyRules, LongLinesAreFaultsInCppAlone) {
  std::string hundred_letters;
  for (int i = 0; i < kColumnsMax; ++i) hundred_letters += "ā";
  EXPECT_THAT(Planted("common/base/a.cc", hundred_letters + "\n"), IsEmpty());
  EXPECT_THAT(Planted("common/base/a.cc", hundred_letters + "a\n"), SizeIs(1));
  EXPECT_THAT(Planted("scripts/a.py", hundred_letters + "a\n"), IsEmpty());
}

TEST(TidyRules, IncludeGuardNamesThePath) {
  EXPECT_EQ(IncludeGuardOf("regional-node/core/node_core.h"),
            "KOPA_REGIONAL_NODE_CORE_NODE_CORE_H_");
  EXPECT_THAT(Planted("common/base/a.h",
                      "// Why.\n#ifndef KOPA_COMMON_BASE_A_H_\n#define KOPA_COMMON_BASE_A_H_\n"
                      "int a;\n#endif  // KOPA_COMMON_BASE_A_H_\n"),
              IsEmpty());
  EXPECT_THAT(Planted("common/base/a.h",
                      "#ifndef KOPA_COMMON_BASE_B_H_\n#define KOPA_COMMON_BASE_B_H_\n#endif\n"),
              SizeIs(1));
  EXPECT_THAT(Planted("common/base/a.h", "#pragma once\nint a;\n"), SizeIs(1));
}

}  // namespace
}  // namespace kopa::layers
