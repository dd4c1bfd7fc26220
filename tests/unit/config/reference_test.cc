// Holds conf/latchkey.toml to the code, in both directions.
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <set>
#include <sstream>
#include <utility>

#include "config/section.h"
#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

// The tests run in the root of the project.
std::string reference() {
  std::ifstream file("conf/latchkey.toml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A setting that is commented out has its key or its bracket right behind the `#`.
bool is_setting(const std::string& line) {
  return line.size() > 1 && line[0] == '#' &&
         (line[1] == '[' || (line[1] >= 'a' && line[1] <= 'z'));
}

std::string uncommented() {
  std::istringstream lines(reference());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text += (is_setting(line) ? line.substr(1) : line) + "\n";
  }
  return text;
}

// Everything uncommented, with users and groups that this machine has.
std::string all_settings() {
  const std::string user = ::getpwuid(::geteuid())->pw_name;
  const std::string group = ::getgrgid(::getegid())->gr_name;
  const std::pair<std::string, std::string> ours[] = {
      {"\nuser = \"latchkey\"", "\nuser = \"" + user + '"'},
      {"\ngroup = \"latchkey\"", "\ngroup = \"" + group + '"'},
      {"\"www-data\"", '"' + group + '"'}};
  std::string text = uncommented();
  for (const auto& [from, to] : ours) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  return text;
}

class Reference : public Workshop {
 protected:
  // The files that the reference names.
  Reference() {
    write("peer.secret", std::string(32, 'x'), 0600);
    write("provider-ca.pem", "", 0644);
    write("ldap-ca.pem", "", 0644);
    write("people-ca.crt", "", 0644);
    write("ldap.secret", "manager", 0600);
  }
};

TEST_F(Reference, LoadsAsItIs) {
  const Config config = good(reference());
  EXPECT_EQ(config.site.url, "https://sso.example");
}

TEST_F(Reference, LoadsWithEverySettingUncommented) {
  const Config config = good(all_settings());

  EXPECT_EQ(config.providers.size(), 3U);
  EXPECT_EQ(config.hosts.size(), 1U);
  EXPECT_EQ(config.path_settings.size(), 1U + 3U);  // those of the preset
  EXPECT_EQ(config.rules.size(), 1U);
}

// `section.key` of every setting, commented out or not.
std::set<std::string> keys_of_the_reference() {
  std::istringstream lines(uncommented());
  std::set<std::string> keys;
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      section = line;
    } else {
      keys.insert(section + " " + line.substr(0, line.find(' ')));
    }
  }
  return keys;
}

std::set<std::string> keys_of_the_code() {
  std::set<std::string> keys;
  for (const Section& section : all_sections()) {
    const std::string name(section.name);
    for (const std::string_view key : section.keys) {
      keys.insert((section.repeated == Repeated::kYes ? "[[" + name + "]] " : "[" + name + "] ") +
                  std::string(key));
    }
  }
  return keys;
}

TEST_F(Reference, HasEveryKeyTheCodeKnowsAndNoOther) {
  EXPECT_EQ(keys_of_the_reference(), keys_of_the_code());
}

TEST_F(Reference, ExplainsEachKeyOrGroupOfKeysBeforeIt) {
  std::istringstream lines(reference());
  std::string before;
  for (std::string line; std::getline(lines, line);) {
    const bool starts_group =
        before.empty() && (is_setting(line) || (!line.empty() && line[0] != '#'));
    EXPECT_FALSE(starts_group && line[0] != '[' && line.find("#[[") != 0)
        << "unexplained: " << line;
    before = line;
  }
}

// The sections whose commented-out values are all defaults: uncommenting them changes nothing.
TEST_F(Reference, ShowsTheDefaults) {
  const Config defaults = good(kShortest);
  std::string text = kShortest;
  std::istringstream lines(uncommented());
  bool wanted = false;
  const std::set<std::string> read = {"[paths]",    "[store]",  "[session]", "[credential]",
                                      "[identity]", "[health]", "[cache]",   "[membership]"};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) wanted = read.contains(line);
    if (wanted && !line.ends_with("# example")) text += line + "\n";
  }

  const Config shown = good(text);

  EXPECT_TRUE(shown.membership == defaults.membership);
  EXPECT_TRUE(shown.paths == defaults.paths);
  EXPECT_TRUE(shown.store == defaults.store);
  EXPECT_TRUE(shown.session == defaults.session);
  EXPECT_TRUE(shown.credential == defaults.credential);
  EXPECT_TRUE(shown.identity == defaults.identity);
  EXPECT_TRUE(shown.health == defaults.health);
  EXPECT_TRUE(shown.cache == defaults.cache);
}

