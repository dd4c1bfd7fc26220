#include "latchkey/config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "config/check.h"
#include "config/environment.h"
#include "config/load_document.h"
#include "config/section.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

// Errors: a sentence about a file that cannot be read, is none, is too long, or that anybody can
// write.
std::expected<std::string, std::string> contents_of(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) {
    const std::string_view way_out =
        errno == ENOENT ? "; --config names another, and `latchkey init` writes one" : "";
    return std::unexpected(std::string("cannot be opened: ")
                               .append(std::strerror(errno))
                               .append(way_out));
  }
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return std::unexpected("is no regular file");
  }
  if ((about.st_mode & 0002U) != 0) {
    return std::unexpected(
        "can be written by everybody, who could let themselves in; `chmod o-w " + file + "`");
  }
  std::string text(kFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kFileBytesMax) return std::unexpected("is longer than a configuration can be (1 MiB)");
  text.resize(size);
  return text;
}

std::span<const char* const> variables_of_the_process() {
  std::size_t count = 0;
  while (environ != nullptr && environ[count] != nullptr) ++count;
  return {environ, count};
}

// Sections are read in an order of their own; within a line the order found is kept.
std::vector<Fault> in_the_order_of_the_file(std::vector<Fault> faults) {
  std::multimap<std::uint32_t, Fault> by_line;
  for (Fault& fault : faults) by_line.emplace(fault.line, std::move(fault));
  faults.clear();
  for (auto& [line, fault] : by_line) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace

std::string Fault::str() const {
  std::string whole = file + ":";
  if (line != 0) whole += std::to_string(line) + ":";
  if (!key.empty()) whole += " " + key + ":";
  return whole + " " + text;
}

std::expected<Config, std::vector<Fault>> load(const std::string& file, Secrets secrets,
                                               Environment environment) {
  auto loaded = load_document(file, secrets, environment);
  if (!loaded) return std::unexpected(std::move(loaded).error());
  return std::move(loaded->config);
}

std::expected<Loaded, std::vector<Fault>> load_document(const std::string& file, Secrets secrets,
                                                        Environment environment) {
  std::error_code unused;
  const std::filesystem::path absolute = std::filesystem::absolute(file, unused).lexically_normal();
  Reading reading;
  reading.file = absolute.string();
  reading.directory = absolute.parent_path().string();
  reading.secrets = secrets;
  reading.config.file = reading.file;

  const auto text = contents_of(reading.file);
  if (!text) return std::unexpected(std::vector{Fault{reading.file, 0, "", text.error()}});
  auto document = parse_document(*text, reading.file);
  if (!document) return std::unexpected(std::vector{std::move(document).error()});
  if (environment == Environment::kOverrides) {
    reading.faults = override_from(variables_of_the_process(), all_sections(), *document);
  }
  read_document(reading, *document);
  if (reading.faults.empty()) return Loaded{std::move(reading.config), *std::move(document)};
  return std::unexpected(in_the_order_of_the_file(std::move(reading.faults)));
}

std::string chosen_file(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("LATCHKEY_CONFIG");
  if (variable != nullptr && *variable != '\0') return variable;
  return "/etc/latchkey/latchkey.toml";
}

}  // namespace latchkey::config
