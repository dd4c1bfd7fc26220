// An OpenID provider inside the test: an HttpClient that answers as a provider would, or, where a
// test says so, as one must not. It signs with Ed25519, which needs no time to make keys.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/half_hash.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"

namespace latchkey::testing {

// Members of a JSON object: names and values that are JSON already.
using namespace std::literals;

using Members = std::map<std::string, std::string>;

inline std::string json_text(std::string_view text) { return '"' + std::string(text) + '"'; }

inline std::string object_of(const Members& members) {
  std::string out;
  for (const auto& [name, value] : members) {
    out += (out.empty() ? "" : ",") + json_text(name) + ':' + value;
  }
  return '{' + out + '}';
}

class TestKey {
 public:
  explicit TestKey(std::string kid)
      : kid_(std::move(kid)), key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free) {}

  std::string jwk() const {
    std::string x(32, '\0');
    std::size_t size = x.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
    Members members{{"kty", json_text("OKP")}, {"crv", json_text("Ed25519")}, {"use", json_text("sig")},
                    {"alg", json_text("EdDSA")}, {"x", json_text(wire::base64url_encode(x))}};
    if (!kid_.empty()) members["kid"] = json_text(kid_);
    return object_of(members);
  }

  std::string sign(const Members& header, const Members& claims) const {
    const std::string text = wire::base64url_encode(object_of(header)) + '.' +
                             wire::base64url_encode(object_of(claims));
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return text + '.' + wire::base64url_encode(signature);
  }

  const std::string& kid() const { return kid_; }

 private:
  std::string kid_;
  std::shared_ptr<EVP_PKEY> key_;
};

// One call that was made of us.
struct Asked {
  remote::Method method;
  std::string url;
  std::string form;
  std::string client;  // `id:secret` as given, before any encoding
  std::string bearer;
};

class FakeProvider final : public remote::HttpClient {
 public:
  explicit FakeProvider(TimePoint now, std::string issuer = "https://idp.test")
      : issuer_(std::move(issuer)) {
    discovery = {{"issuer", json_text(issuer_)},
                 {"authorization_endpoint", json_text(issuer_ + "/auth")},
                 {"token_endpoint", json_text(issuer_ + "/token")},
                 {"jwks_uri", json_text(issuer_ + "/jwks")},
                 {"userinfo_endpoint", json_text(issuer_ + "/me")},
                 {"end_session_endpoint", json_text(issuer_ + "/session/end")},
                 {"authorization_response_iss_parameter_supported", "true"},
                 {"response_types_supported", R"(["code"])"}};
    header = {{"alg", json_text("EdDSA")}, {"kid", json_text("k1")}, {"typ", json_text("JWT")}};
    claims = {{"iss", json_text(issuer_)},
              {"sub", json_text("subject-1")},
              {"aud", json_text("rp")},
              {"sid", json_text("sid-1")},
              {"preferred_username", json_text("alice")},
              {"name", json_text("Alice Example")},
              {"email", json_text("alice@example.test")},
              {"email_verified", "true"},
              {"groups", R"(["dev","ops"])"}};
    issue_at(now);
    token_answer = {{"access_token", json_text("access-1")},
                    {"token_type", json_text("Bearer")},
                    {"expires_in", "60"}};
    userinfo = {{"sub", json_text("subject-1")}};
  }

  // Lets the ID tokens from here on be issued at `now`.
  void issue_at(TimePoint now) {
    claims["iat"] = std::to_string(to_unix(now));
    claims["exp"] = std::to_string(to_unix(now) + 300);
  }

  // What a browser is sent back with, after it followed `url`.
  std::string authorize(std::string_view url) {
    const auto form = wire::Form::parse(url.substr(url.find('?') + 1));
    nonce = form->single("nonce")->value_or("");
    challenge = form->single("code_challenge")->value_or("");
    const std::string state = form->single("state")->value_or("");
    std::vector<wire::FormField> fields{{"code", "code-1"}, {"state", state}, {"iss", issuer_}};
    return wire::form_encode(fields);
  }

