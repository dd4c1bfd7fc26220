#include "user_token_call.h"

#include <algorithm>

#include "latchkey/answer/refusal.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "latchkey/wire/xml.h"

namespace latchkey::pages {
namespace {

constexpr const char* kUnusable = "?";  // is nothing that any member may be

PageResult result_of(model::Answer answer, std::string reason, std::string detail) {
  return {std::move(answer), std::move(reason), std::move(detail), {}};
}

std::string xml_text(const UserTokenMember& member) {
  if (const auto* text = std::get_if<std::string>(&member.second)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&member.second)) {
    return std::to_string(*number);
  }
  if (const auto* secret = std::get_if<const SecretString*>(&member.second)) {
    return std::string((*secret)->reveal());
  }
  return std::get<bool>(member.second) ? "true" : "false";
}

std::string members_xml(std::string_view root, const UserTokenMembers& members) {
  std::vector<wire::XmlField> fields;
  for (const UserTokenMember& member : members) fields.emplace_back(member.first, xml_text(member));
  std::string text = wire::write_flat_xml(root, fields);
  for (wire::XmlField& field : fields) wipe(field.second);
  return text;
}

bool is_xml(const PageRequest& request) {
  const std::string_view type = request.content_type;
  const std::string media = wire::to_lower(wire::trim_blanks(type.substr(0, type.find(';'))));
  return media == "application/xml" || media == "text/xml";
}

}  // namespace

PageResult refuse_call(const UserTokenRefusal& refusal) {
  return result_of(problem(refusal.status, refusal.reason, refusal.text), refusal.reason,
                   refusal.detail);
}

PageResult failed_call(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return refuse_call({404, "no_user_token", "There is no user token.", error.detail});
    case ErrorCode::kConflict:
      return refuse_call({429, "too_many_tickets", "Too many tickets at a time.", error.detail});
    case ErrorCode::kMalformed:
      return refuse_call({400, "malformed", "The request cannot be read.", error.detail});
    case ErrorCode::kRefused:
    case ErrorCode::kExpired:
      return refuse_call({403, "account_changed", "The account was changed a moment ago.",
                          error.detail});
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: break;
  }
  return refuse_call({503, "store_unavailable", "This cannot be done now.", error.detail});
}

PageResult unidentified(const Parts& parts, const PageRequest& request,
                        const model::Decision& refused) {
  const answer::RefusalSettings settings(parts.config);
  const answer::Refused what{request.request(), request.hints(), config::Challenge::kBasic,
                             refused.retry_after};
  return result_of(answer::refusal(settings, what, refused.reason()),
                   std::string(model::name_of(refused.reason())), refused.detail());
}

PageResult wrong_call(std::string_view allowed) {
  PageResult result = refuse_call({405, "method_not_allowed", "That is not done here."});
  result.answer.add_ours("Allow", allowed);
  return result;
}

std::string members_json(const UserTokenMembers& members) {
  wire::JsonObject object;
  for (const auto& [name, value] : members) {
    if (const auto* secret = std::get_if<const SecretString*>(&value)) {
      object.add(name, (*secret)->reveal());
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      object.add(name, *number);
    } else if (const auto* truth = std::get_if<bool>(&value)) {
      object.add(name, *truth);
    } else {
      object.add(name, std::get<std::string>(value));
    }
  }
  return object.text();
}

PageResult answer_call(const UserTokenCall& call, int status, std::string_view root,
                       const UserTokenMembers& members, std::string reason, std::string detail) {
  model::Answer answer;
  if (wire::prefers_xml(call.request.hints().accept)) {
    answer.status = status;
    answer.add_ours("Content-Type", "application/xml; charset=utf-8");
    add_secure_headers(answer);
    answer.body = members_xml(root, members);
  } else {
    answer = json_answer(status, members_json(members));
  }
  answer.add_ours("Vary", "Accept");
  return result_of(std::move(answer), std::move(reason), std::move(detail));
}

PageResult empty_answer(std::string reason, std::string detail) {
  model::Answer answer;
  answer.status = 204;
  add_secure_headers(answer);
  return result_of(std::move(answer), std::move(reason), std::move(detail));
}

// Many more than any call has, and each is looked up.
constexpr std::size_t kMembersMax = 64;

Result<std::vector<std::pair<std::string, std::string>>> read_members(const PageRequest& request) {
  if (is_xml(request)) return wire::read_flat_xml(request.body, kBodyBytesMax);
  LK_TRY(const wire::Json json, wire::Json::parse(request.body, kBodyBytesMax));
  if (!json.is_object()) return fail(ErrorCode::kMalformed, "no JSON object");
  if (json.names().size() > kMembersMax) return fail(ErrorCode::kMalformed, "too many members");
  std::vector<std::pair<std::string, std::string>> members;
  for (std::string& name : json.names()) {
    if (auto text = json.string(name)) {
      members.emplace_back(std::move(name), *std::move(text));
    } else if (const auto truth = json.boolean(name)) {
      members.emplace_back(std::move(name), *truth ? "true" : "false");
    } else if (const auto number = json.integer(name)) {
      members.emplace_back(std::move(name), std::to_string(*number));
    } else if (!json.is_null(name)) {
      members.emplace_back(std::move(name), kUnusable);
    }
  }
  return members;
}

std::optional<std::string> member_of(
    const std::vector<std::pair<std::string, std::string>>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, [](const auto& member) {
    return std::string_view(member.first);
  });
  if (found == members.end()) return std::nullopt;
  return found->second;
}

std::string nexus_time(TimePoint time) {
  std::string text = wire::rfc3339(time);
  text.pop_back();  // the Z
  return text + ".000+00:00";
}

std::optional<UserTokenRefusal> unasked_change(const UserTokenCall& call) {
  const config::Hosts& hosts = call.parts.hosts;
  const bool asked = model::is_ambient(call.who.proof())
                         ? policy::same_origin(call.request.hints(), hosts) ==
                               policy::SameOrigin::kProven
                         : !policy::is_remembered_pair(call.request.query, hosts);
  if (asked) return std::nullopt;
  return UserTokenRefusal{403, "cross_site", "This did not come from a page of this site."};
}

}  // namespace latchkey::pages
