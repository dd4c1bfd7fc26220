// The page of credentials of a small installation, and what anna sends to it.
#pragma once

#include "latchkey/pages/credentials.h"
#include "latchkey/pages/form_token.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "signed_in_site.h"

namespace latchkey::pages {

class CredentialsTest : public SiteTest {
 protected:
  PageResult serve(const PageRequest& asked) { return CredentialsPage(parts()).serve(asked); }

  PageRequest json_post(const std::string& below, const std::string& body) {
    PageRequest made = request("POST", below, anna_.cookie);
    made.content_type = "application/json";
    made.query.hints.sec_fetch_site = "same-origin";
    made.body = body;
    return made;
  }

  PageRequest form_post(const std::string& below, std::vector<wire::FormField> fields) {
    PageRequest made = request("POST", below, anna_.cookie);
    made.content_type = "application/x-www-form-urlencoded";
    made.query.hints.sec_fetch_site = "same-origin";
    fields.emplace_back("form_token", form_token(SecretString(anna_.cookie)));
    made.body = wire::form_encode(fields);
    return made;
  }

  // The page as a browser asks for it.
  std::string shown(const Person& person, const std::string& query = "") {
    PageRequest asked = request("GET", "", person.cookie);
    asked.query.hints.accept = "text/html";
    asked.query.request.query = query;
    return serve(asked).answer.body;
  }

  wire::Json json_of(const PageResult& result) {
    Result<wire::Json> json = wire::Json::parse(result.answer.body, kBodyBytesMax);
    EXPECT_THAT(json, IsOk()) << result.answer.status << result.answer.body;
    return *json;
  }

  wire::Json issued(const PageRequest& asked) { return json_of(serve(asked)); }
  std::string issue_one() { return *issued(request("GET", "", anna_.cookie)).string("id"); }

  wire::Json record(const std::string& id) {
    return json_of(serve(request("GET", "/" + id, anna_.cookie)));
  }

  // The token as a client would send it.
  model::Step<model::Identity> use(const std::string& token) {
    return resolver_.resolve(model::BearerToken{SecretString(token)}, "", now_);
  }
  bool good(const std::string& token) { return use(token).has_value(); }
};

}  // namespace latchkey::pages
