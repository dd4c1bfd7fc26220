// The limit of this design: the smallest pre-forked authorizer on libfcgi. It knows one cookie, asks
// nobody, and answers with the same identity fields. latchkey is measured against it.
//
// usage: null_authorizer SOCKET_PATH|PORT WORKERS
#include <arpa/inet.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("bind");
  if (listen(fd, 4096) != 0) give_up("listen");
  return fd;
}

int listen_on(const std::string& path) {
  if (!path.starts_with('/')) return listen_on_port(static_cast<std::uint16_t>(std::stoi(path)));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  unlink(path.c_str());
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("bind");
  if (listen(fd, 4096) != 0) give_up("listen");
  return fd;
}

bool allowed(const FCGX_Request& request) {
  const char* cookie = FCGX_GetParam("HTTP_COOKIE", request.envp);
  return cookie != nullptr && std::strstr(cookie, "sid=good") != nullptr;
}

constexpr const char* kVariables =
    "Status: 200 OK\r\nVariable-REMOTE_USER: alice\r\nVariable-REMOTE_GROUPS: \r\n"
    "Variable-REMOTE_MAIL: \r\nVariable-REMOTE_DISPLAY_NAME: \r\n"
    "Variable-LATCHKEY_AUTH: session\r\nVariable-LATCHKEY_CREDENTIAL: \r\n\r\n";

void answer(const FCGX_Request& request) {
  if (request.role == FCGI_AUTHORIZER && allowed(request)) {
    FCGX_PutS(kVariables, request.out);
    return;
  }
  FCGX_PutS(allowed(request)
                ? "Status: 200 OK\r\nX-Forwarded-User: alice\r\nX-Forwarded-Groups: \r\n"
                  "X-Forwarded-Mail: \r\nX-Forwarded-DisplayName: \r\nX-Latchkey-Auth: session\r\n"
                  "X-Latchkey-Credential: \r\n\r\n"
                : "Status: 401 Unauthorized\r\nX-Latchkey-Reason: no_credential\r\n\r\n",
            request.out);
}

[[noreturn]] void serve(int listener) {
  FCGX_Request request;
  if (FCGX_InitRequest(&request, listener, 0) != 0) give_up("FCGX_InitRequest");
  while (FCGX_Accept_r(&request) == 0) {
    answer(request);
    // The library closes at once then and waits for nobody. Caddy takes an answer for lost whose
    // connection closes before its empty STDIN was written.
    const char* const mode = FCGX_GetParam("LATCHKEY_MODE", request.envp);
    if (mode == nullptr || std::strcmp(mode, "forward") != 0) FCGX_Detach(&request);
    FCGX_Finish_r(&request);
    FCGX_Free(&request, 1);
  }
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || FCGX_Init() != 0) return 64;
  const int listener = listen_on(argv[1]);
  const long workers = std::strtol(argv[2], nullptr, 10);
  for (long worker = 0; worker < workers; ++worker) {
    if (fork() != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener);
  }
  while (wait(nullptr) > 0) {
  }
}
