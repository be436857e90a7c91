#ifndef KOPA_COMMON_TERRITORY_TERRITORY_H_
#define KOPA_COMMON_TERRITORY_TERRITORY_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "common/base/embedded.h"
#include "common/base/strong.h"
#include "common/territory/folded_text.h"
#include "common/territory/municipality.h"
#include "common/territory/territory_tables.h"

namespace kopa {

// The municipalities of Latvia over time, and which node covers which. What is asked is always
// asked for a day: that of the call, not today's.
//
// Immutable once loaded; any thread may use it. Pointers to municipalities live as long as the
// Territory, and survive its being moved.
class Territory {
 public:
  // From the tables of data/territory (kopa::territory_data::Files(), or an operator's own copies
  // of all four). Errors as in territory_tables.h.
  static absl::StatusOr<Territory> Load(absl::Span<const EmbeddedFile> files);

  Territory(Territory&&) = default;
  Territory& operator=(Territory&&) = default;
  Territory(const Territory&) = delete;
  Territory& operator=(const Territory&) = delete;

  struct Resolution {
    const Municipality* municipality = nullptr;
    // True where a code had lost its leading zeros ("38001"): to be reported to whoever sent it.
    bool repaired = false;
  };

  // The municipality that `text` names and that was valid on `day`. `text` is an ATVK code, or a
  // short, official or other name in any case and Unicode form, with surplus white space, with all
  // diacritics or with some or all of them left out. A name spelt in full goes before one that fits
  // with diacritics left out.
  //
  // INVALID_ARGUMENT with a fault on field "municipality" otherwise:
  //   MISSING_FIELD           nothing but white space
  //   TOO_LONG                over kMunicipalityTextBytesMax
  //   BAD_ENCODING            not UTF-8
  //   BAD_TEXT                has a NUL
  //   UNKNOWN_MUNICIPALITY    no such code or name, or not valid on that day; says what to take
  //   instead AMBIGUOUS_MUNICIPALITY  fits several; lists them
  // Messages never repeat a free text, which may be a person's name in the wrong column.
  absl::StatusOr<Resolution> Resolve(absl::string_view text, absl::CivilDay day) const;

  // By exact code, of any time; null where there is none.
  const Municipality* Find(absl::string_view code) const;

  // Those valid on `day`, by code.
  std::vector<const Municipality*> All(absl::CivilDay day) const;

  // The node that covers the municipality on `day`. Where no row gives one for that day (those of
  // before 2021-07-01, and those that ended), the node of what it became.
  //
  // INVALID_ARGUMENT with fault AMBIGUOUS_MUNICIPALITY where its parts came to several nodes: the
  // parish or town would be needed. FAILED_PRECONDITION where it did not exist yet and no node
  // covered it.
  absl::StatusOr<NodeId> NodeOf(const Municipality& municipality, absl::CivilDay day) const;

  // What the municipality with this code has become by `day`, by code: itself while it is valid.
  // Units are those of the first division on the way. Empty where the code is unknown or began only
  // after `day`.
  std::vector<Successor> Successors(absl::string_view code, absl::CivilDay day) const;

  // What directly became (part of) the municipality with this code, by code.
  std::vector<const Municipality*> Predecessors(absl::string_view code) const;

  // Every node that any row names, sorted.
  const std::vector<NodeId>& Nodes() const { return nodes_; }

 private:
  struct Name {
    FoldedText folded;
    const Municipality* municipality;
  };
  struct Share;  // of a municipality: the node it came to

  Territory() = default;
  absl::Status BuildIndexes();
  void CollectShares(const Municipality& municipality, absl::CivilDay day,
                     const std::vector<std::string>& units, std::vector<Share>* shares) const;
  void CollectSuccessors(const Successor& from, absl::CivilDay day,
                         std::vector<Successor>* successors) const;
  absl::Span<const SuccessionRow> RowsFrom(const std::string& code) const;

  absl::StatusOr<Resolution> ResolveCode(const std::string& digits, absl::CivilDay day) const;
  absl::StatusOr<Resolution> ResolveName(const FoldedText& text, absl::CivilDay day) const;
  std::vector<const Municipality*> Nearest(const FoldedText& text, absl::CivilDay day) const;
  absl::Status NotValid(const Municipality& municipality, absl::CivilDay day) const;

  std::vector<Municipality> municipalities_;  // by code; never changed after loading: pointed to
  std::vector<SuccessionRow> successions_;    // by (from, to)
  std::vector<NodeId> nodes_;
  absl::flat_hash_map<std::string, std::vector<NodePeriod>> periods_by_unit_;
  std::vector<Name> names_;
  absl::flat_hash_map<std::u32string, std::vector<size_t>> names_by_bases_;  // indexes into names_
};

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_TERRITORY_H_
