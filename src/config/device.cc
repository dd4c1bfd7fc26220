// [device]: how programs ask for a credential that their owner grants in a browser.
#include "latchkey/config/device.h"

#include "config/prefix.h"
#include "config/section.h"

namespace latchkey::config {
namespace {

void read_npm_registries(const Value& value, Device& device) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  device.npm_registries.clear();
  for (const auto& [text, item] : *items) {
    if (const auto fault = fault_of_prefix(text, Star::kSegment)) {
      item.wrong("names " + shown(text) + "; " + *fault);
    }
    device.npm_registries.push_back(text);
  }
}

constexpr Key<Device> kKeys[] = {
    {"enabled", [](const Value& v, Device& device) { take(v.boolean(), device.enabled); }},
    {"npm_registries", read_npm_registries},
};

void read_device(Reading& reading, const Node& table) {
  read_keys<Device>(reading, table, "device", kKeys, reading.config.device);
}

}  // namespace

Section device_section() {
  return {"device", Repeated::kNo, names_of<Device>(kKeys), read_device};
}

}  // namespace latchkey::config
