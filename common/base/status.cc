#include "common/base/status.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"

namespace kopa {
namespace {

constexpr char kFaultsUrl[] = "kopa/faults";

}  // namespace

void CheckFailed(const char* file, int line, const char* condition, absl::string_view message) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s %.*s\n", file, line, condition,
               static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  std::abort();
}

absl::Status WithFaults(absl::Status status, const std::vector<Fault>& faults) {
  if (status.ok() || faults.empty()) return status;
  ByteWriter writer;
  if (auto old = status.GetPayload(kFaultsUrl); old.has_value()) writer.Raw(std::string(*old));
  for (const Fault& fault : faults) {
    writer.Bytes(fault.field).Bytes(fault.code).Bytes(fault.message).Bytes(fault.message_lv);
  }
  status.SetPayload(kFaultsUrl, absl::Cord(writer.Take()));
  return status;
}

absl::Status WithFault(absl::Status status, Fault fault) {
  return WithFaults(std::move(status), {std::move(fault)});
}

std::vector<Fault> FaultsOf(const absl::Status& status) {
  std::vector<Fault> faults;
  auto payload = status.GetPayload(kFaultsUrl);
  if (!payload.has_value()) return faults;
  std::string bytes(*payload);
  ByteReader reader(bytes);
  while (!reader.empty()) {
    Fault fault;
    fault.field = std::string(reader.Bytes());
    fault.code = std::string(reader.Bytes());
    fault.message = std::string(reader.Bytes());
    fault.message_lv = std::string(reader.Bytes());
    if (!reader.ok()) break;
    faults.push_back(std::move(fault));
  }
  return faults;
}

absl::Status Annotate(const absl::Status& status, absl::string_view prefix) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(prefix, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace kopa
