#ifndef KOPA_COMMON_OPERATIONS_OPERATIONS_SERVICE_H_
#define KOPA_COMMON_OPERATIONS_OPERATIONS_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/base/entropy.h"
#include "common/engine/worker.h"
#include "common/operations/store_kind.h"
#include "common/storage/store.h"
#include "kopa/national/v1/operations.grpc.pb.h"

namespace kopa::operations {

// Metadata key under which a caller shows the token of the file ENDPOINT (common/server), as
// hexadecimal digits: whoever can read the data folder may have it copied, and nobody else.
inline constexpr char kTokenMetadata[] = "kopa-operations-token";

// kopa.national.v1.OperationsService of either server; operations.proto has the contract. One
// backup at a time, on a thread of its own.
class OperationsService : public national::v1::OperationsService::CallbackService {
 public:
  // The store must outlive the service, the service its server. `data_dir` is the folder whose lock
  // this process holds; `disk_reserve_bytes` must stay free on its disk for the server to go on.
  OperationsService(StoreKind kind, const storage::Store* store, std::string data_dir,
                    uint64_t disk_reserve_bytes, Entropy* entropy);

  // Leaves the file ENDPOINT, once the server listens there.
  absl::Status Announce(const std::string& address);

  // Calls a running backup off and takes the file away, so that the server can be shut down.
  // Thread-safe.
  void Stop();

  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const national::v1::CreateBackupRequest* request,
                                         national::v1::CreateBackupResponse* response) override;

 private:
  absl::Status CheckToken(const grpc::CallbackServerContext& context) const;

  const StoreKind kind_;
  const storage::Store& store_;
  const std::string data_dir_;
  const uint64_t disk_reserve_bytes_;
  const std::string token_;
  std::atomic<bool> stopping_{false};
  engine::Worker worker_;
};

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_OPERATIONS_SERVICE_H_
