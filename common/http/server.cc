#include "common/http/server.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/settings/address.h"

// One thread runs everything below but Start(), Stop() and Responder::Send(), so nothing else is
// locked. Each connection is owned by the table in Impl and has at most one operation under way.
namespace kopa::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::asio::ip::tcp;
using boost::system::error_code;

// Bytes of a connection read ahead of the parser.
constexpr size_t kReadBufferBytes = 8 * 1024;
// After the system refused a connection (no descriptors left), so as not to spin.
constexpr std::chrono::milliseconds kAcceptPause(100);

// How long a peer has to read the last answer and close.
constexpr std::chrono::seconds kGoodbye(2);

// The way from other threads to the server's, closed when the server stops.
class Gate {
 public:
  explicit Gate(asio::io_context* io) : io_(io) {}
  template <typename Function>
  void Post(Function function) {
    MutexLock lock(&mutex_);
    if (io_ != nullptr) asio::post(*io_, std::move(function));
  }
  void Close() {
    MutexLock lock(&mutex_);
    io_ = nullptr;
  }

 private:
  Mutex mutex_;
  asio::io_context* io_ ABSL_GUARDED_BY(mutex_);
};

Response PlainResponse(int status, absl::string_view text) {
  Response response;
  response.status = status;
  response.body = absl::StrCat(text, "\n");
  return response;
}

// What a request that could not be read is answered; nothing where the connection itself failed.
std::optional<Response> ResponseToReadError(const error_code& error) {
  if (error == beast::http::error::header_limit) {
    return PlainResponse(431, "the request's headers are too large");
  }
  if (error == beast::http::error::body_limit) {
    return PlainResponse(413, "the request's body is too large");
  }
  if (error == beast::http::error::end_of_stream || error == beast::http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() == beast::http::make_error_code(beast::http::error::bad_method).category()) {
    return PlainResponse(400, "this is no HTTP request");
  }
  return std::nullopt;
}

Request ToRequest(beast::http::request<beast::http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(absl::AsciiStrToLower(std::string(field.name_string())),
                                 std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace

absl::string_view Request::path() const {
  return absl::string_view(target).substr(0, target.find('?'));
}

absl::string_view Request::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

class Server::Impl {
 public:
  explicit Impl(ServerOptions options)
      : options_(std::move(options)), gate_(std::make_shared<Gate>(&io_)) {}

  absl::Status Start();
  void Stop();
  void Handle(const std::string& path, AsyncHandler handler) {
    KOPA_CHECK(!thread_.joinable());
    routes_[path] = std::move(handler);
  }
  void HandleOthers(AsyncHandler handler) { others_ = std::move(handler); }
  const std::string& address() const { return address_; }

 private:
  using ConnectionId = uint64_t;

  class ConnectionResponder;

  // One connection; `parser` and `response` belong to the operation under way.
  class Connection {
   public:
    Connection(Impl* server, ConnectionId id, tcp::socket socket)
        : server_(server), id_(id), stream_(std::move(socket)) {}

    void Read(int ms_max);
    void Send(Response response);
    // Answers without having read a request, and closes.
    void Refuse(Response response) {
      keep_alive_ = false;
      Send(std::move(response));
    }

   private:
    void OnRead(const error_code& error);
    void OnWritten(const error_code& error);
    // Throws away what still comes until the peer closes: closing on unread bytes would reset the
    // connection, and the peer might never see the answer.
    void Drain();

    Impl* const server_;
    const ConnectionId id_;
    beast::tcp_stream stream_;
    beast::flat_static_buffer<kReadBufferBytes> buffer_;
    std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
    beast::http::response<beast::http::string_body> response_;
    bool keep_alive_ = false;
    bool head_ = false;
    unsigned version_ = 11;
  };

  void Accept();
  void OnAccepted(const error_code& error, tcp::socket socket);
  void Dispatch(ConnectionId id, Request request);
  void OnResponse(ConnectionId id, Response response);
  void Erase(ConnectionId id) { connections_.erase(id); }

  const ServerOptions options_;
  std::map<std::string, AsyncHandler> routes_;
  AsyncHandler others_;
  std::string address_;

  asio::io_context io_{1};
  const std::shared_ptr<Gate> gate_;  // shared with responders, which may outlive the server
  tcp::acceptor acceptor_{io_};
  asio::steady_timer accept_pause_{io_};
  std::map<ConnectionId, std::unique_ptr<Connection>> connections_;
  ConnectionId next_id_ = 1;
  std::thread thread_;
};

class Server::Impl::ConnectionResponder : public Responder {
 public:
  ConnectionResponder(Impl* server, ConnectionId id, std::shared_ptr<Gate> gate)
      : server_(server), id_(id), gate_(std::move(gate)) {}

  ~ConnectionResponder() override {
    if (!sent_) Send(PlainResponse(500, "no answer"));
  }

  void Send(Response response) override {
    KOPA_CHECK(!sent_);
    sent_ = true;
    // The gate is closed before the server goes, so `server` is there when this runs.
    gate_->Post([server = server_, id = id_, response = std::move(response)]() mutable {
      server->OnResponse(id, std::move(response));
    });
  }

 private:
  Impl* const server_;
  const ConnectionId id_;
  const std::shared_ptr<Gate> gate_;
  bool sent_ = false;
};

void Server::Impl::Connection::Read(int ms_max) {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(server_->options_.header_bytes_max));
  parser_->body_limit(server_->options_.body_bytes_max);
  stream_.expires_after(std::chrono::milliseconds(ms_max));
  beast::http::async_read(stream_, buffer_, *parser_,
                          [this](const error_code& error, size_t) { OnRead(error); });
}

void Server::Impl::Connection::OnRead(const error_code& error) {
  if (error) {
    if (auto response = ResponseToReadError(error)) {
      Refuse(*std::move(response));
    } else {
      server_->Erase(id_);  // destroys this
    }
    return;
  }
  // While a handler works the peer is not watched and nothing times out: handlers have deadlines.
  stream_.expires_never();
  auto message = parser_->release();
  keep_alive_ = message.keep_alive();
  head_ = message.method() == beast::http::verb::head;
  version_ = message.version();
  server_->Dispatch(id_, ToRequest(std::move(message)));
}

void Server::Impl::Connection::Send(Response response) {
  response_ = {};
  response_.version(version_);
  response_.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) response_.insert(name, value);
  response_.set(beast::http::field::content_type, response.content_type);
  response_.set("x-content-type-options", "nosniff");
  response_.keep_alive(keep_alive_);
  response_.content_length(response.body.size());
  if (!head_) response_.body() = std::move(response.body);
  stream_.expires_after(std::chrono::milliseconds(server_->options_.write_ms_max));
  beast::http::async_write(stream_, response_,
                           [this](const error_code& error, size_t) { OnWritten(error); });
}

