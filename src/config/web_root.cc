#include "latchkey/config/web_root.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace latchkey::config {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kLinksMax = 40;  // as the kernel has it

// Returns every spelling of `path` that following its symbolic links one by one passes through, the
// path itself first; nullopt if there are too many of them.
std::optional<std::vector<fs::path>> spellings_of(const std::string& path) {
  std::vector<fs::path> spellings{fs::path(path).lexically_normal()};
  for (unsigned links = 0; links <= kLinksMax; ++links) {
    const fs::path current = spellings.back();
    fs::path walked;
    bool followed = false;
    for (auto part = current.begin(); part != current.end(); ++part) {
      walked /= *part;
      std::error_code error;
      if (!fs::is_symlink(fs::symlink_status(walked, error)) || error) continue;
      // A relative target begins where the link stands; an absolute one replaces what was walked.
      fs::path next = walked.parent_path() / fs::read_symlink(walked, error);
      for (auto rest = std::next(part); rest != current.end(); ++rest) next /= *rest;
      spellings.push_back(next.lexically_normal());
      followed = true;
      break;
    }
    if (followed) continue;
    // As the kernel reads it: `..` after a link inside a link's target leads elsewhere than above.
    std::error_code error;
    const fs::path real = fs::weakly_canonical(path, error);
    if (!error) spellings.push_back(real);
    return spellings;
  }
  return std::nullopt;
}

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [in_root, in_path] = std::ranges::mismatch(root, path);
  // The last part of a root that ends with a slash is empty.
  return in_root == root.end() || (in_root->empty() && std::next(in_root) == root.end());
}

}  // namespace

std::vector<PrivatePath> private_paths(const Config& config) {
  std::vector<PrivatePath> paths{{"--config", config.file},
                                 {"store.url", config.store.path},
                                 {"credential.key_directory", config.credential.key_directory}};
  if (!config.local.users_file.empty()) {
    paths.push_back({"local.users_file", config.local.users_file});
  }
  if (!config.log.file.empty()) paths.push_back({"log.file", config.log.file});
  for (const SecretFile& secret : config.secret_files) {
    paths.push_back({secret.key, secret.path});
  }
  return paths;
}

std::optional<PrivatePath> served_below(const std::string& document_root,
                                        const std::vector<PrivatePath>& paths) {
  if (!document_root.starts_with('/')) return std::nullopt;
  std::vector<fs::path> roots{fs::path(document_root).lexically_normal()};
  std::error_code unused;
  const fs::path real = fs::weakly_canonical(document_root, unused);
  if (!real.empty()) roots.push_back(real);
  for (const PrivatePath& path : paths) {
    const auto spellings = spellings_of(path.path);
    if (!spellings) return path;
    for (const fs::path& spelling : *spellings) {
      const auto holds = [&spelling](const fs::path& root) { return is_below(spelling, root); };
      if (std::ranges::any_of(roots, holds)) return path;
    }
  }
  return std::nullopt;
}

std::string exposure_text(const PrivatePath& found, const std::string& document_root) {
  return found.key + ": " + found.path + " is below the document root " + document_root +
         ", where anybody could fetch it; move it outside, for example beside that directory";
}

}  // namespace latchkey::config
