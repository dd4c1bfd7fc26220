// Redirect targets as attackers have written them, for every entrance that takes one. The site is
// app.example, the attacker evil.test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey {

// Targets that stay on the site, and are kept as they are.
inline const std::vector<std::string> kGoodRedirects = {
    "/",
    "/a?x=//evil.test",
    "/a/../b",
    "/a%2Fb",
    "/%20/evil.test",
    "/;@evil.test",
    "/%E3%80%B1evil.test",
    "/%ef%bc%8fevil.test",
};

// Targets that become `/`. Grouped by what they try.
inline const std::vector<std::string> kBadRedirects = {
    // Empty, and more slashes than one.
    "",
    "//evil.test",
    "///evil.test",
    "////evil.test/%2e%2e",
    "//EVIL.test",
    "//;@evil.test",
    // Backslashes, which browsers take for slashes.
    "/\\evil.test",
    "\\/evil.test",
    "/\\/evil.test",
    "\\\\evil.test",
    "/\\\\evil.test",
    "/%5cevil.test",
    "/%5C%2fevil.test",
    "/%255cevil.test",
    // Blanks and controls, which browsers remove before they look.
    "/\t/evil.test",
    "/%09/evil.test",
    "/\n/evil.test",
    "/%0a/evil.test",
    "/\r/evil.test",
    "/%0d/evil.test",
    "/\v\\evil.test",
    "/%0b%5cevil.test",
    "/\f/evil.test",
    "/%0c/evil.test",
    "/ /evil.test",
    " //evil.test",
    "\t//evil.test",
    "/%00/evil.test",
    "/a%00.evil.test",
    // Dot segments that leave `//` at the start.
    "/./\\evil.test",
    "/.//evil.test",
    "/././/evil.test",
    "/../\\evil.test",
    "/./../../\\evil.test",
    "/..//evil.test",
    "/a/..//evil.test",
    "/%2e//evil.test",
    // Encoded slashes, once and more often.
    "/%2f%2fevil.test",
    "/%2fevil.test",
    "//%2fevil.test",
    "/%252fevil.test",
    "/%2f/evil.test",
    "%2f%2fevil.test",
    // Absolute URLs, with and without what belongs behind the scheme.
    "http://evil.test",
    "https://evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https:///evil.test",
    "https:\\\\evil.test",
    "HtTpS://evil.test",
    "http:evil.test",
    "http:3627734734",
    "http://0xd8.072.54990",
    "http:[::ffff:192.0.2.1]",
    // Userinfo, and what cuts a host for one parser only.
    "https://app.example@evil.test",
    "//app.example@evil.test",
    "https://app.example:443@evil.test",
    "https://app.example%40evil.test",
    "https://evil.test\\.app.example",
    "https://evil.test%5c.app.example",
    "https://evil.test%3F.app.example",
    "https://evil.test?.app.example",
    "https://evil.test#.app.example",
    "https://evil.test%23.app.example",
    "https://evil.test%00.app.example",
    "https://evil.test;.app.example",
    "https://app.example.evil.test",
    "https://notapp.example",
    "https://app.example:8443",
    "https://app.example.",
    // No slash at the start.
    "app.example/x",
    "evil.test",
    ".evil.test",
    "@evil.test",
    "?next=//evil.test",
    "#//evil.test",
    // Other schemes.
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java%0d%0ascript:alert(1)",
    "java\tscript:alert(1)",
    "/x:1/:///%01javascript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "view-source:https://evil.test",
    // Bytes that no URL has.
    "<>//evil.test",
    "//evil.test/<script>",
    "/\xe3\x80\xb1"
    "evil.test",
    "/\xe3\x80\xb5"
    "evil.test",
    "/\xe3\x82\x9d"
    "evil.test",
    "/\xe3\x83\xbc"
    "evil.test",
    "/\xef\xbd\xb0"
    "evil.test",
    "/\xef\xbc\x8f"
    "evil.test",
    "//evil\xe3\x80\x82test",
    "//\xef\xbd\x85\xef\xbd\x96\xef\xbd\x89\xef\xbd\x8c.test",
    "https://\xd0\xb0pp.example",
    // A second header field.
    "/a\r\nSet-Cookie: x=1",
    "/a\\r\\nSet-Cookie: x=1",
    "/a%0d%0aSet-Cookie:%20x=1",
    // Too long, and broken sequences.
    "/" + std::string(4096, 'a'),
    "/%",
    "/%zz",
    "/%2",
    // The login's own pages, which would make a loop.
    "/oauth/logout",
    "/oauth/login",
};

// The paths to give safe_redirect together with the corpus.
inline const std::vector<std::string> kOwnPaths = {"/oauth/login", "/oauth/callback",
                                                   "/oauth/logout"};

}  // namespace latchkey
