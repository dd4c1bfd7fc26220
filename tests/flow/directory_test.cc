// What a directory says, from sign-in over the housekeeper to the decision, with a clock that stands
// still.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "latchkey/base/refusal_beat.h"
#include "latchkey/identity/confirmation.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/role/housekeeper.h"
#include "sign_in_site.h"
#include "support/results.h"
#include "world.h"

namespace latchkey::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void with_ldap(config::Config& config) {
  config.ldap = ldap_settings(config.providers.empty() ? "" : config.providers.front().name);
}

model::Profile profile_of(Site& site, const std::string& user) {
  return site.store.accounts().find_by_name(user)->profile;
}

// ---- signing in at a provider

TEST(Directory, OutranksTheClaimsOfTheProvider) {
  Site site(with_ldap);
  site.directory.add("alice", {"of-the-directory"});
  Browser browser(site);

  EXPECT_EQ(browser.sign_in().status, 302);

  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("of-the-directory"));
  EXPECT_NE(profile_of(site, "alice").mail, "");
}

TEST(Directory, IsMergedWithTheClaimsWhereThatIsWanted) {
  Site site([](config::Config& config) {
    with_ldap(config);
    config.ldap->groups = config::LdapGroups::kMerge;
  });
  site.directory.add("alice", {"of-the-directory", "dev"});
  Browser browser(site);

  browser.sign_in();

  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("of-the-directory", "dev", "ops"));
}

TEST(Directory, IsNotAskedAboutPeopleOfOtherProviders) {
  Site site([](config::Config& config) { config.ldap = ldap_settings("another"); });
  site.directory.add("alice", {"of-the-directory"});
  Browser browser(site);

  browser.sign_in();

  EXPECT_EQ(site.directory.asked, 0);
  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("dev", "ops"));
}

TEST(Directory, ThatDoesNotKnowSomebodyRefusesThemWithAPage) {
  Site site(with_ldap);
  Browser browser(site);

  const model::Answer answer = browser.sign_in();

  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.body.contains("The directory does not know you"));
  EXPECT_FALSE(browser.cookies.contains(kSessionCookie));
}

TEST(Directory, ThatDoesNotKnowSomebodyLetsThemGoOnWithoutGroupsIfItIsTold) {
  Site site([](config::Config& config) {
    with_ldap(config);
    config.ldap->unknown_users = config::UnknownUsers::kAllow;
  });
  Browser browser(site);

  EXPECT_EQ(browser.sign_in().status, 302);

  EXPECT_THAT(profile_of(site, "alice").groups, IsEmpty());
}

TEST(Directory, ThatDoesNotAnswerLetsNobodyNewIn) {
  Site site(with_ldap);
  site.directory.down = true;
  Browser browser(site);

  const model::Answer answer = browser.sign_in();

  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(field(answer, "Retry-After"), "(absent)");
  EXPECT_EQ(site.sessions(), 0);
}

TEST(Directory, ThatDoesNotAnswerLeavesItsLastAnswerForSoLong) {
  Site site(with_ldap);
  site.directory.add("alice", {"of-the-directory"});
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  site.directory.down = true;
  const Seconds counts = site.config.ldap->update_interval + site.config.ldap->max_stale;

  site.clock.advance(counts - Seconds(1));
  site.provider.issue_at(site.clock.now());
  EXPECT_EQ(Browser(site).sign_in().status, 302);
  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("of-the-directory"));

  site.clock.advance(Seconds(1));
  site.provider.issue_at(site.clock.now());
  EXPECT_EQ(Browser(site).sign_in().status, 503);
}

TEST(Directory, LeavesOutGroupsThatCannotBeHandedOn) {
  Site site(with_ldap);
  site.directory.add("alice", {"good", "with|delimiter", "line\nbreak", "\xc3\xa4"});
  Browser browser(site);

  browser.sign_in();

  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("good"));
}

// ---- the form

std::string filled(const model::Answer& form, const std::string& user, const std::string& password) {
  const std::vector<wire::FormField> fields{
      {"state", Browser::hidden(form, "state")}, {"username", user}, {"password", password}};
  return wire::form_encode(fields);
}

void with_passwords(config::Config& config) {
  config.providers.clear();
  config.ldap = ldap_settings("");
  config.ldap->sign_in = true;
  config.local.users_file = shared_directory() + "/users";
}

