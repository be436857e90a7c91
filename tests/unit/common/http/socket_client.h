#ifndef KOPA_TESTS_UNIT_COMMON_HTTP_SOCKET_CLIENT_H_
#define KOPA_TESTS_UNIT_COMMON_HTTP_SOCKET_CLIENT_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::http {

// An answer as it came over the socket; `status` 0 where the connection ended without one.
struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// A bare TCP connection, so that tests also send what no HTTP library would.
class SocketClient {
 public:
  explicit SocketClient(const std::string& address);
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  void Write(absl::string_view bytes);
  // Reads one answer; `head` where it answers HEAD and so has no body.
  Reply Read(bool head = false);
  // Whether the server closed in good order, not by a reset, waiting up to five seconds for it.
  bool Closed();

 private:
  bool Fill();

  int fd_ = -1;
  std::string buffer_;
};

// One request on a connection of its own.
Reply Fetch(const std::string& address, const std::string& method, const std::string& target);

}  // namespace kopa::http

#endif  // KOPA_TESTS_UNIT_COMMON_HTTP_SOCKET_CLIENT_H_
