// The ways to start, and how a start fails.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../../src/server/socket_address.h"
#include "process/fcgi_client.h"
#include "process/pool_process.h"

namespace latchkey::testing {
namespace {

// A listening unix socket made by somebody else.
UniqueFd listening_at(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
  const auto address = server::SocketAddress::unix_path(path);
  EXPECT_EQ(bind(fd.get(), address.get(), address.size()), 0);
  EXPECT_EQ(listen(fd.get(), 16), 0);
  return fd;
}

// A loopback port that was free a moment ago.
std::string free_port(const std::string& host) {
  const bool v6 = host.starts_with('[');
  const UniqueFd fd(socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
  const server::TcpAddress any{v6 ? "::1" : "127.0.0.1", 0};
  const auto address = server::SocketAddress::tcp(any);
  if (bind(fd.get(), address.get(), address.size()) != 0) return "";
  sockaddr_in6 bound{};
  socklen_t size = sizeof bound;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  return host + ":" + std::to_string(ntohs(bound.sin6_port));
}

TEST(Start, ServesSeveralSocketsAtOnce) {
  PoolProcess pool;
  const std::string v4 = free_port("127.0.0.1");
  pool.options.sockets = {pool.where(), "unix:" + pool.path("t"), v4};
  const std::string v6 = free_port("[::1]");
  if (!v6.empty()) pool.options.sockets.push_back(v6);
  pool.start();
  for (const std::string& where : pool.options.sockets) {
    EXPECT_EQ(ask(where, "ok").status(), 200) << where;
    EXPECT_EQ(ask(where, "ok", {.role = kAuthorizerRole, .with_stdin = false}).status(), 200);
  }
}

TEST(Start, TellsHowAQuestionCame) {
  PoolProcess pool;
  const std::string v4 = free_port("127.0.0.1");
  pool.options.sockets = {pool.where(), v4};
  pool.start();
  EXPECT_EQ(ask(pool.where(), "transport").body(), "0");
  EXPECT_EQ(ask(v4, "transport").body(), "1");
}

// Connects from another address of loopback than the usual one.
UniqueFd connect_from(const std::string& source, const std::string& where) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  const auto from = server::SocketAddress::tcp({source, 0});
  const auto port = static_cast<std::uint16_t>(std::stoi(where.substr(where.rfind(':') + 1)));
  const auto to = server::SocketAddress::tcp({"127.0.0.1", port});
  EXPECT_EQ(bind(fd.get(), from.get(), from.size()), 0);
  EXPECT_EQ(connect(fd.get(), to.get(), to.size()), 0);
  return fd;
}

TEST(Start, ListensOverTcpOnlyToTheWebServersItWasTold) {
  PoolProcess pool;
  const std::string v4 = free_port("127.0.0.1");
  pool.options.sockets = {pool.where(), v4};
  pool.in_child = [] { setenv("FCGI_WEB_SERVER_ADDRS", "10.0.0.1, 127.0.0.2", 1); };
  pool.start();

  const UniqueFd stranger = connect_to(v4);
  send_bytes(stranger.get(), request("ok"));
  EXPECT_FALSE(read_reply(stranger.get()).any);
  EXPECT_TRUE(pool.logged("127.0.0.1")) << pool.log();
  const UniqueFd named = connect_from("127.0.0.2", v4);
  ASSERT_TRUE(send_bytes(named.get(), request("ok")));
  EXPECT_EQ(read_reply(named.get()).status(), 200);
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);  // its file's mode says who may
}

TEST(Start, FailsOnAListOfWebServersThatNamesNone) {
  PoolProcess pool;
  pool.options.sockets = {pool.where()};
  pool.in_child = [] { setenv("FCGI_WEB_SERVER_ADDRS", "localhost", 1); };
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(pool.exit_status(), server::kExitUsage);
  EXPECT_TRUE(pool.logged("FCGI_WEB_SERVER_ADDRS")) << pool.log();
}

TEST(Start, RefusesAPortThatOtherMachinesReachWhileNoWebServerIsNamed) {
  for (const char* host : {"0.0.0.0", "[::]", "[::ffff:0.0.0.0]"}) {
    const std::string where = free_port(host);
    if (where.empty()) continue;  // a machine without IPv6
    PoolProcess pool;
    pool.options.sockets = {pool.where(), where};
    pool.start(PoolProcess::Ready::kIgnore);
    EXPECT_EQ(pool.exit_status(), server::kExitUsage) << pool.log();
    EXPECT_TRUE(pool.logged("can be reached from other machines")) << pool.log();
    EXPECT_TRUE(pool.logged("FCGI_WEB_SERVER_ADDRS")) << pool.log();
    EXPECT_FALSE(std::filesystem::exists(pool.path("s")));
  }
}

TEST(Start, TakesAPortThatOtherMachinesReachForNamedWebServers) {
  PoolProcess pool;
  const std::string any = free_port("0.0.0.0");
  pool.options.sockets = {any};
  pool.in_child = [] { setenv("FCGI_WEB_SERVER_ADDRS", "127.0.0.2", 1); };
  pool.start();

  const UniqueFd stranger = connect_to("127.0.0.1" + any.substr(any.rfind(':')));
  send_bytes(stranger.get(), request("ok"));
  EXPECT_FALSE(read_reply(stranger.get()).any);
  const UniqueFd named = connect_from("127.0.0.2", any);
  ASSERT_TRUE(send_bytes(named.get(), request("ok")));
  EXPECT_EQ(read_reply(named.get()).status(), 200);
}

TEST(Start, RefusesAHandedOverPortThatOtherMachinesReach) {
  for (const bool systemd : {false, true}) {
    PoolProcess pool;
    const UniqueFd any(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(listen(any.get(), 16), 0);  // unbound until now, so at every address
    pool.in_child = [&] {
      dup2(any.get(), systemd ? 3 : 0);
      if (!systemd) return;
      setenv("LISTEN_FDS", "1", 1);
      setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    };
    pool.start(PoolProcess::Ready::kIgnore);
    EXPECT_EQ(pool.exit_status(), server::kExitUsage) << pool.log();
    EXPECT_TRUE(pool.logged(systemd ? "descriptor 3 can be" : "descriptor 0 can be")) << pool.log();
  }
}

TEST(Start, ServesDescriptor0InOneProcess) {
  PoolProcess pool;
  const UniqueFd listening = listening_at(pool.path("s"));
  pool.in_child = [&listening] { dup2(listening.get(), 0); };
  pool.options.configured_sockets = {"unix:" + pool.path("never")};
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(ask(pool.where(), "pid").body(), std::to_string(pool.pid()));
  EXPECT_EQ(ask(pool.where(), "transport").body(), "2");
  EXPECT_FALSE(std::filesystem::exists(pool.path("never")));
  pool.signal(SIGTERM);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
}

TEST(Start, SupervisesDescriptor0WhenWorkersAreGiven) {
  PoolProcess pool;
  const UniqueFd listening = listening_at(pool.path("s"));
  pool.in_child = [&listening] { dup2(listening.get(), 0); };
  pool.options.workers = 2;
  pool.start();
  EXPECT_EQ(ask(pool.where(), "parent").body(), std::to_string(pool.pid()));
}

TEST(Start, TakesTheSocketsOfSystemd) {
  PoolProcess pool;
  const UniqueFd first = listening_at(pool.path("s"));
  const UniqueFd second = listening_at(pool.path("t"));
  pool.in_child = [&] {
    const UniqueFd one(fcntl(first.get(), F_DUPFD, 100));
    const UniqueFd two(fcntl(second.get(), F_DUPFD, 100));
    dup2(one.get(), 3);
    dup2(two.get(), 4);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  };
  pool.start();
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
  EXPECT_EQ(ask("unix:" + pool.path("t"), "ok").status(), 200);
}

TEST(Start, IgnoresSocketsMeantForAnotherProcess) {
  PoolProcess pool;
  pool.in_child = [] {
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_PID", "1", 1);
  };
  pool.options.sockets = {pool.where()};
  pool.start();
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
}

TEST(Start, LeavesALiveSocketToTheFirstInstance) {
  PoolProcess first;
  first.start();
  PoolProcess second;
  second.options.sockets = {first.where()};
  second.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(second.exit_status(), server::kExitFailure);
  EXPECT_TRUE(second.logged("another instance serves this socket")) << second.log();
  EXPECT_EQ(ask(first.where(), "ok").status(), 200);
}

TEST(Start, ReplacesTheSocketOfAKilledInstance) {
  PoolProcess pool;
  pool.start();
  const UniqueFd worker = open_pidfd(std::stoi(ask(pool.where(), "pid").body()));
  pool.signal(SIGKILL);
  ASSERT_EQ(pool.exit_status(), 1000 + SIGKILL);
  EXPECT_TRUE(ends(worker.get())) << "a worker outlived its supervisor";
  PoolProcess next;
  next.options.sockets = {pool.where()};
  next.start();
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
}

struct BadStart {
  std::vector<std::string> given;
  std::vector<std::string> configured;
  int status;
};

TEST(Start, EndsWithTheStatusOfTheFault) {
  const std::vector<BadStart> cases = {
      {{"localhost:9000"}, {}, server::kExitUsage},
      {{"unix:relative"}, {}, server::kExitUsage},
      {{}, {"nonsense"}, server::kExitConfig},
      {{"unix:/no/such/directory/s"}, {}, server::kExitFailure},
  };
  for (const BadStart& bad : cases) {
    PoolProcess pool;
    pool.options.sockets = bad.given;
    pool.options.configured_sockets = bad.configured;
    pool.start(PoolProcess::Ready::kIgnore);
    EXPECT_EQ(pool.exit_status(), bad.status) << pool.log();
    EXPECT_TRUE(pool.logged("socket_not_opened"));
  }
}

TEST(Start, SaysWhoMakesTheDirectoryOfASocket) {
  PoolProcess pool;
  pool.options.configured_sockets = {"unix:/no/such/directory/s"};
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(pool.exit_status(), server::kExitFailure);
  EXPECT_TRUE(pool.log().contains("make the directory, owned by the service's user")) << pool.log();
}

TEST(Start, EndsAsAConfigurationFaultWhenNoServiceCanBeMade) {
  PoolProcess pool;
  pool.configure("no-service");
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(pool.exit_status(), server::kExitConfig);
  EXPECT_TRUE(pool.logged("no service can be made")) << pool.log();
  EXPECT_FALSE(pool.logged("pool_started"));
  EXPECT_FALSE(std::filesystem::exists(pool.path("s")));
}

TEST(Start, EndsAsAConfigurationFaultOnDescriptor0Too) {
  PoolProcess pool;
  const UniqueFd listening = listening_at(pool.path("s"));
  pool.configure("no-service");
  pool.in_child = [&listening] { dup2(listening.get(), 0); };
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(pool.exit_status(), server::kExitConfig);
  EXPECT_TRUE(pool.logged("no service can be made")) << pool.log();
}

TEST(Start, NeedsASocket) {
  PoolProcess pool;
  pool.in_child = [] {};
  pool.start(PoolProcess::Ready::kIgnore);
  EXPECT_EQ(pool.exit_status(), server::kExitUsage);
}

TEST(Start, LeavesNoSocketBehind) {
  PoolProcess pool;
  pool.start();
  pool.signal(SIGINT);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
  EXPECT_FALSE(std::filesystem::exists(pool.path("s")));
  EXPECT_FALSE(std::filesystem::exists(pool.path("s.lock")));
}

TEST(Start, GivesRootAwayForGood) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  PoolProcess pool;
  pool.options.user = "nobody";
  pool.start();
  EXPECT_EQ(ask(pool.where(), "root").body(), "never");
}

TEST(Start, GivesTheLogOfRootToTheUserThatOpensItAgain) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  PoolProcess pool;
  pool.options.user = "nobody";
  pool.start();
  struct stat status {};
  ASSERT_EQ(stat(pool.path("log").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, getpwnam("nobody")->pw_uid);

  // As logrotate's `create` does: a new file with the owner of the old one.
  std::filesystem::rename(pool.path("log"), pool.path("log.1"));
  std::ofstream(pool.path("log")).flush();
  ASSERT_EQ(chown(pool.path("log").c_str(), status.st_uid, status.st_gid), 0);
  ASSERT_EQ(chmod(pool.path("log").c_str(), status.st_mode & 07777), 0);
  pool.signal(SIGUSR1);
  pool.signal(SIGTERM);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
  EXPECT_TRUE(pool.logged("pool_stopped"));
}

// Runs one CGI request of the test service with `environment`, nothing else set.
std::string run_as_cgi(const Pairs& environment, const std::string& body, int& status) {
  Signals signals;
  Pipe in, out;
  if (write(in.write_end(), body.data(), body.size()) < 0) return "";
  const pid_t pid = fork();
  if (pid == 0) {
    clearenv();
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    dup2(in.read_end(), 0);
    dup2(out.write_end(), 1);
    if (!server::started_as_cgi()) _exit(98);
    telemetry::Log log = telemetry::Log::null();
    const auto program = test_program("/dev/null", signals, {});
    const auto make = [&program](server::WorkerContext& context) {
      if (std::getenv("HTTP_PROXY") != nullptr || std::getenv("LD_PRELOAD") != nullptr) _exit(97);
      return program.make_service(context);
    };
    _exit(server::run_cgi(make, log));
  }
  waitpid(pid, &status, 0);
  status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::string text(65'536, '\0');
  const ssize_t got = read(out.read_end(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

TEST(Start, AnswersOneCgiRequestWithACleanEnvironmentC14C16) {
  int status = -1;
  const std::string text = run_as_cgi({{"GATEWAY_INTERFACE", "CGI/1.1"},
                                       {"VERB", "not a request's name"},
                                       {"REQUEST_METHOD", "GET"},
                                       {"HTTP_PROXY", "http://evil.test"},
                                       {"LD_PRELOAD", ""}},
                                      "", status);
  EXPECT_EQ(status, server::kExitGood);
  EXPECT_EQ(text, "Status: 200 OK\r\n\r\nok");
}

TEST(Start, TakesAListeningDescriptor0ForFastCgiWhateverTheEnvironmentSays) {
  PoolProcess pool;
  const UniqueFd listening = listening_at(pool.path("s"));
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
    dup2(listening.get(), 0);
    _exit(server::started_as_cgi() ? 1 : 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace latchkey::testing