model::Answer try_form(Site& site, const std::string& user, const std::string& password) {
  Browser browser(site);
  return browser.post("/oauth/login", filled(browser.get("/oauth/login"), user, password));
}

TEST(DirectoryForm, SignsInWithThePasswordOfTheDirectory) {
  Site site(with_passwords);
  site.directory.add("ann", {"dev"});

  EXPECT_EQ(try_form(site, "ann", "ann-pw").status, 303);
  EXPECT_EQ(try_form(site, "ann", "wrong").status, 403);

  const auto account = site.store.accounts().find_by_subject("ldap", "ann");
  ASSERT_TRUE(account.has_value());
  EXPECT_THAT(account->profile.groups, ElementsAre("dev"));
}

TEST(DirectoryForm, LooksForALocalNameInTheUsersFileOnly) {
  Site site(with_passwords);
  site.directory.add("bob", {"dev"});  // bob-pw in both places

  EXPECT_EQ(try_form(site, "bob", "wrong").status, 403);
  EXPECT_EQ(site.directory.asked, 0);
  EXPECT_EQ(try_form(site, "bob", "bob-pw").status, 303);

  EXPECT_EQ(site.store.accounts().find_by_name("bob")->provider, "local");
}

TEST(DirectoryForm, CountsFailuresAndThenMakesWait) {
  Site site(with_passwords);
  site.directory.add("ann", {});
  for (int i = 0; i < store::kNameFailuresFree; ++i) try_form(site, "ann", "wrong");
  const int asked = site.directory.asked;

  const model::Answer answer = try_form(site, "Ann ", "ann-pw");

  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(field(answer, "Retry-After"), "1");
  EXPECT_EQ(site.directory.asked, asked) << "whoever has to wait is not asked about";
}

TEST(DirectoryForm, SaysThatTheDirectoryDoesNotAnswer) {
  Site site(with_passwords);
  site.directory.down = true;

  EXPECT_EQ(try_form(site, "ann", "ann-pw").status, 503);
}

TEST(DirectoryForm, RefusesANameThatIsAnotherPersons) {
  Site site(with_passwords);
  site.directory.add("ann", {});
  SystemRandom random;
  model::Profile profile;
  profile.user_name = "ann";
  ASSERT_TRUE(site.store.accounts()
                  .sign_in("corporate", "https://id", "s", profile, kStart, random)
                  .has_value());

  const model::Answer answer = try_form(site, "ann", "ann-pw");

  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.body.contains("This user name is taken"));
}

// ---- the housekeeper

struct Kept : Site {
  Kept() : Site(with_ldap), people(config, store, gate, &directory) {
    directory.add("alice", {"dev"});
    EXPECT_EQ(Browser(*this).sign_in().status, 302);
    directory.asked = 0;
  }
  // What the housekeeper of a pool would have done until `clock`, look by look.
  void until(TimePoint end) {
    role::Housekeeper housekeeper(store, pages->providers(), "test", log, nullptr, &people);
    for (; clock.now() < end; clock.advance(housekeeper.pause())) housekeeper.run(clock);
  }

  identity::DirectoryPeople people;
};

TEST(DirectoryHousekeeping, AsksAgainBeforeTheIntervalIsOverAndNotBefore) {
  Kept site;
  const Seconds interval = site.config.ldap->update_interval;

  site.until(kStart + interval / 2);
  EXPECT_EQ(site.directory.asked, 0);

  site.directory.add("alice", {"ops"});
  site.until(kStart + interval);
  EXPECT_EQ(site.directory.asked, 1);
  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("ops"));
}

TEST(DirectoryHousekeeping, AsksAboutSomebodyWithoutGroupsNoMoreOftenThanAboutOthers) {
  Kept site;
  site.directory.add("alice", {});
  site.until(kStart + site.config.ldap->update_interval);
  site.directory.asked = 0;

  site.until(site.clock.now() + site.config.ldap->update_interval / 2);

  EXPECT_EQ(site.directory.asked, 0);
}

