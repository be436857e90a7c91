#include "central/core/findings.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kopa::central {
namespace {

constexpr size_t kShownMax = 5;

}  // namespace

void Findings::Add(std::string difference) {
  ++count_;
  if (shown_.size() < kShownMax) shown_.push_back(std::move(difference));
}

void Findings::AddStatus(const absl::Status& status) {
  if (!status.ok()) Add(std::string(status.message()));
}

void Findings::Report(absl::string_view name, absl::string_view compared,
                      national::v1::VerifyNationalResponse* response) const {
  national::v1::VerifyCheck* check = response->add_checks();
  check->set_name(std::string(name));
  check->set_ok(empty());
  std::string detail = empty() ? std::string(compared) : absl::StrJoin(shown_, "; ");
  if (count_ > shown_.size()) absl::StrAppend(&detail, "; and ", count_ - shown_.size(), " more");
  check->set_detail(std::move(detail));
}

}  // namespace kopa::central
