// What a person sees and may do of the machine users they answer for.
#include "credentials_site.h"
#include "latchkey/pages/issue.h"

namespace latchkey::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

class MachineCredentials : public CredentialsTest {
 protected:
  MachineCredentials() {
    model::Profile profile;
    profile.user_name = "ci-bot";
    machine_ =
        *store_.machines().create(profile, anna_.account.id, std::nullopt, now_, random_, kSomebody);
    issued_ = *issue(config_, store_, machine_,
                     {.label = "deploys", .lifetime = std::chrono::days(30), .scopes = {"read"}}, now_,
                     random_, kSomebody);
    id_ = issued_.record.id.text();
  }

  bool is_good() { return good(std::string(issued_.token.reveal())); }

  PageRequest removal(const Person& person) {
    PageRequest asked = request("DELETE", "/" + id_, person.cookie);
    asked.query.hints.sec_fetch_site = "same-origin";
    return asked;
  }

  model::Account machine_;
  Issued issued_;
  std::string id_;
};

TEST_F(MachineCredentials, AreListedForWhoeverAnswersForThem) {
  ASSERT_THAT(store_.credentials().touch(issued_.record.id, now_, "192.0.2.7",
                                         "Apache-Maven/3.8.7 (Java 17.0.9; Linux 6.1)"),
              IsOk());
  const std::string page = shown(anna_);
  EXPECT_THAT(page, HasSubstr("Credentials of your machine users"));
  EXPECT_THAT(page, HasSubstr("<strong>ci-bot</strong>: deploys"));
  EXPECT_THAT(page, HasSubstr("from 192.0.2.7 by Apache-Maven/3.8.7<"));
  EXPECT_THAT(page, HasSubstr("/cli/credentials/" + id_ + "/revoke"));
  EXPECT_THAT(page, Not(HasSubstr("/cli/credentials/" + id_ + "/rotate")));
  EXPECT_THAT(shown(eve_), Not(HasSubstr("ci-bot")));
}

TEST_F(MachineCredentials, StandApartFromOnesOwnForPrograms) {
  const wire::Json list = json_of(serve(request("GET", "/list", anna_.cookie)));
  EXPECT_TRUE(list.array("credentials")->empty());
  const auto machines = list.array("machines");
  ASSERT_EQ(machines->size(), 1U);
  EXPECT_EQ(*machines->front().string("username"), "ci-bot");
  EXPECT_EQ(*machines->front().string("id"), id_);
  EXPECT_EQ(*record(id_).string("username"), "ci-bot");
  EXPECT_EQ(json_of(serve(request("GET", "/list", eve_.cookie))).array("machines")->size(), 0U);
}

TEST_F(MachineCredentials, AreRevokedByWhoeverAnswersForThemAndNobodyElse) {
  EXPECT_EQ(serve(removal(eve_)).answer.status, 404);
  EXPECT_EQ(serve(request("GET", "/" + id_, eve_.cookie)).answer.status, 404);
  EXPECT_TRUE(is_good());
  EXPECT_EQ(serve(removal(anna_)).answer.status, 204);
  EXPECT_FALSE(is_good());
  EXPECT_THAT(shown(anna_, "revoked=" + id_), HasSubstr("It is refused from now on."));
}

// Its new secret would be in the hands of somebody who was never given the old one.
TEST_F(MachineCredentials, AreNotRotatedByWhoeverAnswersForThem) {
  EXPECT_EQ(serve(json_post("/" + id_ + "/rotate", "{}")).answer.status, 404);
  EXPECT_TRUE(is_good());
}

TEST_F(MachineCredentials, OutliveAllOfOnesOwn) {
  EXPECT_EQ(serve(json_post("/revoke-all", "")).answer.status, 200);
  EXPECT_TRUE(is_good());
}

}  // namespace
}  // namespace latchkey::pages
