#include "common/programme/loader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/programme/call_check.h"
#include "common/programme/call_text.h"

namespace kopa::programme {
namespace {

constexpr absl::string_view kSuffix = ".textproto";

absl::string_view BaseName(absl::string_view path) { return path.substr(path.rfind('/') + 1); }

// Puts place and field in front of the message of each fault.
void AddPlaces(const CallText& text, std::vector<Fault>* faults) {
  for (Fault& fault : *faults) {
    fault.message = absl::StrCat(text.Place(fault.field), ": ", fault.field, ": ", fault.message);
  }
}

absl::Status ToStatus(const std::vector<Fault>& faults) {
  if (faults.empty()) return absl::OkStatus();
  const std::string list = absl::StrJoin(faults, "\n", [](std::string* out, const Fault& fault) {
    absl::StrAppend(out, fault.message);
  });
  return WithFaults(absl::InvalidArgumentError(list), faults);
}

std::vector<Fault> CheckText(absl::string_view file_name, const CallText& text,
                             const Territory* territory) {
  std::vector<Fault> faults = FindCallFaults(text.call(), territory);
  const std::string wanted = absl::StrCat(text.call().id(), kSuffix);
  if (!text.call().id().empty() && BaseName(file_name) != wanted) {
    faults.push_back({.field = "id",
                      .code = "BAD_CALL",
                      .message = absl::StrCat("the file of this call must be named ", wanted),
                      .message_lv = ""});
  }
  if (text.call().closed()) {
    faults.push_back({.field = "closed",
                      .code = "BAD_CALL",
                      .message = "a file can't close a call; `kopa call close` does",
                      .message_lv = ""});
  }
  AddPlaces(text, &faults);
  return faults;
}

// Checks over the whole set; `texts` is sorted by id.
std::vector<Fault> CheckSet(const std::vector<CallText>& texts) {
  std::vector<Fault> faults;
  absl::flat_hash_map<absl::string_view, const CallText*> by_id;
  for (const CallText& text : texts) {
    const auto [other, inserted] = by_id.emplace(text.call().id(), &text);
    if (inserted) continue;
    std::vector<Fault> one = {
        {.field = "id",
         .code = "BAD_CALL",
         .message = absl::StrCat("the call is also defined at ", other->second->Place("id")),
         .message_lv = ""}};
    AddPlaces(text, &one);
    faults.push_back(std::move(one[0]));
  }
  for (const CallText& text : texts) {
    const std::string& wanted = text.call().required_team_call();
    if (wanted.empty()) continue;
    const auto found = by_id.find(wanted);
    const bool is_team =
        found != by_id.end() && found->second->call().form() == v1::APPLICATION_FORM_TEAM;
    if (is_team) continue;
    std::vector<Fault> one = {
        {.field = "required_team_call",
         .code = "BAD_CALL",
         .message = absl::StrCat(
             wanted, found == by_id.end() ? " is not among the calls" : " is not a call for teams"),
         .message_lv = ""}};
    AddPlaces(text, &one);
    faults.push_back(std::move(one[0]));
  }
  return faults;
}

}  // namespace

absl::StatusOr<v1::Call> ParseCall(absl::string_view file_name, absl::string_view text,
                                   const Territory* territory) {
  ASSIGN_OR_RETURN(CallText parsed, CallText::Parse(file_name, text));
  RETURN_IF_ERROR(ToStatus(CheckText(file_name, parsed, territory)));
  return parsed.Take();
}

absl::StatusOr<std::vector<v1::Call>> LoadCalls(absl::Span<const EmbeddedFile> files,
                                                const Territory* territory) {
  std::vector<CallText> texts;
  std::vector<Fault> faults;
  for (const EmbeddedFile& file : files) {
    absl::StatusOr<CallText> text = CallText::Parse(file.path, file.bytes);
    const std::vector<Fault> found =
        text.ok() ? CheckText(file.path, *text, territory) : FaultsOf(text.status());
    if (!text.ok() && found.empty()) return text.status();
    faults.insert(faults.end(), found.begin(), found.end());
    if (text.ok()) texts.push_back(*std::move(text));
  }
  std::stable_sort(texts.begin(), texts.end(), [](const CallText& a, const CallText& b) {
    return a.call().id() < b.call().id();
  });
  // A file that can't be read would make others look wrong.
  if (texts.size() == files.size()) {
    const std::vector<Fault> of_set = CheckSet(texts);
    faults.insert(faults.end(), of_set.begin(), of_set.end());
  }
  RETURN_IF_ERROR(ToStatus(faults));
  std::vector<v1::Call> calls;
  calls.reserve(texts.size());
  for (CallText& text : texts) calls.push_back(text.Take());
  return calls;
}

}  // namespace kopa::programme
