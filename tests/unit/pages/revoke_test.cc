// What was leaked: finding it in a text, and the page that ends it for everybody who has it.
#include "latchkey/pages/revoke.h"

#include <set>

#include "latchkey/crypto/registry_keys.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/leaked_secrets.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json_object.h"
#include "signed_in_site.h"

namespace latchkey::pages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kForm = "application/x-www-form-urlencoded";

std::string short_one(std::uint64_t seed) {
  SequenceRandom random(seed);
  return std::string(crypto::make_short_token(random).reveal());
}

constexpr const char* kOurKey = "ours";

std::string signed_by(const std::string& key, const std::string& name = "x") {
  const std::string header = R"({"alg":"RS256","typ":"JWT","kid":")" + key + R"("})";
  return wire::base64url_encode(header) + "." + wire::base64url_encode(R"({"sub":")" + name + R"("})") + ".c2ln";
}

std::vector<std::string> found_in(const std::string& text) {
  return secrets_in(text, [](const KeyId& id) { return id.text() == kOurKey; });
}

TEST(SecretsIn, FindsThemWhateverStandsAround) {
  const std::string token = short_one(1);
  for (const std::string& text :
       {token, " " + token + "\n", "//registry/:_authToken=" + token, "'" + token + "',",
        "Authorization: Bearer " + token + " HTTP/1.1", "https://u:" + token + "@nexus/x",
        "Bearer%20" + token, "(" + token + ")."}) {
    EXPECT_THAT(found_in(text), ElementsAre(token)) << text;
  }
  const std::string jwt = signed_by(kOurKey);
  EXPECT_THAT(found_in("token=" + jwt + ". It was in the log."), ElementsAre(jwt));
}

TEST(SecretsIn, LooksIntoBase64AsBasicAndDockerHaveIt) {
  const std::string token = short_one(1);
  const std::string pair = wire::base64_encode("alice:" + token);
  EXPECT_THAT(found_in(R"({"auths": {"h": {"auth": ")" + pair + R"("}}})"), ElementsAre(token));
  EXPECT_THAT(found_in("_auth=" + pair), ElementsAre(token));
}

TEST(SecretsIn, FindsSeveralAndEachOnce) {
  const std::string text = short_one(1) + " " + short_one(2) + " " + short_one(1);
  EXPECT_THAT(found_in(text), ElementsAre(short_one(1), short_one(2)));
}

TEST(SecretsIn, FindsNothingInOtherTexts) {
  for (const std::string& text : {std::string(), std::string("lkc_"), std::string("eyJ"),
                                 std::string("eyJ.eyJ"), "lkc_" + std::string(36, '0')}) {
    EXPECT_THAT(found_in(text), IsEmpty()) << text;
  }
}

TEST(SecretsIn, LookAlikesHideNothing) {
  std::string text;
  for (int other = 0; other < 1000; ++other) text += signed_by("other", std::to_string(other)) + "\n";
  const std::string ours = signed_by(kOurKey);
  EXPECT_THAT(found_in(text + ours), ElementsAre(ours));
  for (const char* before : {"eyJ.", "eyJhbGciOiJub25lIn0.", "eyJ.eyJ.", "eyJ", "eyJeyJ-"}) {
    EXPECT_THAT(found_in(before + ours), ElementsAre(ours)) << before;
    EXPECT_THAT(found_in(before + short_one(1)), ElementsAre(short_one(1))) << before;
  }
}

TEST(SecretsIn, FindsAsManyAsThereAre) {
  std::string text;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) text += short_one(seed) + "\n";
  EXPECT_EQ(found_in(text).size(), 1000u);
}

TEST(PassCodesIn, LookAlikesHideNothing) {
  std::string text;
  for (int other = 1000; other < 2000; ++other) text += std::string(40, 'x') + std::to_string(other) + "\n";
  const std::string ours(44, 'p');
  EXPECT_THAT(pass_codes_in(text + ours), testing::Contains(ours));
}

class Revoke : public SiteTest {
 protected:
  PageResult serve(const PageRequest& asked) { return RevokePage(parts()).serve(asked); }

  // Nobody is signed in, and the sender is a stranger.
  PageRequest post(const std::string& body, const std::string& type = "text/plain") {
    PageRequest made = request("POST", "", "");
    made.content_type = type;
    made.body = body;
    made.query.remote_address = "203.0.113.9";
    return made;
  }

  Issued issued(model::TokenForm form) {
    Order order;
    order.lifetime = std::chrono::days(30);
    order.form = form;
    Result<Issued> made = issue(config_, store_, anna_.account, order, now_, random_, kSomebody);
    EXPECT_THAT(made, IsOk());
    return *std::move(made);
  }

