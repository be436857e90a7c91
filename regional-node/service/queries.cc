#include "regional-node/service/queries.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/families.h"
#include "regional-node/core/header.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/staffing.h"

namespace kopa::node {

using ::kopa::region::v1::Application;

namespace {

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1000;

// One row of an application's history.
struct Event {
  uint64_t seq = 0;
  int version = 0;         // of the application after it
  bool is_change = false;  // otherwise something was laid to the application as it was
};

// Oldest first.
absl::StatusOr<std::vector<Event>> EventsOf(const storage::View& view, const ApplicationId& id,
                                            const Application& application) {
  std::vector<Event> events;
  const std::string prefix(id.bytes());
  const auto noted = view.Scan(kNoted, prefix, PrefixEnd(prefix));
  for (; noted->Valid(); noted->Next()) {
    ByteReader key(noted->key());
    key.Raw(prefix.size());
    events.push_back({.seq = key.U64()});
  }
  RETURN_IF_ERROR(noted->status());
  for (const region::v1::HistoryEntry& entry : application.history()) {
    events.push_back({.seq = entry.seq(), .is_change = true});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.seq < b.seq; });
  // Each change of an application is one version of it.
  int version = 0;
  for (Event& event : events) event.version = version += event.is_change ? 1 : 0;
  return events;
}

absl::StatusOr<region::v1::HistoryRow> RowOf(const Context& context, const storage::View& view,
                                             const ApplicationId& id,
                                             const Application& application, const Event& event) {
  const Seq seq(event.seq);
  ASSIGN_OR_RETURN(const auto record, ReadRecord(view, seq));
  const region::v1::HistoryEntry& entry = application.history(event.version - 1);
  region::v1::HistoryRow row;
  row.set_seq(event.seq);
  row.set_status(entry.status());
  row.set_awarded_cents(entry.awarded().cents());
  row.set_hash(record.hash());
  SetTimestamp(row.mutable_time(), absl::FromUnixMicros(record.time_us()));
  if (event.is_change) row.set_verb(entry.verb());
  for (const region::v1::Payment& payment : application.payments()) {
    if (payment.seq() == event.seq) row.set_paid_cents(payment.cents());
  }
  const auto sealed = view.Get(kJournalStaff, SeqKey(seq));
  if (absl::IsNotFound(sealed.status())) return row;  // nobody acted: funds came
  RETURN_IF_ERROR(sealed.status());
  const uint32_t version =
      event.is_change ? static_cast<uint32_t>(event.version) : kNotedSealVersion;
  ASSIGN_OR_RETURN(*row.mutable_staff(),
                   context.sealer->OpenStaff(id, version, *sealed, record.staff_commitment()));
  if (!event.is_change) row.set_verb(row.staff().verb());
  return row;
}

bool Matches(const Application& application, const region::v1::ListApplicationsRequest& request,
             const std::string& municipality) {
  const auto& summary = application.summary();
  if (request.status() != national::v1::APPLICATION_STATUS_UNSPECIFIED &&
      summary.status() != request.status()) {
    return false;
  }
  return municipality.empty() || summary.municipality() == municipality;
}

}  // namespace

absl::StatusOr<int> PageSize(int asked) {
  if (asked < 0 || asked > kPageMax) {
    return absl::InvalidArgumentError(absl::StrCat("page_size is 0 to ", kPageMax));
  }
  return asked == 0 ? kPageDefault : asked;
}

std::vector<absl::StatusOr<Application>> FetchApplications(const storage::View& view,
                                                           absl::Span<const ApplicationId> ids) {
  std::vector<std::string> header_keys;
  header_keys.reserve(ids.size());
  for (const ApplicationId& id : ids) header_keys.emplace_back(id.bytes());
  const auto headers = view.MultiGet(kHeader, header_keys);
  std::vector<std::string> keys(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!headers[i].ok()) continue;
    const auto stored = StoredHeader::Parse(*headers[i]);
    if (stored.ok()) keys[i] = ApplicationKey(CallId(stored->call), ids[i]);
  }
  auto bodies = view.MultiGet(kApplication, keys);
  std::vector<absl::StatusOr<Application>> applications;
  applications.reserve(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!headers[i].ok() || !bodies[i].ok()) {
      const absl::Status why = headers[i].ok() ? bodies[i].status() : headers[i].status();
      applications.emplace_back(
          absl::IsNotFound(why) ? absl::NotFoundError("this node has no such application") : why);
      continue;
    }
    Application application;
    if (application.ParseFromString(*bodies[i])) {
      applications.emplace_back(std::move(application));
    } else {
      applications.emplace_back(
          absl::DataLossError(absl::StrCat("application ", ids[i].ToString(), " does not parse")));
    }
  }
  return applications;
}

