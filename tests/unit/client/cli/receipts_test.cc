#include "client/cli/receipts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::Receipt;
using ::testing::HasSubstr;

const std::string kHash(32, '\xAB');
const std::string kOtherHash(32, '\x01');

class ReadReceiptsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Receipts> Read(const std::string& content) {
    return ReadReceipts(folder_.Write("receipts", content));
  }
  std::string Refused(const std::string& content) {
    const auto read = Read(content);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
    return std::string(read.status().message());
  }
  static std::string Object(int seq, const std::string& hash) {
    return absl::StrCat("{\"node\":\"zemgale\",\"epoch\":\"3\",\"seq\":", seq, ",\"hash\":\"", hash,
                        "\"}");
  }

  client::testing::ScratchFolder folder_;
};

TEST_F(ReadReceiptsTest, OneObject) {
  const auto read = Read(Object(12, ToHex(kHash)));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().node(), "zemgale");
  EXPECT_EQ(read->front().epoch(), 3u);
  EXPECT_EQ(read->front().seq(), 12u);
  EXPECT_EQ(read->front().hash(), kHash);
}

TEST_F(ReadReceiptsTest, AHashMayBeBase64) {
  EXPECT_EQ(Read(Object(1, absl::Base64Escape(kHash)))->front().hash(), kHash);
  EXPECT_EQ(Read(Object(1, absl::AsciiStrToUpper(ToHex(kHash))))->front().hash(), kHash);
}

TEST_F(ReadReceiptsTest, LinesOfObjectsAreSortedAndEachThereOnce) {
  const auto read = Read(absl::StrCat(Object(2, ToHex(kHash)), "\n\n", Object(1, ToHex(kHash)),
                                      "\n", Object(2, ToHex(kHash)), "\n"));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->front().seq(), 1u);
}

TEST_F(ReadReceiptsTest, WhatTheToolPrintsIsSearchedForThem) {
  const auto read =
      Read(absl::StrCat("{\n \"results\": [{\"id\": \"x\", \"receipt\": ", Object(5, ToHex(kHash)),
                        "}, {\"receipt\": null}]\n}\n"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 1u);
}

TEST_F(ReadReceiptsTest, TheResultsOfASubmission) {
  const auto read = Read(absl::StrCat(
      "reference,id,node,epoch,seq,hash\n\"A, 1\",some-id,zemgale,3,7,", ToHex(kHash), "\n"));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().seq(), 7u);
  EXPECT_EQ(read->front().hash(), kHash);
}

TEST_F(ReadReceiptsTest, WhatIsNoReceiptIsNamedWithItsPlace) {
  EXPECT_THAT(Refused(Object(1, "abcd")), HasSubstr("hash: \"abcd\""));
  EXPECT_THAT(Refused(Object(0, ToHex(kHash))), HasSubstr("seq: must be a number"));
  EXPECT_THAT(Refused(Object(1, ToHex(kHash)) + "\n{broken\n"),
              HasSubstr("receipts:2: is no JSON"));
  EXPECT_THAT(Refused("reference,id\nA,b\n"), HasSubstr("a column node is missing"));
  EXPECT_THAT(Refused(absl::StrCat("node,epoch,seq,hash\nzemgale,x,7,", ToHex(kHash), "\n")),
              HasSubstr("receipts:2: epoch"));
  EXPECT_THAT(Refused("{\"results\":[]}"), HasSubstr("has no receipt"));
  EXPECT_TRUE(absl::IsNotFound(ReadReceipts(folder_.Path("missing")).status()));
}

class AddReceiptTest : public ::testing::Test {
 protected:
  AddReceiptTest() {
    receipt_.set_node("zemgale");
    receipt_.set_epoch(3);
    receipt_.set_seq(7);
    receipt_.set_hash(kHash);
  }
  // The exit code, and what is said in `detail_`.
  ExitCode Add(const absl::StatusOr<ReceiptAnswer>& node,
               const absl::StatusOr<ReceiptAnswer>& centre) {
    return AddTo(node, &centre);
  }
  ExitCode AddTo(const absl::StatusOr<ReceiptAnswer>& node,
                 const absl::StatusOr<ReceiptAnswer>* centre) {
    VerifyReport report;
    AddReceipt(receipt_, node, centre, &report);
    const Json json = report.ToJson();
    EXPECT_EQ(json["checks"].size(), 1u);
    EXPECT_EQ(json["checks"][0]["name"], "receipt zemgale 7");
    EXPECT_EQ(json["ok"], report.exit_code() == ExitCode::kDone);
    detail_ = json["checks"][0]["detail"].get<std::string>();
    return report.exit_code();
  }

