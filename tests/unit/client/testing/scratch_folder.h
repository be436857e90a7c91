#ifndef KOPA_TESTS_UNIT_CLIENT_TESTING_SCRATCH_FOLDER_H_
#define KOPA_TESTS_UNIT_CLIENT_TESTING_SCRATCH_FOLDER_H_

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "common/base/status.h"

namespace kopa::client::testing {

// A folder of its own for a test; gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    path_ = (std::filesystem::temp_directory_path() / "kopa-client-XXXXXX").string();
    KOPA_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  // Gives the file's path.
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
  }
  // Empty where there is no such file.
  std::string Read(const std::string& name) const {
    std::ostringstream content;
    content << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return content.str();
  }
  bool Has(const std::string& name) const { return std::filesystem::exists(Path(name)); }

 private:
  std::string path_;
};

}  // namespace kopa::client::testing

#endif  // KOPA_TESTS_UNIT_CLIENT_TESTING_SCRATCH_FOLDER_H_
