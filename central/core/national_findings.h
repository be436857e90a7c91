#ifndef KOPA_CENTRAL_CORE_NATIONAL_FINDINGS_H_
#define KOPA_CENTRAL_CORE_NATIONAL_FINDINGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// What of a call only the centre can see to be amiss, from one snapshot; sorted by code and
// subject. None of it refuses anything: it is for people to look at.
//
//   SAME_APPLICANT       one applicant has applied in several regions
//   SAME_SCHOOL          two teams of one school, or a school in several project applications
//   APPLICANT_LIMIT      more applications or awards of one applicant than the call says
//   MUNICIPALITY_LIMIT   more awards in a municipality than the call says
//
// Applications that are withdrawn, rejected or not eligible do not count, but for the limit of
// applications, where only withdrawn ones do not. `awards` has how many there are now in each
// municipality, so that only those above their limit are looked into.
//
// DATA_LOSS where what is stored does not parse.
absl::StatusOr<std::vector<national::v1::Finding>> FindNationally(
    const storage::View& view, const programme::v1::Call& call,
    const std::map<std::string, int64_t>& awards);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_NATIONAL_FINDINGS_H_
