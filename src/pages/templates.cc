#include "latchkey/pages/templates.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <utility>

namespace latchkey::pages {
namespace {

#include "templates.inc"

namespace fs = std::filesystem;

constexpr std::string_view kLayout = "layout.mustache";

Templates& current() {
  static Templates templates;
  return templates;
}

// `{{=` would give the two others another spelling.
bool may_write_unescaped(std::string_view text) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    const std::size_t first = text.find_first_not_of(" \t\r\n", at + 2);
    if (first != text.npos && std::string_view("{&=").contains(text[first])) return true;
  }
  return false;
}

Result<std::string> read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kTemplateBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::kUnavailable, path.string() + ": cannot be read");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() <= kTemplateBytesMax) return text;
  return fail(ErrorCode::kMalformed, path.string() + ": is over 64 KiB");
}

Outcome check(std::string_view file, const std::string& text) {
  if (!file.ends_with(".mustache")) return {};
  if (may_write_unescaped(text)) {
    return fail(ErrorCode::kMalformed,
                "writes a value as it is ({{{...}}}, {{&...}} or {{=...}}); write {{...}}");
  }
  const kainjow::mustache::mustache parsed(text);
  if (!parsed.is_valid()) return fail(ErrorCode::kMalformed, parsed.error_message());
  if (file == kLayout && !text.contains("{{>content}}")) {
    return fail(ErrorCode::kMalformed, "has no {{>content}}, where each page's own text goes");
  }
  return {};
}

}  // namespace

Templates::Templates()
    : texts_{{"layout.mustache", std::string(layout_mustache)},
             {"login.mustache", std::string(login_mustache)},
             {"message.mustache", std::string(message_mustache)},
             {"logout.mustache", std::string(logout_mustache)},
             {"signed_out.mustache", std::string(signed_out_mustache)},
             {"credentials.mustache", std::string(credentials_mustache)},
             {"device.mustache", std::string(device_mustache)},
             {"whoami.mustache", std::string(whoami_mustache)},
             {"revoke.mustache", std::string(revoke_mustache)},
             {"user_token.mustache", std::string(user_token_mustache)},
             {"style.css", std::string(style_css)}} {}

Outcome Templates::replace(const std::string& file, std::string text) {
  const auto ours = texts_.find(file);
  if (ours == texts_.end()) {
    return fail(ErrorCode::kMalformed, "is the name of no template of latchkey's");
  }
  LK_CHECK(check(file, text));
  ours->second = std::move(text);
  return {};
}

Result<Templates> Templates::load(const std::string& directory) {
  Templates templates;
  if (directory.empty()) return templates;
  std::error_code error;
  fs::directory_iterator files(directory, error);
  for (; !error && files != fs::directory_iterator(); files.increment(error)) {
    const fs::path& path = files->path();
    if (path.extension() != ".mustache" && path.extension() != ".css") continue;
    LK_TRY(std::string text, read(path));
    const Outcome replaced = templates.replace(path.filename().string(), std::move(text));
    if (!replaced) {
      return fail(replaced.error().code, path.string() + ": " + replaced.error().detail);
    }
  }
  if (error) return fail(ErrorCode::kUnavailable, directory + ": " + error.message());
  return templates;
}

const std::string& Templates::text(std::string_view file) const {
  const auto found = texts_.find(file);
  LK_ASSERT(found != texts_.end());
  return found->second;
}

void use_templates(Templates templates) { current() = std::move(templates); }
const Templates& templates_in_use() { return current(); }

}  // namespace latchkey::pages