  void pair_with(const std::string& pass_code) {
    store::UserToken pair;
    pair.account = anna_.account.id;
    pair.name_code = "namecode";
    pair.pass_hash = crypto::sha256(pass_code);
    pair.created = now_;
    EXPECT_THAT(store_.user_tokens().make(pair, 0, store::Renewal::kKeep, kSomebody), IsOk());
  }

  std::string of_docker(const wire::JsonObject& claims) {
    crypto::RegistryKeys keys(root_ + "/keys");
    EXPECT_THAT(keys.create(now_), IsOk());
    const crypto::RegistrySigningKey key = *keys.signing_key(now_);
    return std::string(key.sign(claims.text(), keys.list()->front().thumbprint)->reveal());
  }

  bool revoked(const Issued& credential) {
    return store_.credentials().presented(credential.record.id)->revoked;
  }
};

TEST_F(Revoke, NeedsTheSecretAndNothingElse) {
  for (const model::TokenForm form : {model::TokenForm::kSigned, model::TokenForm::kShort}) {
    const Issued credential = issued(form);
    const std::string secret(credential.token.reveal());
    const PageResult result = serve(post("found in a log: " + secret + "\n"));
    EXPECT_EQ(result.answer.status, 200);
    EXPECT_TRUE(revoked(credential));
    EXPECT_THAT(result.detail, HasSubstr(credential.record.id.text()));
    EXPECT_THAT(result.detail, Not(HasSubstr(secret)));
  }
}

TEST_F(Revoke, TakesALogFullOfOthersTokens) {
  const Issued credential = issued(model::TokenForm::kSigned);
  std::string log;
  for (int other = 0; other < 100; ++other) log += signed_by("other", std::to_string(other)) + "\n";
  log += credential.token.reveal();
  ASSERT_LE(log.size(), kBodyBytesMax);
  serve(post(log));
  EXPECT_TRUE(revoked(credential));
}

TEST_F(Revoke, KnowsWhichKeySignedWhat) {
  const auto key_of = [this](const Issued& credential) {
    return store_.credentials().find(credential.record.id)->credential.key;
  };
  const crypto::KeyDirectory keys(root_ + "/keys");
  EXPECT_EQ(key_of(issued(model::TokenForm::kSigned)), keys.active_signing_key(now_)->id());
  EXPECT_EQ(key_of(issued(model::TokenForm::kShort)), KeyId());
}

TEST_F(Revoke, TakesAFormAndJson) {
  const Issued first = issued(model::TokenForm::kShort);
  const Issued second = issued(model::TokenForm::kShort);
  const std::vector<wire::FormField> form{{"token", std::string(first.token.reveal())}};
  serve(post(wire::form_encode(form), kForm));
  serve(post(R"({"token": ")" + std::string(second.token.reveal()) + R"("})", "application/json"));
  EXPECT_TRUE(revoked(first));
  EXPECT_TRUE(revoked(second));
}

TEST_F(Revoke, TakesAFileThatCurlCallsAForm) {
  const Issued credential = issued(model::TokenForm::kShort);
  const std::string auth = wire::base64_encode("anna:" + std::string(credential.token.reveal()));
  serve(post(R"({"auths": {"h": {"auth": ")" + auth + R"("}}})", kForm));
  EXPECT_TRUE(revoked(credential));
}

TEST_F(Revoke, TakesAFieldInWhichBase64IsEncodedOnceMore) {
  const Issued credential = issued(model::TokenForm::kSigned);
  const std::string auth = wire::base64_encode("anna:" + std::string(credential.token.reveal()));
  const std::vector<wire::FormField> form{{"token", auth}};
  serve(post(wire::form_encode(form), kForm));
  EXPECT_TRUE(revoked(credential));
}

TEST_F(Revoke, ResetsTheUserTokenOfAPassCode) {
  const std::string pass_code(44, 'p');
  pair_with(pass_code);
  EXPECT_EQ(serve(post("token=" + std::string(44, 'q'))).detail, "");
  ASSERT_THAT(store_.user_tokens().find(anna_.account.id), IsOk());
  const PageResult result = serve(post("Authorization: Basic " + wire::base64_encode("namecode:" + pass_code)));
  EXPECT_EQ(result.detail, "user token namecode");
  EXPECT_THAT(store_.user_tokens().find(anna_.account.id), FailsWith(ErrorCode::kNotFound));
}

TEST_F(Revoke, EndsWhatATokenOfDockersWasMadeOf) {
  const Issued credential = issued(model::TokenForm::kSigned);
  const std::string token = of_docker(wire::JsonObject().add("credential", credential.record.id.text()));
  serve(post(R"({"identitytoken": ")" + token.substr(0, token.size() - 4) + R"(AAAA"})"));
  EXPECT_FALSE(revoked(credential)) << "a signature that is none";
  serve(post(R"({"identitytoken": ")" + token + R"("})"));
  EXPECT_TRUE(revoked(credential));
}

