// A directory of its own for each test, with a configuration and the files it names.
#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "latchkey/config/load.h"

namespace latchkey::config {

class Workshop : public ::testing::Test {
 protected:
  Workshop() {
    std::string name = std::filesystem::temp_directory_path() / "latchkey-config-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    write("client.secret", "0123456789abcdef\n", 0600);
  }
  ~Workshop() override { std::filesystem::remove_all(directory_); }

  std::string at(const std::string& name) const { return directory_ + "/" + name; }

  void write(const std::string& name, const std::string& text, mode_t mode) const {
    std::ofstream(at(name)) << text;
    ASSERT_EQ(::chmod(at(name).c_str(), mode), 0);
  }

  std::expected<Config, std::vector<Fault>> load_text(
      const std::string& text, Secrets secrets = Secrets::kAll,
      Environment environment = Environment::kIgnored) const {
    write("latchkey.toml", text, 0644);
    return load(at("latchkey.toml"), secrets, environment);
  }

  // The faults as `LINE: KEY: TEXT`, without the name of the file, which changes with each run.
  std::vector<std::string> faults_of(const std::string& text, Secrets secrets = Secrets::kAll,
                                     Environment environment = Environment::kIgnored) const {
    const auto loaded = load_text(text, secrets, environment);
    std::vector<std::string> texts;
    if (loaded) return texts;
    for (const Fault& fault : loaded.error()) {
      std::string one = fault.str();
      const std::string prefix = at("latchkey.toml") + ":";
      if (one.starts_with(prefix)) one.erase(0, prefix.size());
      texts.push_back(one);
    }
    return texts;
  }

  // The config of a text that must be good.
  Config good(const std::string& text) const {
    auto loaded = load_text(text);
    if (loaded) return *std::move(loaded);
    for (const Fault& fault : loaded.error()) ADD_FAILURE() << fault.str();
    return {};
  }

  std::string directory_;
};

// The shortest good configuration; what a test adds follows it.
inline const std::string kShortest =
    "[site]\n"
    "url = \"https://sso.example\"\n"
    "[local]\n"
    "users_file = \"users\"\n";  // 4 lines

inline const std::string kProvider =
    "[[provider]]\n"
    "name = \"corporate\"\n"
    "issuer = \"https://accounts.example\"\n"
    "client_id = \"latchkey\"\n"
    "client_secret_file = \"client.secret\"\n";  // 5 lines

// Exactly one fault, which begins with `start` and contains `part`.
// NOLINTNEXTLINE(readability-identifier-naming): as GoogleMock names matchers
MATCHER_P2(IsOneFault, start, part, "is one fault with that start and that part") {
  for (const auto& fault : arg) *result_listener << "\n  " << fault;
  return arg.size() == 1 && arg[0].starts_with(start) && arg[0].find(part) != std::string::npos;
}

}  // namespace latchkey::config
