#include "client/internal/files/json_names.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/internal/files/encoding.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using nlohmann::json;

// There is no use in listing more; it also bounds what a file of nonsense takes.
constexpr size_t kUnknownMax = 20;

// Takes the names of one line's object; values are passed over.
class NameHandler : public nlohmann::json_sax<json> {
 public:
  explicit NameHandler(const ColumnNames& names) : names_(names) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(int64_t) override { return true; }
  bool number_unsigned(uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }

  // An object or a list deeper than a value may be: its row is refused for that.
  bool start_object(size_t) override { return ++depth_ == 1; }
  bool end_object() override { return --depth_ == 0; }
  bool start_array(size_t) override { return ++depth_ == 2; }
  bool end_array() override { return --depth_ == 1; }

  bool key(std::string& name) override {
    if (!names_.Find(name).has_value() && !IsRejectColumn(name)) unknown_.push_back(name);
    return unknown_.size() < kUnknownMax;
  }

  bool parse_error(size_t, const std::string&, const json::exception&) override {
    unknown_.clear();
    return false;
  }

  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  const ColumnNames& names_;
  std::vector<std::string> unknown_;
  int depth_ = 0;
};

// What was found in all lines so far.
class NameCheck {
 public:
  explicit NameCheck(const ColumnNames& names) : names_(names) {}

  void Look(const Line& line) {
    if (line.is_too_long || faults_.size() >= kUnknownMax) return;
    // The parser refuses what is no UTF-8; of such a line only the text is replaced.
    std::string text = line.text;
    ReplaceMalformed(&text);
    NameHandler handler(names_);
    json::sax_parse(text, &handler);
    for (const std::string& name : handler.unknown()) Add(name, line.number);
  }

  absl::Status Result() const {
    if (faults_.empty()) return absl::OkStatus();
    std::vector<absl::string_view> messages;
    for (const Fault& fault : faults_) messages.push_back(fault.message);
    return WithFaults(absl::InvalidArgumentError(absl::StrJoin(messages, "; ")), faults_);
  }

 private:
  void Add(const std::string& name, int64_t line) {
    const auto is_same = [&name](const Fault& fault) { return fault.field == name; };
    if (faults_.size() >= kUnknownMax || absl::c_any_of(faults_, is_same)) return;
    const std::string nearest = names_.Nearest(name);
    faults_.push_back(
        {name, "UNKNOWN_FIELD",
         absl::StrCat("unknown field ", ShownName(name), " in line ", line,
                      nearest.empty() ? "" : absl::StrCat(" (did you mean ", nearest, "?)")),
         absl::StrCat("nezināms lauks ", ShownName(name), " ", line, ". rindā")});
  }

  const ColumnNames& names_;
  std::vector<Fault> faults_;
};

}  // namespace

absl::Status CheckJsonNames(LineReader* lines, const ColumnNames& names) {
  NameCheck check(names);
  Line line;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) return check.Result();
    check.Look(line);
  }
}

absl::Status CheckFirstJsonNames(LineReader* lines, const ColumnNames& names) {
  NameCheck check(names);
  std::vector<Line> taken;
  size_t bytes = 0;
  while (taken.size() < kNamesLinesMax && bytes < kNamesBytesMax) {
    Line line;
    ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) break;
    check.Look(line);
    bytes += line.text.size();
    taken.push_back(std::move(line));
  }
  lines->PutBack(std::move(taken));
  return check.Result();
}

}  // namespace kopa::client
