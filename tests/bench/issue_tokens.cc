// Issues many credentials of one person at once, as the page would one by one.
//
// usage: issue_tokens CONFIG USER COUNT      prints one token per line
#include <cstdio>
#include <string>

#include "latchkey/config/load.h"
#include "latchkey/pages/issue.h"
#include "latchkey/wire/number.h"

namespace {

using namespace latchkey;

constexpr int kTriesMax = 20;

int complain(const std::string& text) {
  static_cast<void>(std::fprintf(stderr, "issue_tokens: %s\n", text.c_str()));
  return 1;
}

int issue_all(const config::Config& config, const std::string& user, int count) {
  auto store = store::Store::open(config.store.path, config.store.journal,
                                  store::Access::kReadWrite);
  if (!store) return complain(store.error().detail);
  const auto account = store->accounts().find_by_name(user);
  if (!account) return complain(account.error().detail);
  SystemRandom random;
  const TimePoint now = SystemClock().now();
  for (int made = 0; made < count; ++made) {
    const pages::Order order{"bench", std::chrono::days(1), {}};
    auto issued = pages::issue(config, *store, *account, order, now, random, model::Actor::itself());
    // Two of these processes share the work; on a slow disk one may wait too long for the other.
    for (int tries = 0; tries < kTriesMax && !issued; ++tries) {
      issued = pages::issue(config, *store, *account, order, now, random, model::Actor::itself());
    }
    if (!issued) return complain(issued.error().detail);
    const std::string_view token = issued->token.reveal();
    std::printf("%.*s\n", static_cast<int>(token.size()), token.data());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<int> count = argc == 4 ? wire::read_number<int>(argv[3]) : std::nullopt;
  if (!count) return 64;
  const auto config = config::load(argv[1], config::Secrets::kAll, config::Environment::kIgnored);
  if (!config) return complain(config.error().front().str());
  return issue_all(*config, argv[2], *count);
}
