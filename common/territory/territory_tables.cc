#include "common/territory/territory_tables.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/calendar.h"
#include "common/base/status.h"
#include "common/territory/reference_table.h"

namespace kopa {
namespace {

using Row = ReferenceTable::Row;

constexpr absl::string_view kCurrentColumns[] = {"atvk_code",        "unit_id", "name_lv",
                                                 "official_name_lv", "kind",    "planning_region",
                                                 "valid_from",       "valid_to"};
constexpr absl::string_view kOldColumns[] = {"atvk_code", "name_lv", "other_names_lv", "kind",
                                             "valid_to"};
constexpr absl::string_view kSuccessionColumns[] = {
    "from_atvk", "from_name", "to_atvk", "to_name", "extent", "units_transferred", "effective"};
constexpr absl::string_view kNodeColumns[] = {"node_id", "unit_id", "name_lv", "valid_from",
                                              "valid_to"};

absl::StatusOr<ReferenceTable> ParseTable(absl::Span<const EmbeddedFile> files,
                                          absl::string_view name,
                                          absl::Span<const absl::string_view> columns) {
  for (const EmbeddedFile& file : files) {
    if (file.path == name) return ReferenceTable::Parse(name, file.bytes, columns);
  }
  return absl::NotFoundError(absl::StrCat("the territory table ", name, " is missing"));
}

absl::StatusOr<std::string> Needed(const Row& row, absl::string_view column) {
  const absl::string_view value = row.Get(column);
  if (value.empty() || absl::StripAsciiWhitespace(value) != value) {
    return row.Error(column, "it is empty, or has spaces around it");
  }
  return std::string(value);
}

absl::StatusOr<std::string> CodeIn(const Row& row, absl::string_view column) {
  const absl::string_view value = row.Get(column);
  if (value.size() != 7 || !std::all_of(value.begin(), value.end(), absl::ascii_isdigit)) {
    return row.Error(column, "an ATVK code has seven digits, leading zeros included");
  }
  return std::string(value);
}

absl::StatusOr<std::optional<absl::CivilDay>> DayIn(const Row& row, absl::string_view column) {
  const absl::string_view value = row.Get(column);
  if (value.empty()) return std::optional<absl::CivilDay>();
  const absl::StatusOr<absl::CivilDay> day = ParseDay(value);
  if (!day.ok()) return row.Error(column, day.status().message());
  return std::optional<absl::CivilDay>(*day);
}

std::vector<std::string> ListIn(const Row& row, absl::string_view column) {
  return absl::StrSplit(row.Get(column), ';', absl::SkipEmpty());
}

// Whether two rows with valid_from and valid_to share a day.
template <typename A, typename B>
bool Overlap(const A& a, const B& b) {
  const bool a_first = a.valid_to && b.valid_from && *a.valid_to < *b.valid_from;
  const bool b_first = b.valid_to && a.valid_from && *b.valid_to < *a.valid_from;
  return !a_first && !b_first;
}

template <typename T>
absl::Status ReadDays(const Row& row, T* out) {
  ASSIGN_OR_RETURN(out->valid_from, DayIn(row, "valid_from"));
  ASSIGN_OR_RETURN(out->valid_to, DayIn(row, "valid_to"));
  if (out->valid_from && out->valid_to && *out->valid_to < *out->valid_from) {
    return row.Error("valid_to", "it lies before valid_from");
  }
  return absl::OkStatus();
}

absl::StatusOr<MunicipalityKind> KindIn(const Row& row) {
  for (MunicipalityKind kind : {MunicipalityKind::kStateCity, MunicipalityKind::kRuralMunicipality,
                                MunicipalityKind::kCityOfRepublic}) {
    if (row.Get("kind") == KindWord(kind)) return kind;
  }
  return row.Error("kind", "it is none of valstspilsēta, novads, republikas pilsēta");
}

// Builds the tables; remembers where each municipality came from, for the checks across tables.
class Loader {
 public:
  absl::Status ReadMunicipalities(const ReferenceTable& table);
  absl::Status ReadSuccessions(const ReferenceTable& table);
  absl::Status ReadNodePeriods(const ReferenceTable& table);
  absl::Status CheckEnds() const;
  absl::Status CheckNodes() const;
  TerritoryTables Take() &&;

 private:
  absl::StatusOr<const Municipality*> NamedIn(const Row& row, absl::string_view code_column,
                                              absl::string_view name_column) const;
  absl::Status CheckNodeOf(const Municipality& municipality) const;
  std::string RegionOf(const Municipality& municipality) const;