  const ReceiptAnswer same_{9, kHash, 3};
  const ReceiptAnswer other_{9, kOtherHash, 3};
  const ReceiptAnswer other_epoch_{9, kHash, 4};
  const ReceiptAnswer behind_{5, "", 0};
  const ReceiptAnswer lost_{9, "", 0};
  const absl::Status away_ = absl::UnavailableError("no answer");
  Receipt receipt_;
  std::string detail_;
};

TEST_F(AddReceiptTest, BothHaveIt) {
  EXPECT_EQ(Add(same_, same_), ExitCode::kDone);
  EXPECT_EQ(detail_, "the node has it; the centre has it");
}

TEST_F(AddReceiptTest, TheCentreMayBeBehind) {
  EXPECT_EQ(Add(same_, behind_), ExitCode::kDone);
  EXPECT_THAT(detail_, HasSubstr("up to 5 so far"));
  EXPECT_EQ(AddTo(same_, nullptr), ExitCode::kDone);
  EXPECT_THAT(detail_, HasSubstr("the centre was not asked"));
}

TEST_F(AddReceiptTest, AnotherRecordAtEitherDisprovesIt) {
  EXPECT_EQ(Add(other_, same_), ExitCode::kFailed);
  EXPECT_THAT(detail_, HasSubstr("at the node it is of epoch 3 and hashes to 0101"));
  EXPECT_EQ(Add(same_, other_), ExitCode::kFailed);
  EXPECT_THAT(detail_, HasSubstr("at the centre"));
  EXPECT_EQ(Add(other_epoch_, same_), ExitCode::kFailed);
  EXPECT_EQ(Add(same_, other_epoch_), ExitCode::kFailed);
  EXPECT_EQ(Add(away_, other_), ExitCode::kFailed) << "though the node is away";
}

TEST_F(AddReceiptTest, ANodeThatDoesNotHaveItDisprovesIt) {
  EXPECT_EQ(Add(behind_, behind_), ExitCode::kFailed);
  EXPECT_EQ(detail_,
            "not there: the node's journal ends at 5; the centre has the node's records up to 5 so "
            "far");
  EXPECT_EQ(AddTo(behind_, nullptr), ExitCode::kFailed);
  EXPECT_EQ(Add(lost_, same_), ExitCode::kFailed) << "its journal goes on, but not with this one";
}

TEST_F(AddReceiptTest, ANodeThatWasPutBackDisprovesNothingThatTheCentreHas) {
  EXPECT_EQ(Add(behind_, same_), ExitCode::kPartly);
  EXPECT_EQ(detail_, "the node was put back, its journal ends at 5; the centre has it");
}

TEST_F(AddReceiptTest, WhatIsDamagedAtEitherIsDisproved) {
  EXPECT_EQ(Add(absl::DataLossError("damaged"), same_), ExitCode::kFailed);
  EXPECT_EQ(detail_, "the centre has it; not checked at the node; failed: DATA_LOSS: damaged");
  EXPECT_EQ(Add(same_, absl::DataLossError("gone")), ExitCode::kFailed);
  EXPECT_EQ(detail_, "asked at the centre; failed: DATA_LOSS: gone");
}

TEST_F(AddReceiptTest, WhoMayNotAskIsToldSo) {
  EXPECT_EQ(Add(absl::PermissionDeniedError("no role"), same_), ExitCode::kPartly);
  EXPECT_THAT(detail_, HasSubstr("not allowed to ask: no role"));
}

TEST_F(AddReceiptTest, ANodeThatIsAwayLeavesItUnchecked) {
  EXPECT_EQ(Add(away_, same_), ExitCode::kPartly);
  EXPECT_EQ(detail_, "the centre has it; not checked at the node; away: no answer");
  EXPECT_EQ(Add(away_, behind_), ExitCode::kPartly);
}

}  // namespace
}  // namespace kopa::cli
