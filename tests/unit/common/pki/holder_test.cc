#include "common/pki/holder.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::pki {
namespace {

TEST(Holder, AUriSaysWhoItIsAndBack) {
  const struct {
    Holder holder;
    const char* uri;
  } cases[] = {
      {{HolderKind::kCentral, ""}, "kopa://central"},
      {{HolderKind::kNode, "riga-latgale"}, "kopa://node/riga-latgale"},
      {{HolderKind::kPerson, "anna"}, "kopa://person/anna"},
      {{HolderKind::kPerson, "Jānis B/100%"}, "kopa://person/J%C4%81nis%20B%2F100%25"},
      {{HolderKind::kPerson, "../ca"}, "kopa://person/..%2Fca"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(UriOf(one.holder), one.uri);
    const auto holder = ParseUri(one.uri);
    ASSERT_TRUE(holder.ok()) << holder.status();
    EXPECT_EQ(*holder, one.holder);
  }
}

TEST(Holder, WhatIsNoneIsRefused) {
  for (const char* uri :
       {"", "kopa:", "kopa://", "kopa:node:zemgale", "https://person/anna", "kopa://person",
        "kopa://person/", "kopa://person/a%", "kopa://person/a%4", "kopa://person/%zz",
        "kopa://person/a%0Ab", "kopa://node/", "kopa://node/Zemgale", "kopa://node/a%20b",
        "kopa://central/", "kopa://central/x", "kopa://staff/anna"}) {
    EXPECT_EQ(ParseUri(uri).status().code(), absl::StatusCode::kInvalidArgument) << uri;
  }
  EXPECT_FALSE(CheckHolder({HolderKind::kPerson, std::string(kHolderNameBytesMax + 1, 'a')}).ok());
  EXPECT_TRUE(CheckHolder({HolderKind::kPerson, std::string(kHolderNameBytesMax, 'a')}).ok());
  EXPECT_FALSE(CheckHolder({HolderKind::kCentral, "x"}).ok());
}

}  // namespace
}  // namespace kopa::pki
