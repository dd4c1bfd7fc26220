#include "latchkey/answer/approval.h"

#include <string_view>
#include <utility>

namespace latchkey::answer {
namespace {

using model::Reason;

std::string joined(const std::vector<std::string>& groups, const ApprovalSettings& settings) {
  std::string text;
  for (const std::string& group : groups) {
    if (!settings.groups_filter.passes(group)) continue;
    if (!text.empty()) text += settings.delimiter;
    text += group;
  }
  return text;
}

std::array<std::string_view, kFacts> facts_of(const model::Identity& identity,
                                              std::string_view groups) {
  const model::Profile& profile = identity.profile();
  return {profile.user_name,    groups,
          profile.mail,         profile.display_name,
          model::name_of(identity.proof()), identity.credential().text()};
}

}  // namespace

ApprovalSettings::ApprovalSettings(const config::IdentityNames& names)
    : headers{names.user, names.groups, names.mail, names.display_name, "X-Latchkey-Auth",
              "X-Latchkey-Credential"},
      variables{names.user_variable, names.groups_variable, names.mail_variable,
                names.display_name_variable, "LATCHKEY_AUTH", "LATCHKEY_CREDENTIAL"},
      delimiter(names.delimiter),
      bytes_max(names.header_bytes_max) {
  for (std::string& variable : variables) variable.insert(0, "Variable-");
}

ApprovalSettings::ApprovalSettings(const config::Config& config)
    : ApprovalSettings(config.identity) {
  groups_filter = GroupsFilter(config);
}

model::Step<model::Answer> approval(const ApprovalSettings& settings, model::IdentityForm form,
                                    const model::Identity& identity) {
  constexpr std::size_t kAroundValue = std::string_view(": \r\n").size();
  const auto& names =
      form == model::IdentityForm::kVariables ? settings.variables : settings.headers;
  const std::string groups = joined(identity.profile().groups, settings);
  const auto facts = facts_of(identity, groups);

  model::Answer answer{.status = 200, .headers = {}, .body = {}};
  answer.headers.reserve(kFacts + 1);
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < kFacts; ++at) {
    Result<wire::FieldValue> value = wire::FieldValue::from(facts[at]);
    if (!value) return model::refuse(Reason::kInternal, names[at] + " cannot be a field");
    bytes += names[at].size() + facts[at].size() + kAroundValue;
    answer.add(names[at], *std::move(value));
  }
  if (bytes > settings.bytes_max) {
    return model::refuse(Reason::kIdentityTooLarge,
                         "the identity takes " + std::to_string(bytes) +
                             " bytes of header, of which " +
                             std::to_string(groups.size()) + " are " +
                             std::to_string(identity.profile().groups.size()) +
                             " groups; identity.header_bytes_max is " +
                             std::to_string(settings.bytes_max) +
                             ", and identity.groups_filter can leave groups out");
  }
  return answer;
}

}  // namespace latchkey::answer
