#include "url_oracles.h"

#include <curl/curl.h>

#include <cctype>
#include <memory>

namespace latchkey::wire::testing_only {
namespace {

// Browsers strip controls and spaces at both ends, and tabs and line ends everywhere.
std::string stripped(std::string_view rd) {
  while (!rd.empty() && static_cast<unsigned char>(rd.front()) <= 0x20) rd.remove_prefix(1);
  while (!rd.empty() && static_cast<unsigned char>(rd.back()) <= 0x20) rd.remove_suffix(1);
  std::string out;
  for (const char c : rd) {
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

std::size_t scheme_length(const std::string& url) {
  std::size_t i = 0;
  while (i < url.size() && (std::isalnum(static_cast<unsigned char>(url[i])) != 0 ||
                            url[i] == '+' || url[i] == '-' || url[i] == '.')) {
    ++i;
  }
  const bool found = i > 0 && i < url.size() && url[i] == ':' &&
                     std::isalpha(static_cast<unsigned char>(url[0])) != 0;
  return found ? i : 0;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_slash(const std::string& url, std::size_t at) {
  return at < url.size() && (url[at] == '/' || url[at] == '\\');
}

struct PartDeleter {
  void operator()(char* part) const { curl_free(part); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "error";
  return std::unique_ptr<char, PartDeleter>(text).get();
}

}  // namespace

std::string browser_origin_of(std::string_view rd) {
  const std::string url = stripped(rd);
  const std::size_t scheme_end = scheme_length(url);
  const std::string scheme = scheme_end == 0 ? "https" : lower(url.substr(0, scheme_end));
  std::size_t at = scheme_end == 0 ? 0 : scheme_end + 1;
  if (scheme != "https" && scheme != "http") return scheme + ":";
  // Of the base's scheme or without one, fewer than two slashes make a relative URL.
  const bool same_scheme = scheme == "https";
  if (same_scheme && !(is_slash(url, at) && is_slash(url, at + 1))) return "https://app.example";
  while (is_slash(url, at)) ++at;
  return scheme + "://" + lower(url.substr(at, url.find_first_of("/\\?#", at) - at));
}

std::string curl_origin_of(const std::string& rd) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, "https://app.example/", 0) != CURLUE_OK)
    return "error";
  if (curl_url_set(url.get(), CURLUPART_URL, rd.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return "error";
  }
  return part_of(url.get(), CURLUPART_SCHEME) + "://" + part_of(url.get(), CURLUPART_HOST);
}

}  // namespace latchkey::wire::testing_only
