// Leases of tasks, and the provider's published keys.
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr Seconds kLease{60};

TEST(Tasks, AreTakenByOneHolderAtATime) {
  Store store = in_memory();
  EXPECT_EQ(store.tasks().take("purge", "a", kNow, kLease), Lease::kTaken);
  EXPECT_EQ(store.tasks().take("purge", "b", kNow, kLease), Lease::kNotNow);
  EXPECT_EQ(store.tasks().take("purge", "a", kNow, kLease), Lease::kNotNow);
  EXPECT_EQ(store.tasks().take("other", "b", kNow, kLease), Lease::kTaken);
}

TEST(Tasks, AreNotDueAgainBeforeTheirTime) {
  Store store = in_memory();
  ASSERT_EQ(store.tasks().take("purge", "a", kNow, kLease), Lease::kTaken);
  ASSERT_THAT(store.tasks().done("purge", kNow, kNow + Seconds(300)), IsOk());
  EXPECT_EQ(store.tasks().take("purge", "b", kNow + Seconds(299), kLease), Lease::kNotNow);
  EXPECT_EQ(store.tasks().take("purge", "b", kNow + Seconds(300), kLease), Lease::kTaken);
}

TEST(Tasks, AreFreeAgainWhenTheirHolderDied) {
  Store store = in_memory();
  ASSERT_EQ(store.tasks().take("purge", "a", kNow, kLease), Lease::kTaken);
  EXPECT_EQ(store.tasks().take("purge", "b", kNow + Seconds(59), kLease), Lease::kNotNow);
  EXPECT_EQ(store.tasks().take("purge", "b", kNow + kLease, kLease), Lease::kTaken);
}

TEST(Tasks, SayWhenThereIsNoSuchTask) {
  Store store = in_memory();
  EXPECT_THAT(store.tasks().done("never-taken", kNow, kNow), FailsWith(ErrorCode::kNotFound));
}

TEST(ProviderKeys, KeepWhatWasFetchedLast) {
  Store store = in_memory();
  ProviderKeys& keys = store.provider_keys();
  EXPECT_THAT(keys.get(kIssuer), FailsWith(ErrorCode::kNotFound));
  ASSERT_THAT(keys.put(kIssuer, "{\"d\":1}", "{\"keys\":[]}", kNow), IsOk());
  ASSERT_THAT(keys.put(kIssuer, "{\"d\":2}", "{\"keys\":[1]}", kNow + Seconds(5)), IsOk());
  const auto found = keys.get(kIssuer);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->discovery_json, "{\"d\":2}");
  EXPECT_EQ(found->jwks_json, "{\"keys\":[1]}");
  EXPECT_EQ(found->fetched, kNow + Seconds(5));
}

TEST(ProviderKeys, GiveLeaveToFetchOncePerInterval) {
  Store store = in_memory();
  ProviderKeys& keys = store.provider_keys();
  constexpr Seconds kInterval{30};
  EXPECT_EQ(keys.take_refresh(kIssuer, kNow, kInterval), Refresh::kTaken);
  EXPECT_EQ(keys.take_refresh(kIssuer, kNow + Seconds(29), kInterval), Refresh::kTooSoon);
  EXPECT_EQ(keys.take_refresh("https://other", kNow + Seconds(29), kInterval), Refresh::kTaken);
  EXPECT_EQ(keys.take_refresh(kIssuer, kNow + kInterval, kInterval), Refresh::kTaken);
}

TEST(ProviderKeys, LeaveToFetchIsNothingFetched) {
  Store store = in_memory();
  ASSERT_EQ(store.provider_keys().take_refresh(kIssuer, kNow, Seconds(30)), Refresh::kTaken);
  EXPECT_THAT(store.provider_keys().get(kIssuer), FailsWith(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace latchkey::store
