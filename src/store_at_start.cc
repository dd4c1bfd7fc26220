#include "store_at_start.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "latchkey/base/system_user.h"
#include "latchkey/store/store.h"

namespace latchkey {
namespace {

std::string chown_advice(const std::string& owned, uid_t owner, const std::string& directory) {
  const std::string user = user_name_of(::geteuid());
  return "; " + owned + " belongs to " + user_name_of(owner) + ", but the pool runs as " + user +
         ": `chown -R " + user + " " + directory + "`";
}

// The commonest reason, in the words of `latchkey check`: made by root, and never given away. Empty
// when it is another one.
std::string owner_advice(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  for (const std::string& owned : {directory, path}) {
    struct stat status {};
    if (::stat(owned.c_str(), &status) != 0 || status.st_uid == ::geteuid()) continue;
    return chown_advice(owned, status.st_uid, directory);
  }
  return {};
}

}  // namespace

void look_at_store(const config::Config& config, telemetry::Log& log) {
  const std::string& path = config.store.path;
  const auto opened = store::Store::open(path, config.store.journal, store::Access::kReadWrite,
                                         store::OnClose::kLeave);
  if (opened) return;
  log.error("store_unusable", {{"detail", opened.error().detail + owner_advice(path)}});
}

}  // namespace latchkey
