// A directory of its own for each test, removed at its end.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace latchkey::crypto::testing {

class Scratch : public ::testing::Test {
 protected:
  Scratch() {
    std::string path = (std::filesystem::temp_directory_path() / "lk-crypto-XXXXXX").string();
    root_ = ::mkdtemp(path.data());
  }
  ~Scratch() override { std::filesystem::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }

  std::string write(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    std::ofstream(path(name), std::ios::binary) << content;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }

  static std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  static mode_t mode_of(const std::string& file) {
    struct stat status {};
    ::lstat(file.c_str(), &status);
    return status.st_mode & 07777;
  }

 private:
  std::string root_;
};

}  // namespace latchkey::crypto::testing
