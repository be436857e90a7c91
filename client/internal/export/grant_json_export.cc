#include "client/internal/export/grant_json_export.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::client {
namespace {

std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', /*ensure_ascii=*/false,
                                   nlohmann::json::error_handler_t::replace);
}

// Written by hand, since a JSON library holds numbers as binary fractions: an amount would lose its
// decimals, and a large one its cents.
class JsonObject {
 public:
  // Left out where empty.
  JsonObject& Text(const char* name, const std::string& text) {
    return text.empty() ? *this : Raw(name, Quoted(text));
  }
  JsonObject& Amount(const char* name, int64_t cents) {
    return Raw(name, programme::FormatCents(cents));
  }
  JsonObject& List(const char* name, const std::vector<std::string>& objects) {
    return Raw(name, absl::StrCat("[", absl::StrJoin(objects, ", "), "]"));
  }
  std::string Take() { return absl::StrCat("{", absl::StrJoin(members_, ", "), "}"); }

 private:
  JsonObject& Raw(const char* name, const std::string& value) {
    members_.push_back(absl::StrCat("\"", name, "\": ", value));
    return *this;
  }

  std::vector<std::string> members_;
};

std::string OrganisationJson(const GrantOrganisation& organisation) {
  return JsonObject().Text("id", organisation.id).Text("name", organisation.name).Take();
}

std::vector<std::string> ClassificationsJson(const Grant& grant) {
  std::vector<std::string> objects;
  for (const GrantClassification& classification : grant.classifications) {
    objects.push_back(JsonObject()
                          .Text("vocabulary", classification.vocabulary)
                          .Text("code", classification.code)
                          .Text("title", classification.title)
                          .Take());
  }
  return objects;
}

}  // namespace

std::string GrantJson(const Grant& grant) {
  JsonObject json;
  json.Text("id", grant.id)
      .Text("title", grant.title)
      .Text("description", grant.description)
      .Text("currency", kGrantCurrency)
      .Amount("amountAppliedFor", grant.applied_for_cents)
      .Amount("amountAwarded", grant.awarded_cents)
      .Amount("amountDisbursed", grant.disbursed_cents)
      .Text("awardDate", grant.award_date);
  if (!grant.planned_start.empty()) {
    json.List("plannedDates", {JsonObject()
                                   .Text("startDate", grant.planned_start)
                                   .Text("endDate", grant.planned_end)
                                   .Take()});
  }
  json.List("recipientOrganization", {OrganisationJson(grant.recipient)})
      .List("fundingOrganization", {OrganisationJson(grant.funder)})
      .List("grantProgramme", {JsonObject()
                                   .Text("code", grant.programme_code)
                                   .Text("title", grant.programme_title)
                                   .Take()})
      .List("beneficiaryLocation", {JsonObject()
                                        .Text("name", grant.location_name)
                                        .Text("countryCode", kGrantCountry)
                                        .Text("geoCode", grant.location_code)
                                        .Take()})
      .List("classifications", ClassificationsJson(grant))
      .Text("fromOpenCall", "Yes")
      .Text("dateModified", grant.modified_time);
  return json.Take();
}

absl::Status GrantJsonExport::Add(const ExportRow& row) {
  ASSIGN_OR_RETURN(const Grant grant, MakeGrant(row, call_));
  const char* before = begun_ ? ",\n" : "{\"grants\": [\n";
  begun_ = true;
  return sink_(absl::StrCat(before, GrantJson(grant)));
}

absl::Status GrantJsonExport::Finish() { return sink_(begun_ ? "\n]}\n" : "{\"grants\": []}\n"); }

}  // namespace kopa::client
