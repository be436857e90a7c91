#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "client/internal/files/application_file.h"
#include "client/internal/files/rejects_writer.h"
#include "common/base/entropy.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using programme::v1::APPLICATION_FORM_INITIATIVES;

// Bytes that mean something to a reader of CSV or JSON are frequent, so that their mixtures occur.
std::string RandomText(SeededEntropy* entropy, size_t size) {
  static constexpr char kBytes[] = "\"\"\",,;\t\n\n\r|{}[]:\\A1\0\xC4\x81\xEF\xBF\xBD\xFF ";
  constexpr absl::string_view kTelling(kBytes, sizeof kBytes - 1);
  std::string text;
  while (text.size() < size) {
    const uint64_t draw = entropy->NextU64();
    text.push_back(draw % 4 == 0 ? static_cast<char>(draw >> 8)
                                 : kTelling[(draw >> 8) % kTelling.size()]);
  }
  return text;
}

// Refuses all there is and reads it again: neither may end otherwise than with a status.
void ReadAndReject(const TestFolder& folder, const std::string& content, FileFormat format) {
  const std::string path = folder.Write(content);
  auto reader = ApplicationFileReader::Open(path, CallOfForm(APPLICATION_FORM_INITIATIVES),
                                            {.encoding = "", .format = format});
  if (!reader.ok()) return;
  const std::string rejects = folder.PathOf("rejects.csv");
  auto writer = RejectsWriter::Create(rejects, (*reader)->columns()).value();
  int64_t last_line = 0;
  while (true) {
    auto application = (*reader)->Next();
    if (!application.ok() || !application->has_value()) break;
    for (const int64_t line : (*application)->lines) {
      ASSERT_GT(line, last_line);
      last_line = line;
    }
    // Invalid UTF-8 in a text field would be refused by the other side of the wire.
    region::v1::ApplicationInput copy;
    ASSERT_TRUE(copy.ParseFromString((*application)->input.SerializeAsString()));
    ASSERT_TRUE(writer->Add(**application, {}).ok());
  }
  const int64_t rows = writer->rows();
  ASSERT_EQ(rows, (*reader)->rows_read());
  ASSERT_TRUE(writer->Close().ok());
  if (rows == 0) return;
  const auto again = ReadAll(rejects, APPLICATION_FORM_INITIATIVES);
  ASSERT_TRUE(again.ok()) << again.status();
  size_t rows_again = 0;
  for (const InputApplication& application : *again) rows_again += application.rows.size();
  ASSERT_EQ(static_cast<int64_t>(rows_again), rows);
}

TEST(RandomInput, NeverCrashesNorLosesARow) {
  TestFolder folder;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    SeededEntropy entropy(seed);
    const size_t size = entropy.NextU64() % 2000;
    const std::string text = RandomText(&entropy, size);
    ReadAndReject(folder, text, FileFormat::kFind);
    ReadAndReject(folder, absl::StrCat(kInitiativeHeader, "\n", text), FileFormat::kCsv);
    ReadAndReject(folder, text, FileFormat::kJsonLines);
    if (HasFatalFailure()) return;
  }
}

TEST(RandomInput, ADamagedFileNeverCrashesNorLosesARow) {
  TestFolder folder;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    SeededEntropy entropy(seed);
    std::string content = absl::StrCat(kInitiativeHeader, "\n");
    const size_t header = content.size();
    for (int i = 0; i < 20; ++i) {
      absl::StrAppend(&content, InitiativeRow(absl::StrCat("A", i / 3), "\"x\ny\""), "\r\n");
    }
    for (int i = 0; i < 10; ++i) {
      content[header + entropy.NextU64() % (content.size() - header)] = RandomText(&entropy, 1)[0];
    }
    ReadAndReject(folder, content, FileFormat::kFind);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace kopa::client
