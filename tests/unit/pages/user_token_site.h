// The REST of Nexus' user tokens in a small installation, and who asks it what. Clocks stand still.
#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "latchkey/crypto/password.h"
#include "latchkey/pages/user_token.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "signed_in_site.h"

namespace latchkey::pages {

inline constexpr std::string_view kPath = "/rest/internal/current-user/user-token";
inline constexpr std::string_view kSettings = "/rest/v1/security/user-tokens";

inline std::string base64(std::string_view text) { return wire::base64_encode(text); }

inline std::string payload(std::string_view user, std::string_view password) {
  return "{\"u\":\"" + base64(user) + "\",\"p\":\"" + base64(password) + "\"}";
}

inline std::string member(const model::Answer& answer, const std::string& name) {
  const auto json = wire::Json::parse(answer.body, kBodyBytesMax);
  return json ? json->string(name).value_or("") : "";
}

// anna and eve of the provider, who have no password, bob and root of the users file.
class UserTokenTest : public SiteTest {
 protected:
  UserTokenTest() {
    config_.user_token.enabled = true;
    config_.user_token.administrators = {"root"};
    config_.user_token.administrator_groups = {"token-admins"};
    config_.local.users_file = root_ + "/users";
    config_.local.basic = true;
    if (hash_.empty()) {
      constexpr int kCheap = 4;
      hash_ = *crypto::hash_password(SecretString(std::string_view("s3cret")), random_, kCheap);
    }
    std::ofstream(config_.local.users_file) << "bob:" << hash_ << "\nroot:" << hash_
                                            << "\n";
    ::chmod(config_.local.users_file.c_str(), 0600);
  }

  PageRequest made(const std::string& method, std::string_view below) const {
    PageRequest request = this->request(method, std::string(below), "");
    const std::size_t question = below.find('?');
    if (question != std::string_view::npos) {
      request.query.request.query = below.substr(question + 1);
      request.below = below.substr(0, question);
    }
    request.query.request.path = "/service" + request.below;
    request.content_type = "application/json";
    return request;
  }
  static PageRequest by(PageRequest request, std::string_view user, std::string_view password) {
    request.query.authorization = SecretString(
        "Basic " + base64(std::string(user) + ":" + std::string(password)));
    return request;
  }
  static PageRequest by(PageRequest request, const Person& person) {
    request.query.cookies = "__Host-latchkey=" + person.cookie;
    return request;
  }
  static PageRequest ours(PageRequest request) {  // made by a page of this site
    request.query.hints.sec_fetch_site = "same-origin";
    return request;
  }
  static PageRequest with(PageRequest request, std::string body) {
    request.body = std::move(body);
    return request;
  }

  PageResult result(const PageRequest& request, const crypto::Sealer& sealer) {
    return UserTokenPage(parts(), sealer).serve(request);
  }
  model::Answer ask(const PageRequest& request) { return result(request, sealer()).answer; }
  int status(const PageRequest& request) { return ask(request).status; }
  static const crypto::Sealer& sealer() {
    static const crypto::Sealer sealer = *crypto::Sealer::load(root_ + "/keys/seal.key");
    return sealer;
  }

  model::Answer authenticate(std::string_view user = "bob", std::string_view password = "s3cret") {
    return ask(by(with(made("POST", "/rest/wonderland/authenticate"), payload(user, password)),
                  user, password));
  }
  std::string ticket(std::string_view user = "bob") { return member(authenticate(user), "t"); }
  static std::string asked_with(std::string_view ticket) {
    return std::string(kPath) + "?authToken=" + wire::url_encode(base64(ticket));
  }
  model::Answer own(const std::string& method = "GET", const std::string& user = "bob") {
    return ask(by(made(method, asked_with(ticket(user))), user, "s3cret"));
  }
  PageRequest as_root(const std::string& method, std::string_view below, std::string body = "") {
    return by(with(made(method, below), std::move(body)), "root", "s3cret");
  }
  void set(const std::string& body) {
    ASSERT_EQ(status(as_root("PUT", kSettings, body)), 200) << body;
  }

  // Of another key file.
  crypto::Sealer other_sealer() {
    const std::string path = root_ + "/other.key";
    std::filesystem::remove(path);
    EXPECT_THAT(crypto::Sealer::create(path, random_), IsOk());
    return *crypto::Sealer::load(path);
  }

  static inline std::string hash_;
};

}  // namespace latchkey::pages
