#include "latchkey/directory/counted_directory.h"

#include <utility>

#include "latchkey/telemetry/metrics.h"

namespace latchkey::directory {

// That there is no such person is an answer.
template <typename T>
Result<T> CountedDirectory::counted(Result<T> answer) const {
  using telemetry::CallResult;
  const bool silent = !answer && answer.error().code == ErrorCode::kUnavailable;
  log_.count_call(telemetry::kDirectoryCalls,
                  silent ? CallResult::kFailed : CallResult::kAnswered);
  return answer;
}

Result<DirectoryEntry> CountedDirectory::lookup(std::string_view user) {
  return counted(directory_->lookup(user));
}

Result<Person> CountedDirectory::check_password(std::string_view user,
                                                const SecretString& password) {
  return counted(directory_->check_password(user, password));
}

Outcome CountedDirectory::find_group(std::string_view group) {
  return counted(directory_->find_group(group));
}

std::unique_ptr<Directory> counted(std::unique_ptr<Directory> directory,
                                   const telemetry::Log& log) {
  if (directory == nullptr) return nullptr;
  return std::make_unique<CountedDirectory>(std::move(directory), log);
}

}  // namespace latchkey::directory
