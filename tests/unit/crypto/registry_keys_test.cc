#include "latchkey/crypto/registry_keys.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <atomic>
#include <thread>

#include "latchkey/base/unique_fd.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/wire/json.h"
#include "scratch.h"
#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr TimePoint kNow = from_unix(1'800'000'000);
constexpr const char* kTokenClaims = R"({"sub":"ann"})";

class RegistryKeysTest : public Scratch {
 protected:
  RegistryKeysTest() : keys_(path("keys")) { ::mkdir(path("keys").c_str(), 0700); }

  std::string file(const std::string& name) { return path("keys/" + name); }
  KeyId add(TimePoint signs_from) {
    auto made = keys_.add(signs_from);
    EXPECT_THAT(made, IsOk());
    return made->thumbprint;
  }
  KeyId signing(TimePoint now) {
    auto key = keys_.signing_key(now);
    return key ? key->info().thumbprint : KeyId("none");
  }

  RegistryKeys keys_;
};

TEST_F(RegistryKeysTest, SignWhatTheirPublicHalvesVerifyUnderBothNames) {
  ASSERT_THAT(keys_.create(kNow), IsOk());
  const auto key = keys_.signing_key(kNow);
  ASSERT_THAT(key, IsOk());
  const auto ring = keys_.public_keys();
  ASSERT_THAT(ring, IsOk());
  for (const KeyId& id : {key->info().thumbprint, key->info().libtrust}) {
    const auto text = key->sign(kTokenClaims, id);
    ASSERT_THAT(text, IsOk());
    EXPECT_THAT(std::string(text->reveal()), StartsWith(std::string(kRegistryTokenBegin)));
    const auto token = UnverifiedToken::parse(text->reveal());
    ASSERT_THAT(token, IsOk());
    EXPECT_EQ(token->key_id(), id);
    EXPECT_EQ(token->algorithm(), "ES256");
    EXPECT_EQ(token->type(), "JWT");
    const VerificationKey* const found = ring->find(id);
    ASSERT_NE(found, nullptr);
    EXPECT_THAT(found->algorithms(), ElementsAre("ES256"));
    const auto verified = found->verify(*token);
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(*verified->claims().string("sub"), "ann");
  }
}

// Signatures are numbers with leading zeros now and then; each must come out in full length.
TEST_F(RegistryKeysTest, SignInTheOneLengthThatJoseHas) {
  ASSERT_THAT(keys_.create(kNow), IsOk());
  const auto key = keys_.signing_key(kNow);
  const auto ring = keys_.public_keys();
  for (int round = 0; round < 300; ++round) {
    const auto text = key->sign(kTokenClaims, key->info().thumbprint);
    const std::string_view token = text->reveal();
    EXPECT_EQ(token.size() - token.rfind('.') - 1, 86U);
    EXPECT_THAT(ring->find(key->info().thumbprint)->verify(*UnverifiedToken::parse(token)), IsOk());
  }
}

TEST_F(RegistryKeysTest, AreClosedAndTheirCertificatesOpen) {
  const KeyId id = add(kNow);
  EXPECT_EQ(mode_of(file("registry-" + id.text() + ".pem")), 0600U);
  EXPECT_EQ(mode_of(file("registry-" + id.text() + ".crt")), 0644U);
}

TEST_F(RegistryKeysTest, AreNamedAsRegistriesOf28NameThem) {
  const auto made = keys_.add(kNow);
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->libtrust.text(), MatchesRegex("([A-Z2-7]{4}:){11}[A-Z2-7]{4}"));
  // The same with other tools, over the certificate as it lies there.
  const std::string command =
      "openssl x509 -noout -pubkey -in '" + file("registry-" + made->thumbprint.text() + ".crt") +
      "' | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | head -c 30 | "
      "base32 -w0 | sed 's/..../&:/g; s/:$//' > '" + path("id") + "'";
  // NOLINTNEXTLINE(cert-env33-c): a pipe of fixed words
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::string expected = read(path("id"));
  while (!expected.empty() && expected.back() == '\n') expected.pop_back();
  EXPECT_EQ(made->libtrust.text(), expected);
}

TEST_F(RegistryKeysTest, TakeTurnsAtTheTimesTheyWereGiven) {
  const KeyId first = add(kNow);
  const KeyId second = add(kNow + Seconds(3600));
  EXPECT_EQ(signing(kNow - Seconds(1)), KeyId("none"));
  EXPECT_EQ(signing(kNow), first);
  EXPECT_EQ(signing(kNow + Seconds(3599)), first);
  EXPECT_EQ(signing(kNow + Seconds(3600)), second);
  EXPECT_EQ(keys_.public_keys()->size(), 4U);
}

TEST_F(RegistryKeysTest, AreMadeOnceOnly) {
  ASSERT_THAT(keys_.create(kNow), IsOk());
  ASSERT_THAT(keys_.create(kNow + Seconds(5)), IsOk());
  EXPECT_EQ(keys_.list()->size(), 1U);
}

TEST_F(RegistryKeysTest, AreAsBeforeWhenAChangeIsNotTold) {
  const KeyId first = add(kNow);
  const KeyChanger takes_back = [](const std::vector<KeyNews>&, KeyFiles& files) -> Outcome {
    EXPECT_THAT(files.apply(), IsOk());
    files.undo();
    return fail(ErrorCode::kUnavailable, "no log");
  };
  EXPECT_FALSE(keys_.add(kNow, takes_back).has_value());
  EXPECT_FALSE(keys_.retire(first, takes_back).has_value());
  EXPECT_EQ(keys_.list()->size(), 1U);
  EXPECT_EQ(signing(kNow), first);
}

