#include "latchkey/role/responder.h"

#include <algorithm>
#include <utility>

#include "latchkey/pages/html.h"
#include "latchkey/pages/message.h"
#include "latchkey/pages/problem.h"
#include "latchkey/telemetry/logged_path.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/path_below.h"

namespace latchkey::role {
namespace {

using pages::PageResult;

bool has_header(const model::Answer& answer, std::string_view name) {
  return std::ranges::any_of(answer.headers,
                             [&](const model::Header& header) { return header.name == name; });
}

bool brings_a_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "DELETE" || method == "PATCH";
}

bool allows(const pages::Route& route, std::string_view method) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  return std::ranges::find(route.methods, wanted) != route.methods.end();
}

std::string allow_field(const pages::Route& route) {
  std::string out;
  for (const std::string& method : route.methods) {
    out += (out.empty() ? "" : ", ") + method;
    if (method == "GET") out += ", HEAD";
  }
  return out;
}

// What is wrong before any page is asked: a page for browsers, JSON for programs.
PageResult plain(const dialect::Question& question, const config::Config& config, int status,
                 std::string reason, const std::string& text) {
  PageResult result;
  if (wire::asks_for_html(question.query.hints.accept)) {
    result.answer = pages::message_page(
        config.site.title, {.status = status, .title = text, .text = text, .reason = reason});
  } else {
    result.answer = pages::problem(status, reason, text);
  }
  result.reason = std::move(reason);
  return result;
}

}  // namespace

Responder::Responder(const config::Config& config, const config::Hosts& hosts,
                     std::vector<pages::Route> routes, identity::Resolver& resolver,
                     const Clock& clock, const telemetry::Log& log, IdleWork* idle)
    : config_(config),
      hosts_(hosts),
      routes_(std::move(routes)),
      resolver_(resolver),
      clock_(clock),
      log_(log),
      idle_(idle),
      refusal_settings_(config) {}

Responder::Found Responder::find(const std::string& path) const {
  for (const pages::Route& route : routes_) {
    const auto below = wire::path_below(path, route.path);
    if (below && (below->empty() || route.below == pages::Below::kYes)) {
      return {&route, std::string(*below)};
    }
  }
  return {};
}

// Balancers ask for these by address, not by a name of ours; they tell nothing.
bool Responder::is_probe(const std::string& path) const {
  return path == config_.paths.healthz || path == config_.paths.readyz;
}

PageResult Responder::refused(const dialect::Question& question, model::Reason reason,
                              std::string detail) const {
  // Not the browser class: it redirects to the sign-in page, which may be the one that was asked.
  const answer::Refused what{question.query.request, question.query.hints,
                             config::Challenge::kBasic};
  return {answer::refusal(refusal_settings_, what, reason), std::string(model::name_of(reason)),
          std::move(detail), ""};
}

PageResult Responder::ask(fcgi::Exchange& exchange, dialect::Question& question,
                          const Found& found, TimePoint now) {
  pages::PageRequest request;
  if (brings_a_body(question.query.request.method)) {
    Result<std::string> body = exchange.read_body(pages::kBodyBytesMax);
    if (!body) {
      if (body.error().code != ErrorCode::kMalformed) {
        return plain(question, config_, 408, "body_not_read", "The body did not come");
      }
      return plain(question, config_, 413, "body_too_large",
                   "More than 64 KB were sent: nothing of it was looked at");
    }
    request.body = *std::move(body);
  }
  request.origin = hosts_.origin_of(question.query.request.host);
  request.below = found.below;
  request.content_type = exchange.params().get("CONTENT_TYPE");
  request.nexus_ticket = exchange.params().get("HTTP_X_NX_AUTHTICKET");
  if (request.nexus_ticket.empty()) {
    request.nexus_ticket = exchange.params().get("HTTP_X_NX_USERTOKEN_AUTHTICKET");
  }
  request.now = now;
  request.query = std::move(question.query);
  PageResult result = found.route->page->serve(request);
  wipe(request.body);
  wipe(request.nexus_ticket);
  question.query = std::move(request.query);
  return result;
}

PageResult Responder::answer(fcgi::Exchange& exchange, dialect::Question& question, TimePoint now) {
  if (exchange.role() != fcgi::Role::kResponder) {
    return refused(question, model::Reason::kInternal, "asked in the AUTHORIZER role");
  }
  const model::CanonicalRequest& request = question.query.request;
  const bool probe = is_probe(request.path);
  // HTTP/1.0 has no Host field, and some balancers speak nothing else.
  const bool nameless_probe =
      probe && question.fault && question.fault->reason() == model::Reason::kUnknownHost;
  if (question.fault && !nameless_probe) {
    return refused(question, question.fault->reason(), question.fault->detail());
  }
  if (!probe) {
    if (!hosts_.has(request.host)) {
      return refused(question, model::Reason::kUnknownHost, "no host of ours");
    }
    if (request.scheme == model::Scheme::kHttp && hosts_.enforces_https(request.host)) {
      return refused(question, model::Reason::kHttpsRequired, "asked without https");
    }
  }
  const Found found = find(request.path);
  if (found.route == nullptr) {
    return plain(question, config_, 404, "unknown_path", "There is no such page");
  }
  if (!allows(*found.route, request.method)) {
    PageResult result =
        plain(question, config_, 405, "method_not_allowed", "This page has no such method");
    result.answer.add_ours("Allow", allow_field(*found.route));
    return result;
  }
  return ask(exchange, question, found, now);
}

void Responder::log_line(const dialect::Question& question, const PageResult& result) const {
  const model::AuthQuery& query = question.query;
  const telemetry::Fields fields{{"method", query.request.method},
                                 {"host", query.request.host},
                                 {"path", telemetry::without_token(query.request.path)},
                                 {"status", result.answer.status},
                                 {"reason", result.reason},
                                 {"user", result.user},
                                 {"remote", query.remote_address},
                                 {"detail", result.detail}};
  if (result.answer.status >= 500) {
    log_.warn("page", fields);
  } else if (is_probe(query.request.path)) {
    log_.debug("page", fields);
  } else {
    log_.info("page", fields);
  }
}

void Responder::serve(fcgi::Exchange& exchange) {
  const TimePoint now = clock_.now();
  const dialect::QuestionSettings settings{.semicolon = wire::Semicolon::kRefuse,
                                           .peer_secret = config_.pool.peer_secret.reveal(),
                                           .certificate = &config_.certificate,
                                           .remote_user = &config_.remote_user};
  dialect::Question question =
      dialect::read_page_question(exchange.params(), exchange.transport(), settings);
  PageResult result = answer(exchange, question, now);
  if (!has_header(result.answer, "Cache-Control")) {
    result.answer.add_ours("Cache-Control", "no-store");
  }
  log_line(question, result);
  remote_address_ = question.query.remote_address;
  user_agent_ = question.query.hints.user_agent;
  if (const Outcome replied = exchange.reply(result.answer); !replied) {
    log_.warn("reply_failed", {{"detail", replied.error().detail}});
  }
}

void Responder::after_reply() {
  const TimePoint now = clock_.now();
  resolver_.after_reply(remote_address_, user_agent_, now);
  if (idle_ != nullptr) idle_->work(now);
}

}  // namespace latchkey::role
