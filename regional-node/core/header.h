#ifndef KOPA_REGIONAL_NODE_CORE_HEADER_H_
#define KOPA_REGIONAL_NODE_CORE_HEADER_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kopa/national/v1/application.pb.h"

namespace kopa::node {

// 16 bytes of a keyed digest (HMAC-SHA-256, cut): can be compared but not guessed.
class Digest {
 public:
  Digest() = default;
  // Takes the first 16 bytes; needs at least as many.
  static Digest FromBytes(absl::string_view bytes);
  absl::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  friend bool operator==(const Digest&, const Digest&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Digest& digest) {
    return H::combine(std::move(h), digest.bytes());
  }

 private:
  std::array<char, 16> bytes_{};
};

// What deciding needs of an application: kept in memory for every one, so it is small. Everything
// else lies in region.v1.Application and is fetched before a command is queued.
struct Header {
  uint16_t call = 0;          // index into the core's calls
  uint16_t municipality = 0;  // index into the core's municipalities
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  uint32_t version = 0;
  uint64_t submit_seq = 0;  // journal record of the newest hand-in
  Digest reference;  // of call, applicant and external_ref: what makes it the same application
  Digest content;    // of all that was handed in: what makes it a replay
  Digest request;    // of the request that brought the newest hand-in
};

// A header as it is stored: names instead of indexes, since those are of one process only.
struct StoredHeader {
  std::string call;
  std::string municipality;
  Header header;

  std::string Serialize() const;
  static absl::StatusOr<StoredHeader> Parse(absl::string_view bytes);
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_HEADER_H_