// Anybody can write a token that names a key which is not there.
TEST_F(Revoke, ATokenWhoseKeyIsGoneRevokesNothingAndIsFoundOnceItWasRevoked) {
  const Issued credential = issued(model::TokenForm::kSigned);
  const std::string& id = credential.record.id.text();
  const std::string original(credential.token.reveal());
  const std::string lost = wire::base64url_encode(R"({"alg":"RS256","typ":"JWT","kid":"gone"})") +
                           original.substr(original.find('.'));
  const std::string of_docker =
      wire::base64url_encode(R"({"alg":"ES256","typ":"JWT","kid":"gone"})") + "." +
      wire::base64url_encode(wire::JsonObject().add("credential", id).text()) + ".c2ln";
  const std::string nobodys = wire::base64url_encode(R"({"alg":"RS256","kid":"gone"})") + ".W10.c2ln";
  for (const std::string& text : {lost, of_docker, nobodys}) EXPECT_EQ(serve(post(text)).detail, "");
  EXPECT_FALSE(revoked(credential));
  ASSERT_THAT(store_.credentials().revoke(credential.record.id, now_, kSomebody), IsOk());
  for (const std::string& text : {lost, of_docker}) {
    EXPECT_EQ(serve(post(text)).detail, "credential " + id);
  }
}

TEST_F(Revoke, LeavesThePairAloneThatTookTheOldOnesPlace) {
  pair_with(std::string(44, 'p'));
  const auto token = [&](const char* name_code) {
    return of_docker(
        wire::JsonObject().add("account", anna_.account.id.text()).add("user_token", name_code));
  };
  serve(post(token("oldercod")));
  EXPECT_THAT(store_.user_tokens().find(anna_.account.id), IsOk());
  EXPECT_EQ(serve(post(token("namecode"))).detail, "user token namecode");
  EXPECT_THAT(store_.user_tokens().find(anna_.account.id), FailsWith(ErrorCode::kNotFound));
}

TEST_F(Revoke, TellsNobodyWhetherItWasOneN41) {
  const Issued credential = issued(model::TokenForm::kShort);
  const std::string secret(credential.token.reveal());
  std::set<std::string> answers;
  for (const std::string& text : {secret, secret, short_one(9), std::string("x"), std::string(), std::string("{"),
                                  std::string("%zz")}) {
    const PageResult result = serve(post(text, text == "{" ? "application/json" : kForm));
    std::string all = std::to_string(result.answer.status) + result.answer.body;
    for (const model::Header& field : result.answer.headers) {
      all += "\n" + field.name + ": " + std::string(field.value.text());
    }
    answers.insert(all);
  }
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(Revoke, AnIdOrAnAlteredTokenRevokesNothing) {
  const Issued credential = issued(model::TokenForm::kSigned);
  std::string altered(credential.token.reveal());
  altered[altered.size() - 9] = altered[altered.size() - 9] == 'A' ? 'B' : 'A';
  serve(post(credential.record.id.text()));
  serve(post(altered));
  EXPECT_FALSE(revoked(credential));
}

TEST_F(Revoke, ANetworkThatSendsTooManyWaitsAndSignInsDoNotSufferN25) {
  PageResult last = serve(post("x"));
  for (int sent = 1; last.answer.status == 200 && sent < 1000; ++sent) last = serve(post("x"));
  ASSERT_EQ(last.answer.status, 429);
  EXPECT_NE(header(last.answer, "Retry-After"), "");
  EXPECT_EQ(*store_.attempts().retry_after("anna", "203.0.113.9", now_), std::nullopt);
  PageRequest neighbour = post("x");
  neighbour.query.remote_address = "198.51.100.1";
  EXPECT_EQ(serve(neighbour).answer.status, 200);
  now_ += store::kAttemptWaitMax;
  EXPECT_EQ(serve(post("x")).answer.status, 200);
}

TEST_F(Revoke, SaysSoWhenNothingCouldBeRevokedN21) {
  const Issued credential = issued(model::TokenForm::kShort);
  std::filesystem::rename(root_ + "/keys", root_ + "/away");
  const PageResult result = serve(post(std::string(credential.token.reveal())));
  std::filesystem::rename(root_ + "/away", root_ + "/keys");
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_FALSE(revoked(credential));
}

TEST_F(Revoke, HasAFormForPeople) {
  PageRequest asked = request("GET", "", "");
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 200);
  EXPECT_THAT(result.answer.body, HasSubstr("action=\"/cli/credentials/revoke\""));
  PageRequest browser = post("token=x", kForm);
  browser.query.hints.accept = "text/html";
  const std::string done = serve(browser).answer.body;
  EXPECT_THAT(done, HasSubstr("it is revoked and refused from now on"));
  EXPECT_THAT(done, HasSubstr("href=\"/cli/credentials/revoke\""));
  EXPECT_THAT(done, Not(HasSubstr("ask for help")));
}

}  // namespace
}  // namespace latchkey::pages
