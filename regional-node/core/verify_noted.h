#ifndef KOPA_REGIONAL_NODE_CORE_VERIFY_NOTED_H_
#define KOPA_REGIONAL_NODE_CORE_VERIFY_NOTED_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// Compares what is stored of remarks, documents and staffing with what the journal says was laid to
// applications. Whether a content is the right one is for who holds the keys.
class NotedVerifier {
 public:
  // `view` must outlive this.
  explicit NotedVerifier(const storage::View* view) : view_(*view) {}

  // The next such record of the journal.
  void Apply(uint64_t seq, const national::v1::ApplicationNoted& noted);

  // After the last: OK, or the first thing that differs.
  absl::Status Finish();

  size_t records() const { return records_; }

 private:
  absl::Status CheckContents(storage::Family family, national::v1::NoteKind kind) const;

  const storage::View& view_;
  size_t records_ = 0;
  absl::Status first_difference_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_VERIFY_NOTED_H_
