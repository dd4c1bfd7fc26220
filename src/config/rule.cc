// [[path]] and [[rule]]: how places of the application are treated, and who may go there.
#include <algorithm>

#include "config/prefix.h"
#include "config/section.h"
#include "config/url.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"

namespace latchkey::config {
namespace {

constexpr Seconds kRoundsApart{60};  // of the housekeeper

void read_prefix(const Value& value, Path& path) {
  const auto text = value.text();
  if (!text) return;
  if (const auto fault = fault_of_prefix(*text, Star::kRefuse)) {
    return value.wrong("is " + shown(*text) + "; " + *fault);
  }
  for (const Path& other : value.config().path_settings) {
    if (other.prefix == *text) {
      return value.wrong("is " + shown(*text) +
                         " a second time; put all of its keys into one [[path]]");
    }
  }
  path.prefix = *text;
}

constexpr Value::Word<Challenge> kChallenges[] = {{"docker", Challenge::kDocker},
                                                  {"basic", Challenge::kBasic},
                                                  {"browser", Challenge::kBrowser}};
constexpr Value::Word<AuthorizationUse> kAuthorizationUses[] = {
    {"latchkey", AuthorizationUse::kLatchkey}, {"application", AuthorizationUse::kApplication}};
constexpr Value::Word<EncodedSlash> kEncodedSlashes[] = {{"refuse", EncodedSlash::kRefuse},
                                                         {"keep", EncodedSlash::kKeep}};
constexpr Value::Word<CrossSite> kCrossSites[] = {{"refuse", CrossSite::kRefuse},
                                                  {"allow", CrossSite::kAllow}};

constexpr Key<Path> kPathKeys[] = {
    {"prefix", read_prefix},
    {"challenge", [](const Value& v, Path& path) { path.challenge = v.one_of(kChallenges); }},
    {"authorization",
     [](const Value& v, Path& path) { path.authorization = v.one_of(kAuthorizationUses); }},
    {"encoded_slash",
     [](const Value& v, Path& path) { path.encoded_slash = v.one_of(kEncodedSlashes); }},
    {"cross_site", [](const Value& v, Path& path) { path.cross_site = v.one_of(kCrossSites); }},
};

void read_path(Reading& reading, const Node& table) {
  Path path;
  read_keys<Path>(reading, table, "path", kPathKeys, path);
  constexpr Required kRequired[] = {{"prefix", "\"/repository\""}};
  require(reading, table, "path", kRequired);
  reading.config.path_settings.push_back(std::move(path));
}

// A rule for a host that nobody can ask for would be dead, and its author would think it holds.
bool is_reachable(const Site& site, const std::string& name) {
  return std::any_of(site.hosts.begin(), site.hosts.end(), [&](const SiteHost& host) {
    return host.name == name || wire::host_matches(host.name, name) ||
           wire::host_matches(name, host.name);
  });
}

void read_hosts(const Value& value, Rule& rule) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  const Site& site = value.config().site;
  for (const auto& [text, item] : *items) {
    const auto host = parse_site_host(text, site.https ? UrlScheme::kHttps : UrlScheme::kHttp);
    if (!host) {
      item.wrong(host.error());
    } else if (host->port) {
      item.wrong("names " + shown(text) + "; must have no port");
    } else if (!site.hosts.empty() && !is_reachable(site, host->name)) {
      item.wrong("names " + shown(text) +
                 ", which is none of site.hosts; add it there, or correct it");
    } else {
      rule.hosts.push_back(host->name);
    }
  }
}

void read_paths(const Value& value, Rule& rule) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    if (const auto fault = fault_of_prefix(text, Star::kSegment)) {
      item.wrong("names " + shown(text) + "; " + *fault);
    }
    rule.paths.push_back(text);
  }
}

void read_methods(const Value& value, Rule& rule) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    if (!wire::is_token(text) || text != wire::to_upper(text)) {
      item.wrong("names " + shown(text) + "; must be a method in capitals, as in \"GET\"");
    }
    rule.methods.push_back(text);
  }
}

