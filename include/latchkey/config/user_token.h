// [user_token]: the user tokens of Nexus and their REST, for clients and scripts that know them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::config {

struct UserToken {
  bool enabled = false;  // false: no pair is taken, whatever an administrator sets by REST
  // Who may see and set those of others; names are compared byte by byte.
  std::vector<std::string> administrators;
  std::vector<std::string> administrator_groups;
  // What stands in the file counts; what is left open is as an administrator sets it by REST.
  std::optional<bool> protect_content;
  std::optional<bool> expiration_enabled;
  std::optional<std::uint32_t> expiration_days;
  // Everything below these is content: with protect_content a plain password is refused there.
  std::vector<std::string> content = {"/repository", "/v2", "/content", "/nexus/repository",
                                      "/nexus/content"};
  // Each path of the REST begins with one of these.
  std::vector<std::string> paths = {"/service", "/nexus/service"};
  bool operator==(const UserToken&) const = default;
};

}  // namespace latchkey::config
