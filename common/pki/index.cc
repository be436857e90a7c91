#include "common/pki/index.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"

namespace kopa::pki {
namespace {

constexpr char kHeader[] = "kopa pki index 1";
constexpr char kNone[] = "-";
constexpr size_t kColumns = 7;

struct ReasonRow {
  Reason reason;
  const char* word;
  int number;
};
constexpr std::array<ReasonRow, 6> kReasons = {{
    {Reason::kUnspecified, "unspecified", 0},
    {Reason::kKeyCompromise, "key-compromise", 1},
    {Reason::kAffiliationChanged, "affiliation-changed", 3},
    {Reason::kSuperseded, "superseded", 4},
    {Reason::kCessationOfOperation, "cessation-of-operation", 5},
    {Reason::kPrivilegeWithdrawn, "privilege-withdrawn", 9},
}};

const ReasonRow& RowOf(Reason reason) { return kReasons.at(static_cast<size_t>(reason)); }

constexpr char kTimeForm[] = "%Y-%m-%dT%H:%M:%SZ";

std::string TimeText(absl::Time time) {
  return absl::FormatTime(kTimeForm, time, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> ParseTimeText(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(kTimeForm, text, &time, &error)) return time;
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no time: ", error));
}

absl::StatusOr<IndexEntry> ParseLine(absl::string_view line) {
  const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
  if (cells.size() != kColumns) {
    return absl::InvalidArgumentError(absl::StrCat("has ", cells.size(), " cells, not ", kColumns));
  }
  IndexEntry entry;
  entry.serial = std::string(cells[0]);
  if (entry.serial.empty() || !std::all_of(cells[0].begin(), cells[0].end(), [](char digit) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(digit));
      })) {
    return absl::InvalidArgumentError("has a serial number that is not hexadecimal");
  }
  ASSIGN_OR_RETURN(entry.holder.kind, ParseHolderKind(cells[1]));
  if (cells[2] != kNone) {
    ASSIGN_OR_RETURN(entry.holder.name, PercentDecode(cells[2]));
  }
  RETURN_IF_ERROR(CheckHolder(entry.holder));
  ASSIGN_OR_RETURN(entry.not_before, ParseTimeText(cells[3]));
  ASSIGN_OR_RETURN(entry.not_after, ParseTimeText(cells[4]));
  if (cells[5] == kNone) return entry;
  ASSIGN_OR_RETURN(entry.revoked, ParseTimeText(cells[5]));
  ASSIGN_OR_RETURN(entry.reason, ParseReason(cells[6]));
  return entry;
}

std::string FormatLine(const IndexEntry& entry) {
  // A person may be called "-", the centre is called nothing.
  const bool is_central = entry.holder.kind == HolderKind::kCentral;
  const std::string name = entry.holder.name == kNone ? "%2D" : PercentEncode(entry.holder.name);
  return absl::StrCat(
      absl::StrJoin({entry.serial, std::string(WordOf(entry.holder.kind)),
                     is_central ? std::string(kNone) : name, TimeText(entry.not_before),
                     TimeText(entry.not_after),
                     entry.is_revoked() ? TimeText(entry.revoked) : std::string(kNone),
                     entry.is_revoked() ? std::string(WordOf(entry.reason)) : std::string(kNone)},
                    "\t"),
      "\n");
}

}  // namespace

absl::string_view WordOf(Reason reason) { return RowOf(reason).word; }

int NumberOf(Reason reason) { return RowOf(reason).number; }

std::string ReasonWords() {
  return absl::StrJoin(kReasons, ", ",
                       [](std::string* out, const ReasonRow& row) { out->append(row.word); });
}

absl::StatusOr<Reason> ParseReason(absl::string_view word) {
  for (const ReasonRow& row : kReasons) {
    if (word == row.word) return row.reason;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no reason \"", word, "\"; there are ", ReasonWords()));
}

absl::string_view WordOf(State state) {
  switch (state) {
    case State::kValid:
      return "valid";
    case State::kExpired:
      return "expired";
    case State::kRevoked:
      return "revoked";
  }
  return "";
}

State IndexEntry::StateAt(absl::Time now) const {
  if (is_revoked()) return State::kRevoked;
  return now >= not_after ? State::kExpired : State::kValid;
}

std::string FormatIndex(const std::vector<IndexEntry>& entries) {
  std::string text = absl::StrCat(kHeader, "\n");
  for (const IndexEntry& entry : entries) text += FormatLine(entry);
  return text;
}

absl::StatusOr<std::vector<IndexEntry>> ParseIndex(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 2 || lines.front() != kHeader || !lines.back().empty()) {
    return absl::DataLossError(absl::StrCat("line 1: not \"", kHeader, "\", or cut off"));
  }
  lines.pop_back();
  std::vector<IndexEntry> entries;
  for (size_t i = 1; i < lines.size(); ++i) {
    auto entry = ParseLine(lines[i]);
    if (!entry.ok()) {
      return absl::DataLossError(absl::StrCat("line ", i + 1, ": ", entry.status().message()));
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace kopa::pki
