#ifndef KOPA_TESTS_UNIT_COMMON_TERRITORY_TEST_TABLES_H_
#define KOPA_TESTS_UNIT_COMMON_TERRITORY_TEST_TABLES_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/base/embedded.h"
#include "common/base/status.h"
#include "common/territory/territory.h"
#include "data/territory_data.h"

namespace kopa::testing {

// A set of territory tables to be changed at will: the shipped ones, or a small one made up.
class TestTables {
 public:
  static TestTables Shipped() {
    TestTables tables;
    for (const EmbeddedFile& file : territory_data::Files()) {
      tables.texts_[std::string(file.path)] = std::string(file.bytes);
    }
    return tables;
  }

  // Three municipalities at two nodes. "Alfas novads" and "Ālfas novads" differ in a diacritic
  // only; the old "Betas novads" was divided between the two nodes.
  static TestTables Small() {
    TestTables tables;
    tables.texts_["municipalities.csv"] =
        "atvk_code,unit_id,name_lv,official_name_lv,kind,planning_region,valid_from,valid_to\n"
        "0000001,alfa,Alfas novads,Alfas novads,novads,North,2021-07-01,\n"
        "0000002,alfa-2,Ālfas novads,Ālfas novads,novads,North,2021-07-01,\n"
        "0000003,gamma,Gamma,Gammas valstspilsēta,valstspilsēta,South,2021-07-01,\n";
    tables.texts_["municipalities_pre2021.csv"] =
        "atvk_code,name_lv,other_names_lv,kind,valid_to\n"
        "0000011,Betas novads,,novads,2021-06-30\n"
        "0000012,Gamma,Gammas pilsēta,republikas pilsēta,2021-06-30\n";
    tables.texts_["succession.csv"] =
        "from_atvk,from_name,to_atvk,to_name,extent,units_transferred,effective\n"
        "0000011,Betas novads,0000001,Alfas novads,partial,First pagasts,2021-07-01\n"
        "0000011,Betas novads,0000003,Gamma,partial,Second pagasts;Third pagasts,2021-07-01\n"
        "0000012,Gamma,0000003,Gamma,full,,2021-07-01\n";
    tables.texts_["region_nodes.csv"] =
        "node_id,unit_id,name_lv,valid_from,valid_to\n"
        "north,alfa,Alfas novads,2021-07-01,\n"
        "north,alfa-2,Ālfas novads,2021-07-01,\n"
        "south,gamma,Gamma,2021-07-01,\n";
    return tables;
  }

  // Replaces a text that must be there; an empty `from` appends.
  TestTables& Edit(const std::string& file, const std::string& from, const std::string& to) {
    std::string& text = texts_.at(file);
    if (from.empty()) {
      text += to;
      return *this;
    }
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
    return *this;
  }

  TestTables& Remove(const std::string& file) {
    texts_.erase(file);
    return *this;
  }

  absl::StatusOr<Territory> Load() const {
    std::vector<EmbeddedFile> files;
    for (const auto& [name, text] : texts_) files.push_back({name, text});
    return Territory::Load(files);
  }

 private:
  std::map<std::string, std::string> texts_;
};

// The tables that are shipped; a test ends here where they do not load.
inline Territory ShippedTerritory() {
  absl::StatusOr<Territory> territory = TestTables::Shipped().Load();
  KOPA_CHECK_MSG(territory.ok(), territory.status().message());
  return *std::move(territory);
}

inline constexpr absl::CivilDay kOldDay(2018, 10, 1);
inline constexpr absl::CivilDay kMiddleDay(2024, 5, 17);
inline constexpr absl::CivilDay kNewDay(2025, 7, 1);

}  // namespace kopa::testing

#endif  // KOPA_TESTS_UNIT_COMMON_TERRITORY_TEST_TABLES_H_
