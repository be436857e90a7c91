#ifndef KOPA_COMMON_INTAKE_FIELD_CHECKS_H_
#define KOPA_COMMON_INTAKE_FIELD_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/programme/vocabulary.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::intake {

// Which field of a file a value came from. The name is put together only where a fault needs it.
struct Field {
  absl::string_view column;  // "amount_eur"; of a member what follows its number: "birth_date"
  int initiative = -1;       // counts from 0; -1 where the application has only one, or it is no
                             // field of an initiative
  int member = 0;            // counts from 1; 0: no field of a member

  // "amount_eur", "initiatives[1].amount_eur", "member2_birth_date".
  std::string Name() const;
};

// How a text field is to be filled in.
struct TextRule {
  size_t characters_max;
  bool required = true;
  bool line_breaks = false;
};

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// Checks of single fields: each adds what is wrong to `faults` and gives the value's normal form,
// or, where it has none, the value as far as it can be shown.
class FieldChecks {
 public:
  explicit FieldChecks(std::vector<Fault>* faults) : faults_(faults) {}

  void Add(const Field& field, absl::string_view code, std::string message, std::string message_lv);
  void AddMissing(const Field& field);

  // MISSING_FIELD, BAD_TEXT, TOO_LONG.
  std::string Text(const Field& field, absl::string_view text, TextRule rule);
  // On top: BAD_REG_NO, BAD_SCHOOL_REG_NO, BAD_EMAIL, BAD_PHONE.
  std::string RegNo(const Field& field, absl::string_view text);
  std::string SchoolRegNo(const Field& field, absl::string_view text, bool required);
  std::string Email(const Field& field, absl::string_view text);
  std::string Phone(const Field& field, absl::string_view text, bool required);

  // One word of a vocabulary. On top: UNKNOWN_VALUE, with the nearest word.
  std::string Word(const Field& field, absl::string_view text,
                   const programme::Vocabulary& vocabulary);
  // On top: APPLICANT_TYPE_NOT_ALLOWED for a kind of applicant that the call does not admit.
  std::string ApplicantType(const Field& field, absl::string_view text,
                            const programme::Vocabulary& admitted);
  // At least one word of a vocabulary; `normal` gets them sorted, each once.
  void Words(const Field& field, const Strings& words, const programme::Vocabulary& vocabulary,
             Strings* normal);

  // MISSING_FIELD for 0, BAD_NUMBER for what no project has.
  void Participants(const Field& field, int64_t participants);
  // BAD_AMOUNT. True where the amount can be reckoned with.
  bool Amount(const Field& field, int64_t cents);
  // AMOUNT_NOT_FIXED, AMOUNT_ABOVE_CEILING by the rule for whole applications.
  void ApplicationAmount(const Field& field, int64_t cents, const programme::v1::AmountRule& rule);
  // AMOUNT_ABOVE_CEILING by the rule for single initiatives.
  void InitiativeAmount(const Field& field, int64_t cents, const programme::v1::AmountRule& rule);

 private:
  void AddUnknown(const Field& field, absl::string_view text,
                  const programme::Vocabulary& vocabulary);
  void AddAboveCeiling(const Field& field, int64_t ceiling_cents, absl::string_view what,
                       absl::string_view what_lv);

  std::vector<Fault>* const faults_;
};

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_FIELD_CHECKS_H_
