#include "connection.h"

#include <algorithm>
#include <utility>

#include "reach.h"
#include "socket_deadline.h"

namespace latchkey::directory {
namespace {

constexpr std::chrono::milliseconds kReachPatience{500};
// An answer in pieces can hold libldap beyond the time it was given; then the socket is ended.
constexpr Seconds kGrace{1};
constexpr timeval kForEver{.tv_sec = -1, .tv_usec = 0};
// What the machine trusts where no ca_file is named; libldap itself would trust nobody.
constexpr const char* kMachinesAuthorities = "/etc/ssl/certs/ca-certificates.crt";

timeval time_left(Clock::time_point deadline) {
  using std::chrono::microseconds;
  const auto left = std::chrono::duration_cast<microseconds>(deadline - Clock::now());
  // Zero would mean "for ever" to one half of the library and "do not wait" to the other.
  const auto wait = std::max(left, microseconds(1000));
  return {.tv_sec = wait.count() / 1'000'000, .tv_usec = wait.count() % 1'000'000};
}

// Answers after which another server, or the same one later, may do better.
bool is_passing(int code) {
  return code < 0 || code == LDAP_BUSY || code == LDAP_UNAVAILABLE || code == LDAP_OTHER ||
         code == LDAP_OPERATIONS_ERROR;
}

// Answers to a bind that are about the way we asked, not about the password.
bool is_about_us(int code) {
  return code == LDAP_CONFIDENTIALITY_REQUIRED || code == LDAP_STRONG_AUTH_REQUIRED ||
         code == LDAP_PROTOCOL_ERROR || code == LDAP_AUTH_METHOD_NOT_SUPPORTED;
}

std::string advice_on(int code) {
  switch (code) {
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
      return "; the server's size limit for ldap.manager_dn is too small for all groups";
    case LDAP_NO_SUCH_OBJECT:
      return "; the search base does not exist, or ldap.manager_dn may not read it";
    default:  // an open set of a library's numbers
      return "";
  }
}

}  // namespace

const std::vector<std::string>& Found::values(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto at = std::ranges::find(attributes, name, &Attribute::name);
  return at == attributes.end() ? none : at->values;
}

std::string Connection::server_says() const {
  char* said = nullptr;
  const int code =
      ldap_->get_option(session_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, static_cast<void*>(&said));
  const auto text = owned(said, ldap_->memfree);
  if (code != LDAP_OPT_SUCCESS || said == nullptr || *said == '\0') return "";
  return std::string(" (") + said + ")";
}

std::unexpected<Error> Connection::failed(int code, std::string_view doing) const {
  return fail(is_passing(code) ? ErrorCode::kUnavailable : ErrorCode::kInternal,
              name_ + ": " + std::string(doing) + ": " + ldap_->err2string(code) + server_says() +
                  advice_on(code));
}

int Connection::descriptor() const {
  int descriptor = -1;
  static_cast<void>(ldap_->get_option(session_.get(), LDAP_OPT_DESC, &descriptor));
  return descriptor;
}

Outcome Connection::option(int name, const void* value, const char* what) {
  if (ldap_->set_option(session_.get(), name, value) == LDAP_OPT_SUCCESS) return {};
  // Going on without one of them could mean going on without the check of certificates.
  return fail(ErrorCode::kInternal, name_ + ": libldap does not take the option " + what);
}

Outcome Connection::configure(const config::Ldap& settings, const config::LdapServer& server,
                              Clock::time_point deadline) {
  const int version = LDAP_VERSION3;
  const int demand = LDAP_OPT_X_TLS_HARD;
  const int tls_1_2 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  const int as_client = 0;
  const timeval left = time_left(deadline);
  LK_CHECK(option(LDAP_OPT_PROTOCOL_VERSION, &version, "PROTOCOL_VERSION"));
  LK_CHECK(option(LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "REFERRALS"));
  LK_CHECK(option(LDAP_OPT_RESTART, LDAP_OPT_ON, "RESTART"));
  LK_CHECK(option(LDAP_OPT_NETWORK_TIMEOUT, &left, "NETWORK_TIMEOUT"));
  if (server.scheme == config::LdapScheme::kLdap && !settings.start_tls) return {};
  const char* const authorities =
      settings.ca_file.empty() ? kMachinesAuthorities : settings.ca_file.c_str();
  LK_CHECK(option(LDAP_OPT_X_TLS_CACERTFILE, authorities, "X_TLS_CACERTFILE"));
  LK_CHECK(option(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand, "X_TLS_REQUIRE_CERT"));
  LK_CHECK(option(LDAP_OPT_X_TLS_PROTOCOL_MIN, &tls_1_2, "X_TLS_PROTOCOL_MIN"));
  // Last: it makes the context out of what was set before.
  return option(LDAP_OPT_X_TLS_NEWCTX, &as_client, "X_TLS_NEWCTX");
}

// What the server answered, or why that cannot be read.
int Connection::code_of(const Message& answer) {
  int code = LDAP_OTHER;
  const int read = ldap_->parse_result(session_.get(), answer.get(), &code, nullptr, nullptr,
                                       nullptr, nullptr, 0);
  return read == LDAP_SUCCESS ? code : read;
}

// Asks for TLS on a connection that was made without.
Outcome Connection::ask_for_tls(Clock::time_point deadline) {
  int message_id = 0;
  const int sent = ldap_->start_tls(session_.get(), nullptr, nullptr, &message_id);
  if (sent != LDAP_SUCCESS) return failed(sent, "StartTLS");
  LK_TRY(const Message answer, wait_for(message_id, deadline));
  const int code = code_of(answer);
  if (code != LDAP_SUCCESS) return failed(code, "StartTLS");
  return {};
}

Outcome Connection::begin_tls(const config::LdapServer& server, Clock::time_point deadline) {
  // With a time-out it would spin; without, it waits, and the deadline ends the socket.
  LK_CHECK(option(LDAP_OPT_NETWORK_TIMEOUT, &kForEver, "NETWORK_TIMEOUT"));
  const SocketDeadline end(descriptor(), deadline);
  const int begun = ldap_->install_tls(session_.get());
  if (begun == LDAP_SUCCESS && !end.passed()) return {};
  if (end.passed()) return fail(ErrorCode::kUnavailable, name_ + ": TLS: no answer in time");
  return fail(ErrorCode::kUnavailable,
              name_ + ": TLS failed" + server_says() + "; the server's certificate must be from " +
                  "ldap.ca_file (without that: one of the machine's authorities), be valid today " +
                  "and name " + server.host);
}

Result<Connection> Connection::open(const Libldap& ldap, const config::Ldap& settings,
                                    const config::LdapServer& server, Clock::time_point deadline) {
  LDAP* made = nullptr;
  // Never ldaps:// here: libldap would begin TLS in the same call as the connection, which cannot
  // be given up.
  const std::string plain = "ldap://" + server.host + ":" + std::to_string(server.port);
  const int code = ldap.initialize(&made, plain.c_str());
  if (code != LDAP_SUCCESS) {
    return fail(ErrorCode::kInternal, server.url() + ": " + ldap.err2string(code));
  }
  Connection connection(ldap, server.url(), Session(made, Unbind{ldap.unbind_ext}));
  LK_CHECK(connection.configure(settings, server, deadline));
  if (ldap.connect(connection.session_.get()) != LDAP_SUCCESS) {
    return fail(ErrorCode::kUnavailable,
                connection.name_ + ": " + why_unreachable(server, kReachPatience));
  }
  const bool secure = server.scheme == config::LdapScheme::kLdaps;
  if (!secure && settings.start_tls) LK_CHECK(connection.ask_for_tls(deadline));
  if (secure || settings.start_tls) LK_CHECK(connection.begin_tls(server, deadline));
  return connection;
}

Result<Message> Connection::wait_for(int message_id, Clock::time_point deadline) {
  timeval left = time_left(deadline);
  LDAPMessage* answer = nullptr;
  const SocketDeadline end(descriptor(), deadline + kGrace);
  const int type = ldap_->result(session_.get(), message_id, LDAP_MSG_ALL, &left, &answer);
  Message message(answer, ldap_->msgfree);
  if (type > 0) return message;
  if (type == 0) {
    static_cast<void>(ldap_->abandon_ext(session_.get(), message_id, nullptr, nullptr));
    return fail(ErrorCode::kUnavailable, name_ + ": no answer in time");
  }
  int code = LDAP_OTHER;
  static_cast<void>(ldap_->get_option(session_.get(), LDAP_OPT_RESULT_CODE, &code));
  return failed(code, "waiting for an answer");
}

Outcome Connection::bind(const std::string& dn, const SecretString& password,
                         Clock::time_point deadline) {
  if (dn.empty() || password.empty()) {
    return fail(ErrorCode::kRefused, name_ + ": a bind without a name or without a password");
  }
  const std::string_view secret = password.reveal();
  // The library only reads it, but its type does not say so.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  berval credentials{.bv_len = secret.size(), .bv_val = const_cast<char*>(secret.data())};
  int message_id = 0;
  const int sent = ldap_->sasl_bind(session_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials,
                                    nullptr, nullptr, &message_id);
  if (sent != LDAP_SUCCESS) return failed(sent, "binding");
  LK_TRY(const Message answer, wait_for(message_id, deadline));
  const int code = code_of(answer);
  if (code == LDAP_SUCCESS) return {};
  Error error = failed(code, "binding").error();
  if (error.code != ErrorCode::kUnavailable) {
    error.code = is_about_us(code) ? ErrorCode::kInternal : ErrorCode::kRefused;
  }
  return std::unexpected(std::move(error));
}

}  // namespace latchkey::directory
