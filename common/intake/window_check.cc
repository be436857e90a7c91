#include "common/intake/window_check.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace kopa::intake {
namespace {

constexpr char kField[] = "received_time";

std::string Latvian(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%d.%m.%Y. plkst. %H.%M", time, zone);
}

Fault NotOpen(const programme::TimeWindow& window) {
  const std::string zone = window.zone.name();
  return {.field = kField,
          .code = "WINDOW_NOT_OPEN",
          .message = absl::StrCat("applications are taken from ",
                                  absl::FormatTime("%Y-%m-%d %H:%M", window.opens, window.zone),
                                  " (", zone, ") on"),
          .message_lv = absl::StrCat("Pieteikumus pieņem no ", Latvian(window.opens, window.zone),
                                     " (", zone, ").")};
}

// A window that closes at midnight is told by its last day, as announcements do.
Fault Closed(const programme::TimeWindow& window) {
  const std::string zone = window.zone.name();
  const absl::CivilSecond closes = absl::ToCivilSecond(window.closes, window.zone);
  const bool midnight = closes == absl::CivilSecond(absl::CivilDay(closes));
  const absl::CivilDay last = window.LastDay();
  Fault fault{.field = kField, .code = "WINDOW_CLOSED", .message = "", .message_lv = ""};
  fault.message =
      absl::StrCat("applications were taken until ",
                   midnight ? absl::StrCat("the end of ", absl::FormatCivilTime(last))
                            : absl::FormatTime("%Y-%m-%d %H:%M", window.closes, window.zone),
                   " (", zone, ")");
  fault.message_lv =
      absl::StrCat("Pieteikumus pieņēma līdz ",
                   midnight ? absl::FormatTime("%d.%m.%Y. plkst. 24.00",
                                               window.closes - absl::Microseconds(1), window.zone)
                            : Latvian(window.closes, window.zone),
                   " (", zone, ").");
  return fault;
}

}  // namespace

std::vector<Fault> CheckWindow(const programme::CallRules& rules, absl::string_view municipality,
                               absl::Time received, absl::Time now) {
  std::vector<Fault> faults;
  if (rules.call().closed()) {
    return {{.field = "call",
             .code = "CALL_CLOSED",
             .message = "the call was closed; it takes no more applications",
             .message_lv = "Konkurss ir slēgts; pieteikumus vairs nepieņem."}};
  }
  const programme::TimeWindow& window = rules.WindowOf(municipality);
  if (received > now) {
    faults.push_back({.field = kField,
                      .code = "RECEIVED_IN_FUTURE",
                      .message = "the time of receipt may not lie in the future",
                      .message_lv = "Saņemšanas laiks nedrīkst būt nākotnē."});
  } else if (received < window.opens) {
    faults.push_back(NotOpen(window));
  } else if (received >= window.closes) {
    faults.push_back(Closed(window));
  }
  return faults;
}

}  // namespace kopa::intake
