#include "client/include/kopa/connections.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/caller.h"
#include "client/internal/channels.h"
#include "common/base/status.h"

namespace kopa::client {

Connections::Connections(ConnectionOptions options, ClientParts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      channels_(std::make_unique<Channels>(options_)) {}

Connections::~Connections() = default;

absl::StatusOr<std::unique_ptr<CentralClient>> Connections::Central(const std::string& address) {
  ASSIGN_OR_RETURN(const auto channel, channels_->To(address));
  return std::make_unique<CentralClient>(
      kopa::national::v1::NationalService::NewStub(channel),
      kopa::national::v1::OfficeService::NewStub(channel),
      std::make_unique<Caller>(absl::StrCat("the centre at ", address), options_, parts_,
                               channels_.get(), channel, Patience::kUsual));
}

absl::StatusOr<std::unique_ptr<NodeClient>> Connections::Node(const std::string& name,
                                                              const std::string& address,
                                                              Patience patience) {
  ASSIGN_OR_RETURN(const auto channel, channels_->To(address));
  const std::string server = name.empty() ? absl::StrCat("the node at ", address)
                                          : absl::StrCat("node ", name, " at ", address);
  return std::make_unique<NodeClient>(
      kopa::region::v1::RegionService::NewStub(channel),
      std::make_unique<Caller>(server, options_, parts_, channels_.get(), channel, patience));
}

absl::StatusOr<std::unique_ptr<kopa::region::v1::RegionService::StubInterface>>
Connections::RegionStub(const std::string& address) {
  ASSIGN_OR_RETURN(const auto channel, channels_->To(address));
  return std::unique_ptr<kopa::region::v1::RegionService::StubInterface>(
      kopa::region::v1::RegionService::NewStub(channel));
}

void Connections::Prepare(grpc::ClientContext* context) const { channels_->Prepare(context); }

}  // namespace kopa::client