TEST(DirectoryHousekeeping, TellsRulesHowLongAgoItConfirmedWhomNobodyElseIsAskedAbout) {
  Kept site;
  const model::Account alice = *site.store.accounts().find_by_name("alice");
  const auto age = [&](std::optional<TimePoint> member_until) {
    return identity::confirmation_age(site.config, member_until, alice.directory_until, kStart + Seconds(100));
  };

  EXPECT_EQ(age(std::nullopt), Seconds(100));
  EXPECT_EQ(age(kStart + site.config.membership.age_max() + Seconds(40)), Seconds(60)) << "the provider's answer";
  site.config.ldap.reset();
  EXPECT_EQ(age(std::nullopt), std::nullopt);
}

TEST(DirectoryHousekeeping, EndsEverythingOfALostAccountAndSaysSo) {
  Kept site;
  const model::Account before = *site.store.accounts().find_by_name("alice");
  site.directory.entries.clear();

  site.until(kStart + site.config.ldap->update_interval);

  const model::Account after = *site.store.accounts().find_by_name("alice");
  EXPECT_EQ(after.session_epoch, before.session_epoch + 1);
  EXPECT_EQ(after.credential_epoch, before.credential_epoch + 1);
  EXPECT_TRUE(after.directory_gone.has_value());
  EXPECT_TRUE(site.log_text.contains("directory_lost")) << site.log_text;
}

TEST(DirectoryHousekeeping, EndsEverythingOfWhoeverIsInNoAllowedGroupAnyMore) {
  Kept site;
  site.config.ldap->allowed_groups = {"nexus-users", "nexus-admins"};
  site.directory.add("alice", {"ops", "nexus-admins"});
  site.until(kStart + site.config.ldap->update_interval);
  const model::Account before = *site.store.accounts().find_by_name("alice");
  EXPECT_FALSE(before.directory_gone.has_value());

  site.directory.add("alice", {"ops", "nexus-users2"});
  site.until(kStart + 2 * site.config.ldap->update_interval);

  const model::Account after = *site.store.accounts().find_by_name("alice");
  EXPECT_EQ(after.session_epoch, before.session_epoch + 1);
  EXPECT_EQ(after.credential_epoch, before.credential_epoch + 1);
  EXPECT_TRUE(after.directory_gone.has_value());
  site.provider.issue_at(site.clock.now());
  EXPECT_EQ(Browser(site).sign_in().status, 403);
}

TEST(DirectoryHousekeeping, ConcludesNothingWhileTheDirectoryIsDown) {
  Kept site;
  site.directory.down = true;
  const model::Account before = *site.store.accounts().find_by_name("alice");

  site.until(kStart + 2 * site.config.ldap->update_interval);

  const model::Account after = *site.store.accounts().find_by_name("alice");
  EXPECT_GT(site.directory.asked, 1) << "it is tried again";
  EXPECT_EQ(after.session_epoch, before.session_epoch);
  EXPECT_EQ(after.directory_until, before.directory_until);
  EXPECT_THAT(after.profile.groups, ElementsAre("dev"));
  EXPECT_TRUE(site.log_text.contains("ldap://fake:389: no answer in time"));
}

TEST(DirectoryHousekeeping, ForgetsPeopleOfAProviderThatIsNoLongerCovered) {
  Kept site;
  site.config.ldap->providers.clear();

  site.until(kStart + site.config.ldap->update_interval);

  EXPECT_EQ(site.directory.asked, 0);
  EXPECT_THAT(profile_of(site, "alice").groups, ElementsAre("dev", "ops"));
}

// Answers as `lookup` says.
class ScriptedDirectory final : public directory::Directory {
 public:
  using Lookup = std::function<Result<directory::DirectoryEntry>(const std::string& user)>;
  explicit ScriptedDirectory(Lookup lookup) : lookup_(std::move(lookup)) {}
  Result<directory::DirectoryEntry> lookup(std::string_view user) override {
    return lookup_(std::string(user));
  }
  Result<directory::Person> check_password(std::string_view, const SecretString&) override {
    return fail(ErrorCode::kRefused, "no");
  }
  Outcome find_group(std::string_view) override { return fail(ErrorCode::kNotFound, "none"); }
  std::vector<directory::ServerReport> examine() override { return {}; }

 private:
  Lookup lookup_;
};

