#include "github_api.h"

#include <algorithm>

#include "calls.h"
#include "latchkey/wire/chars.h"
#include "paging.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kPageBytesMax = remote::kResponseBytesMax;
constexpr std::size_t kPagesMax = 50;  // of 100 entries
constexpr std::string_view kWholePages = "?per_page=100";

// A member that may be null, as `name` is for who gave none.
Result<std::string> text_or_empty(const wire::Json& object, std::string_view member) {
  if (!object.has(member) || object.is_null(member)) return std::string();
  return object.string(member);
}

}  // namespace

// A scope covers what is within it: `user` is more than `user:email`.
bool GithubApi::may(std::string_view scope) const {
  constexpr std::pair<std::string_view, std::string_view> kWider[] = {
      {"user:email", "user"}, {"read:org", "write:org"}, {"read:org", "admin:org"}};
  return std::ranges::any_of(settings_.scopes, [&](const std::string& granted) {
    return granted == scope || std::ranges::any_of(kWider, [&](const auto& pair) {
      return pair.first == scope && pair.second == granted;
    });
  });
}

Result<remote::HttpResponse> GithubApi::get(const std::string& url) {
  remote::HttpRequest request = request_to(settings_, url);
  request.accept = "application/vnd.github+json";
  request.bearer = token_.copy();
  LK_TRY(remote::HttpResponse response, client_.send(request));
  if (response.status == 200) return response;
  const std::string status = std::to_string(response.status);
  if (response.status == 401) {
    return fail(ErrorCode::kExpired, "GitHub answers 401: the access token is good no more");
  }
  const bool limited = response.retry_after.has_value() || response.limited_until.has_value();
  if (!limited) return fail(ErrorCode::kRefused, "GitHub answers " + status);
  wait_ = response.retry_after.value_or(Seconds(0));
  if (response.limited_until) wait_ = std::max(wait_, *response.limited_until - now_);
  return fail(ErrorCode::kRefused, "GitHub answers " + status + ": its rate limit is used up for " +
                                       std::to_string(wait_.count()) + " seconds");
}

Result<wire::Json> GithubApi::object(const std::string& path) {
  LK_TRY(const remote::HttpResponse response, get(settings_.api_url + path));
  return wire::Json::parse(response.body, kPageBytesMax);
}

Result<std::vector<wire::Json>> GithubApi::list(const std::string& path) {
  std::vector<wire::Json> all;
  std::optional<std::string> url = settings_.api_url + path + std::string(kWholePages);
  for (std::size_t page = 0; url.has_value(); ++page) {
    // A list that is cut off would take groups away, or let a demand fail, without a word.
    if (page == kPagesMax) return fail(ErrorCode::kRefused, "GitHub has too many pages: " + path);
    LK_TRY(const remote::HttpResponse response, get(*url));
    LK_TRY(const wire::Json entries, wire::Json::parse(response.body, kPageBytesMax));
    if (!entries.is_array()) return fail(ErrorCode::kMalformed, "GitHub gives no list: " + path);
    std::ranges::move(entries.elements(), std::back_inserter(all));
    LK_TRY(url, next_page(response.link, settings_.api_url));
  }
  return all;
}

// Only the main address, and only if GitHub has verified it: the others are anybody's claim.
Outcome GithubApi::read_mail(Claims& claims) {
  LK_TRY(const std::vector<wire::Json> mails, list("/user/emails"));
  for (const wire::Json& mail : mails) {
    LK_TRY(const bool primary, mail.boolean("primary"));
    LK_TRY(const bool verified, mail.boolean("verified"));
    if (!primary || !verified) continue;
    LK_TRY(claims.mail, mail.string("email"));
    claims.mail_proof = MailProof::kVerified;
  }
  return {};
}

// Anybody founds an organization of any name, so that only those that are asked for can give
// groups.
bool GithubApi::gives_groups(const std::string& organization) const {
  const auto is_it = [name = wire::to_lower(organization)](std::string_view allowed) {
    return allowed.substr(0, allowed.find(':')) == name;
  };
  if (settings_.allowed_organizations.empty() && settings_.allowed_teams.empty()) return true;
  return std::ranges::any_of(settings_.allowed_organizations, is_it) ||
         std::ranges::any_of(settings_.allowed_teams, is_it);
}

Outcome GithubApi::read_organizations(Claims& claims) {
  LK_TRY(const std::vector<wire::Json> organizations, list("/user/orgs"));
  for (const wire::Json& organization : organizations) {
    LK_TRY(const std::string login, organization.string("login"));
    claims.organizations.push_back(login);
    if (gives_groups(login)) claims.groups.push_back(login);
  }
  return {};
}

Outcome GithubApi::read_teams(Claims& claims) {
  LK_TRY(const std::vector<wire::Json> teams, list("/user/teams"));
  for (const wire::Json& team : teams) {
    LK_TRY(const std::string slug, team.string("slug"));
    LK_TRY(const wire::Json organization, team.object("organization"));
    LK_TRY(const std::string login, organization.string("login"));
    std::string name = login;
    name.append(1, ':').append(slug);
    if (gives_groups(login)) claims.groups.push_back(name);
    claims.teams.push_back(std::move(name));
  }
  return {};
}

Result<GithubPerson> GithubApi::person() {
  LK_TRY(const wire::Json user, object("/user"));
  GithubPerson person;
  LK_TRY(const std::int64_t id, user.integer("id"));
  person.id = std::to_string(id);
  LK_TRY(person.claims.user_name, user.string("login"));
  LK_TRY(person.claims.display_name, text_or_empty(user, "name"));
  if (may("user:email")) LK_CHECK(read_mail(person.claims));
  if (may("read:org")) {
    LK_CHECK(read_organizations(person.claims));
    LK_CHECK(read_teams(person.claims));
  }
  return person;
}

}  // namespace latchkey::provider
