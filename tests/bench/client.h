#ifndef KOPA_TESTS_BENCH_CLIENT_H_
#define KOPA_TESTS_BENCH_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/uuid.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "tests/bench/flags.h"

namespace kopa::bench {

// A connection of its own to a server on loopback, in plaintext.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// What each call carries: who acts, and a deadline that only a hanging server passes.
void Prepare(const Flags& flags, grpc::ClientContext* context);

// A fresh request id.
std::string NewRequestId();

// `flags.count` ids from the file, from the `flags.first`-th on; fewer end the process.
std::vector<std::string> ReadIds(const Flags& flags);

}  // namespace kopa::bench

#endif  // KOPA_TESTS_BENCH_CLIENT_H_
