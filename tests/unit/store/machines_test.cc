#include "latchkey/store/machines.h"

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

Result<model::Account> machine(Store& store, const std::string& name, const model::Account& owner,
                               std::optional<TimePoint> expires = std::nullopt) {
  SystemRandom random;
  model::Profile profile;
  profile.user_name = name;
  profile.groups = {"deployers"};
  return store.machines().create(profile, owner.id, expires, kNow, random, kSomebody);
}

// A store with alice, her machine, and a credential of that.
struct Ci {
  Ci() {
    EXPECT_THAT(store.credentials().issue(credential_of(bot, "c1"), kPlenty, kSomebody), IsOk());
  }
  bool refused() {
    const auto found = store.credentials().presented(CredentialId("c1"));
    EXPECT_THAT(found, IsOk());
    return found->owner.disabled || found->epoch != found->owner.epoch;
  }
  Store store = in_memory();
  model::Account alice = person(store, "alice");
  model::Account bot = machine(store, "ci-bot", alice).value();
};

TEST(Machines, AreAccountsThatBelongToSomebody) {
  Ci ci;
  const auto found = ci.store.accounts().find_by_name("ci-bot");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->owner, ci.alice.id);
  EXPECT_EQ(found->issuer, kMachineIssuer);
  EXPECT_EQ(found->profile.groups, std::vector<std::string>{"deployers"});
  EXPECT_FALSE(found->expires.has_value());
  EXPECT_TRUE(ci.alice.owner.empty());
  EXPECT_FALSE(ci.refused());
}

TEST(Machines, HaveANameOfTheirOwn) {
  Ci ci;
  EXPECT_THAT(machine(ci.store, "CI-Bot", ci.alice), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(machine(ci.store, "alice", ci.alice), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(sign_in(ci.store, "ci-bot"), FailsWith(ErrorCode::kConflict));
}

TEST(Machines, AreNobodysWhoIsDisabledOrAMachine) {
  Ci ci;
  EXPECT_THAT(machine(ci.store, "second", ci.bot), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(machine(ci.store, "second", model::Account{}), FailsWith(ErrorCode::kNotFound));
  ASSERT_THAT(ci.store.accounts().disable(ci.alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(machine(ci.store, "second", ci.alice), FailsWith(ErrorCode::kRefused));
}

TEST(Machines, EndWithTheirOwnerHoweverThatEnds) {
  using End = Outcome (*)(Store&, const AccountId&);
  const End ends[] = {
      [](Store& store, const AccountId& id) { return store.accounts().disable(id, kNow, kSomebody); },
      [](Store& store, const AccountId& id) { return store.accounts().end_everything(id, kNow, kSomebody); },
      [](Store& store, const AccountId& id) { return store.accounts().remove(id, kNow, kSomebody); },
  };
  for (const End end : ends) {
    Ci ci;
    ASSERT_THAT(end(ci.store, ci.alice.id), IsOk());
    EXPECT_TRUE(ci.refused());
  }
}

TEST(Machines, EndWhenTheirOwnerVanishesFromTheUsersFile) {
  Store store = in_memory();
  SystemRandom random;
  model::Profile profile;
  profile.user_name = "bob";
  const auto bob = store.accounts().sign_in_local(profile, hash_of("entry"), kNow, random);
  const auto bot = machine(store, "ci-bot", *bob);
  ASSERT_THAT(store.accounts().sync_local({}, kNow), IsOk());
  EXPECT_TRUE(store.accounts().find(bot->id)->disabled);
}

TEST(Machines, DoNotEndWithTheirOwnersSessions) {
  Ci ci;
  ASSERT_THAT(ci.store.accounts().end_sessions(ci.alice.id, kNow, kSomebody), IsOk());
  EXPECT_FALSE(ci.refused());
}

TEST(Machines, GoOnWhenSomebodyTakesThemOver) {
  Ci ci;
  const model::Account bob = person(ci.store, "bob");
  ASSERT_THAT(ci.store.accounts().disable(ci.alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(ci.store.machines().assign(ci.bot.id, ci.alice.id, kNow, kSomebody), FailsWith(ErrorCode::kRefused));
  EXPECT_TRUE(ci.refused());
  ASSERT_THAT(ci.store.machines().assign(ci.bot.id, bob.id, kNow, kSomebody), IsOk());
  EXPECT_FALSE(ci.refused());
  ASSERT_THAT(ci.store.accounts().end_everything(bob.id, kNow, kSomebody), IsOk());
  EXPECT_TRUE(ci.refused());
}

TEST(Machines, WhatAnAdministratorDisabledStaysDeadThoughTheMachineGoesOn) {
  Ci ci;
  ASSERT_THAT(ci.store.accounts().disable(ci.bot.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(ci.store.machines().assign(ci.bot.id, ci.alice.id, kNow, kSomebody), IsOk());
  EXPECT_FALSE(ci.store.accounts().find(ci.bot.id)->disabled);
  EXPECT_TRUE(ci.refused());
}

TEST(Machines, AreEnabledByAnOwnerOnly) {
  Ci ci;
  ASSERT_THAT(ci.store.accounts().disable(ci.alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(ci.store.accounts().enable(ci.bot.id, kNow, kSomebody), FailsWith(ErrorCode::kRefused));
  EXPECT_TRUE(ci.refused());
}

TEST(Machines, PeopleCannotBeAssigned) {
  Ci ci;
  const model::Account bob = person(ci.store, "bob");
  EXPECT_THAT(ci.store.machines().assign(bob.id, ci.alice.id, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
}

TEST(Machines, TheAuditLogTellsWhoseTheyWereAndAre) {
  Ci ci;
  const model::Account bob = person(ci.store, "bob");
  ASSERT_THAT(ci.store.machines().assign(ci.bot.id, bob.id, kNow, kSomebody), IsOk());
  const auto rows = ci.store.audit().list("ci-bot", 0, 100);
  ASSERT_THAT(rows, IsOk());
  ASSERT_GE(rows->size(), 2U);
  EXPECT_EQ(rows->front().action, "machine_created");
  EXPECT_EQ(rows->front().detail, R"({"owner":"alice"})");
  EXPECT_EQ(rows->back().action, "machine_assigned");
  EXPECT_EQ(rows->back().detail, R"({"owner":"bob"})");
}

TEST(Machines, HoldNothingThatOutlivesThem) {
  Ci ci;
  const auto bot = machine(ci.store, "short-lived", ci.alice, kNow + Seconds(3600));
  ASSERT_THAT(bot, IsOk());
  model::IssuedCredential credential = credential_of(*bot, "c2");
  EXPECT_THAT(ci.store.credentials().issue(credential, kPlenty, kSomebody), FailsWith(ErrorCode::kRefused));
  credential.expires = kNow + Seconds(3600);
  EXPECT_THAT(ci.store.credentials().issue(credential, kPlenty, kSomebody), IsOk());
}

}  // namespace
}  // namespace latchkey::store
