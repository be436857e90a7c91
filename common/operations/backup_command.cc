#include "common/operations/backup_command.h"

#include <chrono>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/operations/make_backup.h"
#include "common/operations/operations_service.h"
#include "common/operations/own_name.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/server/data_folder.h"
#include "common/server/endpoint.h"
#include "common/server/options.h"
#include "common/storage/rocksdb/backup.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "grpcpp/client_context.h"
#include "kopa/national/v1/operations.grpc.pb.h"

namespace kopa::operations {

using ::kopa::national::v1::CreateBackupResponse;
using ::kopa::settings::Kind;
using ::kopa::settings::SettingSpec;

namespace {

// A first copy of a large store to a slow disk takes its time.
constexpr std::chrono::hours kPatience(6);
constexpr int64_t kKeepMax = 1000;

SettingSpec Setting(const char* name, Kind kind, const char* default_value, const char* help,
                    const char* value_name) {
  SettingSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.default_value = default_value;
  spec.help = help;
  spec.value_name = value_name;
  return spec;
}

absl::StatusOr<CreateBackupResponse> BackUpAtRest(const StoreKind& kind,
                                                  const server::DataFolder& folder,
                                                  const settings::Settings& settings,
                                                  const std::string& data_dir,
                                                  const std::string& to) {
  storage::RocksDbOptions options;
  options.path = folder.store_path();
  options.families = kind.families;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, storage::OpenRocksDb(options));
  BackupTerms terms;
  terms.data_dir = data_dir;
  terms.folder = to;
  // The server that starts here next needs it.
  terms.disk_reserve_bytes = static_cast<uint64_t>(settings.GetInt("disk-reserve-mib")) << 20;
  return MakeBackup(kind, *store, terms);
}

// A server that listens everywhere is asked at its own machine.
std::string Reachable(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon);
  if (host == "0.0.0.0") return absl::StrCat("127.0.0.1", address.substr(colon));
  if (host == "[::]") return absl::StrCat("[::1]", address.substr(colon));
  return address;
}

absl::StatusOr<CreateBackupResponse> AskServer(const settings::Settings& settings,
                                               const std::string& data_dir, const std::string& to) {
  const auto endpoint = server::ReadEndpoint(data_dir);
  if (absl::IsNotFound(endpoint.status())) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data folder ", data_dir, " is in use, but no server listens on it; try again later"));
  }
  RETURN_IF_ERROR(endpoint.status());
  ASSIGN_OR_RETURN(const server::Options options, server::ReadOptions(settings));
  rpc::ChannelOptions channel_options;
  channel_options.address = Reachable(endpoint->address);
  channel_options.insecure = options.insecure;
  channel_options.tls = options.tls;
  if (!options.insecure) {
    ASSIGN_OR_RETURN(channel_options.expected_name, OwnName(options.tls.cert));
  }
  ASSIGN_OR_RETURN(const auto channel, rpc::NewChannel(channel_options));
  const auto stub = national::v1::OperationsService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata(kTokenMetadata, endpoint->token);
  national::v1::CreateBackupRequest request;
  request.set_folder(to);
  CreateBackupResponse response;
  const absl::Status status = rpc::FromGrpc(stub->CreateBackup(&context, request, &response));
  if (status.ok()) return response;
  return Annotate(status, absl::StrCat("the server at ", channel_options.address));
}

absl::StatusOr<CreateBackupResponse> BackUp(const StoreKind& kind,
                                            const settings::Settings& settings,
                                            const std::string& data_dir, const std::string& to) {
  const auto folder = server::DataFolder::OpenExisting(data_dir);
  if (folder.ok()) return BackUpAtRest(kind, *folder, settings, data_dir, to);
  if (absl::IsFailedPrecondition(folder.status())) return AskServer(settings, data_dir, to);
  return folder.status();
}

}  // namespace

std::vector<SettingSpec> BackupSettings() {
  return {
      Setting("to", Kind::kString, "", "backup: folder of copies; made if missing", "DIR"),
      Setting("keep", Kind::kInt, "0", "backup: keep this many of the newest copies; 0 keeps all",
              "N"),
      Setting("from", Kind::kString, "", "restore: folder of copies", "DIR"),
      Setting("backup-id", Kind::kInt, "0", "restore: which copy; 0 takes the newest", "N"),
      Setting("force", Kind::kBool, "",
              "restore: move data that are there aside, to DATA-DIR.before-restore-TIME", ""),
  };
}

std::vector<settings::SubcommandSpec> BackupSubcommands() {
  return {
      {"backup", "copy the store to --to, also while a server uses it; keys are not in it", 0},
      {"restore", "put a copy from --from into an empty data folder", 0},
  };
}

absl::Status RunBackup(const StoreKind& kind, const settings::Settings& settings,
                       std::ostream& out) {
  const std::string& data_dir = settings.GetString("data-dir");
  if (data_dir.empty()) return absl::InvalidArgumentError("--data-dir is missing");
  if (settings.GetString("to").empty()) {
    return absl::InvalidArgumentError("--to is missing: say where the copies are to lie");
  }
  const int64_t keep = settings.GetInt("keep");
  if (keep < 0 || keep > kKeepMax) {
    return absl::InvalidArgumentError(absl::StrCat("--keep is 0 to ", kKeepMax));
  }
  if (settings.GetInt("disk-reserve-mib") < 0) {
    return absl::InvalidArgumentError("--disk-reserve-mib is 0 or more");
  }
  std::error_code error;
  const std::string to = std::filesystem::absolute(settings.GetString("to"), error).string();
  if (error) return absl::InvalidArgumentError(absl::StrCat("--to: ", error.message()));
  if (absl::Status fits = CheckBackupFolder(data_dir, to); !fits.ok()) {
    return Annotate(fits, "--to");
  }
  ASSIGN_OR_RETURN(const CreateBackupResponse made, BackUp(kind, settings, data_dir, to));
  ASSIGN_OR_RETURN(storage::BackupFolder backups, storage::BackupFolder::OpenExisting(to));
  RETURN_IF_ERROR(backups.Verify(made.backup_id()));
  out << "backup " << made.backup_id() << " in " << to << ": journal up to record "
      << made.head_seq() << " with hash " << ToHex(made.head_hash()) << ", " << made.size_bytes()
      << " bytes, verified\n";
  if (keep > 0) RETURN_IF_ERROR(backups.KeepNewest(static_cast<uint32_t>(keep)));
  ASSIGN_OR_RETURN(const auto kept, backups.List());
  out << "backups there:";
  for (const storage::BackupRecord& record : kept) out << " " << record.id;
  out << "\n";
  for (const std::string& line : kind.after_backup) out << line << "\n";
  out.flush();
  return absl::OkStatus();
}

}  // namespace kopa::operations
