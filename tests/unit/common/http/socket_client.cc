#include "tests/unit/common/http/socket_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/settings/address.h"

namespace kopa::http {

SocketClient::SocketClient(const std::string& address) {
  const auto parsed = settings::ParseAddress(address);
  KOPA_CHECK_MSG(parsed.ok(), address);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(parsed->port);
  KOPA_CHECK(inet_pton(AF_INET, parsed->host.c_str(), &peer.sin_addr) == 1);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  KOPA_CHECK(connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof(peer)) == 0);
}

SocketClient::~SocketClient() { close(fd_); }

void SocketClient::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) return;  // the server closed; what it said can still be read
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

bool SocketClient::Fill() {
  char chunk[4096];
  const ssize_t size = recv(fd_, chunk, sizeof(chunk), 0);
  if (size <= 0) return false;
  buffer_.append(chunk, static_cast<size_t>(size));
  return true;
}

bool SocketClient::Closed() {
  char byte = 0;
  if (!buffer_.empty() || recv(fd_, &byte, 1, 0) != 0) return false;
  // A reset that follows the end shows only here.
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

Reply SocketClient::Read(bool head) {
  Reply reply;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return reply;
  }
  const std::vector<std::string> lines = absl::StrSplit(buffer_.substr(0, end), "\r\n");
  buffer_.erase(0, end + 4);
  KOPA_CHECK_MSG(absl::SimpleAtoi(lines[0].substr(9, 3), &reply.status), lines[0]);
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    reply.headers[absl::AsciiStrToLower(field.first)] = field.second;
  }
  size_t size = 0;
  KOPA_CHECK(absl::SimpleAtoi(reply.headers["content-length"], &size));
  if (head) return reply;
  while (buffer_.size() < size && Fill()) {
  }
  reply.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return reply;
}

Reply Fetch(const std::string& address, const std::string& method, const std::string& target) {
  SocketClient client(address);
  client.Write(
      absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  return client.Read(method == "HEAD");
}

}  // namespace kopa::http
