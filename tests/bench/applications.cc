#include "tests/bench/applications.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kopa::bench {
namespace {

constexpr int64_t kSerials = 10'000'000;
// 2024-03-20 08:00:00 UTC, within the call's window.
constexpr int64_t kReceivedSeconds = 1'710'921'600;

// 11 digits with the right check digit: the sum of digit x weight, modulo 11, is 3.
std::string RegistrationNumber(int64_t number) {
  static constexpr std::array<int, 10> kWeights = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6};
  for (int filler = 0; filler < 10; ++filler) {
    std::string digits = absl::StrFormat("40%07d%d", number % kSerials, filler);
    int sum = 0;
    for (size_t i = 0; i < kWeights.size(); ++i) sum += (digits[i] - '0') * kWeights[i];
    const int check = ((3 - sum) % 11 + 11) % 11;
    if (check < 10) return absl::StrCat(digits, check);
  }
  return "";  // never: fillers give eleven different sums but one
}

}  // namespace

region::v1::ApplicationInput MakeApplication(int64_t number, const std::string& municipality) {
  region::v1::ApplicationInput input;
  input.set_external_ref(absl::StrCat("B-", number));
  input.set_municipality(municipality);
  auto* applicant = input.mutable_applicant();
  applicant->set_name(absl::StrCat("Biedrība \"Paraugs ", number, "\""));
  applicant->set_reg_no(RegistrationNumber(number));
  applicant->set_type("association");
  input.set_title(absl::StrCat("Kopā varam vairāk: skolēnu pašpārvalžu iniciatīva ", number));
  auto* initiative = input.add_initiatives();
  initiative->set_school_name(absl::StrCat("Parauga vidusskola ", number % kSerials));
  initiative->set_school_reg_no(absl::StrCat(9'900'000'000 + number % kSerials));
  initiative->set_title("Jauniešu līdzdalības diena (paraugs)");
  initiative->add_activities("inclusion");
  initiative->add_activities("communication");
  initiative->set_participants(25);
  initiative->set_amount_cents(kAwardCents);
  input.mutable_received_time()->set_seconds(kReceivedSeconds);
  auto* contact = input.mutable_personal()->mutable_contact();
  contact->set_name(absl::StrCat("Paraugs Cilvēks ", number));
  contact->set_email(absl::StrCat("cilveks", number, "@example.org"));
  contact->set_phone("20000001");
  return input;
}

national::v1::ApplicationSummary MakeSummary(int64_t number, const Uuid& id,
                                             const std::string& call,
                                             const std::string& municipality) {
  national::v1::ApplicationSummary summary;
  summary.set_application_id(std::string(id.bytes()));
  summary.set_call(call);
  summary.set_municipality(municipality);
  summary.set_status(national::v1::APPLICATION_STATUS_SUBMITTED);
  summary.set_applicant_type("association");
  summary.add_activities("communication");
  summary.add_activities("inclusion");
  summary.set_organisation_reg_no(RegistrationNumber(number));
  summary.set_organisation(absl::StrCat("Biedrība \"Paraugs ", number, "\""));
  summary.mutable_requested()->set_cents(kAwardCents);
  summary.mutable_requested()->set_initiatives(1);
  summary.set_version(1);
  summary.add_school_reg_nos(absl::StrCat(9'900'000'000 + number % kSerials));
  summary.mutable_received_time()->set_seconds(kReceivedSeconds);
  return summary;
}

}  // namespace kopa::bench
