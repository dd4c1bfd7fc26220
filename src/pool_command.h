// The command line that both pools share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace latchkey {

enum class Task { kServe, kCheck };

struct PoolCommand {
  Task task = Task::kServe;
  std::string config_file;  // as given; empty when not
  std::vector<std::string> sockets;
  std::optional<std::uint32_t> workers;
};

// Reads `--config`, `--socket` (repeated), `--workers`, `--check`, `--version` and `--help`.
//
// Returns: the command, or the exit status when there is nothing more to do: 0 after help and
//          version, which went to standard output; 64 after a usage error, which went to stderr.
std::variant<PoolCommand, int> read_pool_command(int argc, char** argv, const std::string& program,
                                                 const std::string& purpose);

}  // namespace latchkey
