// The page of one's own user token.
#include "latchkey/pages/user_token_form.h"

#include <gmock/gmock.h>

#include "latchkey/pages/form_token.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "signed_in_site.h"

namespace latchkey::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserTokenForm : public SiteTest {
 protected:
  UserTokenForm() { config_.user_token.enabled = true; }

  model::Answer ask(const PageRequest& request) {
    const crypto::Sealer sealer = *crypto::Sealer::load(root_ + "/keys/seal.key");
    return UserTokenFormPage(parts(), sealer).serve(request).answer;
  }
  model::Answer get() { return ask(request("GET", "", anna_.cookie)); }
  PageRequest posted(std::string what, std::string token) const {
    PageRequest made = request("POST", "", anna_.cookie);
    made.content_type = "application/x-www-form-urlencoded";
    made.query.hints.sec_fetch_site = "same-origin";
    const std::vector<wire::FormField> fields{{"form_token", std::move(token)},
                                              {"do", std::move(what)}};
    made.body = wire::form_encode(fields);
    return made;
  }
  model::Answer post(std::string what) {
    return ask(posted(std::move(what), form_token(SecretString(std::string_view(anna_.cookie)))));
  }
  std::string name_code() {
    const auto token = store_.user_tokens().find(anna_.account.id);
    return token ? token->name_code : "";
  }
};

TEST_F(UserTokenForm, ShowsNoSecretAndMakesNothingUntilItIsAsked) {
  const model::Answer answer = get();

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("You have none yet."));
  EXPECT_EQ(name_code(), "");
}

TEST_F(UserTokenForm, ShowsTheSamePairAgainWithoutAPassword) {
  const model::Answer answer = post("show");

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("<code>" + name_code() + "</code>"));
  EXPECT_THAT(answer.body, HasSubstr(">Pass code</h2>"));
  EXPECT_THAT(answer.body, HasSubstr("&lt;username&gt;" + name_code()));
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_EQ(post("show").body, answer.body);
  const std::string plain = get().body;
  EXPECT_THAT(plain, HasSubstr("Show it"));
  EXPECT_THAT(plain, Not(HasSubstr("Pass code")));
}

TEST_F(UserTokenForm, RenewsAndEnds) {
  post("show");
  const std::string first = name_code();

  EXPECT_THAT(post("renew").body, HasSubstr("The old one is refused."));
  EXPECT_NE(name_code(), first);
  EXPECT_THAT(post("reset").body, HasSubstr("Your user token has ended."));
  EXPECT_EQ(name_code(), "");
}

TEST_F(UserTokenForm, TakesNothingFromAnotherSiteOrFormO1L15) {
  PageRequest foreign = posted("show", form_token(SecretString(std::string_view(anna_.cookie))));
  foreign.query.hints.sec_fetch_site = "cross-site";

  EXPECT_EQ(ask(foreign).status, 403);
  EXPECT_EQ(ask(posted("show", form_token(SecretString(std::string_view(eve_.cookie))))).status,
            403);
  EXPECT_EQ(ask(posted("show", "")).status, 403);
  EXPECT_EQ(post("x").status, 400);
  EXPECT_EQ(name_code(), "");
  EXPECT_EQ(ask(request("GET", "", "")).status, 401);
}

TEST_F(UserTokenForm, OfAnExpiredPairOnlyRenews) {
  post("show");
  const std::string first = name_code();
  const store::UserTokenChange short_lived{.expiration_enabled = true, .expiration_days = 1};
  ASSERT_THAT(store_.user_tokens().set(short_lived, now_, kSomebody), IsOk());
  store::UserToken old = *store_.user_tokens().find(anna_.account.id);
  old.created = now_ - std::chrono::days(1);
  ASSERT_THAT(store_.user_tokens().make(old, anna_.account.credential_epoch,
                                        store::Renewal::kReplace, kSomebody),
              IsOk());

  EXPECT_THAT(get().body, HasSubstr("<dt>Expired</dt>"));
  EXPECT_THAT(get().body, Not(HasSubstr("Show it")));
  EXPECT_EQ(post("show").status, 410);
  EXPECT_EQ(post("renew").status, 200);
  EXPECT_NE(name_code(), first);
}

TEST_F(UserTokenForm, SaysThatAPairOfAnotherKeyFileWasReplaced) {
  post("show");
  store::UserToken foreign = *store_.user_tokens().find(anna_.account.id);
  foreign.pass_hash = crypto::sha256("of another key file");
  ASSERT_THAT(store_.user_tokens().make(foreign, anna_.account.credential_epoch,
                                        store::Renewal::kReplace, kSomebody),
              IsOk());

  EXPECT_THAT(post("show").body, HasSubstr("The old one is refused."));
  EXPECT_NE(name_code(), foreign.name_code);
}

TEST_F(UserTokenForm, SaysWhereTheyAreOff) {
  ASSERT_THAT(store_.user_tokens().set({.enabled = false}, now_, kSomebody), IsOk());
  EXPECT_THAT(get().body, HasSubstr("switched off"));
  EXPECT_EQ(post("show").status, 400);
  EXPECT_EQ(post("renew").status, 400);
  EXPECT_EQ(name_code(), "");
}

TEST_F(UserTokenForm, TellsWhoMadeItInTheAuditLog) {
  post("show");
  post("renew");
  post("reset");

  const auto rows = store_.audit().list("anna", 0, store::kListRowsMax);
  ASSERT_THAT(rows, IsOk());
  std::vector<std::string> told;
  for (const store::AuditRow& row : *rows) {
    if (row.action.starts_with("user_token")) told.push_back(row.actor + " " + row.action);
  }
  EXPECT_THAT(told, testing::ElementsAre("user:anna user_token_made", "user:anna user_token_renewed",
                                         "user:anna user_token_reset"));
}

TEST_F(UserTokenForm, IsLinkedFromTheCredentialsWhereThereAreUserTokens) {
  PageRequest list = request("GET", "", anna_.cookie);
  list.query.hints.accept = "text/html";
  EXPECT_THAT(CredentialsPage(parts()).serve(list).answer.body,
              HasSubstr("href=\"/cli/credentials/user-token\""));
  config_.user_token.enabled = false;
  EXPECT_THAT(CredentialsPage(parts()).serve(list).answer.body, Not(HasSubstr("user-token")));
}

TEST_F(UserTokenForm, IsNotShownForACredentialOrAPair) {
  const auto pair_page = post("show").body;
  ASSERT_THAT(pair_page, HasSubstr("Pass code"));
  const crypto::Sealer sealer = *crypto::Sealer::load(root_ + "/keys/seal.key");
  const store::UserToken token = *store_.user_tokens().find(anna_.account.id);
  const SecretString pass = crypto::pass_code(sealer, token.name_code, token.generation);
  PageRequest by_pair = request("GET", "", "");
  by_pair.query.authorization = SecretString(
      "Basic " + wire::base64_encode(token.name_code + ":" + std::string(pass.reveal())));

  EXPECT_EQ(ask(by_pair).status, 403);
}

}  // namespace
}  // namespace latchkey::pages
