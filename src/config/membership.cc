// [membership]: how often the providers are asked whether people still belong here, and what counts
// while they do not answer. Who is asked stands in [[provider]].
#include "latchkey/config/membership.h"

#include "config/section.h"

namespace latchkey::config {
namespace {

constexpr Key<Membership> kKeys[] = {
    {"every",
     [](const Value& v, Membership& membership) {
       take(v.duration(std::chrono::minutes(1), std::chrono::days(7)), membership.every);
     }},
    // Less would refuse everybody between two rounds of the housekeeper.
    {"grace",
     [](const Value& v, Membership& membership) {
       take(v.duration(std::chrono::minutes(2), std::chrono::days(30)), membership.grace);
     }},
    {"credentials",
     [](const Value& v, Membership& membership) { take(v.boolean(), membership.credentials); }},
};

void read_membership(Reading& reading, const Node& table) {
  read_keys<Membership>(reading, table, "membership", kKeys, reading.config.membership);
}

}  // namespace

Section membership_section() {
  return {"membership", Repeated::kNo, names_of<Membership>(kKeys), read_membership};
}

}  // namespace latchkey::config