// Four people in the order of their ids, all of them due, and a directory that has no usable answer
// about some.
struct Four : Site {
  Four()
      : Site(with_ldap),
        scripted([this](const std::string& user) -> Result<directory::DirectoryEntry> {
          asked.push_back(user);
          const auto trouble = troubles.find(user);
          if (trouble != troubles.end()) return fail(trouble->second, "trouble");
          return directory::DirectoryEntry{.person = {.dn = user, .user_name = user, .unique_id = user},
                                           .display_name = {}, .mail = {}, .groups = {"dev"}};
        }),
        people(config, store, gate, &scripted) {
    for (const char* const name : {"ann", "bea", "cat", "dot"}) {
      model::Profile profile;
      profile.user_name = name;
      EXPECT_THAT(store.accounts().sign_in("idp", "https://idp", name, profile, clock.now(), random),
                  IsOk());
      clock.advance(Seconds(1));  // ids are in the order of time
    }
  }
  std::vector<std::string> round(const std::function<bool()>& may_go_on = [] { return true; }) {
    asked.clear();
    last = people.refresh_due(clock.now(), may_go_on);
    return asked;
  }
  bool is_written(const std::string& user) {
    return store.accounts().find_by_name(user)->directory_checked.has_value();
  }

  std::map<std::string, ErrorCode> troubles;
  std::vector<std::string> asked;
  ScriptedDirectory scripted;
  identity::DirectoryPeople people;
  Result<identity::Refreshed> last;
};

TEST(DirectoryHousekeeping, OnePersonsTroubleDoesNotStopThoseBehindThem) {
  Four site;
  site.troubles = {{"bea", ErrorCode::kRefused}};

  EXPECT_THAT(site.round(), ElementsAre("ann", "bea", "cat", "dot"));

  ASSERT_THAT(site.last, IsOk());
  EXPECT_THAT(site.last->unanswered, ElementsAre("bea: trouble"));
  EXPECT_TRUE(site.is_written("dot"));
  EXPECT_FALSE(site.is_written("bea"));
  EXPECT_THAT(site.people.refresh(*site.store.accounts().find_by_name("bea"), site.clock.now()),
              FailsWith(ErrorCode::kUnavailable));
}

TEST(DirectoryHousekeeping, WhoeverEndsARoundIsTheLastOfTheNext) {
  Four site;
  site.troubles = {{"bea", ErrorCode::kUnavailable}, {"cat", ErrorCode::kUnavailable}};

  EXPECT_THAT(site.round(), ElementsAre("ann", "bea"));
  EXPECT_THAT(site.last, FailsWith(ErrorCode::kUnavailable));
  EXPECT_TRUE(site.is_written("ann"));
  EXPECT_THAT(site.round(), ElementsAre("cat"));
  EXPECT_THAT(site.round(), ElementsAre("dot", "bea"));
  EXPECT_TRUE(site.is_written("dot"));
  site.troubles.clear();
  EXPECT_THAT(site.round(), ElementsAre("cat", "bea"));
  EXPECT_THAT(site.round(), IsEmpty());
}

TEST(DirectoryHousekeeping, ARoundWhoseTimeIsOverIsTakenUpWhereItWas) {
  Four site;
  int left = 2;
  EXPECT_THAT(site.round([&left] { return left-- > 0; }), ElementsAre("ann", "bea"));
  EXPECT_EQ(left, -1) << "asked once more than it said yes";
  site.clock.advance(site.config.ldap->update_interval);
  EXPECT_THAT(site.round(), ElementsAre("cat", "dot", "ann", "bea"));
}

// Else the second task's lease would begin, and end, that much too early.
TEST(DirectoryHousekeeping, EachTaskBeginsAtItsOwnTime) {
  Four site;
  ScriptedDirectory slow([&site](const std::string&) -> Result<directory::DirectoryEntry> {
    site.clock.advance(Seconds(100));
    return fail(ErrorCode::kNotFound, "nobody");
  });
  identity::DirectoryPeople people(site.config, site.store, site.gate, &slow);
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log, nullptr,
                                &people, &site.config);
  const TimePoint begin = site.clock.now();

  housekeeper.run(site.clock);

  const auto tasks = site.store.tasks().list();
  ASSERT_THAT(tasks, IsOk());
  std::map<std::string, std::optional<TimePoint>> begun;
  for (const store::TaskState& task : *tasks) begun[task.name] = task.succeeded;
  EXPECT_EQ(begun["directory"], begin);
  EXPECT_EQ(begun["audit_head"], begin + 4 * Seconds(100));
}

