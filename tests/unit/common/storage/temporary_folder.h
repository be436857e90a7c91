#ifndef KOPA_TESTS_UNIT_COMMON_STORAGE_TEMPORARY_FOLDER_H_
#define KOPA_TESTS_UNIT_COMMON_STORAGE_TEMPORARY_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "common/base/status.h"
#include "gtest/gtest.h"

namespace kopa::storage {

// A new empty folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(testing::TempDir() + "kopa-test-XXXXXX") {
    KOPA_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Below(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// While it lives, new folders are made below `folder`. For death tests: the process that dies there
// makes folders of its own and removes none.
class FoldersBelow {
 public:
  explicit FoldersBelow(const TemporaryFolder& folder) {
    KOPA_CHECK(setenv(kVariable, folder.path().c_str(), 1) == 0);
  }
  ~FoldersBelow() { unsetenv(kVariable); }
  FoldersBelow(const FoldersBelow&) = delete;
  FoldersBelow& operator=(const FoldersBelow&) = delete;

 private:
  static constexpr char kVariable[] = "TEST_TMPDIR";  // what testing::TempDir() looks at
};

}  // namespace kopa::storage

#endif  // KOPA_TESTS_UNIT_COMMON_STORAGE_TEMPORARY_FOLDER_H_
