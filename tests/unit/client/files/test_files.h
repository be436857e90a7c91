#ifndef KOPA_TESTS_UNIT_CLIENT_FILES_TEST_FILES_H_
#define KOPA_TESTS_UNIT_CLIENT_FILES_TEST_FILES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/application_file.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

// A folder of its own for one test, gone afterwards.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string PathOf(absl::string_view name) const;
  // Writes a file and gives its path.
  std::string Write(absl::string_view content, absl::string_view name = "input.csv") const;

 private:
  std::string path_;
};

programme::v1::Call CallOfForm(programme::v1::ApplicationForm form);

// The columns of projects with initiatives, in the order of CONTRACT.md.
extern const char kInitiativeHeader[];
// A good row for that header, without line end.
std::string InitiativeRow(absl::string_view reference, absl::string_view initiative_title = "Ideja",
                          absl::string_view amount = "1000,00", char separator = ',');

// All applications of a file, or the error of opening or reading it.
absl::StatusOr<std::vector<InputApplication>> ReadAll(const std::string& path,
                                                      programme::v1::ApplicationForm form,
                                                      const ApplicationFileOptions& options = {});

// (field, code) of the faults.
using Marks = std::vector<std::pair<std::string, std::string>>;
Marks MarksOf(const std::vector<Fault>& faults);

}  // namespace kopa::client

#endif  // KOPA_TESTS_UNIT_CLIENT_FILES_TEST_FILES_H_
