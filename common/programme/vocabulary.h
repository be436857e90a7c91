#ifndef KOPA_COMMON_PROGRAMME_VOCABULARY_H_
#define KOPA_COMMON_PROGRAMME_VOCABULARY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// The words that a field of a call may take, in the order of the call's definition. Immutable; any
// thread may use it. Such vocabularies have a dozen words: looking through them beats hashing.
class Vocabulary {
 public:
  Vocabulary() = default;
  explicit Vocabulary(std::vector<std::string> ids) : ids_(std::move(ids)) {}
  explicit Vocabulary(const google::protobuf::RepeatedPtrField<v1::Term>& terms);

  bool Contains(absl::string_view id) const;
  bool empty() const { return ids_.empty(); }
  const std::vector<std::string>& ids() const { return ids_; }

  // The word that `text` was probably meant to be; empty where none is near. "councilwork" gives
  // "council-work".
  absl::string_view Nearest(absl::string_view text) const;

 private:
  std::vector<std::string> ids_;
};

// All kinds of applicant that any call knows of, whether or not a call admits them
// (docs/formats.md, "Input files"): tells a kind that may not apply from a word that means nothing.
const Vocabulary& AllApplicantTypes();

// What PuMPuRS files answer under `youth_group`.
const Vocabulary& YesNo();

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_VOCABULARY_H_
