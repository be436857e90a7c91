#include "common/territory/latvian_less.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

LatvianLess Less() {
  absl::StatusOr<LatvianLess> less = LatvianLess::Create();
  KOPA_CHECK_MSG(less.ok(), less.status().message());
  return *std::move(less);
}

nlohmann::json Vectors() {
  const char* source = std::getenv("KOPA_SOURCE_DIR");
  KOPA_CHECK_MSG(source != nullptr, "run by ctest, which sets KOPA_SOURCE_DIR");
  const auto text = ReadFile(std::string(source) + "/data/test-vectors/locale_lv_vectors.json");
  KOPA_CHECK_MSG(text.ok(), text.status().message());
  return nlohmann::json::parse(*text);
}

TEST(LatvianLess, SortsTodaysMunicipalitiesAsTheVectorsDo) {
  const Territory territory = testing::ShippedTerritory();
  std::vector<std::string> names;
  for (const Municipality* m : territory.All(testing::kNewDay)) names.push_back(m->name);
  const LatvianLess less = Less();
  std::sort(names.begin(), names.end(), std::cref(less));
  EXPECT_EQ(names, Vectors()["current_municipalities_sorted"].get<std::vector<std::string>>());
}

TEST(LatvianLess, TakesLettersWithDiacriticsAsLettersOfTheirOwn) {
  const LatvianLess less = Less();
  const nlohmann::json pairs = Vectors()["letters_primary_different"];
  ASSERT_EQ(pairs.size(), 12u);
  for (const auto& pair : pairs) {
    const std::string first = pair[0];
    const std::string second = pair[1];
    ASSERT_TRUE(pair[2].get<bool>());
    // A primary difference outweighs whatever follows.
    EXPECT_TRUE(less(first + "z", second + "a")) << first << " " << second;
    EXPECT_FALSE(less(second + "a", first + "z")) << first << " " << second;
  }
}

TEST(LatvianLess, FollowsTheAlphabet) {
  const LatvianLess less = Less();
  const std::string alphabet = Vectors()["alphabet"];
  std::vector<std::string> letters;
  for (char byte : alphabet) {
    const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
    if (!continues) letters.emplace_back();
    letters.back().push_back(byte);
  }
  ASSERT_EQ(letters.size(), 36u);
  for (size_t i = 1; i < letters.size(); ++i) {
    EXPECT_TRUE(less(letters[i - 1] + "z", letters[i] + "a")) << letters[i];
  }
}

TEST(LatvianLess, CaseComesAfterEveryLetter) {
  const LatvianLess less = Less();
  EXPECT_TRUE(less("ādaži", "Ādaži"));
  EXPECT_TRUE(less("Ādaži", "ādažos"));
}

TEST(LatvianLess, OrdersWhatCollatesAsEqualByItsBytes) {
  const LatvianLess less = Less();
  EXPECT_NE(less("Rīga", "Ri\u0304ga"), less("Ri\u0304ga", "Rīga"));
  EXPECT_FALSE(less("Rīga", "Rīga"));
  EXPECT_TRUE(less("", "Rīga"));
}

}  // namespace
}  // namespace kopa
