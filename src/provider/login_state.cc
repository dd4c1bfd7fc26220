#include "latchkey/provider/login_state.h"

#include <algorithm>
#include <array>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/number.h"

namespace latchkey::provider {
namespace {

constexpr std::string_view kPurpose = "login-state";
constexpr std::size_t kSealedBytesMax = 4096;
constexpr std::size_t kFields = 7;
// How far the clocks of two machines that share the key may be apart.
constexpr Seconds kSkew{60};

// One field per line: none of them can hold a line feed, `rd` being dropped if it does.
std::string join(const LoginState& state) {
  std::string text;
  for (const std::string_view field :
       {std::string_view(state.id), std::string_view(state.provider), std::string_view(state.nonce),
        state.verifier.reveal(), std::string_view(state.browser)}) {
    text.append(field) += '\n';
  }
  return text + std::to_string(to_unix(state.issued)) + '\n' + state.rd;
}

Result<std::array<std::string_view, kFields>> split(std::string_view text) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return fail(ErrorCode::kMalformed, "a login state with too few fields");
    fields.at(i) = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  fields.back() = text;
  return fields;
}

Result<TimePoint> read_time(std::string_view text) {
  const auto seconds = wire::read_number<std::int64_t>(text);
  if (!seconds) return fail(ErrorCode::kMalformed, "a login state without a time");
  return from_unix(*seconds);
}

}  // namespace

bool is_browser_secret(std::string_view text) {
  return text.size() == 43 && std::ranges::all_of(text, wire::is_base64url);
}

LoginState begin_login(std::string_view provider, std::string_view rd,
                       std::string_view browser_secret, TimePoint now, Random& random) {
  const bool usable = rd.size() <= kReturnBytesMax && !rd.contains('\n');
  LoginState state;
  state.id = crypto::random_token(random);
  state.provider = provider;
  state.rd = usable ? std::string(rd) : "/";
  state.nonce = crypto::random_token(random);
  state.verifier = SecretString(crypto::random_token(random));
  state.browser = crypto::sha256(browser_secret).hex();
  state.issued = now;
  return state;
}

std::string seal_state(const LoginState& state, const crypto::Sealer& sealer, Random& random) {
  const SecretString text(join(state));
  return sealer.seal(kPurpose, "", text.reveal(), random);
}

Result<LoginState> open_state(std::string_view sealed, std::string_view browser_secret,
                              const crypto::Sealer& sealer, TimePoint now) {
  if (sealed.empty() || sealed.size() > kSealedBytesMax) {
    return fail(ErrorCode::kMalformed, "no state, or one that is too long");
  }
  const Result<SecretString> text = sealer.open(kPurpose, "", sealed);
  if (!text) return fail(ErrorCode::kMalformed, "a state that is not ours");
  LK_TRY(const auto fields, split(text->reveal()));
  LK_TRY(const TimePoint issued, read_time(fields[5]));
  if (now >= issued + kLoginStateLifetime || issued > now + kSkew) {
    return fail(ErrorCode::kExpired, "the sign-in took too long");
  }
  // An empty secret hashes to something too: it must not be what a state was begun with.
  if (!is_browser_secret(browser_secret) ||
      !equal_in_constant_time(crypto::sha256(browser_secret).hex(), fields[4])) {
    return fail(ErrorCode::kRefused, "the sign-in was begun by another browser");
  }
  LoginState state;
  state.id = fields[0];
  state.provider = fields[1];
  state.nonce = fields[2];
  state.verifier = SecretString(fields[3]);
  state.browser = fields[4];
  state.issued = issued;
  state.rd = fields[6];
  return state;
}

}  // namespace latchkey::provider