absl::StatusOr<ApplicationId> FindByReference(const storage::View& view, const CallId& call,
                                              absl::string_view external_ref) {
  const std::string prefix = ReferencePrefix(call, external_ref);
  const auto found = view.Scan(kReference, prefix, PrefixEnd(prefix));
  RETURN_IF_ERROR(found->status());
  if (!found->Valid()) {
    return absl::NotFoundError("this node has no application with this reference");
  }
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(found->key().substr(prefix.size())));
  found->Next();
  if (found->Valid()) {
    return absl::InvalidArgumentError(
        "several applicants used this reference; name the application by its id");
  }
  return id;
}

absl::StatusOr<national::v1::JournalRecord> ReadRecord(const storage::View& view, Seq seq) {
  ASSIGN_OR_RETURN(const std::string bytes, view.Get(kJournal, SeqKey(seq)));
  national::v1::JournalRecord record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat("journal record ", seq.value(), " does not parse"));
  }
  return record;
}

absl::StatusOr<region::v1::ListApplicationsResponse> ListApplications(
    const Context& context, const region::v1::ListApplicationsRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));
  const CallId call(request.call());
  ASSIGN_OR_RETURN(const auto rules, context.calls->Find(call));
  std::string municipality;
  if (!request.municipality().empty()) {
    ASSIGN_OR_RETURN(const auto resolved,
                     context.territory->Resolve(request.municipality(), rules->territory_day()));
    municipality = resolved.municipality->code;
  }
  const auto view = context.store->Snapshot();
  region::v1::ListApplicationsResponse response;
  if (!request.external_ref().empty()) {
    const auto id = FindByReference(*view, call, request.external_ref());
    if (absl::IsNotFound(id.status())) return response;
    RETURN_IF_ERROR(id.status());
    ASSIGN_OR_RETURN(*response.add_applications(), FetchApplications(*view, {*id}).front());
    return response;
  }
  const std::string prefix = ApplicationPrefix(call);
  std::string begin = prefix;
  if (!request.page_token().empty()) {
    const auto last = Uuid::Parse(request.page_token());
    if (!last.ok()) return absl::InvalidArgumentError("page_token is not one that was given out");
    begin = ApplicationKey(call, *last) + '\0';
  }
  const auto walk = view->Scan(kApplication, begin, PrefixEnd(prefix));
  for (; walk->Valid(); walk->Next()) {
    Application application;
    if (!application.ParseFromArray(walk->value().data(), static_cast<int>(walk->value().size()))) {
      return absl::DataLossError("a stored application does not parse");
    }
    if (!Matches(application, request, municipality)) continue;
    if (response.applications_size() == page_size) {
      const auto& last = response.applications(page_size - 1).summary();
      ASSIGN_OR_RETURN(const Uuid id, Uuid::FromBytes(last.application_id()));
      response.set_next_page_token(id.ToString());
      return response;
    }
    *response.add_applications() = std::move(application);
  }
  RETURN_IF_ERROR(walk->status());
  return response;
}

absl::StatusOr<region::v1::GetApplicationResponse> GetApplication(
    const Context& context, const region::v1::GetApplicationRequest& request) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(request.application_id()));
  const auto view = context.store->Snapshot();
  region::v1::GetApplicationResponse response;
  ASSIGN_OR_RETURN(*response.mutable_application(), FetchApplications(*view, {id}).front());
  const Application& application = response.application();
  ASSIGN_OR_RETURN(*response.mutable_staffing(), ReadStaffing(*view, id));
  // Its newest hand-in is known from the centre alone, after a rejoin.
  if (application.personal_seq() == 0) return response;
  ASSIGN_OR_RETURN(const auto key, KeyUnlessErased(*context.keys, id));
  if (!key.has_value()) return response;
  const Seq seq(application.personal_seq());
  ASSIGN_OR_RETURN(const auto record, ReadRecord(*view, seq));
  ASSIGN_OR_RETURN(const std::string sealed, view->Get(kJournalPrivate, SeqKey(seq)));
  ASSIGN_OR_RETURN(*response.mutable_personal(),
                   context.sealer->OpenPersonal(*key, id, application.personal_version(), sealed,
                                                record.private_commitment()));
  return response;
}

