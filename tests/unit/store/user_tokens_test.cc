#include "latchkey/store/user_tokens.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

UserToken token_of(const model::Account& account, const std::string& name_code) {
  return {.account = account.id,
          .name_code = name_code,
          .generation = 7,
          .pass_hash = hash_of(name_code),
          .created = kNow,
          .created_by = account.profile.user_name,
          .created_by_realm = account.provider,
          .last_used = std::nullopt,
          .last_used_from = {},
          .last_used_by = {}};
}

// Stands for a disk that is full just then.
void refuse_rows_of_the_audit_log(const std::string& path) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database,
                         "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN "
                         "SELECT RAISE(ABORT, 'full'); END",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close_v2(database);
}

struct People {
  Store store = in_memory();
  model::Account alice = person(store, "alice");
  model::Account bob = person(store, "bob");

  Result<UserToken> make(const model::Account& who, const std::string& name_code,
                         Renewal renewal = Renewal::kKeep) {
    return store.user_tokens().make(token_of(who, name_code), who.credential_epoch, renewal,
                                    kSomebody);
  }
  Outcome reset(const model::Account& who) {
    return store.user_tokens().reset(who.id, kNow, kSomebody);
  }
  // The rows of the audit log that are not about these people's own coming: action, user, object.
  std::vector<std::string> told() {
    std::vector<std::string> rows;
    const auto all = store.audit().list({}, 0, kListRowsMax);
    EXPECT_THAT(all, IsOk());
    for (const AuditRow& row : all.value_or(std::vector<AuditRow>())) {
      if (!row.action.starts_with("user_token")) continue;
      EXPECT_EQ(row.actor, kSomebody.who);
      EXPECT_EQ(row.time, kNow);
      rows.push_back(row.action + " " + row.user_name + " " + row.object + row.detail);
    }
    return rows;
  }
  Result<PresentedUserToken> presented(std::string_view name_code) {
    return store.user_tokens().presented(hash_of(name_code));
  }
};