TEST(DirectoryHousekeeping, LooksAsOftenAsTheIntervalNeeds) {
  Kept site;
  EXPECT_EQ(site.people.look_every(), Seconds(30));
  site.config.ldap->update_interval = Seconds(2);
  EXPECT_EQ(site.people.look_every(), Seconds(1));
  EXPECT_EQ(identity::DirectoryPeople(site.config, site.store, site.gate, nullptr).look_every(),
            std::nullopt);
}

}  // namespace
}  // namespace latchkey::testing

// ---- the decision

namespace latchkey::flow {
namespace {

// Somebody about whom the directory has answered, in a world that believes it.
struct Asked : World {
  Asked() {
    config.ldap = ldap_settings("company");
    restart();
    answer.standing = model::Standing::kKnown;
    answer.checked = clock.now();
    answer.until = clock.now() + Seconds(60);
    owner = account("ann");
    take_in();
    cookie = session(*store->accounts().find(owner.id));
    bearer = token(*store->accounts().find(owner.id));
  }
  void take_in() {
    const store::DirectoryNews news[] = {{owner.id, answer}};
    ASSERT_TRUE(store->accounts().take_in(news).has_value());
  }
  std::string by_session() { return reason(by_cookie(get("/x"), cookie)); }
  std::string by_credential() { return reason(by_bearer(get("/x"), bearer)); }

  model::DirectoryAnswer answer;
  model::Account owner;
  std::string cookie;
  std::string bearer;
};

TEST(DirectoryDecision, BelievesTheLastAnswerUntilItsEnd) {
  Asked world;
  world.clock.advance(Seconds(59));
  EXPECT_EQ(world.by_session(), "allowed");
  EXPECT_EQ(world.by_credential(), "allowed");

  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.by_session(), "directory_stale");
  EXPECT_EQ(world.by_credential(), "directory_stale");
  EXPECT_EQ(world.ldap.asked, 0) << "a decision asks nobody";
}

TEST(DirectoryDecision, AnswersAnOldAnswerWith503AndWhatToDo) {
  Asked world;
  world.clock.advance(Seconds(60));

  const model::Answer answer =
      world.client_sees(Dialect::kNginx, by_cookie(get("/x"), world.cookie));

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(field(answer, "Retry-After"), "5");
  EXPECT_TRUE(answer.body.contains("directory"));
}

TEST(DirectoryDecision, GoesOnWithTheNextAnswerWithoutANewSignIn) {
  Asked world;
  world.clock.advance(Seconds(60));
  world.answer.until = world.clock.now() + Seconds(60);
  world.take_in();

  EXPECT_EQ(world.by_session(), "allowed");
  EXPECT_EQ(world.by_credential(), "allowed");
}

TEST(DirectoryDecision, RefusesWhomTheDirectoryRefusesAtOnceAndForGood) {
  Asked world;
  world.answer.standing = model::Standing::kRefused;
  world.take_in();
  EXPECT_EQ(world.by_session(), "account_disabled");
  EXPECT_EQ(world.by_credential(), "account_disabled");

  world.answer.standing = model::Standing::kKnown;
  world.take_in();
  EXPECT_EQ(world.by_session(), "expired_session");
  EXPECT_EQ(world.by_credential(), "revoked_credential");
}

TEST(DirectoryDecision, KnowsNothingOfADirectoryThatIsNotConfigured) {
  Asked world;
  world.config.ldap.reset();
  world.restart();
  world.clock.advance(Seconds(3600));

  EXPECT_EQ(world.by_session(), "allowed");
}

// ---- Basic

struct Basic : World {
  Basic() {
    config.ldap = ldap_settings("");
    config.ldap->basic = true;
    ldap.add("ann", {"dev"});
    restart();
  }
  std::string password(std::string_view user, std::string_view text) {
    return reason(by_basic(get("/x"), user, text));
  }
};

TEST(DirectoryBasic, IsOffUnlessItIsSwitchedOn) {
  Basic world;
  world.config.ldap->basic = false;
  world.restart();

  EXPECT_EQ(world.password("ann", "ann-pw"), "bad_credential");
  EXPECT_EQ(world.ldap.asked, 0);
}

TEST(DirectoryBasic, MakesTheAccountAtFirstSight) {
  Basic world;
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");

  const auto account = world.store->accounts().find_by_subject("ldap", "ann");
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->profile.groups, std::vector<std::string>{"dev"});
}