absl::StatusOr<region::v1::ListApplicationHistoryResponse> ListApplicationHistory(
    const Context& context, const region::v1::ListApplicationHistoryRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(request.application_id()));
  size_t first = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &first)) {
    return absl::InvalidArgumentError("page_token is not one that was given out");
  }
  const auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(const Application application, FetchApplications(*view, {id}).front());
  ASSIGN_OR_RETURN(const std::vector<Event> events, EventsOf(*view, id, application));
  first = std::min(first, events.size());
  const size_t end = std::min(events.size(), first + static_cast<size_t>(page_size));
  region::v1::ListApplicationHistoryResponse response;
  for (size_t i = first; i < end; ++i) {
    ASSIGN_OR_RETURN(*response.add_rows(), RowOf(context, *view, id, application, events[i]));
  }
  if (end < events.size()) response.set_next_page_token(absl::StrCat(end));
  return response;
}

absl::StatusOr<region::v1::ListNodeCallsResponse> ListNodeCalls(
    const Context& context, const region::v1::ListNodeCallsRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));
  region::v1::ListNodeCallsResponse response;
  for (const auto& rules : context.calls->All()) {
    if (rules->id() <= request.page_token()) continue;
    if (response.calls_size() == page_size) {
      response.set_next_page_token(response.calls(page_size - 1).id());
      break;
    }
    *response.add_calls() = rules->call();
  }
  return response;
}

absl::StatusOr<region::v1::CheckNodeReceiptResponse> CheckNodeReceipt(
    const Context& context, const region::v1::CheckNodeReceiptRequest& request) {
  if (request.seq() == 0) return absl::InvalidArgumentError("seq: records are numbered from 1");
  const auto view = context.store->Snapshot();
  region::v1::CheckNodeReceiptResponse response;
  response.set_head_seq(context.view->Get().state.head.seq.value());
  const auto record = ReadRecord(*view, Seq(request.seq()));
  if (absl::IsNotFound(record.status())) return response;
  RETURN_IF_ERROR(record.status());
  response.set_hash(record->hash());
  response.set_epoch(record->epoch());
  return response;
}

region::v1::GetNodeStatusResponse GetNodeStatus(const Context& context) {
  const NodeStanding standing = context.view->Get();
  region::v1::GetNodeStatusResponse response;
  response.set_node(context.node.value());
  response.set_connected(standing.connected);
  if (standing.state.fenced()) {
    response.set_state(national::v1::NODE_STATE_FENCED);
    response.set_fence_detail(standing.state.fence_detail);
  } else if (standing.connected) {
    response.set_state(national::v1::NODE_STATE_ACTIVE);
  } else {
    response.set_state(standing.state.incarnation == 0 ? national::v1::NODE_STATE_JOINING
                                                       : national::v1::NODE_STATE_AWAY);
  }
  response.set_head_seq(standing.state.head.seq.value());
  response.set_acknowledged_seq(standing.acknowledged.value());
  response.set_epoch(standing.state.epoch.value());
  if (standing.last_contact != absl::InfinitePast()) {
    SetTimestamp(response.mutable_last_contact_time(), standing.last_contact);
  }
  for (const NodeCore::CallFigures& figures : standing.figures) {
    auto* budget = response.add_budgets();
    budget->set_call(figures.call.value());
    budget->set_allotted_cents((figures.totals.allotted - figures.totals.handed_back).cents());
    budget->set_approved_cents(figures.totals.Approved().cents());
    budget->set_headroom_cents(figures.headroom.cents());
    budget->set_pending_cents(figures.pending.cents());
  }
  std::sort(response.mutable_budgets()->begin(), response.mutable_budgets()->end(),
            [](const auto& a, const auto& b) { return a.call() < b.call(); });
  return response;
}

}  // namespace kopa::node
