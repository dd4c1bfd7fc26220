// Configuration files: any text yields faults with a place or a Config that keeps its promises.
#include "config/check.h"
#include "fuzz/fuzz.h"
#include "latchkey/base/result.h"
#include "latchkey/wire/field_value.h"

namespace latchkey {
namespace {

bool somebody_can_sign_in(const config::Config& config) {
  if (config.certificate.enabled || config.remote_user.enabled) return true;
  if (config.ldap && (config.ldap->sign_in || config.ldap->basic)) return true;
  return !config.providers.empty() || !config.local.users_file.empty();
}

void check_config(const config::Config& config) {
  LK_ASSERT(!config.site.url.empty());
  LK_ASSERT(!config.site.hosts.empty());
  LK_ASSERT(config.site.https || config.site.url.starts_with("http://"));
  LK_ASSERT(wire::is_printable_ascii(config.site.realm));
  LK_ASSERT(!config.rules.empty());
  LK_ASSERT(somebody_can_sign_in(config));
  LK_ASSERT(config.session.idle <= config.session.absolute);
  LK_ASSERT((config.pool.socket_mode & 0002U) == 0);
  for (const config::Rule& rule : config.rules) {
    const bool lists = !rule.users.empty() || !rule.groups.empty() || !rule.mails.empty() ||
                       !rule.mail_domains.empty();
    LK_ASSERT(lists == (rule.who == config::Who::kListed));
    for (const std::string& group : rule.groups) LK_ASSERT(!group.empty());
  }
  for (const config::Path& path : config.path_settings) LK_ASSERT(path.prefix.starts_with('/'));
}

void check_fault(const config::Fault& fault) {
  LK_ASSERT(!fault.text.empty());
  // A fault is one line of a terminal, whatever the file holds.
  for (const char c : fault.key + fault.text) LK_ASSERT(static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto document = config::parse_document(text, "/fuzz/latchkey.toml");
  if (!document) {
    check_fault(document.error());
    return 0;
  }
  config::Reading reading;
  reading.file = "/fuzz/latchkey.toml";
  reading.directory = "/fuzz";
  reading.secrets = config::Secrets::kPoolOnly;
  config::read_document(reading, *document);
  for (const config::Fault& fault : reading.faults) check_fault(fault);
  if (reading.faults.empty()) check_config(reading.config);
  return 0;
}
