#include "fastcgi_connection.h"

#include <fastcgi.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "frame.h"
#include "latchkey/wire/number.h"

namespace latchkey::fcgi {
namespace {

constexpr int kBodyChunkBytes = 16 * 1024;

bool is_head(const Params& params) { return params.get("REQUEST_METHOD") == "HEAD"; }

// True if the web server announced more than what came.
// Spec: FastCGI Specification 1.0 section 6.2.
bool is_cut_off(const Params& params, std::size_t bytes) {
  return bytes < wire::read_number<std::size_t>(params.get("CONTENT_LENGTH")).value_or(0);
}

}  // namespace

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// The request as a Service sees it. The parameters are libfcgi's memory, which lives until the
// request is finished.
class FastcgiConnection::Handed final : public Exchange {
 public:
  explicit Handed(FastcgiConnection& connection)
      : connection_(connection),
        params_(Params::from_fastcgi(connection.request_.envp)),
        role_(connection.request_.role == FCGI_AUTHORIZER ? Role::kAuthorizer : Role::kResponder) {}

  const Params& params() const override { return params_; }
  Role role() const override { return role_; }
  model::Transport transport() const override { return connection_.transport_; }
  bool replied() const { return replied_; }
  void expect_rest() override { rest_ = Rest::kComing; }
  Rest rest() const { return rest_; }

  Result<std::string> read_body(std::size_t bytes_max) override {
    std::string body;
    if (role_ == Role::kAuthorizer) return body;
    std::array<char, kBodyChunkBytes> chunk;
    Deadline& deadline = connection_.deadline_;
    FCGX_Stream* in = connection_.request_.in;
    deadline.watch(connection_.fd(), connection_.limits_.body);
    int got = 0;
    while (body.size() <= bytes_max && (got = FCGX_GetStr(chunk.data(), kBodyChunkBytes, in)) > 0) {
      body.append(chunk.data(), static_cast<std::size_t>(got));
    }
    deadline.clear();
    if (deadline.expired()) return fail(ErrorCode::kUnavailable, "the body took too long");
    if (body.size() > bytes_max) return fail(ErrorCode::kMalformed, "the body is too long");
    if (FCGX_GetError(in) != 0 || is_cut_off(params_, body.size())) {
      return fail(ErrorCode::kMalformed, "the body was cut off");
    }
    return body;
  }

  Outcome reply(const model::Answer& answer) override {
    LK_ASSERT(!replied_);
    const auto text = serialize(answer, is_head(params_) ? Body::kLeaveOut : Body::kSend);
    const Outcome sent = put(text.has_value() ? std::string_view(*text) : unavailable_text());
    if (!text.has_value()) return std::unexpected(text.error());
    return sent;
  }

  // Sends a complete CGI response as the one reply.
  Outcome put(std::string_view text) {
    replied_ = true;
    const auto id = static_cast<std::uint16_t>(connection_.request_.requestId);
    const std::string records = frame_answer(id, text);
    connection_.deadline_.watch(connection_.fd(), connection_.limits_.send);
    const bool all = send_all(connection_.fd(), records);
    connection_.deadline_.clear();
    if (!all) return fail(ErrorCode::kUnavailable, "the web server is gone");
    return {};
  }

 private:
  FastcgiConnection& connection_;
  Params params_;
  Role role_;
  bool replied_ = false;
  Rest rest_ = Rest::kNone;
};

FastcgiConnection::FastcgiConnection(const LoopLimits& limits, Deadline& deadline)
    : limits_(limits), deadline_(deadline) {
  // Without a listening socket libfcgi can never accept, and so never wait, by itself.
  valid_ = FCGX_Init() == 0 && FCGX_InitRequest(&request_, -1, 0) == 0;
  request_.ipcFd = -1;
}

FastcgiConnection::~FastcgiConnection() { close_now(); }

void FastcgiConnection::take(UniqueFd connection, model::Transport transport) {
  LK_ASSERT(request_.ipcFd < 0);
  request_.ipcFd = connection.release();
  transport_ = transport;
}

void FastcgiConnection::close_now() {
  FCGX_Free(&request_, 0);
  if (request_.ipcFd >= 0) close(request_.ipcFd);
  request_.ipcFd = -1;
}

FastcgiConnection::Served FastcgiConnection::serve(Service& service) {
  // FCGX_Accept_r begins with closing what is held, unless it is told to keep it; and where it
  // gives up it reads on until the peer closes, unless the connection is detached.
  request_.keepConnection = 1;
  request_.detached = 1;
  deadline_.watch(request_.ipcFd, limits_.receive);
  const bool received = FCGX_Accept_r(&request_) == 0;
  deadline_.clear();
  if (!received || deadline_.expired()) {
    close_now();
    return Served::kDropped;
  }
  Handed exchange(*this);
  if (request_.role != FCGI_RESPONDER && request_.role != FCGI_AUTHORIZER) {
    static_cast<void>(exchange.put(unavailable_text()));
  } else {
    service.serve(exchange);
    if (!exchange.replied()) static_cast<void>(exchange.put(unavailable_text()));
  }
  if (!deadline_.expired() && keepable()) {
    FCGX_Free(&request_, 0);  // frees the request, not the connection
  } else {
    finish(exchange.role(), exchange.rest());
  }
  return Served::kAnswered;
}

// A connection can carry another request only when all of this one was read.
bool FastcgiConnection::keepable() {
  if (request_.keepConnection == 0) return false;
  return request_.role == FCGI_AUTHORIZER || read_rest();  // the former has no STDIN
}

// Unread bytes would make TCP throw the answer away, and a web server that cannot finish sending
// may do the same. What is read to its end can be left at once, without waiting for the peer.
void FastcgiConnection::finish(Role role, Rest rest_of_body) {
  const bool unix_socket = !model::is_tcp(transport_);
  const bool ignored = limits_.bodies == Bodies::kIgnored && rest_of_body == Rest::kNone;
  if (role == Role::kAuthorizer) {
    // Its web server sends nothing behind the parameters; what may be left is there already.
    std::array<char, kBodyChunkBytes> rest;
    if (!unix_socket) {
      static_cast<void>(recv(request_.ipcFd, rest.data(), rest.size(), MSG_DONTWAIT));
    }
  } else if (!ignored || !unix_socket) {
    static_cast<void>(read_rest());
  }
  close_now();
}

// Returns true when the request was read to the end of its STDIN, in time.
bool FastcgiConnection::read_rest() {
  std::array<char, kBodyChunkBytes> chunk;
  deadline_.watch(request_.ipcFd, limits_.drain);
  while (FCGX_GetStr(chunk.data(), kBodyChunkBytes, request_.in) > 0) continue;
  deadline_.clear();
  return !deadline_.expired() && FCGX_GetError(request_.in) == 0;
}

}  // namespace latchkey::fcgi
