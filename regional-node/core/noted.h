#ifndef KOPA_REGIONAL_NODE_CORE_NOTED_H_
#define KOPA_REGIONAL_NODE_CORE_NOTED_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// What may be laid to one application: remarks, documents, and who is to evaluate it or must not.
// None of it changes what the centre sees.
inline constexpr int kNotesMax = 1000;
inline constexpr size_t kNoteCharactersMax = 4000;
inline constexpr int kDocumentsMax = 50;
inline constexpr int64_t kDocumentBytesMax = int64_t{10} << 20;
// Documents are sealed and stored in parts of this size; the last may be shorter.
inline constexpr size_t kDocumentPartBytes = size_t{256} << 10;
inline constexpr size_t kDocumentNameCharactersMax = 200;
// Of one application: assigned, and as many with a conflict of interest.
inline constexpr size_t kEvaluatorsMax = 100;
inline constexpr size_t kEvaluatorCharactersMax = 128;

// The version that who and why of an ApplicationNoted record is sealed under: it belongs to none of
// the application's, which count from 1.
inline constexpr uint32_t kNotedSealVersion = 0;

// What deciding needs of what was laid to one application. Kept in memory for those only that have
// any of it.
struct Noted {
  int notes = 0;
  int documents = 0;
  std::set<std::string> conflicts;  // evaluators that have declared one
};

// What refuses an evaluation or a decision by somebody who has declared one.
Fault ConflictOfInterest(const std::string& evaluator);

// What an evaluator is to an application, as part of a key.
enum class StaffingRole : uint8_t { kAssigned = 1, kConflict = 2 };

inline std::string StaffingKey(const ApplicationId& id, StaffingRole role,
                               absl::string_view evaluator) {
  return ByteWriter().Raw(id.bytes()).U8(static_cast<uint8_t>(role)).Raw(evaluator).Take();
}

// Of the families noted, note and document.
inline std::string NotedKey(const ApplicationId& id, Seq seq) {
  return ByteWriter().Raw(id.bytes()).U64(seq.value()).Take();
}

// `part` counts from 0.
inline std::string DocumentPartKey(const ApplicationId& id, Seq seq, uint32_t part) {
  return ByteWriter().Raw(id.bytes()).U64(seq.value()).U32(part).Take();
}

// What the family noted holds for a record of this kind.
inline std::string NotedValue(national::v1::NoteKind kind) {
  return ByteWriter().U8(static_cast<uint8_t>(kind)).Take();
}

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_NOTED_H_