TEST_F(Reference, ShowsTheDefaultsOfTheScalarsElsewhere) {
  const Config shown = good(all_settings());
  ASSERT_EQ(shown.providers.size(), 3U);
  ASSERT_EQ(shown.hosts.size(), 1U);
  const Config defaults = good(kShortest + kProvider);
  const Provider& provider = defaults.providers.front();

  EXPECT_EQ(shown.site.realm, defaults.site.realm);
  EXPECT_EQ(shown.site.title, defaults.site.title);
  EXPECT_EQ(shown.site.enforce_https, defaults.site.enforce_https);
  EXPECT_EQ(shown.hosts.front().browser, Host{}.browser);
  EXPECT_EQ(shown.hosts.front().enforce_https, Host{}.enforce_https);
  EXPECT_EQ(shown.providers.front().scopes, provider.scopes);
  EXPECT_EQ(shown.providers.front().username_claim, provider.username_claim);
  EXPECT_EQ(shown.providers.front().groups_claim, provider.groups_claim);
  EXPECT_EQ(shown.providers.front().trust_mail, provider.trust_mail);
  EXPECT_EQ(shown.providers.front().algorithms, provider.algorithms);
  EXPECT_EQ(shown.providers.front().timeout, provider.timeout);
  EXPECT_EQ(shown.local.basic, defaults.local.basic);
  EXPECT_EQ(shown.log.format, defaults.log.format);
  EXPECT_EQ(shown.log.level, defaults.log.level);
  EXPECT_EQ(shown.pool.responder_workers, defaults.pool.responder_workers);
  EXPECT_EQ(shown.pool.socket_mode, defaults.pool.socket_mode);
  EXPECT_EQ(shown.pool.stuck_after, defaults.pool.stuck_after);
  EXPECT_EQ(shown.pool.drain, defaults.pool.drain);
  EXPECT_EQ(shown.pool.requests_per_worker, defaults.pool.requests_per_worker);
}

TEST_F(Reference, ShowsTheDefaultsOfTheDirectory) {
  const std::optional<Ldap> shown = good(all_settings()).ldap;
  ASSERT_TRUE(shown.has_value());
  const Ldap defaults;

  EXPECT_EQ(shown->servers.size(), 2U);
  EXPECT_EQ(shown->start_tls, defaults.start_tls);
  EXPECT_EQ(shown->inhibit_infer_root_dn, defaults.inhibit_infer_root_dn);
  EXPECT_EQ(shown->user_search_filter, defaults.user_search_filter);
  EXPECT_EQ(shown->user_name_attribute, defaults.user_name_attribute);
  EXPECT_EQ(shown->group_search_filter, defaults.group_search_filter);
  EXPECT_EQ(shown->group_membership_filter, defaults.group_membership_filter);
  EXPECT_EQ(shown->group_name_attribute, defaults.group_name_attribute);
  EXPECT_EQ(shown->nested_groups, defaults.nested_groups);
  EXPECT_EQ(shown->trust_mail, defaults.trust_mail);
  EXPECT_EQ(shown->sign_in, defaults.sign_in);
  EXPECT_EQ(shown->basic, defaults.basic);
  EXPECT_TRUE(defaults.allowed_groups.empty());
  EXPECT_EQ(shown->groups, defaults.groups);
  EXPECT_EQ(shown->unknown_users, defaults.unknown_users);
  EXPECT_EQ(shown->update_interval, defaults.update_interval);
  EXPECT_EQ(shown->max_stale, defaults.max_stale);
  EXPECT_EQ(shown->connect_timeout, defaults.connect_timeout);
  EXPECT_EQ(shown->search_timeout, defaults.search_timeout);
  EXPECT_EQ(shown->retries, defaults.retries);
}

}  // namespace
}  // namespace latchkey::config
