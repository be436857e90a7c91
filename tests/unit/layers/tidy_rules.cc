#include "tests/unit/layers/tidy_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/unit/layers/includes.h"

namespace kopa::layers {
namespace {

// Marks of unfinished work. This folder alone has to name them.
constexpr std::array<absl::string_view, 3> kMarks = {"TODO", "FIXME", "XXX"};
constexpr absl::string_view kFolderThatNamesMarks = "tests/unit/layers";

// UTF-8 characters: every byte but those that continue one.
int Columns(absl::string_view line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void CheckLines(const SourceFile& file, std::vector<std::string>* faults) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(file.text, '\n')) {
    ++number;
    const auto fault = [&](absl::string_view what) {
      faults->push_back(absl::StrCat(file.path, ":", number, ": ", what));
    };
    if (absl::StrContains(line, '\t')) fault("a tab");
    if (absl::EndsWith(line, " ") || absl::EndsWith(line, "\r")) fault("a blank at the end");
    if (IsCpp(file.path) && Columns(line) > kColumnsMax) {
      fault(absl::StrCat(Columns(line), " columns, at most ", kColumnsMax));
    }
    if (FolderOf(file.path) == kFolderThatNamesMarks) continue;
    for (const absl::string_view mark : kMarks) {
      if (!LinesWithWord(line, mark).empty()) fault(absl::StrCat("the mark ", mark));
    }
  }
}

// The first two lines of code are the guard, the last line ends it.
void CheckIncludeGuard(const SourceFile& file, std::vector<std::string>* faults) {
  const std::string guard = IncludeGuardOf(file.path);
  std::vector<absl::string_view> code;
  const std::string text = CodeOnly(file.text);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (!stripped.empty()) code.push_back(stripped);
  }
  const bool is_guarded = code.size() >= 3 && code[0] == absl::StrCat("#ifndef ", guard) &&
                          code[1] == absl::StrCat("#define ", guard) && code.back() == "#endif";
  if (!is_guarded) {
    faults->push_back(absl::StrCat(file.path, ":1: the include guard is to be ", guard));
  }
}

}  // namespace

std::string IncludeGuardOf(absl::string_view path) {
  std::string guard = absl::StrCat("KOPA_", absl::AsciiStrToUpper(path), "_");
  std::replace_if(
      guard.begin(), guard.end(),
      [](char c) { return !absl::ascii_isalnum(static_cast<unsigned char>(c)); }, '_');
  return guard;
}

std::vector<std::string> TidyFaults(absl::Span<const SourceFile> files) {
  std::vector<std::string> faults;
  for (const SourceFile& file : files) {
    CheckLines(file, &faults);
    if (!file.text.empty() && file.text.back() != '\n') {
      faults.push_back(absl::StrCat(file.path, ": no newline at the end"));
    }
    if (IsHeader(file.path)) CheckIncludeGuard(file, &faults);
  }
  return faults;
}

}  // namespace kopa::layers
