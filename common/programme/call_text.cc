#include "common/programme/call_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/programme/limits.h"

namespace kopa::programme {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

// Protobuf counts lines and columns from 0, people from 1.
std::string PlaceText(absl::string_view file, int line, int column) {
  if (line < 0) return std::string(file);
  return absl::StrCat(file, ":", line + 1, ":", column + 1);
}

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The name in front of the last ':' or '{' up to `column` of `line`: protobuf's own messages on a
// bad value do not say whose value it is. Empty where there is none.
absl::string_view FieldBefore(absl::string_view line, size_t column) {
  size_t end = line.substr(0, column + 1).find_last_of(":{");
  if (end == absl::string_view::npos) return "";
  while (end > 0 && line[end - 1] == ' ') --end;
  size_t begin = end;
  while (begin > 0 && IsNameCharacter(line[begin - 1])) --begin;
  return line.substr(begin, end - begin);
}

// The name in `... for field "policy".`; empty where the message is of another kind.
absl::string_view FieldNamedIn(absl::string_view message) {
  constexpr absl::string_view kBefore = "for field \"";
  const size_t at = message.find(kBefore);
  if (at == absl::string_view::npos) return "";
  message.remove_prefix(at + kBefore.size());
  return message.substr(0, message.find('"'));
}

class ErrorList : public google::protobuf::io::ErrorCollector {
 public:
  ErrorList(absl::string_view file, absl::string_view text)
      : file_(file), lines_(absl::StrSplit(text, '\n')) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    absl::string_view field = FieldNamedIn(message);
    if (!field.empty()) {
      // Protobuf found out only after it had read on: go back to where the field stands.
      MoveBackTo(field, &line, &column);
    } else if (line >= 0 && static_cast<size_t>(line) < lines_.size()) {
      field = FieldBefore(lines_[static_cast<size_t>(line)], static_cast<size_t>(column));
    }
    const std::string place = PlaceText(file_, line, column);
    faults_.push_back(
        {.field = std::string(field),
         .code = "BAD_CALL",
         .message = absl::StrCat(place, ": ", field, field.empty() ? "" : ": ", message),
         .message_lv = ""});
  }

  absl::Status ToStatus() const {
    const std::string list = absl::StrJoin(faults_, "\n", [](std::string* out, const Fault& fault) {
      absl::StrAppend(out, fault.message);
    });
    return WithFaults(absl::InvalidArgumentError(list), faults_);
  }

 private:
  void MoveBackTo(absl::string_view field, int* line, int* column) const {
    size_t end = static_cast<size_t>(*column);
    for (int at = std::min(*line, static_cast<int>(lines_.size()) - 1); at >= 0; --at) {
      const size_t found = lines_[static_cast<size_t>(at)].substr(0, end).rfind(field);
      if (found != absl::string_view::npos) {
        *line = at;
        *column = static_cast<int>(found);
        return;
      }
      end = absl::string_view::npos;
    }
  }

  absl::string_view file_;
  std::vector<absl::string_view> lines_;
  std::vector<Fault> faults_;
};

// One step of a path: "criteria[2]" is {"criteria", 2}, "window" {"window", -1}.
struct PathStep {
  std::string name;
  int index = -1;
};

PathStep ParseStep(absl::string_view text) {
  PathStep step;
  const size_t bracket = text.find('[');
  step.name = std::string(text.substr(0, bracket));
  if (bracket == absl::string_view::npos) return step;
  if (!absl::SimpleAtoi(text.substr(bracket + 1, text.size() - bracket - 2), &step.index)) {
    step.index = -1;
  }
  return step;
}

}  // namespace

absl::StatusOr<CallText> CallText::Parse(absl::string_view file_name, absl::string_view text) {
  if (text.size() > kCallFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_name, ": the definition of a call has at most ", kCallFileBytesMax, " bytes"));
  }
  CallText parsed(file_name);
  ErrorList errors(file_name, text);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(parsed.places_.get());
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&stream, &parsed.call_)) return errors.ToStatus();
  return parsed;
}

std::string CallText::Place(absl::string_view path) const {
  const Descriptor* message = v1::Call::descriptor();
  const TextFormat::ParseInfoTree* tree = places_.get();
  TextFormat::ParseLocation place(0, 0);
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    PathStep step = ParseStep(part);
    const FieldDescriptor* field = message->FindFieldByName(step.name);
    if (field == nullptr) break;
    // A list as a whole stands where its first value does.
    if (field->is_repeated() && step.index < 0) step.index = 0;
    const TextFormat::ParseLocation found = tree->GetLocation(field, step.index);
    if (found.line < 0) break;
    place = found;
    message = field->message_type();
    if (message == nullptr) break;
    tree = tree->GetTreeForNested(field, step.index);
    if (tree == nullptr) break;
  }
  return PlaceText(file_name_, place.line, place.column);
}

}  // namespace kopa::programme
