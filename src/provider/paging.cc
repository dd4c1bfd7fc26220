#include "paging.h"

#include "latchkey/wire/chars.h"

namespace latchkey::provider {
namespace {

// True if one of the parameters behind the address (`; rel="next"; ...`) is that relation.
bool is_next(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(';', 1), parameters.size());
    std::string_view one = parameters.substr(0, end);
    parameters.remove_prefix(end);
    if (one.starts_with(';')) one.remove_prefix(1);
    one = wire::trim_blanks(one);
    if (one == "rel=\"next\"" || one == "rel=next") return true;
  }
  return false;
}

}  // namespace

Result<std::optional<std::string>> next_page(std::string_view link, std::string_view api) {
  while (!(link = wire::trim_blanks(link)).empty()) {
    const std::size_t close = link.find('>');
    if (!link.starts_with('<') || close == link.npos) {
      return fail(ErrorCode::kMalformed, "a Link field that cannot be read");
    }
    const std::string_view address = link.substr(1, close - 1);
    link.remove_prefix(close + 1);
    const std::size_t end = std::min(link.find(','), link.size());
    const bool next = is_next(link.substr(0, end));
    link.remove_prefix(std::min(end + 1, link.size()));
    if (!next) continue;
    const bool ours = address.starts_with(api) && address.substr(api.size()).starts_with('/');
    if (!ours) return fail(ErrorCode::kRefused, "the next page is at another place");
    return std::optional<std::string>(address);
  }
  return std::nullopt;
}

}  // namespace latchkey::provider