void Server::Impl::Connection::OnWritten(const error_code& error) {
  if (error || !keep_alive_) {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kGoodbye);
    Drain();
    return;
  }
  Read(server_->options_.idle_ms_max);
}

void Server::Impl::Connection::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBufferBytes),
                          [this](const error_code& error, size_t) {
                            if (error) {
                              server_->Erase(id_);  // destroys this
                            } else {
                              Drain();
                            }
                          });
}

absl::Status Server::Impl::Start() {
  ASSIGN_OR_RETURN(settings::Address address, settings::ParseAddress(options_.address));
  error_code error;
  tcp::resolver resolver(io_);
  const auto found = resolver.resolve(address.host, absl::StrCat(address.port), error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("http address ", options_.address, ": ", error.message()));
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  // So that a restart need not wait for old connections to be forgotten; a listening process still
  // keeps others away.
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) address.port = acceptor_.local_endpoint(error).port();
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.address, ": ", error.message()));
  }
  address_ = address.ToString();
  Accept();
  thread_ = std::thread([this] { io_.run(); });
  return absl::OkStatus();
}

void Server::Impl::Stop() {
  gate_->Close();
  io_.stop();
  if (thread_.joinable()) thread_.join();
  error_code ignored;
  acceptor_.close(ignored);
  connections_.clear();
}

void Server::Impl::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    OnAccepted(error, std::move(socket));
  });
}

void Server::Impl::OnAccepted(const error_code& error, tcp::socket socket) {
  if (error) {
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) Accept();
    });
    return;
  }
  // One more than the limit may hang on for as long as it takes to tell it so; beyond that,
  // nothing.
  if (connections_.size() <= options_.connections_max) {
    const ConnectionId id = next_id_++;
    const bool full = connections_.size() == options_.connections_max;
    auto& connection = connections_[id];
    connection = std::make_unique<Connection>(this, id, std::move(socket));
    if (full) {
      connection->Refuse(PlainResponse(503, "too many connections"));
    } else {
      connection->Read(options_.read_ms_max);
    }
  }
  Accept();
}

void Server::Impl::Dispatch(ConnectionId id, Request request) {
  auto responder = std::make_unique<ConnectionResponder>(this, id, gate_);
  if (auto route = routes_.find(std::string(request.path())); route != routes_.end()) {
    route->second(std::move(request), std::move(responder));
  } else if (others_) {
    others_(std::move(request), std::move(responder));
  } else {
    responder->Send(PlainResponse(404, "not found"));
  }
}

void Server::Impl::OnResponse(ConnectionId id, Response response) {
  if (auto found = connections_.find(id); found != connections_.end()) {
    found->second->Send(std::move(response));
  }
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() { Stop(); }

void Server::Handle(const std::string& path, Handler handler) {
  impl_->Handle(path, [handler = std::move(handler)](const Request& request,
                                                     std::unique_ptr<Responder> responder) {
    responder->Send(handler(request));
  });
}

void Server::HandleAsync(const std::string& path, AsyncHandler handler) {
  impl_->Handle(path, std::move(handler));
}

void Server::HandleOthers(AsyncHandler handler) { impl_->HandleOthers(std::move(handler)); }

absl::Status Server::Start() { return impl_->Start(); }

void Server::Stop() { impl_->Stop(); }

const std::string& Server::address() const { return impl_->address(); }

}  // namespace kopa::http
