#include "client/cli/fault_groups.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/counted.h"
#include "client/cli/table.h"

namespace kopa::cli {
namespace {

// "the row has 6 cells" as "the row has # cells".
std::string WithoutNumbers(absl::string_view text) {
  std::string blotted;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      blotted.push_back(c);
    } else if (blotted.empty() || blotted.back() != '#') {
      blotted.push_back('#');
    }
  }
  return blotted;
}

}  // namespace

bool LineList::Add(int64_t line) {
  if (line == last_) return false;
  last_ = line;
  // The first range that begins after the line; the one before may hold it or end just before it.
  const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), line,
                                     [](int64_t a, const auto& range) { return a < range.first; });
  const auto before = next == ranges_.begin() ? ranges_.end() : std::prev(next);
  if (before != ranges_.end() && line <= before->second) return false;
  const bool joins_before = before != ranges_.end() && before->second + 1 == line;
  const bool joins_next = next != ranges_.end() && next->first == line + 1;
  if (joins_before) before->second = joins_next ? next->second : line;
  if (joins_before && joins_next) {
    ranges_.erase(next);
  } else if (joins_next) {
    next->first = line;
  } else if (!joins_before && ranges_.size() < kRangesMax) {
    ranges_.emplace(next, line, line);
  } else if (!joins_before) {
    ++more_;
  }
  return true;
}

std::string LineList::Text() const {
  const bool one = ranges_.size() == 1 && ranges_[0].first == ranges_[0].second && more_ == 0;
  std::vector<std::string> parts;
  for (const auto& [first, last] : ranges_) {
    parts.push_back(first == last ? absl::StrCat(first) : absl::StrCat(first, "-", last));
  }
  return absl::StrCat(one ? "line " : "lines ", absl::StrJoin(parts, ", "),
                      more_ == 0 ? "" : absl::StrCat(" and ", more_, " more"));
}

void FaultGroups::Add(const std::string& file, int64_t line, const Fault& fault) {
  const Key key(file, fault.code, fault.field, WithoutNumbers(fault.message));
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() >= kGroupsMax) {
      ++ungrouped_;
      return;
    }
    found = groups_.emplace(key, Group()).first;
    found->second.message = fault.message;
  }
  if (found->second.lines.Add(line)) ++found->second.rows;
}

std::vector<const FaultGroups::Entry*> FaultGroups::Sorted() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : groups_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry* a, const Entry* b) { return a->second.rows > b->second.rows; });
  return sorted;
}

std::vector<std::string> FaultGroups::Texts(size_t most) const {
  std::vector<std::string> texts;
  const std::vector<const Entry*> sorted = Sorted();
  for (const Entry* entry : sorted) {
    if (texts.size() == most) break;
    const auto& [file, code, field, pattern] = entry->first;
    // Names of files and fields are what strangers typed.
    texts.push_back(ShownText(
        absl::StrCat(file, ": ", code, field.empty() ? "" : " in ", field, ", ",
                     Counted(entry->second.rows, "row"), " (", entry->second.lines.Text(), ")",
                     entry->second.message.empty() ? "" : ": ", entry->second.message)));
  }
  const size_t left_out = sorted.size() - texts.size();
  if (left_out > 0 || ungrouped_ > 0) {
    texts.push_back(absl::StrCat(left_out > 0 ? Counted(static_cast<int64_t>(left_out), "cause")
                                              : Counted(ungrouped_, "fault"),
                                 " more, not shown here"));
  }
  return texts;
}

Json FaultGroups::ToJson() const {
  Json json = Json::array();
  for (const Entry* entry : Sorted()) {
    const auto& [file, code, field, pattern] = entry->first;
    json.push_back({{"file", file},
                    {"code", code},
                    {"field", field},
                    {"rows", JsonInt(entry->second.rows)},
                    {"lines", entry->second.lines.Text()},
                    {"message", entry->second.message}});
  }
  return json;
}

}  // namespace kopa::cli
