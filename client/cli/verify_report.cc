#include "client/cli/verify_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::AppliedHead;
using kopa::region::v1::VerifyNodeResponse;

}  // namespace

void VerifyReport::Add(Check check) {
  differs_ = differs_ || !check.ok;
  checks_.push_back(std::move(check));
}

void VerifyReport::AddCentre(const kopa::national::v1::VerifyNationalResponse& answer) {
  for (const auto& check : answer.checks()) {
    Add({absl::StrCat("centre: ", check.name()), check.ok(), check.detail()});
  }
  // A server that says "not ok" without naming a check is believed all the same.
  if (!answer.ok() && !differs_) Add({"centre", false, "the centre's own check failed"});
}

void VerifyReport::AddNode(const std::string& node, const VerifyNodeResponse& answer,
                           const AppliedHead* head) {
  bool own_differs = false;
  for (const auto& check : answer.checks()) {
    own_differs = own_differs || !check.ok();
    Add({absl::StrCat("node ", node, ": ", check.name()), check.ok(), check.detail()});
  }
  if (!answer.ok() && !own_differs) {
    Add({absl::StrCat("node ", node), false, "the node's own check failed"});
  }
  if (head == nullptr || head->applied_seq() == 0) return;
  const std::string name = absl::StrCat("node ", node, ": head");
  if (answer.hash_at_seq().empty()) {
    Add({name, false,
         absl::StrCat("the centre has applied up to ", head->applied_seq(),
                      ", the node's journal ends at ", answer.head_seq())});
  } else if (answer.hash_at_seq() != head->hash()) {
    Add({name, false,
         absl::StrCat("record ", head->applied_seq(), " hashes to ", ToHex(answer.hash_at_seq()),
                      " at the node and to ", ToHex(head->hash()), " at the centre")});
  } else {
    Add({name, true, absl::StrCat("record ", head->applied_seq(), " is the same at the centre")});
  }
}

void VerifyReport::AddUnanswered(std::string name, const absl::Status& why,
                                 absl::string_view so_far) {
  const std::string before = so_far.empty() ? "" : absl::StrCat(so_far, "; ");
  switch (why.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return AddUnchecked(std::move(name), absl::StrCat(before, "away: ", why.message()));
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return AddUnchecked(std::move(name),
                          absl::StrCat(before, "not allowed to ask: ", why.message()));
    case absl::StatusCode::kResourceExhausted:
      return AddUnchecked(std::move(name), absl::StrCat(before, "too busy: ", why.message()));
    default:
      return AddCheck(std::move(name), false, absl::StrCat(before, "failed: ", why.ToString()));
  }
}

void VerifyReport::AddCheck(std::string name, bool ok, std::string detail) {
  Add({std::move(name), ok, std::move(detail)});
}

void VerifyReport::AddUnchecked(std::string name, std::string detail) {
  away_ = true;
  checks_.push_back({std::move(name), false, std::move(detail)});
}

std::vector<VerifyReport::Check> VerifyReport::Sorted() const {
  std::vector<Check> checks = checks_;
  std::stable_sort(checks.begin(), checks.end(),
                   [](const Check& a, const Check& b) { return a.name < b.name; });
  return checks;
}

Json VerifyReport::ToJson() const {
  Json checks = Json::array();
  for (const Check& check : Sorted()) {
    checks.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  }
  return {{"ok", ok()}, {"checks", std::move(checks)}};
}

Table VerifyReport::ToTable() const {
  Table table({{"check"}, {"ok"}, {"detail"}});
  for (const Check& check : Sorted()) {
    table.AddRow({check.name, check.ok ? "yes" : "NO", check.detail});
  }
  return table;
}

}  // namespace kopa::cli
