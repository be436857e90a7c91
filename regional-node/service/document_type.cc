#include "regional-node/service/document_type.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/status.h"

namespace kopa::node {

namespace {

constexpr absl::string_view kPdf = "%PDF-";
constexpr absl::string_view kMimeTypeName = "mimetype";
constexpr absl::string_view kContainer = "application/vnd.etsi.asic-e+zip";

// A ZIP's local file header (APPNOTE.TXT 4.3.7), little endian:
//   signature:u32 version:u16 flags:u16 method:u16 time:u16 date:u16 crc:u32
//   compressed_size:u32 size:u32 name_length:u16 extra_length:u16 name extra content
constexpr absl::string_view kZipEntry("PK\x03\x04", 4);
constexpr size_t kFlagsAt = 6;
constexpr size_t kMethodAt = 8;
constexpr size_t kCompressedSizeAt = 18;
constexpr size_t kNameLengthAt = 26;
constexpr size_t kExtraLengthAt = 28;
constexpr size_t kNameAt = 30;
constexpr uint32_t kEncrypted = 1 << 0;
constexpr uint32_t kSizesFollow = 1 << 3;  // they lie behind the content, and are 0 here
constexpr uint32_t kStored = 0;

uint32_t LittleEndian(absl::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i > 0; --i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

bool IsContainer(absl::string_view begin) {
  if (begin.size() < kNameAt || !absl::StartsWith(begin, kZipEntry)) return false;
  const uint32_t flags = LittleEndian(begin, kFlagsAt, 2);
  const uint32_t size = LittleEndian(begin, kCompressedSizeAt, 4);
  const bool right_size = size == kContainer.size() || (size == 0 && (flags & kSizesFollow) != 0);
  if ((flags & kEncrypted) != 0 || LittleEndian(begin, kMethodAt, 2) != kStored || !right_size ||
      LittleEndian(begin, kNameLengthAt, 2) != kMimeTypeName.size() ||
      !absl::StartsWith(begin.substr(kNameAt), kMimeTypeName)) {
    return false;
  }
  const size_t content_at = kNameAt + kMimeTypeName.size() + LittleEndian(begin, kExtraLengthAt, 2);
  if (content_at > begin.size()) return false;
  return absl::StartsWith(begin.substr(content_at), kContainer);
}

}  // namespace

absl::StatusOr<region::v1::DocumentType> TypeOfDocument(absl::string_view begin) {
  if (absl::StartsWith(begin, kPdf)) return region::v1::DOCUMENT_TYPE_PDF;
  if (IsContainer(begin)) return region::v1::DOCUMENT_TYPE_EDOC;
  Fault fault{"content", "DOCUMENT_TYPE",
              "a document is a PDF or a signed container (.edoc, .asice); this is neither by its "
              "content, whatever its name says",
              "dokuments ir PDF vai parakstīts konteiners (.edoc, .asice); pēc satura šis nav ne "
              "viens, ne otrs, lai kāds būtu tā nosaukums"};
  absl::Status status = absl::InvalidArgumentError(fault.message);
  return WithFault(std::move(status), std::move(fault));
}

}  // namespace kopa::node
