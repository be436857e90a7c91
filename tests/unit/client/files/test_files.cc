#include "tests/unit/client/files/test_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"

namespace kopa::client {

TestFolder::TestFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kopa_files_XXXXXX").string();
  KOPA_CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TestFolder::~TestFolder() { std::filesystem::remove_all(path_); }

std::string TestFolder::PathOf(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

std::string TestFolder::Write(absl::string_view content, absl::string_view name) const {
  const std::string path = PathOf(name);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  KOPA_CHECK_MSG(file.good(), path);
  return path;
}

programme::v1::Call CallOfForm(programme::v1::ApplicationForm form) {
  programme::v1::Call call;
  call.set_id("some-call");
  call.set_form(form);
  if (form == programme::v1::APPLICATION_FORM_TEAM) call.mutable_team()->set_members(3);
  return call;
}

const char kInitiativeHeader[] =
    "external_ref,municipality,applicant_name,applicant_reg_no,applicant_type,title,school_name,"
    "school_reg_no,initiative_title,activities,participants,amount_eur,contact_name,contact_email,"
    "contact_phone,received_time";

std::string InitiativeRow(absl::string_view reference, absl::string_view initiative_title,
                          absl::string_view amount, char separator) {
  const std::string amount_cell =
      separator == ',' ? absl::StrCat("\"", amount, "\"") : std::string(amount);
  return absl::StrJoin(
      {std::string(reference), std::string("0001000"), std::string("Rīgas skola"),
       std::string("90000024455"), std::string("municipality"), std::string("Jauniešu projekts"),
       std::string("1. vidusskola"), std::string("4219902694"), std::string(initiative_title),
       std::string("council-work|anti-bullying"), std::string("25"), amount_cell,
       std::string("Anna Bērziņa"), std::string("anna@example.lv"), std::string("28638431"),
       std::string("2024-05-17 23:59")},
      std::string(1, separator));
}

absl::StatusOr<std::vector<InputApplication>> ReadAll(const std::string& path,
                                                      programme::v1::ApplicationForm form,
                                                      const ApplicationFileOptions& options) {
  ASSIGN_OR_RETURN(auto reader, ApplicationFileReader::Open(path, CallOfForm(form), options));
  std::vector<InputApplication> all;
  size_t rows = 0;
  while (true) {
    ASSIGN_OR_RETURN(std::optional<InputApplication> application, reader->Next());
    if (!application.has_value()) break;
    // Holds for every file: what a row is to be told by, each application has.
    KOPA_CHECK(!application->rows.empty());
    KOPA_CHECK(application->rows.size() == application->lines.size());
    rows += application->rows.size();
    all.push_back(*std::move(application));
  }
  KOPA_CHECK(static_cast<int64_t>(rows) == reader->rows_read());
  return all;
}

Marks MarksOf(const std::vector<Fault>& faults) {
  Marks marks;
  for (const Fault& fault : faults) marks.emplace_back(fault.field, fault.code);
  return marks;
}

}  // namespace kopa::client
