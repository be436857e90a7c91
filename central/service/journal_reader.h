#ifndef KOPA_CENTRAL_SERVICE_JOURNAL_READER_H_
#define KOPA_CENTRAL_SERVICE_JOURNAL_READER_H_

#include "absl/status/status.h"
#include "central/service/national_view.h"
#include "common/engine/worker.h"
#include "common/rpc/identity.h"
#include "common/storage/store.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

// LinkService.FetchJournal: what a node that was restored from a copy gets back of its own journal,
// and everything that was ever allotted to it, all of one moment. Reads on a thread of its own.
// Thread-safe.
class JournalReader {
 public:
  // Both must outlive the reader, and the reader its server.
  JournalReader(const storage::Store* store, const NationalView* view, rpc::Transport transport);

  grpc::ServerWriteReactor<national::v1::FetchJournalResponse>* Fetch(
      grpc::CallbackServerContext* context, const national::v1::FetchJournalRequest* request);

 private:
  absl::Status Check(const grpc::CallbackServerContext& context,
                     const national::v1::FetchJournalRequest& request) const;

  const storage::Store* const store_;
  const NationalView& view_;
  const rpc::Transport transport_;
  engine::Worker worker_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_JOURNAL_READER_H_
