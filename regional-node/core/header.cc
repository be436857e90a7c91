#include "regional-node/core/header.h"

#include <cstring>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::node {
namespace {

// StoredHeader ::= version:u8(=1) call:bytes municipality:bytes status:u8 version:u32
// submit_seq:u64
//                  reference:16 content:16 request:16
constexpr uint8_t kFormat = 1;

}  // namespace

Digest Digest::FromBytes(absl::string_view bytes) {
  KOPA_CHECK(bytes.size() >= 16);
  Digest digest;
  std::memcpy(digest.bytes_.data(), bytes.data(), 16);
  return digest;
}

std::string StoredHeader::Serialize() const {
  ByteWriter out;
  out.U8(kFormat)
      .Bytes(call)
      .Bytes(municipality)
      .U8(static_cast<uint8_t>(header.status))
      .U32(header.version)
      .U64(header.submit_seq)
      .Raw(header.reference.bytes())
      .Raw(header.content.bytes())
      .Raw(header.request.bytes());
  return out.Take();
}

absl::StatusOr<StoredHeader> StoredHeader::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  StoredHeader stored;
  if (in.U8() != kFormat) return absl::DataLossError("application header: unknown format");
  stored.call = std::string(in.Bytes());
  stored.municipality = std::string(in.Bytes());
  stored.header.status = static_cast<national::v1::ApplicationStatus>(in.U8());
  stored.header.version = in.U32();
  stored.header.submit_seq = in.U64();
  const absl::string_view digests = in.Raw(48);
  if (!in.ok() || !in.rest().empty()) {
    return absl::DataLossError("application header: wrong length");
  }
  stored.header.reference = Digest::FromBytes(digests.substr(0, 16));
  stored.header.content = Digest::FromBytes(digests.substr(16, 16));
  stored.header.request = Digest::FromBytes(digests.substr(32, 16));
  return stored;
}

}  // namespace kopa::node
