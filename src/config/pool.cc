// [pool] and [log]: the processes and what they write.
#include <arpa/inet.h>
#include <grp.h>
#include <pwd.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "config/secret_file.h"
#include "config/section.h"
#include "config/url.h"
#include "latchkey/config/workers.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/number.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kPeerSecretBytesMin = 32;

// Returns the socket in the one form the supervisor reads, or nullopt after a fault.
std::optional<std::string> socket_of(const std::string& text, const Value& value) {
  if (text.starts_with("unix:") && text.size() > 5) {
    const std::string path = absolute_path(text.substr(5), value.reading().directory);
    if (path.size() < sizeof(sockaddr_un::sun_path)) return "unix:" + path;
    value.wrong("names " + shown(text) + ", which is too long for a socket; at most " +
                std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
    return std::nullopt;
  }
  const auto address = wire::parse_authority(text);
  const bool numeric = address && address->port && is_loopback(address->host) &&
                       !address->host.ends_with("localhost");
  if (numeric) return address->host + ":" + std::to_string(*address->port);
  value.wrong("names " + shown(text) +
              "; must be \"unix:PATH\", \"127.0.0.1:PORT\" or \"[::1]:PORT\": whoever reaches the "
              "socket can speak for the web server. Other addresses are taken by --socket only, "
              "with FCGI_WEB_SERVER_ADDRS naming the web servers");
  return std::nullopt;
}

template <std::vector<std::string> Pool::*member>
void read_sockets(const Value& value, Pool& pool) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    auto socket = socket_of(text, item);
    if (!socket) continue;
    const auto used = [&](const std::vector<std::string>& sockets) {
      return std::find(sockets.begin(), sockets.end(), *socket) != sockets.end();
    };
    if (used(pool.authorizer_sockets) || used(pool.responder_sockets)) {
      item.wrong("names " + shown(text) + " a second time; each pool needs sockets of its own");
      continue;
    }
    (pool.*member).push_back(*std::move(socket));
  }
}

void read_socket_mode(const Value& value, Pool& pool) {
  std::optional<std::int64_t> mode;
  if (value.is_integer()) {
    mode = value.integer(0, 0777);
  } else if (const auto text = value.text()) {
    const auto octal = wire::read_number<std::uint32_t>(*text, 8);
    if (octal && *octal <= 0777) mode = *octal;
    if (!mode) value.wrong("is " + shown(*text) + "; must be octal as in \"0660\"");
  }
  if (!mode) return;
  if ((static_cast<std::uint32_t>(*mode) & 0002U) != 0) {
    return value.wrong(
        "lets every account of the machine speak for the web server; must be \"0660\" or "
        "less, and pool.socket_group names the web server's group");
  }
  if ((static_cast<std::uint32_t>(*mode) & 0600U) != 0600U) {
    return value.wrong(
        "keeps out the owner; must be octal as in \"0660\" (or 0o660 without quotes)");
  }
  pool.socket_mode = static_cast<std::uint32_t>(*mode);
}

void read_user(const Value& value, Pool& pool) {
  const auto name = value.ascii();
  if (!name) return;
  if (::getpwnam(name->c_str()) == nullptr) {
    return value.wrong("is " + shown(*name) + "; must be a user of this machine");
  }
  pool.user = *name;
}

template <std::string Pool::*member>
void read_group(const Value& value, Pool& pool) {
  const auto name = value.ascii();
  if (!name) return;
  if (::getgrnam(name->c_str()) == nullptr) {
    return value.wrong("is " + shown(*name) + "; must be a group of this machine");
  }
  pool.*member = *name;
}

void read_peer_secret(const Value& value, Pool& pool) {
  const auto path = value.path();
  if (!path) return;
  value.reading().config.secret_files.push_back({value.key(), *path});
  const passwd* service = pool.user.empty() ? nullptr : ::getpwnam(pool.user.c_str());
  auto secret =
      read_secret(*path, kPeerSecretBytesMin, service == nullptr ? ::geteuid() : service->pw_uid);
  if (!secret) return value.wrong(secret.error());
  pool.peer_secret = *std::move(secret);
}

template <std::uint32_t Pool::*member, std::int64_t least, std::int64_t most>
void read_count(const Value& value, Pool& pool) {
  if (const auto count = value.integer(least, most))
    pool.*member = static_cast<std::uint32_t>(*count);
}

constexpr Key<Pool> kPoolKeys[] = {
    {"authorizer_sockets", read_sockets<&Pool::authorizer_sockets>},
    {"responder_sockets", read_sockets<&Pool::responder_sockets>},
    {"authorizer_workers", read_count<&Pool::authorizer_workers, 1, kWorkersMax>},
    {"responder_workers", read_count<&Pool::responder_workers, 1, kWorkersMax>},
    {"user", read_user},
    {"group", read_group<&Pool::group>},
    {"socket_group", read_group<&Pool::socket_group>},
    {"socket_mode", read_socket_mode},
    {"peer_secret_file", read_peer_secret},
    {"stuck_after",
     [](const Value& v, Pool& pool) {
       take(v.duration(Seconds(1), std::chrono::hours(1)), pool.stuck_after);
     }},
    {"drain",
     [](const Value& v, Pool& pool) {
       take(v.duration(Seconds(1), std::chrono::minutes(10)), pool.drain);
     }},
    {"requests_per_worker", read_count<&Pool::requests_per_worker, 1, 1'000'000'000>},
};

void read_pool(Reading& reading, const Node& table) {
  read_keys<Pool>(reading, table, "pool", kPoolKeys, reading.config.pool);
}

constexpr Value::Word<LogFormat> kFormats[] = {{"text", LogFormat::kText},
                                               {"json", LogFormat::kJson}};
constexpr Value::Word<LogLevel> kLevels[] = {{"debug", LogLevel::kDebug},
                                             {"info", LogLevel::kInfo},
                                             {"warn", LogLevel::kWarn},
                                             {"error", LogLevel::kError}};

constexpr Key<Log> kLogKeys[] = {
    {"format", [](const Value& v, Log& log) { take(v.one_of(kFormats), log.format); }},
    {"level", [](const Value& v, Log& log) { take(v.one_of(kLevels), log.level); }},
    {"file", [](const Value& v, Log& log) { take(v.path(), log.file); }},
};

void read_log(Reading& reading, const Node& table) {
  read_keys<Log>(reading, table, "log", kLogKeys, reading.config.log);
}

}  // namespace

Section pool_section() {
  return {"pool", Repeated::kNo, names_of<Pool>(kPoolKeys), read_pool};
}
Section log_section() {
  return {"log", Repeated::kNo, names_of<Log>(kLogKeys), read_log};
}

}  // namespace latchkey::config
