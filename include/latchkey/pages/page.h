// What every page of the responder is given and gives back. role/responder.cc reads the request,
// checks host, path, method and body size, asks one Page, adds `Cache-Control: no-store` where the
// page says nothing of caching, writes one log line and replies.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/audit.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::pages {

constexpr std::size_t kBodyBytesMax = 64 * 1024;

// One request for a page. Host and path are canonical and known; the method is one the route names.
struct PageRequest {
  // Canonical request, client hints, cookies, authorization, address. `query.call` means nothing
  // here.
  model::AuthQuery query;
  // scheme://host[:port] of the configured host that was asked: the beginning of every absolute
  // Location and of redirect_uri. Never made from what the client sent.
  std::string origin;
  // What follows the route's own path, beginning with `/`; empty for the path itself.
  std::string below;
  std::string content_type;  // as sent, may be empty
  std::string nexus_ticket;  // X-NX-AuthTicket, or its older name; empty if not sent
  std::string body;          // read for POST, PUT and DELETE only; at most kBodyBytesMax
  TimePoint now{};           // the one time of this request

  const model::CanonicalRequest& request() const { return query.request; }
  const model::ClientHints& hints() const { return query.hints; }
  // Who does what this request asks for, in the words of the audit log.
  model::Actor actor(std::string_view user_name) const {
    return model::Actor::user(user_name, query.remote_address, hints().user_agent);
  }
  bool is_post() const { return query.request.method == "POST"; }
};

// An answer, and what the log line says about it besides method, path and status.
struct PageResult {
  model::Answer answer;
  std::string reason;  // one word in snake case, for example "signed_in" or "cross_site"
  std::string detail;  // for the log only; never holds a credential
  std::string user;    // who was meant, when known
};

class Page {
 public:
  virtual ~Page() = default;

  // Never fails: a page that cannot do its work answers with a page that says so (503, 502, ...).
  virtual PageResult serve(const PageRequest& request) = 0;
};

// Whether paths below the route's own one (at a segment's border) belong to it too.
enum class Below { kNo, kYes };

// One line of the responder's table. HEAD is served wherever GET stands, without the body.
struct Route {
  std::string path;  // canonical; a segment `*` stands for any one segment
  Below below = Below::kNo;
  std::vector<std::string> methods;  // others: 405 with Allow
  Page* page = nullptr;              // outlives the table
};

}  // namespace latchkey::pages
