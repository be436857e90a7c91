#include "common/rpc/status.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/observability/utf8.h"
#include "common/rpc/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RpcStatus, FaultsReasonAndDelaySurviveTheRoundTrip) {
  const Fault amount{"amount_eur", "BAD_AMOUNT", "not a number", "nav skaitlis"};
  const Fault email{"contact_email", "BAD_EMAIL", "no @", ""};
  absl::Status status = WithFaults(absl::InvalidArgumentError("2 faults"), {amount, email});
  status = WithReason(status, "ROW_REFUSED");
  status = WithRetryDelay(status, absl::Milliseconds(250));

  const absl::Status back = FromGrpc(ToGrpc(status));
  EXPECT_EQ(back.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(back.message(), "2 faults");
  EXPECT_THAT(FaultsOf(back), ElementsAre(amount, email));
  EXPECT_EQ(ReasonOf(back), "ROW_REFUSED");
  EXPECT_EQ(RetryDelayOf(back), absl::Milliseconds(250));
  EXPECT_EQ(back, status);
}

TEST(RpcStatus, EveryCodeKeepsItsMeaning) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), code == 0 ? "" : "text");
    const grpc::Status sent = ToGrpc(status);
    EXPECT_EQ(static_cast<int>(sent.error_code()), code);
    EXPECT_EQ(FromGrpc(sent), status);
  }
  EXPECT_EQ(ToGrpc(absl::NotFoundError("x")).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(RpcStatus, AStatusWithoutExtrasHasNone) {
  const absl::Status back = FromGrpc(ToGrpc(absl::NotFoundError("no such call")));
  EXPECT_THAT(FaultsOf(back), IsEmpty());
  EXPECT_EQ(ReasonOf(back), "");
  EXPECT_EQ(RetryDelayOf(back), absl::nullopt);
  EXPECT_EQ(RetryDelayOf(absl::OkStatus()), absl::nullopt);
}

TEST(RpcStatus, ForeignCodesAndDetailsDoNoHarm) {
  const absl::Status back =
      FromGrpc(grpc::Status(grpc::StatusCode::DO_NOT_USE, "odd", "\xFF\xFF no message"));
  EXPECT_EQ(back, absl::UnknownError("odd"));
}

TEST(RpcStatus, ManyFaultsAreCutAndSaySo) {
  std::vector<Fault> faults;
  for (int i = 0; i < 1000; ++i) {
    faults.push_back({absl::StrCat("field", i), "MISSING_FIELD", "must be given", "jānorāda"});
  }
  const grpc::Status sent = ToGrpc(WithFaults(absl::InvalidArgumentError("x"), faults));
  EXPECT_LE(sent.error_details().size(), kErrorDetailsBytesMax);
  EXPECT_GT(sent.error_details().size(), kErrorDetailsBytesMax / 2);

  const std::vector<Fault> shown = FaultsOf(FromGrpc(sent));
  ASSERT_GT(shown.size(), 10u);
  EXPECT_EQ(shown[0], faults[0]);
  EXPECT_EQ(shown.back().code, kMoreFaults);
  EXPECT_EQ(shown.back().message,
            absl::StrCat(1000 - (shown.size() - 1), " more faults are not shown"));
}

TEST(RpcStatus, LongAndBrokenTextsAreMadeFit) {
  const std::string broken(100'000, '\xFF');
  const grpc::Status sent = ToGrpc(
      WithReason(WithFault(absl::InternalError(broken), {broken, broken, broken, broken}), broken));
  EXPECT_LE(sent.error_message().size(), kErrorTextBytesMax);
  EXPECT_LE(sent.error_details().size(), kErrorDetailsBytesMax);
  const absl::Status back = FromGrpc(sent);
  ASSERT_EQ(FaultsOf(back).size(), 1u);
  EXPECT_EQ(observability::ValidUtf8(FaultsOf(back)[0].message), FaultsOf(back)[0].message);
}

TEST(RpcStatus, NothingIsAttachedToSuccess) {
  EXPECT_EQ(WithReason(absl::OkStatus(), "X"), absl::OkStatus());
  EXPECT_EQ(WithRetryDelay(absl::OkStatus(), absl::Seconds(1)), absl::OkStatus());
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace kopa::rpc
