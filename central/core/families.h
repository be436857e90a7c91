#ifndef KOPA_CENTRAL_CORE_FAMILIES_H_
#define KOPA_CENTRAL_CORE_FAMILIES_H_

#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/strong.h"
#include "common/storage/store.h"

namespace kopa::central {

// What the centre's store is made of. docs/formats.md has the grammar of keys and values; the
// numbers are positions in FamilyNames() and may change, the names may not.
enum Family : storage::Family {
  kMeta,         // "state" -> CentralState (records.h)
  kJournal,      // seq:u64 -> national.v1.JournalRecord, the centre's own
  kNode,         // node -> NodeRecord (records.h)
  kNodeJournal,  // node 0x00 seq:u64 -> national.v1.JournalRecord, as the node wrote it
  kDown,         // node 0x00 number:u64 -> national.v1.DownEntry
  kCall,         // call -> programme.v1.CallPublication
  kLedger,       // call 0x00 node -> ledger::Totals
  kSummary,      // id:16 -> StoredSummary (records.h)
  kCell,         // cell name -> CellSums (totals.h)
  kCallSource,   // call -> CallSource (records.h)
  kStaff,        // seq:u64 of the record -> StaffEntry (staff_entry.h)
  kProposal,     // number:u64 -> national.v1.Proposal
  kSchool,       // SchoolKey -> national.v1.SchoolAnnounced
  kKey,          // ApplicationKey (application_keys.h) -> empty
};

inline std::vector<std::string> FamilyNames() {
  return {"meta",  "journal",  "node",    "node_journal",   "down",
          "call",  "ledger",   "summary", "cell",           "call_source",
          "staff", "proposal", "school",  "application_key"};
}

inline std::string SeqKey(Seq seq) { return ByteWriter().U64(seq.value()).Take(); }

inline std::string NodePrefix(const NodeId& node) {
  return ByteWriter().Raw(node.value()).U8(0).Take();
}

inline std::string NodeSeqKey(const NodeId& node, Seq seq) {
  return ByteWriter().Raw(node.value()).U8(0).U64(seq.value()).Take();
}

inline std::string LedgerKey(const CallId& call, const NodeId& node) {
  return ByteWriter().Raw(call.value()).U8(0).Raw(node.value()).Take();
}

inline std::string NumberKey(uint64_t number) { return ByteWriter().U64(number).Take(); }

// Schools are told apart by their number, and by name only where there is none.
//   SchoolKey ::= call 0x00 reg_no:bytes name:bytes
inline std::string SchoolKey(const CallId& call, absl::string_view reg_no, absl::string_view name) {
  return ByteWriter()
      .Raw(call.value())
      .U8(0)
      .Bytes(reg_no)
      .Bytes(reg_no.empty() ? name : absl::string_view())
      .Take();
}

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_FAMILIES_H_
