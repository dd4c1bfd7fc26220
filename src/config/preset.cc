#include "config/preset.h"

#include <algorithm>
#include <array>
#include <utility>

#include "latchkey/base/result.h"

namespace latchkey::config {
namespace {

struct Preset {
  std::string_view name;
  std::string_view text;
};

// What every preset says: the names of headers that are the defaults of nexus-proxy and of Jenkins'
// plugin alike.
constexpr std::string_view kCommon = R"(
[identity]
user = "X-Forwarded-User"
groups = "X-Forwarded-Groups"
mail = "X-Forwarded-Mail"
display_name = "X-Forwarded-DisplayName"
delimiter = "|"
)";

constexpr std::array<Preset, 4> kPresets{{
    {"nexus", R"(
[site]
realm = "nexus-proxy"
[application]
open_paths = []
[user_token]
enabled = true
[[path]]
prefix = "/repository"
challenge = "basic"
encoded_slash = "keep"
[[path]]
prefix = "/service/rest"
challenge = "basic"
[[path]]
prefix = "/v2"
challenge = "docker"
)"},
    {"jenkins", R"(
[site]
realm = "Jenkins"
[application]
open_paths = ["/git/notifyCommit", "/github-webhook", "/tcpSlaveAgentListener", "/jnlpJars",
              "/instance-identity"]
[[path]]
prefix = "/job"
encoded_slash = "keep"
)"},
    {"docker-registry", R"(
[site]
realm = "Registry"
[application]
open_paths = []
[[path]]
prefix = "/v2"
challenge = "docker"
)"},
    {"generic", R"(
[site]
realm = "latchkey"
[application]
open_paths = []
[[path]]
prefix = "/"
challenge = "browser"
)"},
}};

void mark(Node& node, const std::string& preset) {
  node.preset = preset;
  node.line = 0;
  for (Node& member : node.members) mark(member, preset);
  for (Node& item : node.items) mark(item, preset);
}

void add_missing(const Node& from, Node& to) {
  for (const Node& member : from.members) {
    if (to.find(member.name) == nullptr) to.members.push_back(member);
  }
}

// The [[path]] of the same prefix, which then says of each key what it says.
Node* path_of(Node& paths, const Node& wanted) {
  const Node* const prefix = wanted.find("prefix");
  for (Node& path : paths.items) {
    const Node* const own = path.find("prefix");
    if (own != nullptr && own->text == prefix->text) return &path;
  }
  return nullptr;
}

void add_paths(const Node& from, Node& to) {
  for (const Node& path : from.items) {
    if (Node* const own = path_of(to, path)) {
      add_missing(path, *own);
    } else {
      to.items.push_back(path);
    }
  }
}

}  // namespace

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  for (const Preset& preset : kPresets) names.push_back(preset.name);
  return names;
}

void apply_preset(std::string_view name, Node& document) {
  const auto preset = std::ranges::find(kPresets, name, &Preset::name);
  LK_ASSERT(preset != kPresets.end());
  std::expected<Node, Fault> parsed =
      parse_document(std::string(kCommon) + std::string(preset->text), std::string(name));
  LK_ASSERT(parsed.has_value());
  mark(*parsed, std::string(name));
  for (Node& section : parsed->members) {
    Node* const own = document.find(section.name);
    if (own == nullptr) {
      document.members.push_back(std::move(section));
    } else if (own->kind == NodeKind::kTable && section.kind == NodeKind::kTable) {
      add_missing(section, *own);
    } else if (own->kind == NodeKind::kArray && section.kind == NodeKind::kArray) {
      add_paths(section, *own);
    }  // else the file has it in the wrong form, which is a fault of its own
  }
}

}  // namespace latchkey::config
