#ifndef KOPA_TESTS_UNIT_COMMON_PKI_SCRATCH_FOLDER_H_
#define KOPA_TESTS_UNIT_COMMON_PKI_SCRATCH_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "common/base/status.h"

namespace kopa::pki {

// A folder (0700) that goes with it.
class ScratchFolder {
 public:
  ScratchFolder() : path_(std::filesystem::temp_directory_path() / "kopa_pki_XXXXXX") {
    KOPA_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kopa::pki

#endif  // KOPA_TESTS_UNIT_COMMON_PKI_SCRATCH_FOLDER_H_
