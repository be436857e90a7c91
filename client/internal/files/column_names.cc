#include "client/internal/files/column_names.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/territory/folded_text.h"

namespace kopa::client {
namespace {

// A file that is no table at all has "names" of any length and number.
constexpr size_t kShownNameBytes = 60;
constexpr size_t kListedMax = 60;

}  // namespace

std::string ShownName(absl::string_view name) {
  if (name.size() <= kShownNameBytes) return absl::StrCat("\"", name, "\"");
  // Not in the middle of a character.
  size_t end = kShownNameBytes;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat("\"", name.substr(0, end), "...\"");
}

std::u32string FoldColumnName(absl::string_view name) {
  const absl::StatusOr<FoldedText> folded = FoldedText::Of(name);
  if (!folded.ok()) return U"";
  std::u32string letters;
  for (const char32_t letter : folded->bases()) {
    if (letter != U' ' && letter != U'_' && letter != U'-' && letter != U'.') {
      letters.push_back(letter);
    }
  }
  return letters;
}

bool IsRejectColumn(absl::string_view name) {
  const std::u32string folded = FoldColumnName(name);
  return absl::c_any_of(kRejectColumns, [&](absl::string_view column) {
    return absl::c_equal(folded, column,
                         [](char32_t a, char b) { return a == static_cast<unsigned char>(b); });
  });
}

ColumnNames::ColumnNames(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    by_name_.emplace(columns_[i].name, i);
    by_folded_name_.emplace(FoldColumnName(columns_[i].name), i);
    spellings_.emplace_back(FoldColumnName(columns_[i].name), columns_[i].name);
    for (const std::string& alias : columns_[i].aliases) {
      const auto [entry, is_new] = by_folded_name_.emplace(FoldColumnName(alias), i);
      KOPA_CHECK_MSG(is_new || entry->second == i, alias);
      spellings_.emplace_back(entry->first, alias);
    }
  }
}

std::optional<size_t> ColumnNames::Find(absl::string_view name) const {
  const auto exact = by_name_.find(name);
  if (exact != by_name_.end()) return exact->second;
  const auto found = by_folded_name_.find(FoldColumnName(name));
  if (found == by_folded_name_.end()) return std::nullopt;
  return found->second;
}

std::string ColumnNames::Nearest(absl::string_view name) const {
  const std::u32string letters = FoldColumnName(name.substr(0, 2 * kShownNameBytes));
  if (letters.empty()) return "";
  size_t least = std::max<size_t>(2, letters.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const auto& [known, spelling] : spellings_) {
    const size_t distance = DistanceBetween(letters, known).whole;
    // Everything is within reach of a name of two letters.
    if (distance >= least || distance >= std::min(letters.size(), known.size())) continue;
    least = distance;
    nearest = &spelling;
  }
  return nearest == nullptr ? "" : absl::StrCat("\"", *nearest, "\"");
}

absl::StatusOr<std::vector<size_t>> MatchHeader(const ColumnNames& names,
                                                const std::vector<std::string>& header) {
  std::vector<size_t> matched(header.size(), kIgnoredColumn);
  std::vector<Fault> faults;
  std::vector<const std::string*> spelling(names.columns().size(), nullptr);
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) {
      faults.push_back({"", "UNKNOWN_COLUMN", absl::StrCat("column ", i + 1, " has no name"), ""});
      continue;
    }
    const std::optional<size_t> column = names.Find(header[i]);
    if (column.has_value() && spelling[*column] == nullptr) {
      matched[i] = *column;
      spelling[*column] = &header[i];
    } else if (column.has_value()) {
      faults.push_back(
          {names.columns()[*column].name, "DUPLICATE_COLUMN",
           absl::StrCat("column ", ShownName(header[i]), " is there twice",
                        header[i] == *spelling[*column]
                            ? ""
                            : absl::StrCat(", also as ", ShownName(*spelling[*column]))),
           ""});
    } else if (!IsRejectColumn(header[i])) {
      // Looking for it takes a while, and what is not listed needs none.
      const std::string nearest = faults.size() < kListedMax ? names.Nearest(header[i]) : "";
      faults.push_back(
          {header[i], "UNKNOWN_COLUMN",
           absl::StrCat("unknown column ", ShownName(header[i]),
                        nearest.empty() ? "" : absl::StrCat(" (did you mean ", nearest, "?)")),
           ""});
    }
  }
  for (size_t i = 0; i < names.columns().size(); ++i) {
    const Column& column = names.columns()[i];
    if (spelling[i] != nullptr || column.is_optional) continue;
    faults.push_back(
        {column.name, "MISSING_COLUMN", absl::StrCat("missing column \"", column.name, "\""), ""});
  }
  if (faults.empty()) return matched;

  std::vector<absl::string_view> messages;
  for (const Fault& fault : faults) messages.push_back(fault.message);
  const size_t unlisted = messages.size() - std::min(messages.size(), kListedMax);
  messages.resize(messages.size() - unlisted);
  return WithFaults(absl::InvalidArgumentError(absl::StrCat(
                        absl::StrJoin(messages, "; "),
                        unlisted == 0 ? "" : absl::StrCat("; and ", unlisted, " more"))),
                    faults);
}

}  // namespace kopa::client
