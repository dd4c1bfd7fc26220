// docker and git find a credential helper by the name of its program.
#pragma once

#include <vector>

namespace latchkey::admin {

// Returns the words of the command line, where a program called docker-credential-latchkey or
// git-credential-latchkey (a link to latchkey) stands for the verb of that name. Views of `argv`.
std::vector<const char*> words_of(int argc, char** argv);

}  // namespace latchkey::admin
