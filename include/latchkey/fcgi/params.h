// The parameters of one request, read once from what the web server sent. Everything later asks
// this map and never the environment.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::fcgi {

inline constexpr std::size_t kParamsBytesMax = 64 * 1024;  // names and values together
inline constexpr std::size_t kParamsCountMax = 256;

// Of a repeated name the last value counts (nginx really repeats: `include fastcgi_params` and a
// line of one's own), except that Cookie parts are joined by `; ` and a second Authorization is
// told of, because choosing one of two credentials would let a client choose. HTTP_PROXY is never
// there: a client names it with a `Proxy` field, and HTTP libraries believe it.
class Params {
 public:
  using Pair = std::pair<std::string_view, std::string_view>;

  Params() = default;
  Params(Params&&) noexcept = default;
  Params& operator=(Params&&) noexcept = default;
  Params(const Params&) = delete;
  Params& operator=(const Params&) = delete;

  // Reads `NAME=VALUE` texts, ended by a null pointer, which outlive the result (they are not
  // copied). Beyond a limit the rest is left out and too_large() tells so.
  static Params from_fastcgi(const char* const* texts);

  // Reads and copies a CGI process's environment. Takes only names of requests, because a starter
  // such as fcgiwrap passes on its own whole environment.
  // Spec: RFC 3875 section 4.1.
  static Params from_cgi(const char* const* environment);

  // Copies the pairs, in order, with the rules above. For tests.
  static Params of(std::initializer_list<Pair> pairs);

  // Returns the value of `name`, empty when absent. The view lives as long as the request.
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }

  // Returns nullopt when absent, which is not the same as empty.
  std::optional<std::string_view> find(std::string_view name) const;

  // True if any value that was sent under the name has `part` in it, in any case of letters: for
  // what a client may say twice, to be read by others in another order.
  bool any_has(std::string_view name, std::string_view part) const;

  // True if the web server sent Authorization more than once: refuse the credential.
  bool authorization_repeated() const { return authorizations_ > 1; }

  // True if a limit was passed: what is here is not all of it, so nothing may be allowed.
  bool too_large() const { return too_large_; }

  std::size_t size() const { return entries_.size(); }

 private:
  // A parameter, and the one before it whose name falls into the same chain.
  struct Entry {
    std::string_view name;
    std::string_view value;
    std::uint16_t before;
  };
  static constexpr std::size_t kChains = 64;
  static_assert(kParamsCountMax < UINT16_MAX);

  static std::size_t chain_of(std::string_view name);
  void take(std::string_view name, std::string_view value);
  void append(std::string_view name, std::string_view value);
  void join_cookies();

  std::vector<Entry> entries_;  // as sent; the last of a name counts
  std::array<std::uint16_t, kChains> last_{};  // of each chain: its last entry's place, from 1
  std::vector<char> storage_;   // what the entries point into, if not the caller's memory
  std::vector<char> cookies_;   // the joined Cookie parts, if there were several
  std::size_t bytes_ = 0;
  unsigned cookie_parts_ = 0;
  unsigned authorizations_ = 0;
  bool too_large_ = false;
};

}  // namespace latchkey::fcgi
