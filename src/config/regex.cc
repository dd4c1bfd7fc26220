#include "config/regex.h"

namespace latchkey::config {
namespace {

constexpr std::int64_t kMemoryMax = std::int64_t{1} << 20;

}  // namespace

std::unique_ptr<const RE2> compile(const Value& value, const char* verb, const std::string& text,
                                   Letters letters) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(letters == Letters::kMatter);
  options.set_max_mem(kMemoryMax);
  auto regex = std::make_unique<const RE2>(text, options);
  if (regex->ok()) return regex;
  value.wrong(std::string(verb) + " " + shown(text) +
              ", which is no regular expression: " + regex->error());
  return nullptr;
}

}  // namespace latchkey::config
