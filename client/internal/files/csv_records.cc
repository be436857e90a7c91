#include "client/internal/files/csv_records.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

constexpr absl::string_view kSeparators = ",;\t";

// A carriage return counts as a blank: at the end of a line it goes, inside a cell it stays.
bool IsBlankChar(char c) { return c == ' ' || c == '\t' || c == '\r'; }
int IsBlank(unsigned char c) { return IsBlankChar(static_cast<char>(c)) ? 1 : 0; }
int IsLineEnd(unsigned char c) { return c == '\n' ? 1 : 0; }

}  // namespace

char FindSeparator(absl::string_view header_line) {
  size_t counts[kSeparators.size()] = {};
  bool in_quotes = false;
  for (const char c : header_line) {
    if (c == '"') in_quotes = !in_quotes;
    const size_t kind = kSeparators.find(c);
    if (!in_quotes && kind != absl::string_view::npos) ++counts[kind];
  }
  const auto* most = std::max_element(std::begin(counts), std::end(counts));
  return kSeparators[static_cast<size_t>(most - std::begin(counts))];
}

CsvRecords::CsvRecords(LineReader* lines, char separator) : lines_(lines), separator_(separator) {
  KOPA_CHECK(csv_init(&parser_, CSV_STRICT) == 0);
  csv_set_delim(&parser_, static_cast<unsigned char>(separator));
  csv_set_space_func(&parser_, IsBlank);
  csv_set_term_func(&parser_, IsLineEnd);
  // libcsv grows its buffer by this much at a time; its default is 128 bytes.
  csv_set_blk_size(&parser_, 64 * 1024);
}

CsvRecords::~CsvRecords() { csv_free(&parser_); }

absl::StatusOr<bool> CsvRecords::Next(CsvRecord* record) {
  do {
    ASSIGN_OR_RETURN(const bool more, lines_->Next(&line_));
    if (!more) return false;
  } while (!line_.is_too_long && absl::StripAsciiWhitespace(line_.text).empty() &&
           !(separator_ == '\t' && line_.text.find('\t') != std::string::npos));

  record->line = line_.number;
  record->problem.clear();
  if (line_.is_too_long) {
    Cut(line_.text, Quotes::kPassedOver, &record->cells);
    record->problem = absl::StrCat("the line is longer than ", LineReader::kLineBytesMax, " bytes");
    return true;
  }
  if (!Cut(line_.text, Quotes::kUnderstood, &record->cells)) RETURN_IF_ERROR(ReadQuoted(record));
  return true;
}

bool CsvRecords::Cut(absl::string_view line, Quotes quotes, std::vector<std::string>* cells) const {
  size_t count = 0;
  for (bool is_last = false; !is_last;) {
    while (!line.empty() && line[0] != separator_ && IsBlankChar(line[0])) line.remove_prefix(1);
    absl::string_view cell;
    if (quotes == Quotes::kUnderstood && absl::ConsumePrefix(&line, "\"")) {
      const size_t quote = line.find('"');
      if (quote == absl::string_view::npos) return false;
      cell = line.substr(0, quote);
      line.remove_prefix(quote + 1);
      while (!line.empty() && line[0] != separator_ && IsBlankChar(line[0])) line.remove_prefix(1);
      if (!line.empty() && line[0] != separator_) return false;
      is_last = line.empty();
    } else {
      const size_t end = line.find(separator_);
      is_last = end == absl::string_view::npos;
      cell = line.substr(0, end);
      line.remove_prefix(cell.size());
      while (!cell.empty() && IsBlankChar(cell.back())) cell.remove_suffix(1);
    }
    if (!is_last) line.remove_prefix(1);
    if (count == cells->size()) cells->emplace_back();
    (*cells)[count++].assign(cell.data(), cell.size());
  }
  cells->resize(count);
  return true;
}

absl::Status CsvRecords::ReadQuoted(CsvRecord* record) {
  cells_.clear();
  is_row_done_ = false;
  std::vector<Line> taken;
  size_t bytes = 0;
  while (true) {
    bytes += line_.text.size() + 1;
    const Progress progress = Feed(line_.text);
    if (progress == Progress::kDone) {
      record->cells = std::move(cells_);
      return absl::OkStatus();
    }
    taken.push_back(std::move(line_));
    if (progress == Progress::kBadQuote) {
      return GiveUp(std::move(taken),
                    "a quoted cell has a quote inside that is not doubled, or text after its last "
                    "quote; inside a quoted cell a quote is written twice",
                    record);
    }
    ASSIGN_OR_RETURN(const bool more, lines_->Next(&line_));
    if (!more) {
      return GiveUp(std::move(taken), "a quote that begins a cell here has no end", record);
    }
    if (line_.is_too_long || bytes + line_.text.size() > kRecordBytesMax) {
      taken.push_back(std::move(line_));
      return GiveUp(std::move(taken),
                    absl::StrCat("a quote that begins a cell here has no end within ",
                                 kRecordBytesMax, " bytes"),
                    record);
    }
  }
}

absl::Status CsvRecords::GiveUp(std::vector<Line> taken, std::string problem, CsvRecord* record) {
  csv_fini(&parser_, nullptr, nullptr, nullptr);  // makes it ready for another record
  if (taken.size() > 1 && ++unended_ > kUnendedMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", taken[0].number, ": more than ", kUnendedMax,
                     " quoted cells that don't end; is this a CSV file?"));
  }
  Cut(taken[0].text, Quotes::kPassedOver, &record->cells);
  record->problem = std::move(problem);
  taken.erase(taken.begin());
  lines_->PutBack(std::move(taken));
  return absl::OkStatus();
}

CsvRecords::Progress CsvRecords::Feed(absl::string_view text) {
  const auto on_cell = [](void* cell, size_t size, void* self) {
    static_cast<CsvRecords*>(self)->cells_.emplace_back(static_cast<const char*>(cell), size);
  };
  const auto on_row = [](int, void* self) { static_cast<CsvRecords*>(self)->is_row_done_ = true; };

  while (!text.empty()) {
    const size_t parsed = csv_parse(&parser_, text.data(), text.size(), on_cell, on_row, this);
    if (parsed == text.size()) break;
    // A quote within a cell that does not begin with one is just a character, as spreadsheets take
    // it too. Anything else that strict parsing refuses would shift the cells behind it.
    if (csv_error(&parser_) != CSV_EPARSE || parser_.quoted != 0) return Progress::kBadQuote;
    csv_set_opts(&parser_, 0);
    csv_parse(&parser_, text.data() + parsed, 1, on_cell, on_row, this);
    csv_set_opts(&parser_, CSV_STRICT);
    text.remove_prefix(parsed + 1);
  }
  csv_parse(&parser_, "\n", 1, on_cell, on_row, this);
  return is_row_done_ ? Progress::kDone : Progress::kInsideQuotes;
}

}  // namespace kopa::client
