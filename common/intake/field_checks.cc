#include "common/intake/field_checks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/intake/limits.h"
#include "common/intake/text.h"
#include "common/intake/values.h"
#include "common/programme/decimals.h"

namespace kopa::intake {
namespace {

using programme::FormatCents;
using programme::FormatEurosLatvian;
using programme::Vocabulary;

}  // namespace

std::string Field::Name() const {
  if (member > 0) return absl::StrCat("member", member, "_", column);
  if (initiative >= 0) return absl::StrCat("initiatives[", initiative, "].", column);
  return std::string(column);
}

void FieldChecks::Add(const Field& field, absl::string_view code, std::string message,
                      std::string message_lv) {
  faults_->push_back({.field = field.Name(),
                      .code = std::string(code),
                      .message = std::move(message),
                      .message_lv = std::move(message_lv)});
}

void FieldChecks::AddMissing(const Field& field) {
  Add(field, "MISSING_FIELD", "this field must be filled in", "Šis lauks jāaizpilda.");
}

std::string FieldChecks::Text(const Field& field, absl::string_view text, TextRule rule) {
  text = TrimText(text);
  if (text.empty()) {
    if (rule.required) AddMissing(field);
    return "";
  }
  const TextFindings findings = InspectText(text, rule.line_breaks);
  switch (findings.problem) {
    case TextProblem::kNone:
      break;
    case TextProblem::kNotUtf8:
      Add(field, "BAD_TEXT", "the text must be valid UTF-8", "Tekstam jābūt derīgam UTF-8.");
      return "";
    case TextProblem::kControl:
      Add(field, "BAD_TEXT",
          rule.line_breaks ? "the text may not hold NUL or control characters but line breaks"
                           : "the text may not hold NUL, line breaks or other control characters",
          rule.line_breaks
              ? "Tekstā nedrīkst būt NUL un vadības rakstzīmes, izņemot rindas pārtraukumus."
              : "Tekstā nedrīkst būt NUL, rindas pārtraukumi un citas vadības rakstzīmes.");
      return "";
    case TextProblem::kBidi:
      Add(field, "BAD_TEXT", "the text may not hold controls of writing direction",
          "Tekstā nedrīkst būt rakstības virziena vadības rakstzīmes.");
      return "";
  }
  if (findings.characters > rule.characters_max) {
    Add(field, "TOO_LONG",
        absl::StrCat("at most ", rule.characters_max, " characters, not ", findings.characters),
        absl::StrCat("Ne vairāk kā ", rule.characters_max, " rakstzīmes, nevis ",
                     findings.characters, "."));
  }
  return NormalText(text, findings);
}

std::string FieldChecks::RegNo(const Field& field, absl::string_view text) {
  std::string value = Text(field, text, {.characters_max = kShortCharactersMax});
  if (value.empty()) return value;
  if (std::optional<std::string> normal = NormalRegNo(value)) return *std::move(normal);
  Add(field, "BAD_REG_NO",
      "a registration number has 11 digits, without LV in front, and the check digit must fit",
      "Reģistrācijas numuram ir 11 cipari bez LV sākumā, un jāsakrīt kontrolciparam.");
  return value;
}

std::string FieldChecks::SchoolRegNo(const Field& field, absl::string_view text, bool required) {
  std::string value =
      Text(field, text, {.characters_max = kShortCharactersMax, .required = required});
  if (value.empty()) return value;
  if (std::optional<std::string> normal = NormalSchoolRegNo(value)) return *std::move(normal);
  Add(field, "BAD_SCHOOL_REG_NO", "a school's registration number has 10 digits",
      "Izglītības iestādes reģistrācijas numuram ir 10 cipari.");
  return value;
}

std::string FieldChecks::Email(const Field& field, absl::string_view text) {
  std::string value = Text(field, text, {.characters_max = kEmailCharactersMax});
  if (value.empty()) return value;
  if (std::optional<std::string> normal = NormalEmail(value)) return *std::move(normal);
  Add(field, "BAD_EMAIL", "an e-mail address looks like name@example.lv",
      "E-pasta adrese izskatās kā vards@example.lv.");
  return value;
}

std::string FieldChecks::Phone(const Field& field, absl::string_view text, bool required) {
  std::string value =
      Text(field, text, {.characters_max = kShortCharactersMax, .required = required});
  if (value.empty()) return value;
  if (std::optional<std::string> normal = NormalPhone(value)) return *std::move(normal);
  Add(field, "BAD_PHONE",
      "a phone number has 8 digits beginning with 2 or 6, with or without +371 before them",
      "Tālruņa numuram ir 8 cipari, pirmais 2 vai 6; +371 priekšā var būt un var nebūt.");
  return value;
}

std::string FieldChecks::Word(const Field& field, absl::string_view text,
                              const Vocabulary& vocabulary) {
  std::string word = Text(field, text, {.characters_max = kShortCharactersMax});
  if (!word.empty() && !vocabulary.Contains(word)) AddUnknown(field, word, vocabulary);
  return word;
}

std::string FieldChecks::ApplicantType(const Field& field, absl::string_view text,
                                       const Vocabulary& admitted) {
  std::string type = Text(field, text, {.characters_max = kShortCharactersMax});
  if (type.empty() || admitted.Contains(type)) return type;
  if (!programme::AllApplicantTypes().Contains(type)) {
    AddUnknown(field, type, admitted);
    return type;
  }
  const std::string kinds = absl::StrJoin(admitted.ids(), ", ");
  Add(field, "APPLICANT_TYPE_NOT_ALLOWED",
      absl::StrCat("applicants of this kind may not apply to this call; these may: ", kinds),
      absl::StrCat("Šāda veida pretendents konkursā nevar pieteikties; var: ", kinds, "."));
  return type;
}

void FieldChecks::Words(const Field& field, const Strings& words, const Vocabulary& vocabulary,
                        Strings* normal) {
  if (words.empty()) {
    AddMissing(field);
    return;
  }
  if (words.size() > kListMax) {
    Add(field, "TOO_LONG", absl::StrCat("at most ", kListMax, " values"),
        absl::StrCat("Ne vairāk kā ", kListMax, " vērtības."));
    return;
  }
  for (const std::string& word : words) *normal->Add() = Word(field, word, vocabulary);
  std::sort(normal->begin(), normal->end());
  const auto end = std::unique(normal->begin(), normal->end());
  normal->erase(end, normal->end());
}

void FieldChecks::Participants(const Field& field, int64_t participants) {
  if (participants == 0) {
    AddMissing(field);
  } else if (participants < 0 || participants > kParticipantsMax) {
    Add(field, "BAD_NUMBER",
        absl::StrCat("the number of participants is from 1 to ", kParticipantsMax),
        absl::StrCat("Dalībnieku skaits ir no 1 līdz ", kParticipantsMax, "."));
  }
}

bool FieldChecks::Amount(const Field& field, int64_t cents) {
  if (cents > 0 && cents <= kAmountCentsMax) return true;
  Add(field, "BAD_AMOUNT",
      absl::StrCat("an amount is more than 0 and at most ", FormatCents(kAmountCentsMax), " EUR"),
      absl::StrCat("Summa ir lielāka par 0 un nepārsniedz ", FormatEurosLatvian(kAmountCentsMax),
                   "."));
  return false;
}

void FieldChecks::ApplicationAmount(const Field& field, int64_t cents,
                                    const programme::v1::AmountRule& rule) {
  if (rule.has_fixed_cents() && cents != rule.fixed_cents()) {
    Add(field, "AMOUNT_NOT_FIXED",
        absl::StrCat("exactly ", FormatCents(rule.fixed_cents()), " EUR can be asked for"),
        absl::StrCat("Var prasīt tieši ", FormatEurosLatvian(rule.fixed_cents()), "."));
  }
  if (rule.has_ceiling_per_application_cents() && cents > rule.ceiling_per_application_cents()) {
    AddAboveCeiling(field, rule.ceiling_per_application_cents(), "an application",
                    "Vienam pieteikumam");
  }
}

void FieldChecks::InitiativeAmount(const Field& field, int64_t cents,
                                   const programme::v1::AmountRule& rule) {
  if (rule.has_ceiling_per_initiative_cents() && cents > rule.ceiling_per_initiative_cents()) {
    AddAboveCeiling(field, rule.ceiling_per_initiative_cents(), "an initiative",
                    "Vienai iniciatīvai");
  }
}

void FieldChecks::AddUnknown(const Field& field, absl::string_view text,
                             const Vocabulary& vocabulary) {
  const std::string words = absl::StrJoin(vocabulary.ids(), ", ");
  std::string message = absl::StrCat("the value must be one of ", words);
  std::string message_lv = absl::StrCat("Vērtībai jābūt vienai no: ", words, ".");
  if (const absl::string_view nearest = vocabulary.Nearest(text); !nearest.empty()) {
    absl::StrAppend(&message, "; did you mean ", nearest, "?");
    absl::StrAppend(&message_lv, " Vai domājāt: ", nearest, "?");
  }
  Add(field, "UNKNOWN_VALUE", std::move(message), std::move(message_lv));
}

void FieldChecks::AddAboveCeiling(const Field& field, int64_t ceiling_cents, absl::string_view what,
                                  absl::string_view what_lv) {
  Add(field, "AMOUNT_ABOVE_CEILING",
      absl::StrCat("at most ", FormatCents(ceiling_cents), " EUR can be asked for ", what),
      absl::StrCat(what_lv, " var prasīt ne vairāk kā ", FormatEurosLatvian(ceiling_cents), "."));
}

}  // namespace kopa::intake
