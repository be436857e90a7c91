#ifndef KOPA_COMMON_RPC_LIMITS_H_
#define KOPA_COMMON_RPC_LIMITS_H_

#include <cstddef>

// The limits that hold on the wire, for gRPC and for HTTP, in one place. Both ends are built with
// the same ones. What a limit refuses is a clear error, never a slow death.
namespace kopa::rpc {

inline constexpr int kKiB = 1024;
inline constexpr int kMiB = 1024 * kKiB;

// --- gRPC messages and streams

// One message, either way. Batches are cut to fit well below it.
inline constexpr int kMessageBytesMax = 4 * kMiB;
// Calls at once on one connection. Bounds what one peer can make a server hold.
inline constexpr int kStreamsPerConnectionMax = 100;
// All metadata (headers) of a call, and of its answer.
inline constexpr int kMetadataBytesMax = 16 * kKiB;

// Errors travel as metadata, so they share its limit with everything else there: percent-encoding
// can triple the text, base64 adds a third to the details.
inline constexpr size_t kErrorTextBytesMax = 1 * kKiB;
inline constexpr size_t kErrorDetailsBytesMax = 6 * kKiB;
// One text inside the details (a field's name, a fault's message).
inline constexpr size_t kFaultTextBytesMax = 512;
static_assert(3 * kErrorTextBytesMax + kErrorDetailsBytesMax * 4 / 3 + 2 * kKiB <=
                  kMetadataBytesMax,
              "the largest error must pass as metadata, beside 2 KiB of everything else");

// The name of a caller.
inline constexpr size_t kActorBytesMax = 128;

// --- gRPC connections

// From accepting a connection to the end of the TLS and HTTP/2 handshakes.
inline constexpr int kHandshakeMsMax = 10'000;
// A connection without a call is closed after this; clients open another when they need one.
inline constexpr int kConnectionIdleMsMax = 10 * 60'000;
// A connection takes no new calls after this, so that certificates are looked at again...
inline constexpr int kConnectionAgeMsMax = 12 * 60 * 60'000;
// ...and calls still running on it, the link among them, are cut after this much more.
inline constexpr int kConnectionAgeGraceMs = 5 * 60'000;

// Either side pings a silent connection after this and gives it up after that without an answer, so
// that a peer whose machine vanished is noticed.
inline constexpr int kKeepaliveMs = 20'000;
inline constexpr int kKeepaliveAnswerMsMax = 10'000;
// A server closes a connection that pings more often than this.
inline constexpr int kPingIntervalMsMin = 10'000;
static_assert(kPingIntervalMsMin < kKeepaliveMs, "our own clients would be thrown out");

// Pauses between attempts to connect grow from the first to the last.
inline constexpr int kReconnectMsMin = 100;
inline constexpr int kReconnectMsMax = 5'000;
// One attempt to connect may take this long before the next begins.
inline constexpr int kConnectMsMax = 5'000;

// --- HTTP

inline constexpr size_t kHttpConnectionsMax = 256;
// The request line and all headers.
inline constexpr size_t kHttpHeaderBytesMax = 16 * kKiB;
inline constexpr size_t kHttpBodyBytesMax = kMessageBytesMax;
// From the first byte awaited to the last byte of a request.
inline constexpr int kHttpReadMsMax = 15'000;
// From an answer to the next request on the same connection, the request included.
inline constexpr int kHttpIdleMsMax = 60'000;
// From the first byte of an answer to the last.
inline constexpr int kHttpWriteMsMax = 30'000;

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_LIMITS_H_
