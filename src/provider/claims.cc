#include "latchkey/provider/claims.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "latchkey/wire/chars.h"

namespace latchkey::provider {
namespace {

constexpr std::string_view kMailClaim = "email";

enum class MailStatement { kTrue, kFalse, kNone };

// The two places a claim may stand in; the ID token is signed and comes first.
struct Sources {
  const wire::Json& token;
  const wire::Json* userinfo;
};

Result<std::optional<wire::Json>> find_in(const wire::Json& claims, const std::string& name) {
  Result<wire::Json> found = claims.find(name);
  if (found) return std::optional(*std::move(found));
  if (found.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::unexpected(std::move(found).error());
}

Result<std::optional<wire::Json>> find_claim(const Sources& from, const std::string& name) {
  if (name.empty()) return std::nullopt;
  LK_TRY(std::optional<wire::Json> found, find_in(from.token, name));
  if (found.has_value() || from.userinfo == nullptr) return found;
  return find_in(*from.userinfo, name);
}

Result<std::string> text_claim(const Sources& from, const std::string& name) {
  LK_TRY(const std::optional<wire::Json> found, find_claim(from, name));
  if (!found.has_value() || found->text() == "null") return std::string();
  Result<std::string> text = found->as_string();
  if (!text) return fail(ErrorCode::kMalformed, "the claim " + name + " is no string");
  return text;
}

Result<std::vector<std::string>> list_claim(const Sources& from, const std::string& name) {
  LK_TRY(const std::optional<wire::Json> found, find_claim(from, name));
  std::vector<std::string> out;
  if (!found.has_value() || found->text() == "null") return out;
  if (const auto one = found->as_string()) {
    if (!one->empty()) out.push_back(*one);
    return out;
  }
  if (!found->is_array()) {
    return fail(ErrorCode::kMalformed, "the claim " + name + " is neither string nor list");
  }
  for (const wire::Json& element : found->elements()) {
    LK_TRY(std::string text, element.as_string());
    out.push_back(std::move(text));
  }
  return out;
}

// Anybody founds a group of any name at the top of a GitLab, so that only those that are asked for
// and what is below them count.
void keep_allowed(const config::Provider& settings, std::vector<std::string>& groups) {
  const std::vector<std::string>& allowed = settings.allowed_groups;
  if (allowed.empty()) return;
  std::erase_if(groups, [&](const std::string& group) {
    return std::ranges::none_of(allowed, [&](const std::string& path) {
      return group == path || group.starts_with(path + '/');
    });
  });
}

// Some write the truth value as a string. Anything that is not clearly yes is a no.
Result<MailStatement> statement_in(const wire::Json& claims) {
  LK_TRY(const std::optional<wire::Json> found, find_in(claims, "email_verified"));
  if (!found.has_value() || found->text() == "null") return MailStatement::kNone;
  const std::string text = found->text();
  return text == "true" || text == "\"true\"" ? MailStatement::kTrue : MailStatement::kFalse;
}

// The address of one document; empty where it has none, or something that is no address.
std::string address_in(const wire::Json& claims) {
  const auto found = claims.find(std::string(kMailClaim));
  const auto text = found ? found->as_string() : Result<std::string>(std::string());
  return text ? *text : std::string();
}

// What the provider says of its claim `email`; of an address that stands in another claim it says
// nothing. A yes is about the address that stands beside it: ID token and userinfo may name two,
// and who may change one of them must not have the other believed. A no counts unless it is about
// another address.
//
// Spec: OpenID Connect Core 1.0 section 5.1.
Result<MailStatement> mail_statement(const Sources& from, const std::string& address) {
  MailStatement all = MailStatement::kNone;
  for (const wire::Json* const source : {&from.token, from.userinfo}) {
    if (source == nullptr) continue;
    const std::string beside = address_in(*source);
    LK_TRY(const MailStatement one, statement_in(*source));
    const bool about_another = !beside.empty() && !wire::equal_ignoring_case(beside, address);
    if (one == MailStatement::kFalse && !about_another) return one;
    if (one == MailStatement::kTrue && beside == address) all = one;
  }
  return all;
}

}  // namespace

bool lacks_a_claim(const wire::Json& claims, const config::Provider& settings) {
  for (const std::string* name : {&settings.username_claim, &settings.groups_claim,
                                  &settings.mail_claim, &settings.name_claim}) {
    if (!name->empty() && !claims.find(*name).has_value()) return true;
  }
  return false;
}

Result<Claims> read_claims(const wire::Json& claims, const wire::Json* more,
                           const config::Provider& settings) {
  const Sources from{claims, more};
  Claims out;
  LK_TRY(out.user_name, text_claim(from, settings.username_claim));
  if (out.user_name.empty()) {
    return fail(ErrorCode::kRefused, "the provider names no " + settings.username_claim);
  }
  LK_TRY(out.display_name, text_claim(from, settings.name_claim));
  LK_TRY(out.mail, text_claim(from, settings.mail_claim));
  LK_TRY(out.groups, list_claim(from, settings.groups_claim));
  LK_TRY(const std::optional<wire::Json> groups, find_claim(from, settings.groups_claim));
  out.says_groups = settings.groups_claim.empty() || groups.has_value();
  if (settings.type == config::ProviderType::kGitlab) keep_allowed(settings, out.groups);
  if (settings.type == config::ProviderType::kGoogle) {
    LK_TRY(out.hosted_domain, text_claim(from, "hd"));
  }
  if (settings.username_claim == kMailClaim) {
    LK_TRY(const MailStatement of_name, mail_statement(from, out.user_name));
    if (of_name == MailStatement::kFalse) {
      return fail(ErrorCode::kRefused, "the mail address that is the user name is not verified");
    }
  }
  MailStatement of_mail = MailStatement::kNone;
  if (settings.mail_claim == kMailClaim) {
    LK_TRY(of_mail, mail_statement(from, out.mail));
  }
  switch (of_mail) {
    case MailStatement::kTrue: out.mail_proof = MailProof::kVerified; break;
    case MailStatement::kNone:
      if (settings.trust_mail) out.mail_proof = MailProof::kVerified;
      break;
    case MailStatement::kFalse: out.mail.clear(); break;
  }
  return out;
}

}  // namespace latchkey::provider
