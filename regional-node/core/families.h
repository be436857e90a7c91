#ifndef KOPA_REGIONAL_NODE_CORE_FAMILIES_H_
#define KOPA_REGIONAL_NODE_CORE_FAMILIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/bytes.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// What a node's store is made of. docs/formats.md has the grammar of keys and values; the numbers
// are positions in FamilyNames() and may change, the names may not.
enum Family : storage::Family {
  // "state" -> NodeState (node_state.h), "refilled" -> RefilledRecords, "forgotten_requests" ->
  // ForgottenRequests (requests.h)
  kMeta,
  kJournal,         // seq:u64 -> national.v1.JournalRecord
  kJournalPrivate,  // seq:u64 -> sealed region.v1.SealedPersonal
  kJournalStaff,    // seq:u64 -> sealed region.v1.SealedStaff
  kHeader,          // id:16 -> Header (header.h)
  kApplication,     // call 0x00 id:16 -> region.v1.Application
  kReference,  // call 0x00 external_ref 0x00 id:16 -> empty; finds an application by its reference
  kRequest,    // request id:16 -> RequestEntry (requests.h)
  kLedger,     // call -> ledger::Totals
  kCall,       // call -> programme.v1.CallPublication
  kSchool,     // call 0x00 reg_no 0x00 name -> national.v1.SchoolAnnounced
  kLate,       // digest:16 -> LateEntry (late.h)
  kStaffing,   // id:16 role:u8 evaluator -> empty (noted.h)
  kNoted,      // id:16 seq:u64 -> kind:u8; what was laid to an application, and when
  kNote,       // id:16 seq:u64 -> sealed region.v1.Note
  kDocument,   // id:16 seq:u64 -> sealed region.v1.Document
  kDocumentPart,  // id:16 seq:u64 part:u32 -> sealed bytes
  kCentreHash,    // seq:u64 -> hash:32 of that record of the centre's journal, as followed
};

inline std::vector<std::string> FamilyNames() {
  return {"meta",        "journal",       "journal_private", "journal_staff", "header",
          "application", "reference",     "request",         "ledger",        "call",
          "school",      "late",          "staffing",        "noted",         "note",
          "document",    "document_part", "centre_hash"};
}

inline std::string SeqKey(Seq seq) { return ByteWriter().U64(seq.value()).Take(); }

inline std::string ApplicationPrefix(const CallId& call) {
  return ByteWriter().Raw(call.value()).U8(0).Take();
}

inline std::string ApplicationKey(const CallId& call, const ApplicationId& id) {
  return ApplicationPrefix(call).append(id.bytes().data(), id.bytes().size());
}

inline std::string SchoolKey(const national::v1::SchoolAnnounced& announced) {
  const national::v1::School& school = announced.school();
  return ByteWriter()
      .Raw(announced.call())
      .U8(0)
      .Raw(school.reg_no())
      .U8(0)
      .Raw(school.name())
      .Take();
}

inline std::string ReferencePrefix(const CallId& call, absl::string_view external_ref) {
  return ByteWriter().Raw(call.value()).U8(0).Raw(external_ref).U8(0).Take();
}

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_FAMILIES_H_
