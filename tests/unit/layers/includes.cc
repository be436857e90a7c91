#include "tests/unit/layers/includes.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kopa::layers {
namespace {

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// What stands between the first pair of delimiters of `rest`: "x.h" of `"x.h"` and of `<x.h>`.
std::string Quoted(absl::string_view rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest);
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'' && rest[0] != '<')) return "";
  const char closing = rest[0] == '<' ? '>' : rest[0];
  const size_t end = rest.find(closing, 1);
  return end == absl::string_view::npos ? "" : std::string(rest.substr(1, end - 1));
}

int LineAt(absl::string_view text, size_t position) {
  const absl::string_view before = text.substr(0, position);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

// Where the literal or comment that begins at `begin` ends (one past it), or `begin` where none
// begins.
size_t EndOfQuotedPart(absl::string_view text, size_t begin) {
  const auto past = [&](absl::string_view terminator, size_t from) {
    const size_t at = text.find(terminator, from);
    return at == absl::string_view::npos ? text.size() : at + terminator.size();
  };
  const absl::string_view rest = text.substr(begin);
  if (absl::StartsWith(rest, "//")) return std::min(text.find('\n', begin), text.size());
  if (absl::StartsWith(rest, "/*")) return past("*/", begin + 2);
  if (absl::StartsWith(rest, "R\"") && (begin == 0 || !IsWordCharacter(text[begin - 1]))) {
    const size_t open = text.find('(', begin);
    if (open == absl::string_view::npos) return text.size();
    return past(absl::StrCat(")", text.substr(begin + 2, open - begin - 2), "\""), open);
  }
  // An apostrophe between digits separates them: 1'000'000.
  const bool is_digit_separator = rest[0] == '\'' && begin > 0 &&
                                  absl::ascii_isxdigit(static_cast<unsigned char>(text[begin - 1]));
  if ((rest[0] != '"' && rest[0] != '\'') || is_digit_separator) return begin;
  size_t end = begin + 1;
  while (end < text.size() && text[end] != rest[0] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

}  // namespace

std::vector<Include> IncludesOf(absl::string_view text) {
  std::vector<Include> includes;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "#")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) continue;
    if (std::string path = Quoted(line); !path.empty()) includes.push_back({number, path});
  }
  return includes;
}

std::vector<Include> ImportsOf(absl::string_view text) {
  std::vector<Include> imports;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "import")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "public")) absl::ConsumePrefix(&line, "weak");
    if (std::string path = Quoted(line); !path.empty()) imports.push_back({number, path});
  }
  return imports;
}

std::string CodeOnly(absl::string_view text) {
  std::string code(text);
  size_t position = 0;
  while (position < text.size()) {
    const size_t end = EndOfQuotedPart(text, position);
    std::replace_if(
        code.begin() + static_cast<std::ptrdiff_t>(position),
        code.begin() + static_cast<std::ptrdiff_t>(end), [](char c) { return c != '\n'; }, ' ');
    position = std::max(end, position + 1);
  }
  return code;
}

std::vector<int> LinesWithWord(absl::string_view code, absl::string_view word) {
  std::vector<int> lines;
  for (size_t at = code.find(word); at != absl::string_view::npos; at = code.find(word, at + 1)) {
    const size_t after = at + word.size();
    const bool begins = at == 0 || !IsWordCharacter(code[at - 1]);
    const bool ends = after == code.size() || !IsWordCharacter(code[after]);
    if (begins && ends) lines.push_back(LineAt(code, at));
  }
  return lines;
}

}  // namespace kopa::layers
