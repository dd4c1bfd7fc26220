#include "snippets.h"

#include <algorithm>

#include "latchkey/wire/chars.h"

namespace latchkey::pages {
namespace {

// The netrc family splits at blanks and knows no quotes.
std::string plain_name(const std::string& user_name) {
  const bool plain = std::ranges::all_of(user_name, [](char c) {
    return wire::is_alnum(c) || std::string_view("._@+-").contains(c);
  });
  return plain && !user_name.empty() ? user_name : "token";
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += "'\\''";
    else quoted += c;
  }
  return quoted + "'";
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') escaped += "&amp;";
    else if (c == '<') escaped += "&lt;";
    else if (c == '>') escaped += "&gt;";
    else escaped += c;
  }
  return escaped;
}

// Java's properties files (Gradle, sbt) take a backslash as the beginning of an escape.
std::string property_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// What follows the scheme: host[:port].
std::string authority_of(const std::string& origin) {
  const std::size_t slashes = origin.find("://");
  return slashes == std::string::npos ? origin : origin.substr(slashes + 3);
}

// The host alone. A bracketed IPv6 address keeps its colons.
std::string host_of(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos)
    return authority;
  return authority.substr(0, colon);
}

Snippet docker(const SnippetFacts& facts) {
  return {"Docker", "In a shell. podman, skopeo, crane and helm take the same.",
          "docker login " + facts.docker_host + " --username " + shell_quoted(facts.user_name) +
              " --password-stdin <<'EOF'\n" + std::string(facts.password) + "\nEOF"};
}

Snippet maven(const SnippetFacts& facts) {
  return {"Maven",
          "In ~/.m2/settings.xml. The id is that of the <repository> in your pom.xml, whose URL is "
          "like " +
              facts.origin + "/repository/NAME/.",
          "<settings>\n  <servers>\n    <server>\n      <id>" +
              host_of(authority_of(facts.origin)) + "</id>\n      <username>" +
              xml_escaped(facts.user_name) + "</username>\n      <password>" +
              std::string(facts.password) +
              "</password>\n    </server>\n  </servers>\n</settings>"};
}

Snippet gradle(const SnippetFacts& facts) {
  return {"Gradle",
          "In ~/.gradle/gradle.properties. In the build: maven { name = \"latchkey\"; url = \"" +
              facts.origin + "/repository/NAME/\"; credentials(PasswordCredentials) }",
          "latchkeyUsername=" + property_escaped(facts.user_name) + "\nlatchkeyPassword=" +
              std::string(facts.password)};
}

Snippet sbt(const SnippetFacts& facts) {
  return {
      "sbt",
      "In ~/.sbt/.credentials. In the build: credentials += Credentials(Path.userHome / \".sbt\" / "
      "\".credentials\"). The realm must stay as it is.",
      "realm=" + property_escaped(facts.realm) + "\nhost=" + host_of(authority_of(facts.origin)) +
          "\nuser=" + property_escaped(facts.user_name) +
          "\npassword=" + std::string(facts.password)};
}

Snippet npm(const SnippetFacts& facts) {
  return {"npm, pnpm, yarn", "In ~/.npmrc, with the path of your npm repository in both lines.",
          "registry=" + facts.origin + "/repository/npm/\n//" + authority_of(facts.origin) +
              "/repository/npm/:_authToken=" + std::string(facts.password)};
}

Snippet netrc(const SnippetFacts& facts) {
  return {
      "curl, git and pip: one file",
      "In ~/.netrc, mode 0600. git and pip read it by themselves, curl with --netrc: curl --netrc "
      "--fail " +
          facts.origin + "/",
      "machine " + host_of(authority_of(facts.origin)) + " login " + plain_name(facts.user_name) +
          " password " + std::string(facts.password)};
}

Snippet git(const SnippetFacts& facts) {
  const std::string scheme = facts.origin.substr(0, facts.origin.find("://"));
  return {
      "git",
      "In a shell, if you use a credential helper instead of ~/.netrc; it asks for the password.",
      "git config --global credential." + facts.origin + ".username " +
          shell_quoted(facts.user_name) + "\ngit ls-remote " + scheme + "://" +
          authority_of(facts.origin) + "/PATH/TO/REPOSITORY.git"};
}

Snippet pip(const SnippetFacts& facts) {
  return {
      "pip",
      "In ~/.config/pip/pip.conf, with the path of your index; the password comes from ~/.netrc.",
      "[global]\nindex-url = " + facts.origin + "/repository/pypi/simple/"};
}

Snippet twine(const SnippetFacts& facts) {
  return {"twine", "In ~/.pypirc, mode 0600; then: twine upload --repository latchkey dist/*",
          "[distutils]\nindex-servers = latchkey\n\n[latchkey]\nrepository = " + facts.origin +
              "/repository/pypi/\nusername = " + facts.user_name + "\npassword = " +
              std::string(facts.password)};
}

Snippet apt(const SnippetFacts& facts) {
  return {"apt", "In /etc/apt/auth.conf.d/latchkey.conf, mode 0600, owner _apt or root.",
          "machine " + facts.origin + " login " + plain_name(facts.user_name) + " password " +
              std::string(facts.password)};
}

}  // namespace

std::vector<Snippet> snippets(const SnippetFacts& facts) {
  return {docker(facts), maven(facts), gradle(facts), sbt(facts), npm(facts),
          netrc(facts),  git(facts),   pip(facts),    twine(facts), apt(facts)};
}

}  // namespace latchkey::pages