  std::map<std::string, Municipality> by_code_;
  std::map<std::string, std::string> place_;  // of each code: "municipalities.csv:12"
  std::map<std::string, std::vector<SuccessionRow>> by_from_;
  std::map<std::string, std::vector<NodePeriod>> by_unit_;
};

absl::Status Loader::ReadMunicipalities(const ReferenceTable& table) {
  for (size_t i = 0; i < table.size(); ++i) {
    const Row row = table.row(i);
    Municipality municipality;
    ASSIGN_OR_RETURN(municipality.code, CodeIn(row, "atvk_code"));
    ASSIGN_OR_RETURN(municipality.name, Needed(row, "name_lv"));
    ASSIGN_OR_RETURN(municipality.kind, KindIn(row));
    RETURN_IF_ERROR(ReadDays(row, &municipality));
    municipality.official_name = std::string(row.Get("official_name_lv"));
    if (municipality.official_name.empty()) municipality.official_name = municipality.name;
    municipality.other_names = ListIn(row, "other_names_lv");
    municipality.unit_id = std::string(row.Get("unit_id"));
    if (municipality.unit_id.empty()) municipality.unit_id = municipality.code;
    municipality.planning_region = std::string(row.Get("planning_region"));
    for (const auto& [code, other] : by_code_) {
      if (other.unit_id != municipality.unit_id || !Overlap(other, municipality)) continue;
      return row.Error("unit_id", absl::StrCat(code, " has it on the same days"));
    }
    const auto [place, is_new] = place_.emplace(municipality.code, row.Place());
    if (!is_new) return row.Error("atvk_code", absl::StrCat("it is at ", place->second, " too"));
    by_code_.emplace(municipality.code, municipality);
  }
  return absl::OkStatus();
}

// The municipality whose code and name a row gives.
absl::StatusOr<const Municipality*> Loader::NamedIn(const Row& row, absl::string_view code_column,
                                                    absl::string_view name_column) const {
  ASSIGN_OR_RETURN(const std::string code, CodeIn(row, code_column));
  const auto found = by_code_.find(code);
  if (found == by_code_.end()) return row.Error(code_column, "no municipality has this code");
  if (row.Get(name_column) != found->second.name) {
    return row.Error(name_column, absl::StrCat(code, " is ", found->second.name));
  }
  return &found->second;
}

absl::Status Loader::ReadSuccessions(const ReferenceTable& table) {
  for (size_t i = 0; i < table.size(); ++i) {
    const Row row = table.row(i);
    ASSIGN_OR_RETURN(const Municipality* from, NamedIn(row, "from_atvk", "from_name"));
    ASSIGN_OR_RETURN(const Municipality* to, NamedIn(row, "to_atvk", "to_name"));
    ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> effective, DayIn(row, "effective"));
    const bool full = row.Get("extent") == "full";
    if (!full && row.Get("extent") != "partial") {
      return row.Error("extent", "it is neither full nor partial");
    }
    const std::vector<std::string> units = ListIn(row, "units_transferred");
    if (full != units.empty()) {
      return row.Error("units_transferred", "a partial row names what moved, a full one nothing");
    }
    if (!effective || !from->valid_to || *from->valid_to + 1 != *effective) {
      return row.Error("effective",
                       absl::StrCat("it is not the day after the end of ", from->code));
    }
    if (!to->ValidOn(*effective)) {
      return row.Error("effective", absl::StrCat(to->code, " is not valid on that day"));
    }
    std::vector<SuccessionRow>& rows = by_from_[from->code];
    for (const SuccessionRow& other : rows) {
      if (!full && other.extent == Successor::Extent::kPartial && other.to != to->code) continue;
      return row.Error("extent", absl::StrCat(from->code, " went to ", other.to, " already"));
    }
    rows.push_back({from->code, to->code,
                    full ? Successor::Extent::kFull : Successor::Extent::kPartial, units,
                    *effective});
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadNodePeriods(const ReferenceTable& table) {
  for (size_t i = 0; i < table.size(); ++i) {
    const Row row = table.row(i);
    NodePeriod period;
    ASSIGN_OR_RETURN(const std::string node, Needed(row, "node_id"));
    ASSIGN_OR_RETURN(period.unit_id, Needed(row, "unit_id"));
    RETURN_IF_ERROR(ReadDays(row, &period));
    period.node = NodeId(node);
    const bool known = std::any_of(by_code_.begin(), by_code_.end(), [&](const auto& entry) {
      return entry.second.unit_id == period.unit_id && entry.second.name == row.Get("name_lv");
    });
    if (!known) return row.Error("unit_id", "no municipality has this unit and this name");
    std::vector<NodePeriod>& periods = by_unit_[period.unit_id];
    for (const NodePeriod& other : periods) {
      if (!Overlap(other, period)) continue;
      return row.Error(
          "node_id", absl::StrCat("the unit belongs to ", other.node.value(), " on the same days"));
    }
    periods.push_back(std::move(period));
  }
  for (auto& [unit, periods] : by_unit_) {
    std::sort(periods.begin(), periods.end(), [](const NodePeriod& a, const NodePeriod& b) {
      return a.valid_from.value_or(absl::CivilDay::min()) <
             b.valid_from.value_or(absl::CivilDay::min());
    });
  }
  return absl::OkStatus();
}

// Every municipality that ended became something. That no other did is checked row by row.
absl::Status Loader::CheckEnds() const {
  for (const auto& [code, municipality] : by_code_) {
    const auto found = by_from_.find(code);
    if (found == by_from_.end()) {
      if (!municipality.valid_to) continue;
      return absl::InvalidArgumentError(absl::StrCat(place_.at(code), ": column valid_to: ", code,
                                                     " ended, but has no row in succession.csv"));
    }
    if (found->second.size() == 1 && found->second[0].extent == Successor::Extent::kPartial) {
      return absl::InvalidArgumentError(absl::StrCat(
          place_.at(code), ": column atvk_code: succession.csv names only a part of ", code));
    }
  }
  return absl::OkStatus();
}

absl::Status Loader::CheckNodes() const {
  for (const auto& [code, municipality] : by_code_) RETURN_IF_ERROR(CheckNodeOf(municipality));
  return absl::OkStatus();
}

absl::Status Loader::CheckNodeOf(const Municipality& municipality) const {
  std::vector<NodePeriod> periods;
  if (const auto found = by_unit_.find(municipality.unit_id); found != by_unit_.end()) {
    for (const NodePeriod& period : found->second) {
      if (Overlap(period, municipality)) periods.push_back(period);
    }
  }
  if (periods.empty() && by_from_.contains(municipality.code)) return absl::OkStatus();
  const absl::CivilDay always = absl::CivilDay::min();
  absl::CivilDay day = municipality.valid_from.value_or(always);
  if (!municipality.valid_from && !periods.empty()) day = periods[0].valid_from.value_or(always);
  for (const NodePeriod& period : periods) {
    if (!period.Covers(day)) break;
    if (!period.valid_to || (municipality.valid_to && *municipality.valid_to <= *period.valid_to)) {
      return absl::OkStatus();
    }
    day = *period.valid_to + 1;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(place_.at(municipality.code),
                   ": column unit_id: region_nodes.csv has no node for ", NameAndCode(municipality),
                   day == always ? "" : " on ", day == always ? "" : absl::FormatCivilTime(day)));
}

// Its own, or the one that all it became lies in. Ends because successions go forward in time.
std::string Loader::RegionOf(const Municipality& municipality) const {
  const auto found = by_from_.find(municipality.code);
  if (!municipality.planning_region.empty() || found == by_from_.end())
    return municipality.planning_region;
  const std::string region = RegionOf(by_code_.at(found->second[0].to));
  for (const SuccessionRow& row : found->second) {
    if (RegionOf(by_code_.at(row.to)) != region) return "";
  }
  return region;
}

TerritoryTables Loader::Take() && {
  TerritoryTables tables;
  for (const auto& [code, municipality] : by_code_) {
    Municipality& taken = tables.municipalities.emplace_back(municipality);
    taken.planning_region = RegionOf(municipality);
    const auto found = by_from_.find(code);
    if (found == by_from_.end()) continue;
    if (found->second.size() == 1) taken.successor = found->second[0].to;
    for (const SuccessionRow& row : found->second) tables.successions.push_back(row);
  }
  for (const auto& [unit, periods] : by_unit_) {
    tables.node_periods.insert(tables.node_periods.end(), periods.begin(), periods.end());
  }
  return tables;
}

}  // namespace

bool NodePeriod::Covers(absl::CivilDay day) const {
  return (!valid_from || *valid_from <= day) && (!valid_to || day <= *valid_to);
}

absl::StatusOr<TerritoryTables> LoadTerritoryTables(absl::Span<const EmbeddedFile> files) {
  Loader loader;
  ASSIGN_OR_RETURN(const ReferenceTable current,
                   ParseTable(files, "municipalities.csv", kCurrentColumns));
  RETURN_IF_ERROR(loader.ReadMunicipalities(current));
  ASSIGN_OR_RETURN(const ReferenceTable old,
                   ParseTable(files, "municipalities_pre2021.csv", kOldColumns));
  RETURN_IF_ERROR(loader.ReadMunicipalities(old));
  ASSIGN_OR_RETURN(const ReferenceTable successions,
                   ParseTable(files, "succession.csv", kSuccessionColumns));
  RETURN_IF_ERROR(loader.ReadSuccessions(successions));
  ASSIGN_OR_RETURN(const ReferenceTable nodes, ParseTable(files, "region_nodes.csv", kNodeColumns));
  RETURN_IF_ERROR(loader.ReadNodePeriods(nodes));
  RETURN_IF_ERROR(loader.CheckEnds());
  RETURN_IF_ERROR(loader.CheckNodes());
  return std::move(loader).Take();
}

}  // namespace kopa
