#include "regional-node/commands/rejoin.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/failpoint.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/programme/lifecycle.h"
#include "common/server/data_folder.h"
#include "common/server/restored_marker.h"
#include "regional-node/commands/command_line.h"
#include "regional-node/commands/journal_fetch.h"
#include "regional-node/commands/stores.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/rejoin.h"
#include "regional-node/fence/fence.h"
#include "regional-node/fence/fence_file.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/sealer.h"
#include "regional-node/vault/key_store.h"
#include "regional-node/vault/node_key.h"

namespace kopa::node {
namespace {

constexpr size_t kNonceBytes = 16;

// "ABS.rejoined.json" beside the folder "ABS", however its name was written.
std::string ListPath(absl::string_view data_dir) {
  while (data_dir.size() > 1 && absl::ConsumeSuffix(&data_dir, "/")) {
  }
  return absl::StrCat(data_dir, ".rejoined.json");
}

// What the fence file says, and how the store stands to it.
struct Fenced {
  std::optional<fence::FenceRecord> record;
  fence::FenceVerdict verdict = fence::FenceVerdict::kNeedsProof;
};

absl::StatusOr<Fenced> ReadFenced(const std::string& path, const NodeState& state,
                                  const storage::View& view, const std::string& boot_id) {
  Fenced fenced;
  auto file = fence::ReadFence(path);
  // A damaged one proves nothing.
  if (!file.ok() && !absl::IsDataLoss(file.status())) return file.status();
  if (file.ok()) fenced.record = *std::move(file);
  const fence::StoreState store{state.epoch, state.head.seq,
                                [&](Seq seq) -> std::optional<std::string> {
                                  const auto record = ReadRecord(view, seq);
                                  if (!record.ok()) return std::nullopt;
                                  return record->hash();
                                }};
  fenced.verdict = fence::Judge(fenced.record, store, boot_id);
  return fenced;
}

// The new head: nothing vouches for it before the centre has seen it.
absl::Status WriteFence(const std::string& path, const RejoinReport& report,
                        const std::string& boot_id) {
  fence::FenceRecord record;
  record.epoch = report.epoch;
  record.seq = report.head.seq;
  record.hash = report.head.hash;
  record.boot_id = boot_id;
  record.proven = false;
  return fence::FenceFile::Open(path, record).status();
}

using Json = nlohmann::ordered_json;

// What an earlier rejoin listed and nobody has worked off; an empty list where there is no file.
absl::StatusOr<Json> ReadListed(const std::string& path) {
  if (!FileExists(path)) return Json::array();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const Json list = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool is_list = list.is_object() && list.contains("applications") &&
                       list["applications"].is_array() &&
                       std::all_of(list["applications"].begin(), list["applications"].end(),
                                   [](const Json& row) { return row.is_object(); });
  if (is_list) return list["applications"];
  return absl::FailedPreconditionError(absl::StrCat(
      path, " is not the list that an earlier rejoin left; move it away, so that it is not lost"));
}

bool NamesTheSame(const Json& a, const Json& b) {
  return a.value("id", Json()) == b.value("id", Json()) &&
         a.value("finding", Json()) == b.value("finding", Json());
}

// What was found now, after what was listed before.
std::string ListAsJson(const NodeId& node, const Json& earlier, const RejoinReport& report) {
  Json list;
  list["node"] = node.value();
  list["applications"] = Json::array();
  for (const RejoinedApplication& one : report.applications) {
    Json row;
    row["id"] = one.id.ToString();
    row["call"] = one.call;
    row["status"] = std::string(programme::StatusName(one.status));
    row["organisation"] = one.organisation;
    row["finding"] = std::string(RejoinFindingName(one.finding));
    row["detail"] = one.detail;
    list["applications"].push_back(std::move(row));
  }
  Json& rows = list["applications"];
  Json kept = Json::array();
  for (const Json& row : earlier) {
    const bool is_found_again = std::any_of(
        rows.begin(), rows.end(), [&](const Json& one) { return NamesTheSame(one, row); });
    if (!is_found_again) kept.push_back(row);
  }
  rows.insert(rows.begin(), kept.begin(), kept.end());
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void Print(const RejoinReport& report, const std::string& list_path, std::ostream& out) {
  if (!report.changed) {
    out << "nothing to do: this store goes on from all that the centre has (record "
        << report.head.seq.value() << ", epoch " << report.epoch.value() << ")" << std::endl;
    return;
  }
  out << "both sides have records 1 to " << report.common.value() << "\n"
      << report.refilled << " records were refilled from the centre\n"
      << report.rejournalled << " records that the centre never saw were journalled again\n";
  for (const auto& [call, amounts] : report.frozen) {
    out << "frozen under " << call.value() << ": " << amounts.DebugString() << "\n";
  }
  if (report.frozen.empty()) out << "there was no headroom to freeze\n";
  for (const RejoinedApplication& one : report.applications) {
    out << RejoinFindingName(one.finding) << " " << one.id.ToString() << " " << one.call << " "
        << programme::StatusName(one.status) << " " << one.organisation << ": " << one.detail
        << "\n";
  }
  if (!report.applications.empty()) out << "these are listed in " << list_path << "\n";
  out << "the node begins epoch " << report.epoch.value() << " after record "
      << report.head.seq.value() << "; start it" << std::endl;
}

absl::StatusOr<NodeState> ReadState(const storage::View& view, const NodeId& node) {
  const auto stored = view.Get(kMeta, kNodeStateKey);
  if (stored.ok()) return NodeState::Parse(*stored);
  if (!absl::IsNotFound(stored.status())) return stored.status();
  NodeState state;
  state.node = node;
  return state;
}

// The node's keys: there beside data, made beside an empty store where there are none.
absl::StatusOr<vault::NodeKey> OpenKeys(const NodeSettings& settings, bool begun,
                                        Entropy& entropy) {
  if (begun && !FileExists(settings.key_file)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder is in use since earlier, but its key file ",
                     settings.key_file, " is missing; put it back, or name it with --key-file"));
  }
  ASSIGN_OR_RETURN(vault::NodeKey key, vault::NodeKey::LoadOrCreate(settings.key_file, entropy));
  ASSIGN_OR_RETURN(auto store, OpenKeyStore(settings.key_store, begun));
  RETURN_IF_ERROR(
      vault::KeyStore::Open(std::move(store), settings.node, key.wrap_key(), &entropy, !begun)
          .status());
  return key;
}

ResealStaff ResealWith(const Sealer* sealer) {
  return [sealer](const ApplicationId& id, uint32_t version,
                  const national::v1::JournalRecord& record, const std::string& sealed_staff,
                  uint32_t next_version) -> absl::StatusOr<SealedParts> {
    ASSIGN_OR_RETURN(const region::v1::StaffPart staff,
                     sealer->OpenStaff(id, version, sealed_staff, record.staff_commitment()));
    SealedParts parts;
    sealer->SealStaff(id, next_version, staff, &parts);
    return parts;
  };
}

absl::Status Rejoin(const NodeSettings& settings, std::ostream& out) {
  const SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const server::DataFolder folder,
                   server::DataFolder::Create(settings.server.data_dir));
  ASSIGN_OR_RETURN(const auto store, OpenStore(folder.store_path()));
  const auto view = store->Snapshot();
  ASSIGN_OR_RETURN(const NodeState state, ReadState(*view, settings.node));
  if (state.node != settings.node) {
    return absl::FailedPreconditionError(absl::StrCat("the data folder belongs to node \"",
                                                      state.node.value(), "\", not to \"",
                                                      settings.node.value(), "\""));
  }
  const bool begun = view->Get(kMeta, kNodeStateKey).ok();
  ASSIGN_OR_RETURN(const vault::NodeKey key, OpenKeys(settings, begun, entropy));
  ASSIGN_OR_RETURN(const std::string boot_id, fence::ReadBootId());
  ASSIGN_OR_RETURN(const Fenced fenced, ReadFenced(settings.fence_file, state, *view, boot_id));
  const Sealer sealer(settings.node, &key, &entropy);

