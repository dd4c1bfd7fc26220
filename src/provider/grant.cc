#include "latchkey/provider/grant.h"

namespace latchkey::provider {
namespace {

constexpr std::string_view kPurpose = "provider-grant";
// The first byte of what is sealed says what follows.
constexpr char kRefreshMark = 'r';
constexpr char kAccessMark = 'a';

}  // namespace

std::string seal_grant(const Grant& grant, const AccountId& account, const crypto::Sealer& sealer,
                       Random& random) {
  if (grant.kind == Grant::Kind::kNone) return {};
  std::string text(1, grant.kind == Grant::Kind::kRefreshToken ? kRefreshMark : kAccessMark);
  text += grant.token.reveal();
  const SecretString plain(std::move(text));
  return sealer.seal(kPurpose, account.text(), plain.reveal(), random);
}

Result<Grant> open_grant(std::string_view sealed, const AccountId& account,
                         const crypto::Sealer& sealer) {
  if (sealed.empty()) return Grant{};
  LK_TRY(const SecretString plain, sealer.open(kPurpose, account.text(), sealed));
  const std::string_view text = plain.reveal();
  if (text.size() < 2) return fail(ErrorCode::kRefused, "a sealed grant without a token");
  Grant grant;
  const bool refresh = text.front() == kRefreshMark;
  grant.kind = refresh ? Grant::Kind::kRefreshToken : Grant::Kind::kAccessToken;
  grant.token = SecretString(text.substr(1));
  return grant;
}

}  // namespace latchkey::provider
