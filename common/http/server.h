#ifndef KOPA_COMMON_HTTP_SERVER_H_
#define KOPA_COMMON_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/limits.h"

namespace kopa::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A request as it came; nothing in it has been checked but the syntax of HTTP and the limits.
struct Request {
  std::string method;  // "GET"
  std::string target;  // "/metrics?name=x"
  Headers headers;     // names in lower case, in the order they came
  std::string body;

  // The target up to '?', not decoded.
  absl::string_view path() const;
  // The first value of the header with this lower-case name; empty where there is none.
  absl::string_view Header(absl::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Headers headers;  // besides content-type, content-length and connection
};

// Answers one request. May be moved to another thread and used after the handler has returned, even
// after the server is gone (then nothing is sent). Destroying it without an answer answers 500.
class Responder {
 public:
  virtual ~Responder() = default;
  // At most once.
  virtual void Send(Response response) = 0;
};

// Both run on the server's only thread: work that takes long belongs on another one, with an
// AsyncHandler.
using Handler = std::function<Response(const Request&)>;
using AsyncHandler = std::function<void(Request, std::unique_ptr<Responder>)>;

struct ServerOptions {
  std::string address;  // ADDR:PORT; port 0 picks a free one
  size_t connections_max = rpc::kHttpConnectionsMax;
  size_t header_bytes_max = rpc::kHttpHeaderBytesMax;
  size_t body_bytes_max = rpc::kHttpBodyBytesMax;
  int read_ms_max = rpc::kHttpReadMsMax;
  int idle_ms_max = rpc::kHttpIdleMsMax;
  int write_ms_max = rpc::kHttpWriteMsMax;
};

// A small HTTP/1.1 server (plaintext) on a thread of its own. What it does not like is answered by
// itself: 400 no HTTP, 404 unknown path, 413 body too large, 431 headers too large, 503 too many
// connections; a peer that is too slow is cut off.
//
// Routes are set before Start(). Start() and Stop() are called by one thread, each once.
class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Requests for exactly this path, whatever the method.
  void Handle(const std::string& path, Handler handler);
  void HandleAsync(const std::string& path, AsyncHandler handler);
  // Requests for any path without a handler of its own, in place of 404.
  void HandleOthers(AsyncHandler handler);

  // INVALID_ARGUMENT where the address is none, UNAVAILABLE where it can't be listened on.
  absl::Status Start();

  // Closes everything, also in the middle of an answer. No handler runs afterwards.
  void Stop();

  // Where it listens, with the port that was picked; empty before Start().
  const std::string& address() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace kopa::http

#endif  // KOPA_COMMON_HTTP_SERVER_H_