  RejoinRequest request;
  request.node = settings.node;
  request.now = clock.Now();
  request.epoch_nonce = entropy.Bytes(kNonceBytes);
  if (fenced.record.has_value()) request.fence_epoch = fenced.record->epoch;
  request.is_newest = begun && fenced.verdict == fence::FenceVerdict::kCurrent;
  request.reseal = ResealWith(&sealer);
  rpc::ChannelOptions centre;
  centre.address = settings.central;
  centre.insecure = settings.server.insecure;
  centre.tls = settings.server.tls;
  ASSIGN_OR_RETURN(request.centre, FetchCentreCopy(centre, settings.node, *view, state.head.seq));
  ASSIGN_OR_RETURN(const RejoinPlan plan, PlanRejoin(*view, request));
  const std::string list_path = ListPath(settings.server.data_dir);
  if (plan.report.changed) {
    // Before the store: a second run finds nothing to do, and would have nothing to list.
    ASSIGN_OR_RETURN(const Json earlier, ReadListed(list_path));
    RETURN_IF_ERROR(
        WriteFileAtomically(list_path, ListAsJson(settings.node, earlier, plan.report), 0600));
    Failpoint("rejoin-before-write");
    RETURN_IF_ERROR(store->Write(plan.batch));
    Failpoint("rejoin-written");
  }
  if (fenced.verdict != fence::FenceVerdict::kCurrent || plan.report.changed) {
    RETURN_IF_ERROR(WriteFence(settings.fence_file, plan.report, boot_id));
    RETURN_IF_ERROR(server::ClearRestoredMarker(settings.server.data_dir));
  }
  Print(plan.report, list_path, out);
  return absl::OkStatus();
}

}  // namespace

absl::Status RejoinNode(const settings::Settings& settings, std::ostream& out) {
  ASSIGN_OR_RETURN(const NodeSettings read, ReadNodeSettings(settings));
  if (read.central.empty()) {
    return absl::InvalidArgumentError(
        "--central is missing: say where the centre is that has the node's journal");
  }
  absl::Status status = Rejoin(read, out);
  // Exit 2 is for a wrong command line alone.
  if (absl::IsInvalidArgument(status)) return absl::FailedPreconditionError(status.message());
  return status;
}

}  // namespace kopa::node
