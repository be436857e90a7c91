#include "central/core/application_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/ledger/amounts.h"
#include "common/programme/lifecycle.h"
#include "common/programme/limits.h"
#include "common/territory/folded_text.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationSummary;

namespace {

// What no single application reaches. Sums of millions of these stay far below what 64 bits hold,
// so that nonsense in one node's journal can't make the national sums overflow.
constexpr Amounts kApplicationMost(programme::kCentsMax, 1'000'000, 1'000'000);
// The end of the year 9999.
constexpr int64_t kSecondsMost = 253'402'300'799;
constexpr int32_t kNanosMost = 999'999'999;
constexpr int64_t kScoreMost = programme::kCriteriaMax * programme::kCriterionHundredthsMax;

constexpr size_t kMunicipalityDigits = 7;
constexpr size_t kOrganisationDigits = 11;
constexpr size_t kSchoolDigits = 10;
constexpr size_t kOrganisationCharactersMax = 300;
constexpr size_t kTitleCharactersMax = 500;
constexpr int kSchoolsMax = 500;
constexpr int kAgeBandsMax = 20;
constexpr int64_t kPeopleMax = 1'000;
constexpr char kSchoolType[] = "school";

absl::Status Bad(absl::string_view field, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("an application's ", field, " must be ", wanted));
}

bool IsDigits(absl::string_view text, size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

// Well-formed UTF-8 of at most `most` characters, without control characters but line feeds where
// those are allowed.
bool IsPlainText(absl::string_view text, size_t most, bool line_feeds) {
  if (!IsValidText(text)) return false;
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) ++characters;
    if ((byte < 0x20 && !(line_feeds && byte == '\n')) || byte == 0x7F) return false;
    // U+0080 to U+009F.
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return characters <= most;
}

template <typename Strings>
bool IsSortedAndUnique(const Strings& all) {
  return std::adjacent_find(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
           return a >= b;
         }) == all.end();
}

bool IsSaneTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= 0 && time.seconds() <= kSecondsMost && time.nanos() >= 0 &&
         time.nanos() <= kNanosMost;
}

absl::Status CheckAmounts(const ApplicationSummary& summary) {
  for (const programme::v1::Units* units :
       {&summary.requested(), &summary.awarded(), &summary.pending()}) {
    const Amounts amounts = Amounts::FromProto(*units);
    if (amounts.AnyNegative() || !AllAtMost(amounts, kApplicationMost)) {
      return Bad("amounts", "0 or more, and what one application can reach");
    }
  }
  if (summary.paid_cents() < 0 || summary.paid_cents() > programme::kCentsMax) {
    return Bad("paid_cents", "0 or more, and what one application can reach");
  }
  if (summary.score_hundredths() < 0 || summary.score_hundredths() > kScoreMost) {
    return Bad("score_hundredths", "0 or more, and what the criteria can add up to");
  }
  return absl::OkStatus();
}

absl::Status CheckWords(const ApplicationSummary& summary, const CallWords& words) {
  if (!IsDigits(summary.municipality(), kMunicipalityDigits)) {
    return Bad("municipality", "an ATVK code of 7 digits");
  }
  if (words.team ? summary.applicant_type() != kSchoolType
                 : !words.applicant_types.Contains(summary.applicant_type())) {
    return Bad("applicant_type", words.team ? "\"school\"" : "one of the call's");
  }
  const auto& activities = summary.activities();
  if (!IsSortedAndUnique(activities) ||
      !std::all_of(activities.begin(), activities.end(),
                   [&](const std::string& id) { return words.activities.Contains(id); })) {
    return Bad("activities", "out of the call's, sorted, each once");
  }
  return absl::OkStatus();
}

absl::Status CheckOrganisations(const ApplicationSummary& summary) {
  if (!IsPlainText(summary.organisation(), kOrganisationCharactersMax, /*line_feeds=*/false)) {
    return Bad("organisation", "a text of at most 300 characters without control characters");
  }
  const std::string& reg_no = summary.organisation_reg_no();
  if (!reg_no.empty() && !IsDigits(reg_no, kOrganisationDigits) &&
      !IsDigits(reg_no, kSchoolDigits)) {
    return Bad("organisation_reg_no", "10 or 11 digits, or empty");
  }
  const auto& schools = summary.school_reg_nos();
  if (schools.size() > kSchoolsMax || !IsSortedAndUnique(schools) ||
      !std::all_of(schools.begin(), schools.end(),
                   [](const std::string& no) { return IsDigits(no, kSchoolDigits); })) {
    return Bad("school_reg_nos", "10 digits each, sorted, each once, at most 500");
  }
  const std::string& title = summary.published_title();
  if (title.empty()) return absl::OkStatus();
  if (!programme::HoldsAward(summary.status()) ||
      !IsPlainText(title, kTitleCharactersMax, /*line_feeds=*/true)) {
    return Bad("published_title", "empty, or with an award a text of at most 500 characters");
  }
  return absl::OkStatus();
}

absl::Status CheckAgeBands(const ApplicationSummary& summary, const CallWords& words) {
  if (summary.age_bands_size() > (words.team ? kAgeBandsMax : 0)) {
    return Bad("age_bands", "a team's, at most 20");
  }
  int32_t above = -1;
  for (const national::v1::AgeBandCount& band : summary.age_bands()) {
    const bool is_sane = band.from_age() > above && band.to_age() >= band.from_age() &&
                         band.to_age() <= programme::kAgeMax && band.people() >= 0 &&
                         band.people() <= kPeopleMax;
    if (!is_sane) return Bad("age_bands", "whole years in ascending order with counts of people");
    above = band.to_age();
  }
  return absl::OkStatus();
}

}  // namespace

CallWords::CallWords(const programme::v1::Call& call)
    : team(call.form() == programme::v1::APPLICATION_FORM_TEAM),
      applicant_types(call.applicant_types()),
      activities(call.activities()) {}

absl::Status CheckSummary(const ApplicationSummary& summary, const CallWords& words) {
  RETURN_IF_ERROR(CheckAmounts(summary));
  if (!national::v1::ApplicationStatus_IsValid(summary.status()) ||
      summary.status() == national::v1::APPLICATION_STATUS_UNSPECIFIED) {
    return Bad("status", "one of the named ones");
  }
  if (!IsSaneTime(summary.pending_since_time()) || !IsSaneTime(summary.received_time())) {
    return Bad("times", "from 1970 to 9999");
  }
  RETURN_IF_ERROR(CheckWords(summary, words));
  RETURN_IF_ERROR(CheckOrganisations(summary));
  return CheckAgeBands(summary, words);
}

}  // namespace kopa::central