TEST(DirectoryBasic, AsksForFactsOnlyWhereTheLastAnswerCountsNoLonger) {
  Basic world;
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
  EXPECT_EQ(world.ldap.asked, 2) << "the password and the facts";
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
  EXPECT_EQ(world.ldap.asked, 3);

  world.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
  EXPECT_EQ(world.ldap.asked, 5);
}

TEST(DirectoryBasic, WhoeverWasMadeAnewUnderANameGetsNothingOfTheOldPerson) {
  Basic world;
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
  const model::Account before = *world.store->accounts().find_by_subject("ldap", "ann");
  world.ldap.add("ann", {"ops"});
  world.ldap.entries["ann"].person.unique_id = "of-another";

  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");

  const model::Account after = *world.store->accounts().find_by_subject("ldap", "ann");
  EXPECT_EQ(after.profile.groups, std::vector<std::string>{"ops"});
  EXPECT_EQ(after.session_epoch, before.session_epoch + 1);
  EXPECT_EQ(after.credential_epoch, before.credential_epoch + 1);
}

TEST(DirectoryBasic, SendsNoEmptyPasswordAndNoTokenToTheDirectory) {
  Basic world;
  EXPECT_EQ(world.password("ann", ""), "bad_credential");
  EXPECT_EQ(world.password("", "ann-pw"), "bad_credential");
  EXPECT_EQ(world.password("ann", "eyJx.eyJ9.x"), "bad_credential");
  EXPECT_EQ(world.ldap.asked, 0);
}

TEST(DirectoryBasic, CountsFailuresForTheNameAndTheNetwork) {
  Basic world;
  for (int i = 0; i < store::kNameFailuresFree; ++i) {
    EXPECT_EQ(world.password("ann", "wrong"), "bad_credential");
  }
  EXPECT_EQ(world.password("ANN", "ann-pw"), "too_many_attempts");

  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
}

TEST(DirectoryBasic, AFullWidthSpellingBuysNoGuesses_a4) {
  Basic world;
  const std::string full_width = "\xef\xbd\x81nn";  // slapd reads it as `ann`
  world.ldap.entries[full_width] = world.ldap.entries["ann"];
  world.ldap.entries["ann "] = world.ldap.entries["ann"];

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(world.password(full_width, full_width + "-pw"), "bad_credential");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kRefusalBeat) << "as late as any other";
  EXPECT_EQ(world.password("ann ", "ann -pw"), "bad_credential");
  EXPECT_EQ(world.ldap.asked, 0);
  for (int i = 1; i < store::kNameFailuresFree; ++i) {
    ASSERT_TRUE(world.store->attempts()
                    .record_failure(full_width, "192.0.2.7", world.clock.now())
                    .has_value());
  }
  EXPECT_EQ(world.password(full_width, "wrong"), "too_many_attempts");
}

TEST(DirectoryBasic, ARightPasswordForgivesTheDirectorysSpellingAsWell) {
  Basic world;
  world.ldap.entries["ann@corp.test"] = world.ldap.entries["ann"];
  for (int i = 1; i < store::kNameFailuresFree; ++i) world.password("ann", "wrong");
  EXPECT_EQ(world.password("ann@corp.test", "ann@corp.test-pw"), "allowed");

  EXPECT_EQ(world.password("ann", "wrong"), "bad_credential");
  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
}

TEST(DirectoryBasic, IsBehindTheSlowGate) {
  Basic world;
  world.gate.open = false;

  EXPECT_EQ(world.password("ann", "ann-pw"), "busy");
  EXPECT_EQ(world.ldap.asked, 0);
}

TEST(DirectoryBasic, SaysThatTheDirectoryDoesNotAnswerAndCountsNothing) {
  Basic world;
  world.ldap.down = true;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(world.password("ann", "ann-pw"), "directory_stale");
  world.ldap.down = false;

  EXPECT_EQ(world.password("ann", "ann-pw"), "allowed");
}

TEST(DirectoryBasic, IsNotTriedASecondTimeWhereARefusalIsPutIntoWords) {
  Basic world;
  world.refused(by_basic(get("/x"), "ann", "ann-pw"), "bad_credential");
  world.error_document(by_basic(get("/x"), "ann", "ann-pw"));

  EXPECT_EQ(world.ldap.asked, 0);
}

}  // namespace
}  // namespace latchkey::flow