TEST(UserTokens, PresentedTellsWhatADecisionJudges) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());

  const auto found = people.presented("alice001");

  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->name_code, "alice001");
  EXPECT_EQ(found->created, kNow);
  EXPECT_EQ(found->settings, UserTokenSettings());
  EXPECT_EQ(found->owner.account, people.alice.id);
  EXPECT_EQ(found->owner.profile.groups, people.alice.profile.groups);
  EXPECT_FALSE(found->last_used.has_value());
  EXPECT_THAT(people.presented("alice002"), FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokens, TheFirstPairStaysUntilItIsReplaced) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());

  EXPECT_EQ(people.make(people.alice, "alice002")->name_code, "alice001");
  EXPECT_EQ(people.make(people.alice, "alice003", Renewal::kReplace)->name_code, "alice003");

  EXPECT_EQ(people.store.user_tokens().find(people.alice.id)->name_code, "alice003");
  EXPECT_THAT(people.presented("alice001"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(people.presented("alice003"), IsOk());
}

TEST(UserTokens, AResetPairIsGoneAtOnce) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  ASSERT_THAT(people.make(people.bob, "bob00001"), IsOk());
  ASSERT_THAT(people.presented("alice001"), IsOk());

  EXPECT_THAT(people.reset(people.alice), IsOk());

  EXPECT_THAT(people.presented("alice001"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(people.presented("bob00001"), IsOk());
  EXPECT_THAT(people.reset(people.alice), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(people.store.user_tokens().reset_all(kNow, kSomebody), 1);
  EXPECT_THAT(people.presented("bob00001"), FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokens, GoWithTheirAccountAndNeverComeBack) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  ASSERT_THAT(people.make(people.bob, "bob00001"), IsOk());

  ASSERT_THAT(people.store.accounts().remove(people.alice.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(people.store.accounts().disable(people.bob.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(people.store.accounts().enable(people.bob.id, kNow, kSomebody), IsOk());

  EXPECT_THAT(people.presented("alice001"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(people.presented("bob00001"), FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokens, EndWithEverythingElseAndNotWithTheSessions) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());

  ASSERT_THAT(people.store.accounts().end_sessions(people.alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(people.presented("alice001"), IsOk());
  ASSERT_THAT(people.store.accounts().end_everything(people.alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(people.presented("alice001"), FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokens, NoneIsMadeForWhoHasEndedEverythingMeanwhile) {
  People people;
  ASSERT_THAT(people.store.accounts().end_everything(people.alice.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(people.store.accounts().disable(people.bob.id, kNow, kSomebody), IsOk());
  people.bob.credential_epoch += 1;

  EXPECT_THAT(people.make(people.alice, "alice001"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(people.make(people.bob, "bob00001"), FailsWith(ErrorCode::kRefused));
  people.bob.id = AccountId("nobody");
  EXPECT_THAT(people.make(people.bob, "bob00001"), FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokens, OfAMachineUserTellItsEndAndAreNotMadeAfterIt) {
  People people;
  SystemRandom random;
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto create = [&](TimePoint end) {
    return people.store.machines().create(profile, people.alice.id, end, kNow, random, kSomebody);
  };
  const auto bot = create(kNow + Seconds(1));
  ASSERT_THAT(bot, IsOk());
  profile.user_name = "old-bot";
  const auto old = create(kNow);
  ASSERT_THAT(old, IsOk());

  ASSERT_THAT(people.make(*bot, "bot00001"), IsOk());
  EXPECT_EQ(people.presented("bot00001")->owner.expires, kNow + Seconds(1));
  EXPECT_THAT(people.make(*old, "bot00002"), FailsWith(ErrorCode::kRefused));
}

TEST(UserTokens, TellWhenTheyWereUsedUntilTheyAreReplaced) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());

  ASSERT_THAT(people.store.user_tokens().touch(people.alice.id, kNow, "192.0.2.7", "mvn"), IsOk());

  const auto used = people.store.user_tokens().find(people.alice.id);
  EXPECT_EQ(used->last_used, kNow);
  EXPECT_EQ(used->last_used_from, "192.0.2.7");
  EXPECT_EQ(used->last_used_by, "mvn");
  ASSERT_THAT(people.make(people.alice, "alice002", Renewal::kReplace), IsOk());
  EXPECT_FALSE(people.store.user_tokens().find(people.alice.id)->last_used.has_value());
}

TEST(UserTokens, AreListedByRealmAndAgePageByPage) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  ASSERT_THAT(people.make(people.bob, "bob00001"), IsOk());
  const auto count = [&](const UserTokenFilter& filter) {
    return people.store.user_tokens().list(filter)->size();
  };

  EXPECT_EQ(count({}), 2U);
  EXPECT_EQ(count({.realm = "main"}), 2U);
  EXPECT_EQ(count({.realm = "other"}), 0U);
  EXPECT_EQ(count({.realm = {}, .made_after = kNow}), 0U);
  EXPECT_EQ(count({.realm = {}, .limit = 1}), 1U);
  EXPECT_EQ(count({.realm = {}, .skip = 1}), 1U);
  EXPECT_EQ(count({.realm = {}, .skip = 2}), 0U);
}

TEST(UserTokenSettings, AreNexusOnesUntilTheyAreSet) {
  Store store = in_memory();
  EXPECT_EQ(store.user_tokens().settings(), UserTokenSettings());

  const UserTokenSettings set{.enabled = false,
                              .protect_content = true,
                              .expiration_enabled = true,
                              .expiration_days = 999};
  EXPECT_EQ(store.user_tokens().set({.enabled = false,
                                     .protect_content = true,
                                     .expiration_enabled = true,
                                     .expiration_days = 999},
                                    kNow, kSomebody),
            set);

  EXPECT_EQ(store.user_tokens().settings(), set);
}

TEST(UserTokenSettings, OneChangeDoesNotUndoAnother) {
  const TemporaryDirectory directory;
  Store first = create(directory.file("store.db"));
  Store second = create(directory.file("store.db"));
  ASSERT_EQ(second.user_tokens().settings(), UserTokenSettings());

  ASSERT_THAT(first.user_tokens().set({.protect_content = true}, kNow, kSomebody), IsOk());
  const auto after = second.user_tokens().set({.expiration_days = 7}, kNow, kSomebody);

  EXPECT_EQ(after, (UserTokenSettings{.protect_content = true, .expiration_days = 7}));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(first.user_tokens().settings(), *after);
}

TEST(UserTokenSettings, ForAFileAreThoseInForce) {
  Store store = in_memory();
  ASSERT_THAT(store.user_tokens().set({.protect_content = true}, kNow, kSomebody), IsOk());
  config::UserToken file;
  file.expiration_days = 7;

  EXPECT_EQ(store.user_tokens().settings(file),
            (UserTokenSettings{.enabled = false, .protect_content = true, .expiration_days = 7}));
}

TEST(UserTokenSettings, EndAPairAtItsLastSecond) {
  const UserTokenSettings day{.expiration_enabled = true, .expiration_days = 1};
  const TimePoint end = kNow + std::chrono::days(1);

  EXPECT_FALSE(has_expired(kNow, day, end - Seconds(1)));
  EXPECT_TRUE(has_expired(kNow, day, end));
  EXPECT_FALSE(has_expired(kNow, UserTokenSettings(), end));
}

TEST(UserTokenSettings, AreHandedOutWithEveryPairAtTheNextRequest) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  ASSERT_THAT(people.presented("alice001"), IsOk());

  ASSERT_THAT(people.store.user_tokens().set({.enabled = false}, kNow, kSomebody), IsOk());

  EXPECT_FALSE(people.presented("alice001")->settings.enabled);
}

TEST(UserTokenSettings, TheFileHasTheLastWord) {
  const UserTokenSettings stored{.enabled = true,
                                 .protect_content = true,
                                 .expiration_enabled = true,
                                 .expiration_days = 7};
  config::UserToken file;
  EXPECT_FALSE(in_force(file, stored).enabled);
  file.enabled = true;
  EXPECT_EQ(in_force(file, stored), stored);
  EXPECT_FALSE(in_force(file, {.enabled = false}).enabled);
  file.protect_content = false;
  file.expiration_enabled = false;
  file.expiration_days = 90;
  EXPECT_EQ(in_force(file, stored), (UserTokenSettings{.enabled = true, .expiration_days = 90}));
}

TEST(Ticket, IsGoodOnce) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  ASSERT_THAT(tokens.add_ticket(hash_of("t"), people.alice.id, kNow), IsOk());

  EXPECT_THAT(tokens.redeem_ticket(hash_of("t"), people.alice.id, kNow), IsOk());
  EXPECT_THAT(tokens.redeem_ticket(hash_of("t"), people.alice.id, kNow),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Ticket, IsGoodForTwentySecondsAndNotLonger) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  for (const char* ticket : {"19", "20", "21"}) {
    ASSERT_THAT(tokens.add_ticket(hash_of(ticket), people.alice.id, kNow), IsOk());
  }

  EXPECT_THAT(tokens.redeem_ticket(hash_of("19"), people.alice.id, kNow + Seconds(19)), IsOk());
  EXPECT_THAT(tokens.redeem_ticket(hash_of("20"), people.alice.id, kNow + Seconds(20)), IsOk());
  EXPECT_THAT(tokens.redeem_ticket(hash_of("21"), people.alice.id, kNow + Seconds(21)),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Ticket, IsNotConsumedBySomebodyElse) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  ASSERT_THAT(tokens.add_ticket(hash_of("t"), people.alice.id, kNow), IsOk());

  EXPECT_THAT(tokens.redeem_ticket(hash_of("t"), people.bob.id, kNow),
              FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(tokens.redeem_ticket(hash_of("t"), people.alice.id, kNow), IsOk());
}

TEST(Ticket, SomebodyHoldsAHundredAtMostUntilTheyExpire) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  for (int i = 0; i < kTicketsMax; ++i) {
    ASSERT_THAT(tokens.add_ticket(hash_of(std::to_string(i)), people.alice.id, kNow), IsOk());
  }

  EXPECT_THAT(tokens.add_ticket(hash_of("one more"), people.alice.id, kNow),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(tokens.add_ticket(hash_of("bob's"), people.bob.id, kNow), IsOk());
  EXPECT_THAT(tokens.add_ticket(hash_of("later"), people.alice.id, kNow + Seconds(21)), IsOk());
}

TEST(Ticket, OfABacklogThatHasExpiredKeepsNobodyFromTheNext) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  for (int i = 0; i < kTicketsMax; ++i) {
    const std::string ticket = std::to_string(i);
    ASSERT_THAT(tokens.add_ticket(hash_of("b" + ticket), people.bob.id, kNow), IsOk());
    ASSERT_THAT(tokens.add_ticket(hash_of("a" + ticket), people.alice.id, kNow + Seconds(1)),
                IsOk());
  }

  // As many as are removed with each new one are bob's, which are older.
  EXPECT_THAT(tokens.add_ticket(hash_of("a"), people.alice.id, kNow + Seconds(22)), IsOk());
}

TEST(Ticket, ThatHasExpiredGoesWithTheHousekeeping) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  ASSERT_THAT(tokens.add_ticket(hash_of("old"), people.alice.id, kNow), IsOk());
  ASSERT_THAT(tokens.add_ticket(hash_of("good"), people.alice.id, kNow + Seconds(1)), IsOk());

  ASSERT_THAT(people.store.admin().purge_expired(kNow + kTicketLifetime + Seconds(1)), IsOk());

  // At a time when it was still good, so that only its row could be missing.
  EXPECT_THAT(tokens.redeem_ticket(hash_of("old"), people.alice.id, kNow),
              FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(tokens.redeem_ticket(hash_of("good"), people.alice.id, kNow), IsOk());
}

TEST(Ticket, EndsWithEverythingElse) {
  People people;
  UserTokens& tokens = people.store.user_tokens();
  ASSERT_THAT(tokens.add_ticket(hash_of("t"), people.alice.id, kNow), IsOk());

  ASSERT_THAT(people.store.accounts().end_everything(people.alice.id, kNow, kSomebody), IsOk());

  EXPECT_THAT(tokens.redeem_ticket(hash_of("t"), people.alice.id, kNow),
              FailsWith(ErrorCode::kNotFound));
}

TEST(UserTokensInTheAuditLog, EachChangeHasItsRowAndWhatChangesNothingHasNone) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  ASSERT_THAT(people.make(people.alice, "alice002"), IsOk());
  ASSERT_THAT(people.make(people.alice, "alice003", Renewal::kReplace), IsOk());
  ASSERT_THAT(people.reset(people.alice), IsOk());
  ASSERT_THAT(people.reset(people.alice), FailsWith(ErrorCode::kNotFound));
  ASSERT_EQ(people.store.user_tokens().reset_all(kNow, kSomebody), 0);
  ASSERT_THAT(people.make(people.bob, "bob00001"), IsOk());
  ASSERT_EQ(people.store.user_tokens().reset_all(kNow, kSomebody), 1);
  const UserTokenChange set{.protect_content = true, .expiration_days = 7};
  ASSERT_THAT(people.store.user_tokens().set(set, kNow, kSomebody), IsOk());
  ASSERT_THAT(people.store.user_tokens().set(set, kNow, kSomebody), IsOk());

  EXPECT_THAT(people.told(),
              testing::ElementsAre(
                  "user_token_made alice alice001{}", "user_token_renewed alice alice003{}",
                  "user_token_reset alice alice003{}", "user_token_made bob bob00001{}",
                  R"(user_tokens_reset  {"count":1})",
                  R"(user_token_settings_changed  {"enabled":true,"protect_content":true,)"
                  R"("expiration_enabled":false,"expiration_days":7})"));
  EXPECT_TRUE(people.store.audit().verify({})->faults.empty());
}

TEST(UserTokensInTheAuditLog, TheFirstUseIsToldOnceWithItsAddressAndItsTool) {
  People people;
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  UserTokens& tokens = people.store.user_tokens();

  ASSERT_THAT(tokens.touch(people.alice.id, kNow, "192.0.2.7", "mvn"), IsOk());
  ASSERT_THAT(tokens.touch(people.alice.id, kNow, "192.0.2.8", "curl"), IsOk());
  ASSERT_THAT(tokens.touch(people.bob.id, kNow, "192.0.2.8", "curl"), IsOk());

  const auto rows = people.store.audit().list("alice", 0, kListRowsMax);
  ASSERT_THAT(rows, IsOk());
  const auto is_first_use = [](const AuditRow& row) {
    return row.action == "user_token_first_used";
  };
  ASSERT_EQ(std::ranges::count_if(*rows, is_first_use), 1);
  const AuditRow& row = rows->back();
  EXPECT_EQ(row.object, "alice001");
  EXPECT_EQ(row.actor, "user:alice");
  EXPECT_EQ(row.address, "192.0.2.7");
  EXPECT_EQ(row.agent, "mvn");
}

TEST(UserTokensInTheAuditLog, WhatIsRefusedLeavesNoRow) {
  People people;
  ASSERT_THAT(people.store.accounts().disable(people.bob.id, kNow, kSomebody), IsOk());

  ASSERT_THAT(people.make(people.bob, "bob00001"), FailsWith(ErrorCode::kRefused));

  EXPECT_THAT(people.told(), testing::IsEmpty());
}

TEST(UserTokensInTheAuditLog, ThereIsNoChangeWithoutItsRow) {
  const TemporaryDirectory directory;
  People people{.store = create(directory.file("store.db"))};
  ASSERT_THAT(people.make(people.alice, "alice001"), IsOk());
  refuse_rows_of_the_audit_log(directory.file("store.db"));

  EXPECT_FALSE(people.make(people.alice, "alice002", Renewal::kReplace).has_value());
  EXPECT_FALSE(people.reset(people.alice).has_value());
  EXPECT_FALSE(people.store.user_tokens().reset_all(kNow, kSomebody).has_value());
  EXPECT_FALSE(people.store.user_tokens().set({.enabled = false}, kNow, kSomebody).has_value());

  EXPECT_EQ(people.store.user_tokens().find(people.alice.id)->name_code, "alice001");
  EXPECT_EQ(people.store.user_tokens().settings(), UserTokenSettings());
}

}  // namespace
}  // namespace latchkey::store
