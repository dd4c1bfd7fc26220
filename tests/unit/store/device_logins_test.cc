// Programs that wait for a yes: what is asked, decided and collected, and by whom.
#include "latchkey/store/device_logins.h"

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using testing::ElementsAre;

constexpr std::string_view kCode = "BCDFGHJK";

DeviceLogin login_of(std::string_view user_code, std::string_view address = "192.0.2.7") {
  return {.user_code = std::string(user_code),
          .client = "npm",
          .label = "laptop",
          .scopes = {"read"},
          .address = std::string(address),
          .created = kNow};
}

class DeviceLoginsTest : public testing::Test {
 protected:
  Outcome ask(std::string_view user_code = kCode, std::string_view address = "192.0.2.7") {
    return logins_.ask(login_of(user_code, address), hash_of(user_code));
  }
  Outcome approve(TimePoint now = kNow) {
    return logins_.approve(kCode, anna_, {.scopes = {"read"}, .lifetime = std::chrono::days(7)}, now,
                           kSomebody);
  }
  DeviceState state(TimePoint now = kNow, std::string_view client = "npm") {
    const auto polled = logins_.poll(hash_of(kCode), client, now);
    EXPECT_THAT(polled, IsOk());
    return polled ? polled->state : DeviceState::kExpired;
  }

  Store store_ = in_memory();
  DeviceLogins& logins_ = store_.device_logins();
  model::Account anna_ = person(store_, "anna");
};

TEST_F(DeviceLoginsTest, AreFoundByTheCodeThatPeopleSee) {
  ASSERT_THAT(ask(), IsOk());
  const auto found = logins_.find(kCode, kNow);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->client, "npm");
  EXPECT_EQ(found->label, "laptop");
  EXPECT_EQ(found->address, "192.0.2.7");
  EXPECT_THAT(found->scopes, ElementsAre("read"));
  EXPECT_THAT(logins_.find("XXXXXXXX", kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(DeviceLoginsTest, TellTheAuditLogWhoDecidedAndWhatAsked) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(approve(), IsOk());
  EXPECT_THAT(approve(), FailsWith(ErrorCode::kNotFound)) << "and leaves no row";
  ASSERT_THAT(ask("ZZZZZZZZ"), IsOk());
  ASSERT_THAT(logins_.deny("ZZZZZZZZ", anna_, kNow, kSomebody), IsOk());
  const auto rows = store_.audit().list("anna", 0, 100);
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().action, "login_approved");
  EXPECT_EQ(rows->front().detail, R"({"client":"npm","label":"laptop","from":"192.0.2.7"})");
  EXPECT_EQ(rows->back().action, "login_denied");
}

TEST_F(DeviceLoginsTest, AreUsedUpByTheCredentialThatIsIssuedForThem) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(approve(), IsOk());
  const auto polled = logins_.poll(hash_of(kCode), "npm", kNow);
  ASSERT_THAT(polled, IsOk());
  EXPECT_EQ(polled->state, DeviceState::kApproved);
  EXPECT_EQ(polled->grant.account, anna_.id);
  EXPECT_EQ(polled->grant.credential_epoch, anna_.credential_epoch);
  EXPECT_EQ(polled->grant.lifetime, std::chrono::days(7));
  const auto issue = [&](const std::string& id, std::uint32_t limit) {
    return store_.credentials().issue(credential_of(anna_, id), limit, kSomebody, std::nullopt,
                                      hash_of(kCode));
  };
  EXPECT_THAT(issue("first", 0), FailsWith(ErrorCode::kConflict)) << "they hold too many";
  EXPECT_EQ(state(), DeviceState::kApproved) << "and the yes is not lost";
  EXPECT_THAT(issue("first", 5), IsOk());
  EXPECT_THAT(issue("second", 5), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(logins_.poll(hash_of(kCode), "npm", kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(DeviceLoginsTest, AreTheirClientsOnly) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(approve(), IsOk());
  EXPECT_THAT(logins_.poll(hash_of(kCode), "latchkey", kNow), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(logins_.poll(hash_of("other"), "npm", kNow), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(state(), DeviceState::kApproved);
}

TEST_F(DeviceLoginsTest, AreDecidedOnce) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(logins_.deny(kCode, anna_, kNow, kSomebody), IsOk());
  EXPECT_THAT(approve(), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(logins_.find(kCode, kNow), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(state(), DeviceState::kDenied);
}

TEST_F(DeviceLoginsTest, SlowDownWhoeverPollsTooFast) {
  ASSERT_THAT(ask(), IsOk());
  EXPECT_EQ(state(), DeviceState::kWaiting);
  EXPECT_EQ(state(), DeviceState::kTooFast);
  EXPECT_EQ(state(kNow + Seconds(3)), DeviceState::kTooFast);
  EXPECT_EQ(state(kNow + kDevicePollInterval), DeviceState::kWaiting);
}

TEST_F(DeviceLoginsTest, EndAfterTheirTimeEvenIfApproved) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(approve(kNow + kDeviceLoginLifetime - Seconds(1)), IsOk());
  EXPECT_EQ(state(kNow + kDeviceLoginLifetime), DeviceState::kExpired);
  ASSERT_THAT(ask("ZZZZZZZZ"), IsOk());
  const TimePoint late = kNow + kDeviceLoginLifetime;
  EXPECT_THAT(logins_.find("ZZZZZZZZ", late), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(logins_.deny("ZZZZZZZZ", anna_, late, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(store_.admin().purge_expired(late)->device_logins, 2);
}

TEST_F(DeviceLoginsTest, TakeNoCodeTwice) {
  ASSERT_THAT(ask(), IsOk());
  EXPECT_THAT(logins_.ask(login_of(kCode), hash_of("other")), FailsWith(ErrorCode::kConflict));
}

TEST_F(DeviceLoginsTest, FloodedByOneNetworkTakeThoseOfOthers) {
  for (std::int64_t i = 0; i < kDeviceLoginsOfNetworkMax; ++i) {
    ASSERT_THAT(ask("CODE" + std::to_string(i), "192.0.2." + std::to_string(i)), IsOk());
  }
  EXPECT_THAT(ask(), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(ask(kCode, "198.51.100.1"), IsOk());
}

TEST_F(DeviceLoginsTest, EndWithTheirAccount) {
  ASSERT_THAT(ask(), IsOk());
  ASSERT_THAT(approve(), IsOk());
  ASSERT_THAT(store_.accounts().remove(anna_.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(logins_.poll(hash_of(kCode), "npm", kNow), FailsWith(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace latchkey::store
