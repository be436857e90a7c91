#ifndef KOPA_COMMON_INTAKE_LIMITS_H_
#define KOPA_COMMON_INTAKE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace kopa::intake {

// The most that the fields of an application may hold. Lengths are in Unicode characters (code
// points), of the text as it was sent.
inline constexpr size_t kExternalRefCharactersMax = 100;
inline constexpr size_t kMunicipalityCharactersMax = 100;
inline constexpr size_t kOrganisationCharactersMax = 300;
inline constexpr size_t kTitleCharactersMax = 500;
inline constexpr size_t kPersonNameCharactersMax = 150;
inline constexpr size_t kPartnerCharactersMax = 300;
// Registration numbers, phones, dates and words of a vocabulary: more than any right one has, so
// that what is wrong is told as such.
inline constexpr size_t kShortCharactersMax = 64;
inline constexpr size_t kEmailCharactersMax = 254;  // RFC 5321

inline constexpr int kInitiativesMax = 500;
inline constexpr int kPartnersMax = 50;
// Values in one cell; each vocabulary is shorter.
inline constexpr int kListMax = 50;
inline constexpr int64_t kParticipantsMax = 1'000'000;
// A billion euros: sums over initiatives and applications stay far from overflow.
inline constexpr int64_t kAmountCentsMax = 100'000'000'000;

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_LIMITS_H_