void read_mails(const Value& value, Rule& rule) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    const std::size_t at = text.find('@');
    const bool good = at != std::string::npos && at > 0 && at + 1 < text.size() &&
                      text.find_first_of("@ ", at + 1) == std::string::npos;
    if (!good)
      item.wrong("names " + shown(text) + "; must be a mail address as in \"ann@example.org\"");
    rule.mails.push_back(wire::to_lower(text));
  }
}

void read_mail_domains(const Value& value, Rule& rule) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    const auto domain = wire::parse_authority(text);
    if (!domain || domain->port || domain->host != wire::to_lower(text)) {
      item.wrong(
          "names " + shown(text) +
          "; must be the part behind the `@` as in \"example.org\", without `@`, `*` and a dot "
          "at an end");
    }
    rule.mail_domains.push_back(wire::to_lower(text));
  }
}

// Less could not be kept: nobody is asked more often than that.
void read_membership_age(const Value& value, Rule& rule) {
  const Config& config = value.config();
  const bool of_provider = std::ranges::any_of(config.providers, [](const Provider& provider) {
    return asks_provider(provider.membership);
  });
  const bool of_directory = config.ldap && !of_provider;
  const Seconds least =
      (of_directory ? config.ldap->update_interval : config.membership.every) + kRoundsApart;
  const auto age = value.duration(Seconds(1), std::chrono::days(30));
  if (!age) return;
  if (*age < least) {
    return value.wrong("is shorter than " +
                       std::string(of_directory ? "ldap.update_interval" : "membership.every") +
                       " and a minute, " + std::to_string(least.count()) +
                       "s in all, so it could not be kept");
  }
  rule.membership_age = *age;
}

constexpr Value::Word<Who> kWhos[] = {{"anyone", Who::kAnyone},
                                      {"authenticated", Who::kAuthenticated},
                                      {"listed", Who::kListed},
                                      {"nobody", Who::kNobody}};

constexpr Key<Rule> kRuleKeys[] = {
    {"hosts", read_hosts},
    {"paths", read_paths},
    {"methods", read_methods},
    {"who", [](const Value& v, Rule& rule) { take(v.one_of(kWhos), rule.who); }},
    {"users",
     [](const Value& v, Rule& rule) { take(v.texts(EmptyList::kRefuse), rule.users); }},
    {"groups",
     [](const Value& v, Rule& rule) { take(v.texts(EmptyList::kRefuse), rule.groups); }},
    {"mails", read_mails},
    {"mail_domains", read_mail_domains},
    {"membership_age", read_membership_age},
};

void read_rule(Reading& reading, const Node& table) {
  Rule rule;
  rule.line = table.line;
  read_keys<Rule>(reading, table, "rule", kRuleKeys, rule);
  constexpr std::string_view kLists[] = {"users", "groups", "mails", "mail_domains"};
  const bool lists = std::any_of(std::begin(kLists), std::end(kLists), [&](std::string_view list) {
    return table.find(list) != nullptr;
  });
  const Value who = place_of(reading, table, "rule", "who");
  if (table.find("who") == nullptr) {
    rule.who = Who::kListed;
    if (!lists) {
      who.wrong(
          "is missing, so the rule names nobody; write who = \"anyone\", \"authenticated\" or "
          "\"nobody\", or list users, groups, mails or mail_domains");
    }
  } else if (rule.who == Who::kListed && !lists) {
    who.wrong("is \"listed\", but the rule lists nobody; add users, groups, mails or mail_domains");
  } else if (rule.who != Who::kListed && lists) {
    who.wrong("contradicts the list of people in the same rule; take out one of the two");
  }
  reading.config.rules.push_back(std::move(rule));
}

}  // namespace

Section path_section() {
  return {"path", Repeated::kYes, names_of<Path>(kPathKeys), read_path};
}
Section rule_section() {
  return {"rule", Repeated::kYes, names_of<Rule>(kRuleKeys), read_rule};
}

}  // namespace latchkey::config
