// Redis on the same awards: a script that takes the money off a counter where it suffices and notes
// the award in a stream. Each client keeps `batch` of them under way.

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/applications.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

constexpr char kScript[] = R"(
  local left = tonumber(redis.call('GET', KEYS[1]))
  if left < tonumber(ARGV[1]) then return 0 end
  redis.call('DECRBY', KEYS[1], ARGV[1])
  redis.call('XADD', KEYS[2], '*', 'application', ARGV[2], 'cents', ARGV[1])
  return 1)";

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

class Connection {
 public:
  explicit Connection(const Flags& flags) : context_(redisConnectUnix(flags.socket.c_str())) {
    if (context_ == nullptr || context_->err != 0) Fail("connecting to Redis");
  }
  ~Connection() { redisFree(context_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Send(const std::vector<std::string>& words) {
    std::vector<const char*> pointers;
    std::vector<size_t> lengths;
    for (const std::string& word : words) {
      pointers.push_back(word.data());
      lengths.push_back(word.size());
    }
    redisAppendCommandArgv(context_, static_cast<int>(words.size()), pointers.data(),
                           lengths.data());
  }

  Reply Receive() {
    void* reply = nullptr;
    if (redisGetReply(context_, &reply) != REDIS_OK) Fail(context_->errstr);
    Reply owned(static_cast<redisReply*>(reply));
    if (owned->type == REDIS_REPLY_ERROR) Fail(owned->str);
    return owned;
  }

 private:
  redisContext* const context_;
};

void Award(const std::string& script, const Flags& flags, int64_t count, Connection& connection) {
  while (count > 0) {
    const int64_t many = std::min<int64_t>(flags.batch, count);
    for (int64_t i = 0; i < many; ++i) {
      connection.Send(
          {"EVALSHA", script, "2", "budget", "awards", absl::StrCat(kAwardCents), NewRequestId()});
    }
    for (int64_t i = 0; i < many; ++i) {
      if (connection.Receive()->integer != 1) Fail("an award was not made");
    }
    count -= many;
  }
}

}  // namespace

void MeasureRedis(const Flags& flags) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < flags.clients; ++i) {
    connections.push_back(std::make_unique<Connection>(flags));
  }
  Connection& first = *connections.front();
  first.Send({"SET", "budget", "1000000000000"});
  first.Receive();
  first.Send({"SCRIPT", "LOAD", kScript});
  const Reply loaded = first.Receive();
  const std::string script(loaded->str, static_cast<size_t>(loaded->len));

  const int64_t begin = MonotonicNanos();
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < flags.clients; ++i) {
    const int64_t count = flags.count * (i + 1) / flags.clients - flags.count * i / flags.clients;
    threads.emplace_back(
        [&, i, count] { Award(script, flags, count, *connections[static_cast<size_t>(i)]); });
  }
  for (std::thread& thread : threads) thread.join();
  Report().AddRate(flags.count, MonotonicNanos() - begin).Print();
}

}  // namespace kopa::bench
