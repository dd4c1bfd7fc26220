// What the tests of the store begin with: a directory of their own, a store in it, people in that.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "latchkey/store/store.h"
#include "support/actor.h"
#include "support/results.h"

namespace latchkey::store {

inline const TimePoint kNow = from_unix(1'800'000'000);
inline constexpr std::string_view kIssuer = "https://id.example.com";

// A new empty directory, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = "/tmp/latchkey-store-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Store must(Result<Store> opened) {
  if (!opened) {
    ADD_FAILURE() << opened.error().detail;
    std::abort();
  }
  return *std::move(opened);
}

inline Store in_memory() {
  return must(Store::open(":memory:", config::Journal::kWal, Access::kCreate));
}

inline Store create(const std::string& path, config::Journal journal = config::Journal::kWal) {
  return must(Store::open(path, journal, Access::kCreate));
}

inline Store reopen(const std::string& path, config::Journal journal = config::Journal::kWal) {
  return must(Store::open(path, journal, Access::kReadWrite));
}

// Digests that differ wherever `text` differs; what they are made of does not matter to the store.
inline crypto::Digest hash_of(std::string_view text) { return crypto::sha256(text); }

inline model::Profile profile_of(const std::string& user_name) {
  return {.user_name = user_name,
          .display_name = user_name + " Example",
          .mail = user_name + "@example.com",
          .mail_verified = true,
          .groups = {"developers", "people of the night shift"}};
}

inline Result<model::Account> sign_in(Store& store, const std::string& user_name,
                                      std::string_view subject = {}) {
  SystemRandom random;
  return store.accounts().sign_in("main", kIssuer, subject.empty() ? user_name : subject,
                                  profile_of(user_name), kNow, random);
}

inline model::Account person(Store& store, const std::string& user_name) {
  auto account = sign_in(store, user_name);
  EXPECT_THAT(account, IsOk());
  return account.value_or(model::Account{});
}

inline model::Session session_of(const model::Account& account, const std::string& id,
                                 const std::string& sid = {}) {
  return {.id = id,
          .account = account.id,
          .epoch = account.session_epoch,
          .provider = account.provider,
          .provider_sid = sid,
          .sealed_id_token = "sealed-" + id,
          .created = kNow,
          .last_seen = kNow,
          .idle_end = kNow + Seconds(3600),
          .absolute_end = kNow + Seconds(36000),
          .address = "192.0.2.7",
          .user_agent = "Browser/1.0"};
}

// Creates a session whose cookie's digest is hash_of(id) and whose login state is "state-" + id.
inline Outcome start(Store& store, const model::Session& session) {
  return store.sessions().create(session, hash_of(session.id), "state-" + session.id,
                                 kNow + Seconds(600));
}

inline model::IssuedCredential credential_of(const model::Account& account, const std::string& id) {
  return {.id = CredentialId(id),
          .account = account.id,
          .epoch = account.credential_epoch,
          .label = "build " + id,
          .scopes = {"nexus", "docker:pull"},
          .created = kNow,
          .expires = kNow + Seconds(86400),
          .revoked = std::nullopt,
          .last_used = std::nullopt,
          .last_used_from = {},
          .last_used_by = {},
          .form = model::TokenForm::kSigned,
          .successor = {}};
}

inline constexpr std::uint32_t kPlenty = 100;

}  // namespace latchkey::store
