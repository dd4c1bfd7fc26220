// Scopes: no word lets more through than none, a second word of another kind never widens, and what
// may be issued is one word.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "latchkey/base/result.h"
#include "latchkey/policy/scope.h"

namespace latchkey {
namespace {

// The input is a scope, and behind a newline a path with a query.
model::AuthQuery query_of(std::string_view target) {
  model::AuthQuery query;
  query.request.host = "h.example";
  query.request.method = "POST";
  query.request.path = target.substr(0, target.find('?'));
  if (target.contains('?')) query.request.query = target.substr(target.find('?') + 1);
  query.request.target = target;
  query.remote_address = "192.0.2.7";
  return query;
}

bool permit(std::vector<std::string> scopes, const model::AuthQuery& query) {
  return policy::scopes_permit(scopes, query);
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view input = fuzz::text_of(data, size);
  const std::string scope(input.substr(0, input.find('\n')));
  const std::size_t line = input.find('\n');
  const model::AuthQuery query =
      query_of(line == std::string_view::npos ? "/" : input.substr(line + 1));
  LK_ASSERT(permit({}, query));
  const bool alone = permit({scope}, query);
  const bool of_hosts = scope.starts_with("host:");
  const bool of_networks = scope.starts_with("from:");
  LK_ASSERT(!alone || of_hosts || !permit({scope, "host:other.example"}, query));
  LK_ASSERT(alone || of_networks || !permit({scope, "from:192.0.2.7"}, query));
  // The store joins them by newlines, forms by blanks.
  LK_ASSERT(!policy::check_scope(scope) || scope.find_first_of(" \t\r\n") == scope.npos);
  return 0;
}
