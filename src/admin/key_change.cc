#include "key_change.h"

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "latchkey/wire/time.h"

namespace latchkey::admin {
namespace {

constexpr Seconds kActivateInMax = std::chrono::days(365);

}  // namespace

crypto::KeyChanger KeyChange::changer(TimePoint now) {
  return [this, now](const std::vector<crypto::KeyNews>& news, crypto::KeyFiles& files) -> Outcome {
    LK_TRY(ended, opened.store.keys().change(now, opened.by, news, files));
    return {};
  };
}

Or<KeyChange> begin_key_change(const Arguments& arguments, const World& world) {
  model::Actor by = acting_operator();
  Or<std::string> directory = open_key_directory(arguments, world);
  if (!directory) return std::unexpected(directory.error());
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return std::unexpected(opened.error());
  opened->by = std::move(by);
  return KeyChange{*std::move(opened), *std::move(directory)};
}

Or<Seconds> activation_wait(const Arguments& arguments, Seconds otherwise, const World& world) {
  if (arguments.activate_in.empty()) return otherwise;
  const Result<Seconds> wait = wire::parse_duration(arguments.activate_in);
  if (wait && *wait <= kActivateInMax) return *wait;
  return std::unexpected(complain(
      world, kUsage, "--activate-in: a duration up to 365d, as in 90s, 30m, 24h or 7d"));
}

void wait_for_workers() {
  using std::chrono::system_clock;
  std::this_thread::sleep_until(std::chrono::ceil<Seconds>(system_clock::now()) +
                                std::chrono::milliseconds(1));
}

}  // namespace latchkey::admin
