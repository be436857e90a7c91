#ifndef KOPA_CENTRAL_CORE_APPLICATION_CHECK_H_
#define KOPA_CENTRAL_CORE_APPLICATION_CHECK_H_

#include "absl/status/status.h"
#include "common/programme/vocabulary.h"
#include "kopa/national/v1/application.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// What a call lets its applications say.
struct CallWords {
  CallWords() = default;
  explicit CallWords(const programme::v1::Call& call);

  bool team = false;
  programme::Vocabulary applicant_types;
  programme::Vocabulary activities;
};

// What of a summary can be judged by itself and its call. A node has checked all of it before: one
// that sends something else is broken or lies, and must not get it into the national figures, where
// a free text could hold anything.
//
// INVALID_ARGUMENT that names the field, and never repeats its value.
absl::Status CheckSummary(const national::v1::ApplicationSummary& summary, const CallWords& words);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_APPLICATION_CHECK_H_
