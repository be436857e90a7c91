#include "common/operations/operations_service.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/operations/make_backup.h"
#include "common/rpc/status.h"
#include "common/server/endpoint.h"

namespace kopa::operations {
namespace {

constexpr size_t kTokenBytes = 32;
// The next one is told to come back.
constexpr size_t kBackupsWaiting = 1;

}  // namespace

OperationsService::OperationsService(StoreKind kind, const storage::Store* store,
                                     std::string data_dir, uint64_t disk_reserve_bytes,
                                     Entropy* entropy)
    : kind_(std::move(kind)),
      store_(*store),
      data_dir_(std::move(data_dir)),
      disk_reserve_bytes_(disk_reserve_bytes),
      token_(ToHex(entropy->Bytes(kTokenBytes))),
      worker_(1, kBackupsWaiting) {}

absl::Status OperationsService::Announce(const std::string& address) {
  return server::WriteEndpoint(data_dir_, {address, token_});
}

void OperationsService::Stop() {
  stopping_ = true;
  server::RemoveEndpoint(data_dir_);
}

absl::Status OperationsService::CheckToken(const grpc::CallbackServerContext& context) const {
  const auto [begin, end] = context.client_metadata().equal_range(kTokenMetadata);
  for (auto given = begin; given != end; ++given) {
    // Of digests, so that the time it takes tells nothing of the token.
    if (Sha256({given->second.data(), given->second.size()}) == Sha256(token_)) {
      return absl::OkStatus();
    }
  }
  return absl::PermissionDeniedError(
      "only who can read this server's data folder may have it copied: run the program's `backup` "
      "on its machine");
}

grpc::ServerUnaryReactor* OperationsService::CreateBackup(
    grpc::CallbackServerContext* context, const national::v1::CreateBackupRequest* request,
    national::v1::CreateBackupResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (absl::Status allowed = CheckToken(*context); !allowed.ok()) {
    reactor->Finish(rpc::ToGrpc(allowed));
    return reactor;
  }
  const absl::Status posted = worker_.Post([this, context, reactor, request, response] {
    const auto cancelled = [this, context] { return stopping_ || context->IsCancelled(); };
    if (cancelled()) {
      reactor->Finish(rpc::ToGrpc(absl::CancelledError("the backup was called off")));
      return;
    }
    BackupTerms terms;
    terms.data_dir = data_dir_;
    terms.folder = request->folder();
    terms.disk_reserve_bytes = disk_reserve_bytes_;
    terms.cancelled = cancelled;
    auto made = MakeBackup(kind_, store_, terms);
    if (made.ok()) *response = *std::move(made);
    reactor->Finish(rpc::ToGrpc(made.status()));
  });
  if (!posted.ok()) {
    reactor->Finish(rpc::ToGrpc(rpc::WithRetryDelay(
        absl::ResourceExhaustedError("another backup is being made"), absl::Seconds(10))));
  }
  return reactor;
}

}  // namespace kopa::operations
