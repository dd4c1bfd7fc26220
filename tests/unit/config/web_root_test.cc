#include "latchkey/config/web_root.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "workshop.h"

namespace latchkey::config {
namespace {

namespace fs = std::filesystem;

class WebRoot : public Workshop {
 protected:
  WebRoot() {
    for (const char* const name : {"home", "home/www", "home/www-old", "home/state"}) {
      fs::create_directory(at(name));
    }
  }

  bool serves(const std::string& root, const std::string& path) const {
    return served_below(at(root), {{"store.url", at(path)}}).has_value();
  }
};

TEST_F(WebRoot, FindsWhatLiesBelowItC17) {
  EXPECT_TRUE(serves("home/www", "home/www/state/latchkey.db"));
  EXPECT_TRUE(serves("home/www/", "home/www/latchkey.db"));
  EXPECT_TRUE(serves("home/www/.", "home/www-old/../www/latchkey.db"));
  EXPECT_TRUE(served_below("/", {{"store.url", at("home/state/latchkey.db")}}).has_value());
}

TEST_F(WebRoot, LeavesWhatLiesBesideItC17) {
  EXPECT_FALSE(serves("home/www", "home/state/latchkey.db"));
  EXPECT_FALSE(serves("home/www", "home/www-old/latchkey.db"));
  EXPECT_FALSE(serves("home/www", "home/www.db"));
  EXPECT_FALSE(serves("home/nothing-here", "home/state/latchkey.db"));
}

TEST_F(WebRoot, FollowsALinkInItsOwnNameC17) {
  fs::create_directory_symlink(at("home/www"), at("public"));
  EXPECT_TRUE(serves("public", "home/www/latchkey.db"));
  EXPECT_TRUE(serves("home/www", "public/latchkey.db"));
}

TEST_F(WebRoot, FollowsALinkThatLeadsIntoItC17) {
  fs::create_directory_symlink("www", at("home/data"));
  EXPECT_TRUE(serves("home/www", "home/data/latchkey.db"));
}

TEST_F(WebRoot, FindsALinkThatLeadsOutOfItC17) {
  fs::create_directory_symlink("../state", at("home/www/data"));
  EXPECT_TRUE(serves("home/www", "home/www/data/latchkey.db"));
}

TEST_F(WebRoot, FindsALinkOnTheWayC17) {
  fs::create_directory_symlink("../state", at("home/www/data"));
  fs::create_directory_symlink(at("home/www/data"), at("store"));
  EXPECT_TRUE(serves("home/www", "store/latchkey.db"));
}

TEST_F(WebRoot, FindsAFileThatIsALinkC17) {
  write("home/www/users", "", 0600);
  fs::create_symlink(at("home/www/users"), at("home/users"));
  EXPECT_TRUE(serves("home/www", "home/users"));
}

TEST_F(WebRoot, TakesALoopOfLinksForServedC17) {
  fs::create_symlink(at("home/b"), at("home/a"));
  fs::create_symlink(at("home/a"), at("home/b"));
  EXPECT_TRUE(serves("home/www", "home/a/latchkey.db"));
}

TEST_F(WebRoot, IsNoneWhenNotAbsolute) {
  for (const char* const root : {"", "home", "."}) {
    EXPECT_FALSE(served_below(root, {{"store.url", at("home/x")}}).has_value()) << root;
  }
}

TEST_F(WebRoot, KnowsEverythingPrivateThatAConfigurationNamesC17) {
  write("peer.secret", "0123456789abcdef0123456789abcdef", 0600);
  const Config config = good(R"(
[site]
url = "https://nexus.example"
[store]
url = "sqlite:state/latchkey.db"
[local]
users_file = "users"
[log]
file = "log"
[pool]
peer_secret_file = "peer.secret"
[[provider]]
name = "company"
type = "oidc"
issuer = "https://idp.example"
client_id = "latchkey"
client_secret_file = "client.secret"
)");
  std::vector<std::string> found;
  for (const PrivatePath& path : private_paths(config)) {
    EXPECT_TRUE(path.path.starts_with(directory_)) << path.key;
    found.push_back(path.key);
  }
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{"--config", "credential.key_directory",
                                             "local.users_file", "log.file",
                                             "pool.peer_secret_file",
                                             "provider.client_secret_file", "store.url"}));
}

TEST_F(WebRoot, KnowsAProvidersSecretThatItDoesNotReadC17) {
  const auto config = load_text(R"(
[site]
url = "https://nexus.example"
[[provider]]
name = "company"
type = "oidc"
issuer = "https://idp.example"
client_id = "latchkey"
client_secret_file = "www/client.secret"
)",
                                Secrets::kPoolOnly);
  ASSERT_TRUE(config.has_value());
  EXPECT_TRUE(served_below(at("www"), private_paths(*config)).has_value());
}

}  // namespace
}  // namespace latchkey::config
