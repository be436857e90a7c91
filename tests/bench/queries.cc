// Reads: national totals, how soon they show an approval, and lists.

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kopa/national/v1/service.grpc.pb.h"
#include "kopa/region/v1/service.grpc.pb.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

using national::v1::GetTotalsRequest;
using national::v1::GetTotalsResponse;
using national::v1::NationalService;
using region::v1::RegionService;

constexpr int64_t kVisibleNanosMax = 30'000'000'000;

void Check(const grpc::Status& status, absl::string_view doing) {
  if (!status.ok()) Fail(absl::StrCat(doing, ": ", status.error_message()));
}

GetTotalsResponse Totals(const Flags& flags, NationalService::Stub* stub,
                         const GetTotalsRequest& request) {
  grpc::ClientContext context;
  Prepare(flags, &context);
  GetTotalsResponse response;
  Check(stub->GetTotals(&context, request, &response), "asking for totals");
  return response;
}

void Pause(int64_t micros) {
  if (micros > 0) std::this_thread::sleep_for(std::chrono::microseconds(micros));
}

}  // namespace

// From sending an approval to the first answer of the centre that counts it. Nobody else approves
// meanwhile. The centre is asked again as soon as it has answered, after a pause that is part of
// what is measured.
void MeasureVisible(const Flags& flags) {
  const std::vector<std::string> ids = ReadIds(flags);
  const auto centre = NationalService::NewStub(Connect(flags.central));
  const auto node = RegionService::NewStub(Connect(flags.address));
  GetTotalsRequest totals;
  totals.set_call(flags.call);
  int64_t approved = Totals(flags, centre.get(), totals).total().approved();
  Samples samples;
  Samples answers;
  const int64_t begin = MonotonicNanos();
  for (const std::string& id : ids) {
    region::v1::DecideApplicationsRequest request;
    request.set_request_id(NewRequestId());
    request.set_call(flags.call);
    auto* decision = request.add_decisions();
    decision->set_application_id(id);
    decision->set_verb(region::v1::DECISION_VERB_APPROVE);
    region::v1::DecideApplicationsResponse response;
    grpc::ClientContext context;
    Prepare(flags, &context);
    const int64_t sent = MonotonicNanos();
    Check(node->DecideApplications(&context, request, &response), "approving");
    answers.Add(MonotonicNanos() - sent);
    if (response.results_size() != 1 ||
        response.results(0).status() != national::v1::APPLICATION_STATUS_APPROVED) {
      Fail(absl::StrCat("not approved: ", response.ShortDebugString()));
    }
    ++approved;
    while (Totals(flags, centre.get(), totals).total().approved() < approved) {
      if (MonotonicNanos() - sent > kVisibleNanosMax) Fail("an approval does not become visible");
      Pause(flags.pause_us);
    }
    samples.Add(MonotonicNanos() - sent);
    // So that approvals do not fall into step with the servers' own timers.
    Pause(1'000 + 137 * static_cast<int64_t>(samples.size() % 31));
  }
  Report()
      .AddRate(static_cast<int64_t>(ids.size()), MonotonicNanos() - begin)
      .AddLatency(samples)
      .Add("answer_p50_ms", answers.Percentile(0.5))
      .Add("answer_p99_ms", answers.Percentile(0.99))
      .Print();
}

// Totals broken down by everything, as the national page asks for them.
void MeasureTotals(const Flags& flags) {
  const auto centre = NationalService::NewStub(Connect(flags.address));
  GetTotalsRequest request;
  request.set_call(flags.call);
  request.add_by(national::v1::TOTALS_DIMENSION_NODE);
  request.add_by(national::v1::TOTALS_DIMENSION_STATUS);
  Samples samples;
  int64_t applications = 0;
  const int64_t begin = MonotonicNanos();
  for (int64_t i = 0; i < flags.count; ++i) {
    const int64_t sent = MonotonicNanos();
    applications = Totals(flags, centre.get(), request).total().applications();
    samples.Add(MonotonicNanos() - sent);
    Pause(flags.pause_us);
  }
  Report()
      .AddRate(flags.count, MonotonicNanos() - begin)
      .AddLatency(samples)
      .Add("applications", static_cast<double>(applications))
      .Print();
}

// Pages of `batch` applications at a node, one after the other; after the last comes the first
// again.
void MeasureList(const Flags& flags) {
  const auto node = RegionService::NewStub(Connect(flags.address));
  region::v1::ListApplicationsRequest request;
  request.set_call(flags.call);
  request.set_page_size(flags.batch);
  Samples samples;
  int64_t rows = 0;
  const int64_t begin = MonotonicNanos();
  for (int64_t i = 0; i < flags.count; ++i) {
    grpc::ClientContext context;
    Prepare(flags, &context);
    region::v1::ListApplicationsResponse response;
    const int64_t sent = MonotonicNanos();
    Check(node->ListApplications(&context, request, &response), "listing");
    samples.Add(MonotonicNanos() - sent);
    rows += response.applications_size();
    request.set_page_token(response.next_page_token());
  }
  Report().AddRate(rows, MonotonicNanos() - begin).AddLatency(samples).Print();
}

}  // namespace kopa::bench
