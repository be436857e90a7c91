#ifndef KOPA_COMMON_BASE_STATUS_H_
#define KOPA_COMMON_BASE_STATUS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Returns from the calling function if `expr` is not OK.
#define RETURN_IF_ERROR(expr)                    \
  do {                                           \
    ::absl::Status kopa_status_ = (expr);        \
    if (!kopa_status_.ok()) return kopa_status_; \
  } while (false)

#define KOPA_CONCAT_INNER_(a, b) a##b
#define KOPA_CONCAT_(a, b) KOPA_CONCAT_INNER_(a, b)

// ASSIGN_OR_RETURN(auto x, F()): x = *F(), or returns F's error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  KOPA_ASSIGN_OR_RETURN_(KOPA_CONCAT_(kopa_status_or_, __LINE__), lhs, expr)
#define KOPA_ASSIGN_OR_RETURN_(tmp, lhs, expr)   \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

// A broken invariant: prints and ends the process, in every build. A process that goes on after one
// could acknowledge what is not so; one that ends recovers from what is on disk.
#define KOPA_CHECK(condition)                                                  \
  do {                                                                         \
    if (!(condition)) ::kopa::CheckFailed(__FILE__, __LINE__, #condition, ""); \
  } while (false)
#define KOPA_CHECK_MSG(condition, message)                                            \
  do {                                                                                \
    if (!(condition)) ::kopa::CheckFailed(__FILE__, __LINE__, #condition, (message)); \
  } while (false)

namespace kopa {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              absl::string_view message);

// One thing that is wrong with what a caller sent. Several can be attached to one status, because a
// person who corrects a form wants all faults at once.
//
// `field` is the path of the field at fault as the caller knows it ("amount_eur",
// "member2_birth_date"). `code` is an upper-case word that programs may branch on (CONTRACT.md
// lists the fault codes of rows). `message` says in English what is wrong and what would be right;
// `message_lv` the same in Latvian, or empty.
struct Fault {
  std::string field;
  std::string code;
  std::string message;
  std::string message_lv;

  friend bool operator==(const Fault&, const Fault&) = default;
};

// Attaches faults to a status that is not OK; they survive copying and travel over RPC as
// kopa.programme.v1.ErrorInfo (see common/rpc/status.h).
absl::Status WithFaults(absl::Status status, const std::vector<Fault>& faults);
absl::Status WithFault(absl::Status status, Fault fault);

// The attached faults, in the order they were attached; empty where there are none.
std::vector<Fault> FaultsOf(const absl::Status& status);

// `prefix: message`; code, faults and whatever else is attached stay.
absl::Status Annotate(const absl::Status& status, absl::string_view prefix);

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_STATUS_H_
