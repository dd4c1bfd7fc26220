#include "latchkey/server/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace latchkey::server {
namespace {

Result<Ids> ids_of(const std::string& user, const std::string& group) {
  const struct passwd* const found = getpwnam(user.c_str());
  if (found == nullptr) return fail(ErrorCode::kNotFound, "no user is named " + user);
  Ids ids{found->pw_uid, found->pw_gid};
  if (ids.user == 0) return fail(ErrorCode::kRefused, "the pool's user may not be root");
  if (group.empty()) return ids;
  const struct group* const named = getgrnam(group.c_str());
  if (named == nullptr) return fail(ErrorCode::kNotFound, "no group is named " + group);
  ids.group = named->gr_gid;
  return ids;
}

// What a program of ours reads from the environment, and what keeps its children sane.
constexpr std::array<std::string_view, 2> kKept = {"LATCHKEY_CONFIG", "TZ"};

}  // namespace

Result<std::optional<Ids>> ids_to_become(const std::string& user, const std::string& group) {
  if (user.empty() || geteuid() != 0) return std::nullopt;
  LK_TRY(const Ids ids, ids_of(user, group));
  return ids;
}

Outcome become(const std::string& user, const std::string& group) {
  LK_TRY(const std::optional<Ids> found, ids_to_become(user, group));
  if (!found) return {};
  const Ids& ids = *found;
  if (setgroups(0, nullptr) != 0 || setresgid(ids.group, ids.group, ids.group) != 0 ||
      setresuid(ids.user, ids.user, ids.user) != 0) {
    return fail(ErrorCode::kRefused, "the kernel did not let us become " + user);
  }
  // A set-uid that leaves a way back has been missed before; so the way back is tried.
  if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || getuid() == 0 || geteuid() == 0) {
    return fail(ErrorCode::kRefused, "root could be had again");
  }
  return {};
}

Outcome harden_process() {
  umask(077);
  const rlimit no_core{0, 0};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
      setrlimit(RLIMIT_CORE, &no_core) != 0) {
    return fail(ErrorCode::kRefused, "the process cannot be hardened");
  }
  return {};
}

void clean_environment() {
  std::vector<std::string> kept;
  for (const std::string_view name : kKept) {
    const char* const value = std::getenv(std::string(name).c_str());
    kept.emplace_back(value != nullptr ? value : "");
  }
  clearenv();
  for (std::size_t i = 0; i < kKept.size(); ++i) {
    if (!kept[i].empty()) setenv(std::string(kKept[i]).c_str(), kept[i].c_str(), 1);
  }
  setenv("PATH", "/usr/bin:/bin", 1);
}

}  // namespace latchkey::server
