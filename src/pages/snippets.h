// What a person pastes into their tools to use a new credential.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

// `password` lives as long as the call; all others are printable ASCII.
struct SnippetFacts {
  std::string origin;       // scheme://host[:port] that was asked
  std::string docker_host;  // host[:port] that docker logs in to
  std::string realm;        // exactly as challenges name it: sbt compares it
  std::string user_name;
  std::string_view password;
};

struct Snippet {
  std::string title;
  std::string hint;  // where the text goes, and what else is needed
  std::string text;
};

// Returns one entry per tool, in the order people look for them. Each text holds the password at
// most once. Where a file's grammar has no way to quote, an unusual user name is written as
// `token`, which is accepted for everybody.
std::vector<Snippet> snippets(const SnippetFacts& facts);

}  // namespace latchkey::pages
