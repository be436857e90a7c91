#include "client/cli/outline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/table.h"

namespace kopa::cli {
namespace {

bool IsEmpty(const Json& json) {
  if (json.is_null()) return true;
  if (json.is_string()) return json.get_ref<const std::string&>().empty();
  if (!json.is_structured()) return false;
  return std::all_of(json.begin(), json.end(), IsEmpty);
}

void Append(const Json& json, const std::string& indent, std::string* text);

void AppendNamed(const std::string& name, const Json& value, const std::string& indent,
                 std::string* text) {
  if (IsEmpty(value)) return;
  if (value.is_structured()) {
    absl::StrAppend(text, indent, name, ":\n");
    Append(value, indent + "  ", text);
  } else {
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    absl::StrAppend(text, indent, name, ": ", ShownText(shown), "\n");
  }
}

void Append(const Json& json, const std::string& indent, std::string* text) {
  if (json.is_array()) {
    for (const Json& item : json) AppendNamed("-", item, indent, text);
    return;
  }
  for (const auto& [name, value] : json.items()) AppendNamed(name, value, indent, text);
}

}  // namespace

std::string OutlineText(const Json& json) {
  std::string text;
  Append(json, "", &text);
  return text;
}

absl::StatusOr<ExitCode> PrintOutline(Session& session, const Json& json) {
  std::ostream& out = *session.environment().out;
  switch (session.settings().output) {
    case OutputFormat::kCsv:
      return UsageError("this is no list: -o takes table or json here");
    case OutputFormat::kJson:
      out << JsonText(json);
      break;
    case OutputFormat::kTable:
      out << OutlineText(json);
      break;
  }
  out.flush();
  return ExitCode::kDone;
}

}  // namespace kopa::cli