TEST_F(RegistryKeysTest, AreMadeWhereOneIsOnlyPlanned) {
  const KeyId planned = add(kNow + Seconds(3600));
  const auto made = keys_.create(kNow);
  ASSERT_THAT(made, IsOk());
  ASSERT_TRUE(made->has_value());
  EXPECT_EQ(signing(kNow), (*made)->thumbprint);
  EXPECT_EQ(signing(kNow + Seconds(3600)), planned);
  EXPECT_EQ(keys_.create(kNow).value(), std::nullopt);
}

TEST_F(RegistryKeysTest, AreMadeOnceByManyWhoNeedOneAtTheSameTime) {
  std::atomic<int> made = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 8; ++i) {
      workers.emplace_back([&] {
        const auto answer = RegistryKeys(path("keys")).create(kNow);
        if (!answer) ++failed;
        if (answer && *answer) ++made;
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(keys_.list()->size(), 1U);
}

TEST_F(RegistryKeysTest, AreNotMadeWhileSomebodyKeepsTheDirectoryLocked) {
  const UniqueFd held(::open(path("keys").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  EXPECT_THAT(keys_.create(kNow), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(*keys_.list(), IsEmpty());
}

TEST_F(RegistryKeysTest, AreForgottenWhenRetired) {
  const KeyId first = add(kNow);
  const KeyId second = add(kNow + Seconds(1));
  ASSERT_THAT(keys_.retire(second), IsOk());
  EXPECT_EQ(signing(kNow + Seconds(9)), first);
  EXPECT_EQ(keys_.public_keys()->find(second), nullptr);
  EXPECT_FALSE(std::filesystem::exists(file("registry-" + second.text() + ".pem")));
  EXPECT_THAT(keys_.retire(second), FailsWith(ErrorCode::kNotFound));
  for (const char* id : {"", "..", "../keys/x", "x/y"}) {
    EXPECT_THAT(keys_.retire(KeyId(id)), FailsWith(ErrorCode::kNotFound)) << id;
  }
}

TEST_F(RegistryKeysTest, HaveALimit) {
  for (int at = 0; at < 16; ++at) add(kNow + Seconds(at));
  EXPECT_THAT(keys_.add(kNow), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(keys_.create(kNow - Seconds(1)), FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(keys_.list()->size(), 16U);
}

TEST_F(RegistryKeysTest, AreExportedForRegistriesOfEitherKind) {
  add(kNow);
  add(kNow + Seconds(60));
  write("bundle.pem", *keys_.export_bundle());
  const std::string count =
      "test $(grep -c 'BEGIN CERTIFICATE' '" + path("bundle.pem") + "') = 2 && openssl x509 -in '" +
      path("bundle.pem") + "' -noout -checkend 3000000000 > '" + path("out") + "'";
  // NOLINTNEXTLINE(cert-env33-c): as above
  EXPECT_EQ(std::system(count.c_str()), 0);
  const std::vector<std::string> es256{"ES256"};
  const auto read_back = keys_from_jwks(*keys_.export_jwks(), es256);
  ASSERT_THAT(read_back, IsOk());
  std::vector<KeyId> names;
  for (const VerificationKey& key : *read_back) names.push_back(key.id());
  std::vector<KeyId> expected;
  const std::vector<RegistryKeyInfo> infos = *keys_.list();
  for (const RegistryKeyInfo& info : infos) {
    expected.insert(expected.end(), {info.thumbprint, info.libtrust});
  }
  EXPECT_EQ(names, expected);
}

TEST_F(RegistryKeysTest, MayBeNoneAtAll) {
  EXPECT_THAT(*keys_.list(), IsEmpty());
  EXPECT_EQ(keys_.public_keys()->size(), 0U);
  EXPECT_EQ(*keys_.export_bundle(), "");
  EXPECT_THAT(keys_.signing_key(kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(RegistryKeysTest, AreRefusedAsAWholeWhenOneFileMustNotBeTrusted) {
  const KeyId id = add(kNow);
  const std::string certificate = file("registry-" + id.text() + ".crt");
  const std::string good = read(certificate);
  const auto refused = [&] { return keys_.public_keys(); };

  ::chmod(certificate.c_str(), 0666);
  EXPECT_THAT(refused(), FailsWith(ErrorCode::kRefused));
  ::chmod(certificate.c_str(), 0644);
  ASSERT_THAT(refused(), IsOk());

  write("keys/registry-other.crt", good, 0644);
  EXPECT_THAT(refused(), FailsWith(ErrorCode::kRefused));
  std::filesystem::remove(file("registry-other.crt"));

  std::filesystem::create_symlink("/etc/hostname", file("registry-link.crt"));
  EXPECT_THAT(refused(), FailsWith(ErrorCode::kRefused));
  std::filesystem::remove(file("registry-link.crt"));

  write("keys/registry-" + id.text() + ".crt", "no certificate", 0644);
  EXPECT_THAT(refused(), FailsWith(ErrorCode::kRefused));
}

TEST_F(RegistryKeysTest, DoNotSignWithAnOpenOrExchangedPrivateKey) {
  const KeyId id = add(kNow);
  const KeyId other = add(kNow - Seconds(9));
  const std::string name = file("registry-" + id.text() + ".pem");
  ::chmod(name.c_str(), 0640);
  EXPECT_THAT(keys_.signing_key(kNow), FailsWith(ErrorCode::kRefused));
  write("keys/registry-" + id.text() + ".pem", read(file("registry-" + other.text() + ".pem")));
  EXPECT_THAT(keys_.signing_key(kNow), FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace latchkey::crypto
