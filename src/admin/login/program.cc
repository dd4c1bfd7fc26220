#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "latchkey/base/unique_fd.h"

namespace latchkey::admin {
namespace {

Error trouble(std::string_view what, int number) {
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
          std::string(what) + ": " + std::strerror(number)};
}

// A file in memory: a program that ends without reading can neither block nor end us.
Result<UniqueFd> file_of(std::string_view text) {
  UniqueFd file(::memfd_create("latchkey-input", MFD_CLOEXEC));
  if (!file.valid()) return std::unexpected(trouble("memfd_create", errno));
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::lseek(file.get(), 0, SEEK_SET) != 0) {
    return fail(ErrorCode::kUnavailable, "no room for the input of a program");
  }
  return file;
}

Result<SecretString> read_all(int from) {
  std::string text;
  // Its old place is not wiped when a string grows.
  text.reserve(kProgramOutputMax + 1);
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(trouble("read", errno));
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kProgramOutputMax) {
      wipe(text);
      return fail(ErrorCode::kUnavailable, "a program writes too much");
    }
  }
  return SecretString(std::move(text));
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int kBySignal = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kBySignal + WTERMSIG(status);
}

// Spec: posix_spawn(3): an error of exec is the return value.
int spawn(const std::vector<std::string>& command, int in, int out, Complaints complaints,
          pid_t& child) {
  std::vector<char*> words;
  // Nobody writes into them: exec(3) says so where its type does not.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  if (complaints == Complaints::kHide) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  const int number =
      ::posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return number;
}

}  // namespace

Result<Ran> run_program(const std::vector<std::string>& command, std::string_view input,
                        Complaints complaints) {
  LK_TRY(const UniqueFd in, file_of(input));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(trouble("pipe", errno));
  UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  pid_t child = 0;
  const int number = spawn(command, in.get(), to.get(), complaints, child);
  to.reset();  // else the end of what it writes never comes
  if (number != 0) return std::unexpected(trouble(command.front(), number));
  Result<SecretString> out = read_all(from.get());
  from.reset();  // ends a program that would go on writing
  const int status = wait_for(child);
  if (!out) return std::unexpected(std::move(out).error());
  return Ran{status, *std::move(out)};
}

}  // namespace latchkey::admin
