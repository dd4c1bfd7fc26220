// Runs the administrator's command as a terminal would, and keeps what it printed.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "latchkey/admin/command.h"

namespace latchkey::admin {

struct CommandRun {
  int status;
  std::string out;
  std::string err;
};

// Input: the words behind the program's name, and what stands in its standard input.
inline CommandRun run_in(const std::vector<std::string>& words, const std::string& input = {},
                         const Clock& clock = SystemClock()) {
  std::vector<const char*> argv{"latchkey"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  SystemRandom random;
  const int status =
      run(static_cast<int>(argv.size()), argv.data(), World{in, out, err, clock, random});
  return {status, out.str(), err.str()};
}

// Makes a directory, which is the caller's to remove.
inline std::string fresh_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "lk-admin-XXXXXX").string();
  EXPECT_NE(::mkdtemp(path.data()), nullptr);
  return path;
}

}  // namespace latchkey::admin
