// Counts the questions to the directory, for the figures.
#pragma once

#include <memory>

#include "latchkey/directory/directory.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::directory {

class CountedDirectory final : public Directory {
 public:
  // `log`, which knows where its process counts, outlives this object.
  CountedDirectory(std::unique_ptr<Directory> directory, const telemetry::Log& log)
      : directory_(std::move(directory)), log_(log) {}

  Result<DirectoryEntry> lookup(std::string_view user) override;
  Result<Person> check_password(std::string_view user, const SecretString& password) override;
  Outcome find_group(std::string_view group) override;
  std::vector<ServerReport> examine() override { return directory_->examine(); }

 private:
  template <typename T>
  Result<T> counted(Result<T> answer) const;

  std::unique_ptr<Directory> directory_;
  const telemetry::Log& log_;
};

// Returns the directory, counted; null for null.
std::unique_ptr<Directory> counted(std::unique_ptr<Directory> directory,
                                   const telemetry::Log& log);

}  // namespace latchkey::directory