  std::string id_token() const {
    Members all = claims;
    if (!all.contains("nonce")) all["nonce"] = json_text(nonce);
    if (all["nonce"] == "absent") all.erase("nonce");
    return key.sign(header, all);
  }

  Result<remote::HttpResponse> send(const remote::HttpRequest& request) override {
    if (other != nullptr && !request.url.starts_with(issuer_)) return other->send(request);
    Asked asked_now{request.method, request.url, std::string(request.form.reveal()), "",
                    std::string(request.bearer.reveal())};
    if (request.client.has_value()) {
      asked_now.client = request.client->id + ':' + std::string(request.client->secret.reveal());
    }
    asked.push_back(asked_now);
    time += std::min(takes, request.deadline);
    if (takes > request.deadline) return fail(ErrorCode::kRefused, "Timeout was reached");
    const auto replaced = answers.find(request.url.substr(issuer_.size()));
    if (replaced != answers.end()) return replaced->second;
    return json(answer_to(request));
  }

  static remote::HttpResponse json(std::string body, int status = 200) {
    return {status, "application/json", std::move(body)};
  }

  std::size_t times_asked(std::string_view path) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        asked, [&](const Asked& one) { return one.url == issuer_ + std::string(path); }));
  }

  config::Provider settings() const {
    config::Provider out;
    out.name = "idp";
    out.title = "Test provider";
    out.type = config::ProviderType::kOidc;
    out.issuer = issuer_;
    out.client_id = "rp";
    out.client_secret = SecretString("s:e c/ret"sv);
    return out;
  }

  // Everything a test may turn.
  Members discovery, header, claims, token_answer, userinfo;
  TestKey key{"k1"};
  std::vector<std::string> published_keys;  // JWKs beside `key`; see publish_only
  bool publish_own_key = true;
  std::map<std::string, Result<remote::HttpResponse>> answers;  // by path, instead of the usual one
  std::string nonce, challenge;
  std::string refresh_token;  // that is good now; empty: none is given
  bool gone = false;          // refuses every refresh
  std::chrono::milliseconds takes{0};               // each answer, by the clock `time`
  std::chrono::steady_clock::time_point time{};
  std::vector<Asked> asked;
  FakeProvider* other = nullptr;  // who answers for every other issuer

 private:
  std::string answer_to(const remote::HttpRequest& request) {
    const std::string path = request.url.substr(issuer_.size());
    if (path == "/.well-known/openid-configuration") return object_of(discovery);
    if (path == "/jwks") return "{\"keys\":[" + keys() + "]}";
    if (path == "/me") return object_of(userinfo);
    if (path != "/token") return "{}";
    const auto form = wire::Form::parse(request.form.reveal());
    if (form->single("grant_type")->value_or("") == "refresh_token") {
      return refreshed(form->single("refresh_token")->value_or(""));
    }
    const std::string verifier = form->single("code_verifier")->value_or("");
    if (wire::base64url_encode(crypto::sha256(verifier).bytes()) != challenge) {
      return R"({"error":"invalid_grant"})";
    }
    Members answer = token_answer;
    answer.try_emplace("id_token", json_text(id_token()));
    if (answer["id_token"] == "absent") answer.erase("id_token");
    if (!refresh_token.empty()) answer["refresh_token"] = json_text(refresh_token);
    return object_of(answer);
  }

  // A refresh token is good once; the next one is `refresh_token` with another `+`.
  std::string refreshed(const std::string& sent) {
    if (sent != refresh_token || gone) return R"({"error":"invalid_grant"})";
    refresh_token += '+';
    Members answer = token_answer;
    answer["refresh_token"] = json_text(refresh_token);
    Members all = claims;
    all.try_emplace("nonce", "absent");
    if (all["nonce"] == "absent") all.erase("nonce");
    answer.try_emplace("id_token", json_text(key.sign(header, all)));
    if (answer["id_token"] == "absent") answer.erase("id_token");
    return object_of(answer);
  }

  std::string keys() const {
    std::string out = publish_own_key ? key.jwk() : "";
    for (const std::string& jwk : published_keys) out += (out.empty() ? "" : ",") + jwk;
    return out;
  }

  std::string issuer_;
};

}  // namespace latchkey::testing
