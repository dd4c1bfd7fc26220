#include "helper_name.h"

#include <string_view>

namespace latchkey::admin {

std::vector<const char*> words_of(int argc, char** argv) {
  std::vector<const char*> words(argv, argv + argc);
  if (words.empty()) return words;
  const std::string_view program = words.front();
  const std::string_view name = program.substr(program.rfind('/') + 1);
  if (name == "docker-credential-latchkey") words.insert(words.begin() + 1, "docker-credential");
  if (name == "git-credential-latchkey") words.insert(words.begin() + 1, "git-credential");
  return words;
}

}  // namespace latchkey::admin
