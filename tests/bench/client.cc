#include "tests/bench/client.h"

#include <chrono>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/identity.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

constexpr std::chrono::seconds kPatience(60);
constexpr size_t kIdBytes = 16;

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  rpc::ChannelOptions options;
  options.address = address;
  options.insecure = true;
  options.own_connection = true;
  return Must(rpc::NewChannel(options), "connecting");
}

void Prepare(const Flags& flags, grpc::ClientContext* context) {
  context->AddMetadata(rpc::kActorMetadata, rpc::EncodeActor(flags.actor));
  context->set_deadline(std::chrono::system_clock::now() + kPatience);
}

std::string NewRequestId() {
  static const SystemClock clock;
  static SystemEntropy entropy;
  return std::string(entropy.NewUuid(clock.Now()).bytes());
}

std::vector<std::string> ReadIds(const Flags& flags) {
  std::ifstream file(flags.ids, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(flags.first) * static_cast<std::streamoff>(kIdBytes));
  std::vector<std::string> ids;
  std::string id(kIdBytes, '\0');
  while (static_cast<int64_t>(ids.size()) < flags.count &&
         file.read(id.data(), static_cast<std::streamsize>(id.size()))) {
    ids.push_back(id);
  }
  if (static_cast<int64_t>(ids.size()) < flags.count) {
    Fail(absl::StrCat(flags.ids, " has only ", ids.size(), " ids from number ", flags.first,
                      " on; ", flags.count, " are wanted"));
  }
  return ids;
}

}  // namespace kopa::bench
