#ifndef KOPA_TESTS_BENCH_APPLICATIONS_H_
#define KOPA_TESTS_BENCH_APPLICATIONS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/uuid.h"
#include "kopa/national/v1/application.pb.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::bench {

// What each of these asks for, and gets.
inline constexpr int64_t kAwardCents = 10'000;

// A project with one school's initiative and a contact person, about 500 bytes. The same number is
// the same application for Kopa and for everything it is compared with; up to ten million numbers
// differ in their applicant, too. `municipality` is a name.
region::v1::ApplicationInput MakeApplication(int64_t number, const std::string& municipality);

// What the centre is told of such an application when it is handed in. `municipality` is an ATVK
// code.
national::v1::ApplicationSummary MakeSummary(int64_t number, const Uuid& id,
                                             const std::string& call,
                                             const std::string& municipality);

}  // namespace kopa::bench

#endif  // KOPA_TESTS_BENCH_APPLICATIONS_H_
