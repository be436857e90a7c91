#include "common/rpc/status.h"

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/observability/utf8.h"
#include "common/rpc/limits.h"
#include "kopa/programme/v1/error.pb.h"

namespace kopa::rpc {
namespace {

using kopa::programme::v1::ErrorInfo;
using observability::ValidUtf8;

constexpr char kReasonUrl[] = "kopa/reason";
constexpr char kRetryDelayUrl[] = "kopa/retry_delay_ms";

// Room kept for the fault that says how many are missing.
constexpr size_t kMoreFaultsBytes = 256;

std::string PayloadOf(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

void AddFault(const Fault& fault, ErrorInfo* info) {
  auto* added = info->add_faults();
  added->set_field(ValidUtf8(fault.field, kFaultTextBytesMax));
  added->set_code(ValidUtf8(fault.code, kFaultTextBytesMax));
  added->set_message(ValidUtf8(fault.message, kFaultTextBytesMax));
  added->set_message_lv(ValidUtf8(fault.message_lv, kFaultTextBytesMax));
}

void AddFaults(const std::vector<Fault>& faults, ErrorInfo* info) {
  for (size_t i = 0; i < faults.size(); ++i) {
    AddFault(faults[i], info);
    if (info->ByteSizeLong() <= kErrorDetailsBytesMax - kMoreFaultsBytes) continue;
    info->mutable_faults()->RemoveLast();
    const size_t missing = faults.size() - i;
    AddFault({"", kMoreFaults, absl::StrCat(missing, " more faults are not shown"),
              absl::StrCat("vēl ", missing, " kļūdas nav parādītas")},
             info);
    return;
  }
}

std::string DetailsOf(const absl::Status& status) {
  ErrorInfo info;
  info.set_reason(ValidUtf8(ReasonOf(status), kFaultTextBytesMax));
  if (const auto delay = RetryDelayOf(status)) {
    info.set_retry_delay_ms(absl::ToInt64Milliseconds(*delay));
  }
  AddFaults(FaultsOf(status), &info);
  return info.SerializeAsString();
}

absl::StatusCode CodeFromGrpc(grpc::StatusCode code) {
  // The numbers are the same by definition.
  const int number = static_cast<int>(code);
  if (number < 0 || number > static_cast<int>(absl::StatusCode::kUnauthenticated)) {
    return absl::StatusCode::kUnknown;
  }
  return static_cast<absl::StatusCode>(number);
}

}  // namespace

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  if (!status.ok()) status.SetPayload(kReasonUrl, absl::Cord(reason));
  return status;
}

std::string ReasonOf(const absl::Status& status) { return PayloadOf(status, kReasonUrl); }

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  if (!status.ok()) {
    status.SetPayload(kRetryDelayUrl, absl::Cord(absl::StrCat(absl::ToInt64Milliseconds(delay))));
  }
  return status;
}

absl::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  int64_t delay_ms = 0;
  if (!absl::SimpleAtoi(PayloadOf(status, kRetryDelayUrl), &delay_ms)) return absl::nullopt;
  return absl::Milliseconds(delay_ms);
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      ValidUtf8(status.message(), kErrorTextBytesMax), DetailsOf(status));
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(CodeFromGrpc(status.error_code()), status.error_message());
  ErrorInfo info;
  if (!info.ParseFromString(status.error_details())) return result;
  std::vector<Fault> faults;
  for (const auto& fault : info.faults()) {
    faults.push_back({fault.field(), fault.code(), fault.message(), fault.message_lv()});
  }
  result = WithFaults(std::move(result), faults);
  if (!info.reason().empty()) result = WithReason(std::move(result), info.reason());
  if (info.retry_delay_ms() > 0) {
    result = WithRetryDelay(std::move(result), absl::Milliseconds(info.retry_delay_ms()));
  }
  return result;
}

}  // namespace kopa::rpc
