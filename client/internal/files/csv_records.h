#ifndef KOPA_CLIENT_INTERNAL_FILES_CSV_RECORDS_H_
#define KOPA_CLIENT_INTERNAL_FILES_CSV_RECORDS_H_

#include <csv.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/line_reader.h"

namespace kopa::client {

// Commas, semicolons or tabs: whichever the line has most of outside quotes; a comma where it has
// none.
char FindSeparator(absl::string_view header_line);

struct CsvRecord {
  int64_t line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
  // What is wrong with its quotes or length, for the person who wrote it; empty where nothing is.
  // The cells of such a record are its first line, cut at every separator.
  std::string problem;
};

// The records of a CSV file, the header among them. Cells with quotes in them or over several lines
// go through libcsv; most lines of most files have none and are just cut, which is three times as
// fast. Empty lines are passed over. For one thread.
//
// A quote that is missing somewhere would make the rest of the file one cell. So a record whose
// quotes don't end well spoils its own first line only: reading goes on with the line after that.
class CsvRecords {
 public:
  // A record over several lines has at most this much text.
  static constexpr size_t kRecordBytesMax = size_t{1} << 20;
  // After this many cells that never end the file is given up: each costs reading kRecordBytesMax.
  static constexpr int kUnendedMax = 200;

  CsvRecords(LineReader* lines, char separator);
  ~CsvRecords();
  CsvRecords(const CsvRecords&) = delete;
  CsvRecords& operator=(const CsvRecords&) = delete;

  // Puts the next record into `record`; false at the end. INVALID_ARGUMENT where the file is given
  // up.
  absl::StatusOr<bool> Next(CsvRecord* record);

 private:
  enum class Quotes { kUnderstood, kPassedOver };
  enum class Progress { kDone, kInsideQuotes, kBadQuote };

  absl::Status ReadQuoted(CsvRecord* record);
  absl::Status GiveUp(std::vector<Line> taken, std::string problem, CsvRecord* record);
  Progress Feed(absl::string_view text);
  // Cuts a line at its separators. False where that takes the parser: a quote within a quoted cell,
  // or one that does not end on this line.
  bool Cut(absl::string_view line, Quotes quotes, std::vector<std::string>* cells) const;

  LineReader* const lines_;
  const char separator_;
  Line line_;
  csv_parser parser_;
  // Written by libcsv's callbacks while Feed runs.
  std::vector<std::string> cells_;
  bool is_row_done_ = false;
  int unended_ = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_CSV_RECORDS_H_
