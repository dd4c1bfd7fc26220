// latchkey user refresh: asks now what the housekeeper asks now and then.
#include <memory>

#include "latchkey/base/slow_gate.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/membership/member_check.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/remote/http_client.h"
#include "directory.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

std::string_view sentence(store::MemberState state) {
  switch (state) {
    case store::MemberState::kMember: return "confirmed by the provider";
    case store::MemberState::kLost: return "no longer a member; what they held has ended";
    case store::MemberState::kUnknown: return "the provider could not say";
  }
  return "the provider could not say";
}

int ask_provider(Opened& opened, const model::Account& account, const World& world) {
  const auto sealer = crypto::KeyDirectory(opened.config.credential.key_directory).sealer();
  if (!sealer) return failed(world, "seal.key", sealer.error());
  OpenSlowGate gate;
  const std::unique_ptr<remote::HttpClient> client = remote::make_curl_client(gate);
  const provider::ProviderSet providers(opened.config, opened.store.provider_keys(), *client);
  membership::MemberCheck check({opened.config, opened.store, providers, *sealer, world.random});
  const auto finding = check.ask(account.id, world.clock.now());
  const std::string& user = account.profile.user_name;
  if (!finding && finding.error().code == ErrorCode::kNotFound) {
    return complain(world, kFailed, user + ": no provider is asked about them after the sign-in");
  }
  if (!finding) return failed(world, user, finding.error());
  world.out << user << ": " << sentence(finding->state)
            << (finding->detail.empty() ? "" : ": " + finding->detail) << '\n';
  return finding->state == store::MemberState::kUnknown ? kFailed : kGood;
}

}  // namespace

int user_refresh(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store_and_secrets(arguments, world);
  if (!opened) return opened.error();
  const std::optional<config::Ldap>& ldap = opened->config.ldap;
  if (arguments.user.empty()) {
    if (!ldap) return complain(world, kUsage, "name a user; there is no [ldap] to ask about all");
    return refresh_from_directory(*opened, nullptr, world);
  }
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  if (!ldap || !ldap->covers(account->provider)) return ask_provider(*opened, *account, world);
  const int looked_up = refresh_from_directory(*opened, &*account, world);
  if (!opened->store.memberships().find(account->id)) return looked_up;
  const int asked = ask_provider(*opened, *account, world);
  return asked != kGood ? asked : looked_up;
}

}  // namespace latchkey::admin
