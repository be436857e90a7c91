#include "central/commands/centre_fence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "common/base/file.h"

namespace kopa::central {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

CentreMark Mark(uint64_t incarnation, uint64_t seq, char hash) {
  return {incarnation, {Seq(seq), std::string(32, hash)}};
}

std::string Judged(const absl::StatusOr<CentreMark>& mark, const CentreMark& store,
                   char hash_there = 'h') {
  return SignsOfOldCopy(mark, store, [&](Seq) { return std::string(32, hash_there); });
}

TEST(CentreFence, AMarkIsReadBackAndDamageIsFound) {
  const std::string line = EncodeMark(Mark(3, 77, 'h'));
  const auto mark = DecodeMark(line);
  ASSERT_TRUE(mark.ok()) << mark.status();
  EXPECT_EQ(*mark, Mark(3, 77, 'h'));
  EXPECT_EQ(line.size(), EncodeMark(Mark(1, 1, 'z')).size()) << "overwritten in place";
  for (size_t at = 0; at < line.size(); ++at) {
    std::string bent = line;
    bent[at] = bent[at] == '7' ? '8' : '7';
    EXPECT_FALSE(DecodeMark(bent).ok()) << at;
    EXPECT_FALSE(DecodeMark(line.substr(0, at)).ok()) << at;
  }
}

TEST(CentreFence, TheStoreThatWroteItIsNoOldCopy) {
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), Mark(1, 10, 'h')), IsEmpty());
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), Mark(1, 12, 'x')), IsEmpty()) << "data first";
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), Mark(2, 12, 'x')), IsEmpty());
  EXPECT_THAT(Judged(absl::NotFoundError("no file"), CentreMark()), IsEmpty()) << "it begins";
}

TEST(CentreFence, AnOldCopyIsTold) {
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), Mark(1, 9, 'x')), HasSubstr("ends at record 9"));
  EXPECT_THAT(Judged(Mark(2, 10, 'h'), Mark(1, 12, 'x')), HasSubstr("incarnation 1"));
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), Mark(1, 12, 'x'), 'o'), HasSubstr("not the one"));
  EXPECT_THAT(Judged(Mark(1, 10, 'h'), CentreMark()), HasSubstr("ends at record 0"));
  EXPECT_THAT(Judged(absl::NotFoundError("no file"), Mark(1, 9, 'x')), HasSubstr("no fence file"));
  EXPECT_THAT(Judged(absl::DataLossError("damaged"), Mark(1, 9, 'x')), HasSubstr("damaged"));
}

TEST(CentreFence, TheFileHasTheNewestMark) {
  char name[] = "/tmp/kopa-centre-fence-XXXXXX";
  const std::string folder = mkdtemp(name);
  const std::string path = folder + "/fence";
  EXPECT_TRUE(absl::IsNotFound(ReadMark(path).status()));
  {
    const auto fence = CentreFence::Open(path, Mark(1, 10, 'h'));
    ASSERT_TRUE(fence.ok()) << fence.status();
    EXPECT_EQ(*ReadMark(path), Mark(1, 10, 'h'));
    EXPECT_TRUE((*fence)->Update(Mark(1, 11, 'i')).ok());
    EXPECT_EQ(*ReadMark(path), Mark(1, 11, 'i'));
  }
  ASSERT_TRUE(WriteFileAtomically(path, "scribble", 0600).ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadMark(path).status()));
  unlink(path.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace kopa::central
