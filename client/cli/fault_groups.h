#ifndef KOPA_CLIENT_CLI_FAULT_GROUPS_H_
#define KOPA_CLIENT_CLI_FAULT_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/json_output.h"
#include "common/base/status.h"

namespace kopa::cli {

// Lines of a file as people write them: "2-5, 9". Keeps a bounded number of ranges; of further
// lines only how many there are.
class LineList {
 public:
  static constexpr size_t kRangesMax = 12;

  // False where the line is in the list already; one beyond the kept ranges counts each time unless
  // it was the last.
  bool Add(int64_t line);
  // "line 7", "lines 2-5, 9 and 120 more".
  std::string Text() const;

 private:
  std::vector<std::pair<int64_t, int64_t>> ranges_;  // first and last line; sorted, apart
  int64_t more_ = 0;
  int64_t last_ = 0;
};

// What is wrong with the rows of a submission, by cause instead of by row: faults of one code and
// field whose texts differ in nothing but numbers are one cause. Memory is bounded. Not
// thread-safe.
class FaultGroups {
 public:
  static constexpr size_t kGroupsMax = 200;

  void Add(const std::string& file, int64_t line, const Fault& fault);

  // For people, the cause with most rows first: "in.csv: BAD_EMAIL in contact_email, 3 rows (lines
  // 2-3, 9): an e-mail address looks like name@example.lv". At most so many and how many are left
  // out.
  std::vector<std::string> Texts(size_t most) const;
  // The same as a list of objects {file, code, field, rows, lines, message}.
  Json ToJson() const;

 private:
  struct Group {
    std::string message;  // of the first
    int64_t rows = 0;
    LineList lines;
  };
  // File, code, field, and the message with its numbers blotted out.
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  using Entry = std::pair<const Key, Group>;

  std::vector<const Entry*> Sorted() const;

  std::map<Key, Group> groups_;
  int64_t ungrouped_ = 0;  // faults of causes beyond the most
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_FAULT_GROUPS_H_
