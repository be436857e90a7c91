#include "client/internal/files/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/internal/files/text_source.h"
#include "common/base/bytes.h"
#include "common/base/file.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Decode(const std::string& encoding, absl::string_view bytes, size_t piece) {
  Decoder decoder = Decoder::Create(encoding).value();
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    EXPECT_TRUE(decoder.Append(bytes.substr(at, piece), at + piece >= bytes.size(), &text).ok());
  }
  return text;
}

TEST(Encoding, EveryVectorOfWindows1257IsDecoded) {
  const std::string vectors =
      ReadFile(absl::StrCat(getenv("KOPA_SOURCE_DIR"), "/data/test-vectors/cp1257_vectors.csv"))
          .value();
  int checked = 0;
  for (const absl::string_view line : absl::StrSplit(vectors, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (cells.size() < 6 || cells[0] == "char") continue;
    EXPECT_EQ(Decode("windows-1257", FromHex(cells[2]).value(), 1), FromHex(cells[5]).value())
        << cells[1];
    ++checked;
  }
  EXPECT_GE(checked, 31);
}

TEST(Encoding, WhatWindows1257DoesNotHaveIsFoundAsLost) {
  for (const char* bytes : {"a\xA1", "a\x81", "\xA5"}) {
    std::string text = Decode("windows-1257", bytes, 1);
    EXPECT_TRUE(ReplaceMalformed(&text)) << ToHex(bytes);
  }
}

TEST(Encoding, CharactersSurviveBeingCutBetweenTwoPieces) {
  // Two bytes a character: each is cut apart.
  EXPECT_EQ(Decode("Shift_JIS", "\x93\xFA\x96\x7B", 1), "日本");
}

TEST(Encoding, TextMuchLongerInUtf8IsNotCutOff) {
  EXPECT_EQ(Decode("windows-1257", std::string(5000, '\x80'), 5000).size(), 15000u);
}

TEST(Encoding, UnknownAndWideEncodingsAreRefused) {
  EXPECT_THAT(Decoder::Create("latin-latvian").status().message(), HasSubstr("latin-latvian"));
  EXPECT_THAT(Decoder::Create("utf-16le").status().message(), HasSubstr("UTF-16"));
  EXPECT_THAT(Decoder::Create("UTF-32").status().message(), HasSubstr("UTF-16 or UTF-32"));
}

TEST(Encoding, IsFoundFromTheBeginning) {
  EXPECT_EQ(GuessEncoding("\xEF\xBB\xBFskola", true)->bom_bytes, 3u);
  EXPECT_EQ(GuessEncoding("skola", true)->encoding, "UTF-8");
  EXPECT_EQ(GuessEncoding("pašvaldība", true)->encoding, "UTF-8");
  EXPECT_EQ(GuessEncoding("pa\xF0vald\xEE"
                          "ba",
                          true)
                ->encoding,
            "windows-1257");
}

TEST(Encoding, ACharacterCutOffAtTheEndOfTheSampleIsNoDamage) {
  const absl::string_view cut = "pa\xC5";
  EXPECT_EQ(GuessEncoding(cut, false)->encoding, "UTF-8");
  EXPECT_EQ(GuessEncoding(cut, true)->encoding, "windows-1257");
}

TEST(Encoding, AFewBadBytesDoNotTurnAUtf8FileIntoGarbage) {
  EXPECT_EQ(GuessEncoding("pašvaldība, J\xE2nis", true)->encoding, "UTF-8");
}

TEST(Encoding, Utf16IsRefusedInWords) {
  for (const absl::string_view sample :
       {absl::string_view("\xFF\xFE"
                          "a\0",
                          4),
        absl::string_view("\xFE\xFF\0a", 4), absl::string_view("a\0b\0c\0", 6),
        absl::string_view("\0a\0b", 4)}) {
    const absl::Status status = GuessEncoding(sample, true).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(status.message(), HasSubstr("UTF-16"));
  }
}

TEST(Encoding, MalformedBytesAreReplacedAndTheRestKept) {
  std::string text = "J\xE2nis Bērziņš\xC4";
  EXPECT_TRUE(ReplaceMalformed(&text));
  EXPECT_EQ(text, "J\xEF\xBF\xBDnis Bērziņš\xEF\xBF\xBD");
  // A second look still tells that something is lost.
  EXPECT_TRUE(ReplaceMalformed(&text));

  for (std::string good : {"", "plain ASCII of more than eight bytes", "Bērziņš", "„€”", "😀"}) {
    const std::string before = good;
    EXPECT_FALSE(ReplaceMalformed(&good)) << before;
    EXPECT_EQ(good, before);
  }
  for (std::string bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "12345678\xFF"}) {
    EXPECT_TRUE(ReplaceMalformed(&bad)) << ToHex(bad);
  }
}

TEST(TextSource, HandsOnAFileThatIsLargerThanItsBuffersUnchanged) {
  TestFolder folder;
  std::string content = "\xEF\xBB\xBF";
  for (int i = 0; content.size() < 2 * TextSource::kSampleBytes + 12345; ++i) {
    absl::StrAppend(&content, "rinda ", i, " – ā\n");
  }
  auto source = TextSource::Open(folder.Write(content), "").value();
  EXPECT_EQ(source->encoding(), "UTF-8 with BOM");
  std::string text;
  while (source->ReadMore(&text).value()) {
  }
  EXPECT_TRUE(text == content.substr(3));
}

TEST(TextSource, SaysWhichFileCannotBeRead) {
  TestFolder folder;
  const absl::Status missing = TextSource::Open(folder.PathOf("none.csv"), "").status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_THAT(missing.message(), HasSubstr("none.csv"));
  const absl::Status is_folder = TextSource::Open(folder.PathOf(""), "").status();
  EXPECT_TRUE(absl::IsInvalidArgument(is_folder));
  EXPECT_THAT(is_folder.message(), HasSubstr("folder"));
  EXPECT_THAT(TextSource::Open(folder.Write("\xFF\xFE"
                                            "a"),
                               "")
                  .status()
                  .message(),
              HasSubstr("input.csv: the file is UTF-16"));
}

TEST(TextSource, ANamedEncodingIsUsedWhateverTheFileLooksLike) {
  TestFolder folder;
  auto source = TextSource::Open(folder.Write("\xC4\x81"), "windows-1257").value();
  std::string text;
  EXPECT_TRUE(source->ReadMore(&text).value());
  EXPECT_THAT(text, Not(HasSubstr("ā")));

  // A mark at the beginning is no text, though UTF-8 was asked for.
  source = TextSource::Open(folder.Write("\xEF\xBB\xBF"
                                         "a"),
                            "utf-8")
               .value();
  text.clear();
  EXPECT_TRUE(source->ReadMore(&text).value());
  EXPECT_EQ(text, "a");
}

}  // namespace
}  // namespace kopa::client
