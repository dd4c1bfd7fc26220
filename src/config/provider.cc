// [[provider]] and [local]: who can prove who somebody is. What differs from type to type stands in
// provider_type.cc.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "config/provider_type.h"
#include "config/secret_file.h"
#include "config/section.h"
#include "config/suggest.h"
#include "config/url.h"
#include "latchkey/config/vouching_kinds.h"
#include "latchkey/wire/loopback.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kClientSecretBytesMin = 8;
constexpr std::size_t kNameBytesMax = 32;
// What accounts that no [[provider]] makes have as theirs.
constexpr std::string_view kTakenNames[] = {"local", kLdapName, kCertificateKind, kRemoteUserKind,
                                            "machine", "legacy"};

constexpr std::array<std::string_view, 10> kAlgorithms = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

void read_name(const Value& value, Provider& provider) {
  const auto text = value.text();
  if (!text) return;
  if (!is_slug(*text) || text->size() > kNameBytesMax) {
    return value.wrong("is " + shown(*text) + "; must be up to 32 of a-z, 0-9 and `-`");
  }
  if (std::ranges::find(kTakenNames, *text) != std::end(kTakenNames)) {
    return value.wrong("is " + shown(*text) + ", which is the name of people of another kind; "
                       "choose one that says whose provider it is");
  }
  for (const Provider& other : value.config().providers) {
    if (other.name == *text) {
      return value.wrong("is " + shown(*text) +
                         " a second time; each provider needs a name of its own");
    }
  }
  provider.name = *text;
}

// The first of the keys: what the others leave open is that of the type.
void read_type(const Value& value, Provider& provider) {
  if (const auto type = value.one_of(kProviderTypes)) provider = provider_of_type(*type);
}

// An address of the provider that we call or send browsers to.
std::optional<std::string> read_address(const Value& value) {
  auto text = value.text();
  if (!text) return std::nullopt;
  const auto url = parse_url(*text);
  if (!url) {
    value.wrong(url.error());
    return std::nullopt;
  }
  // Nothing else is ever called, whatever site.allow_http says of our own address.
  if (url->scheme == UrlScheme::kHttps || wire::is_loopback_name(url->authority.host)) return text;
  value.wrong("is " + shown(*text) +
              "; must begin with https://, as anybody on the way could answer in the "
              "provider's place. Only 127.0.0.1, [::1] and localhost are called with http://");
  return std::nullopt;
}

void read_issuer(const Value& value, Provider& provider) {
  take(read_address(value), provider.issuer);
}

void read_api_url(const Value& value, Provider& provider) {
  take(read_address(value), provider.api_url);
  while (provider.api_url.ends_with('/')) provider.api_url.pop_back();
}

void read_client_secret(const Value& value, Provider& provider) {
  const auto path = value.path();
  if (!path) return;
  value.reading().config.secret_files.push_back({value.key(), *path});
  if (value.reading().secrets != Secrets::kAll) return;
  const std::string& user = value.config().pool.user;
  const passwd* service = user.empty() ? nullptr : ::getpwnam(user.c_str());
  auto secret =
      read_secret(*path, kClientSecretBytesMin, service == nullptr ? ::geteuid() : service->pw_uid);
  if (!secret) return value.wrong(secret.error());
  provider.client_secret = *std::move(secret);
}

void read_scopes(const Value& value, Provider& provider) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  std::vector<std::string> scopes;
  for (const auto& [text, item] : *items) {
    const bool good = std::all_of(text.begin(), text.end(), [](char c) {
      return c > ' ' && c <= '~' && c != '"' && c != '\\';
    });
    if (!good)
      item.wrong("names " + shown(text) + "; a scope is one word without blanks and quotes");
    scopes.push_back(text);
  }
  const bool speaks_oidc = provider.type != ProviderType::kGithub;
  if (speaks_oidc && std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    return value.wrong("lacks \"openid\", without which the provider does not say who signed in");
  }
  provider.scopes = std::move(scopes);
}

void read_algorithms(const Value& value, Provider& provider) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  provider.algorithms.clear();
  for (const auto& [text, item] : *items) {
    if (std::find(kAlgorithms.begin(), kAlgorithms.end(), text) == kAlgorithms.end()) {
      item.unknown_word(text, {kAlgorithms.begin(), kAlgorithms.end()});
    }
    provider.algorithms.push_back(text);
  }
}

void read_ca_file(const Value& value, Provider& provider) {
  const auto path = value.path();
  if (!path) return;
  if (value.reading().secrets == Secrets::kAll && ::access(path->c_str(), R_OK) != 0) {
    return value.wrong("names " + shown(*path) +
                       ", which cannot be read; must be a file of certificates "
                       "in PEM");
  }
  provider.ca_file = *path;
}

template <std::string Provider::*member>
void read_ascii(const Value& value, Provider& provider) {
  take(value.ascii(), provider.*member);
}

// One entry of such a list must be the person's.
template <std::vector<std::string> Provider::*member>
void read_demand(const Value& value, Provider& provider) {
  take(value.texts(EmptyList::kRefuse), provider.*member);
}

void read_timeout(const Value& value, Provider& provider) {
  const auto timeout = value.duration(Seconds(1), std::chrono::minutes(1));
  if (!timeout) return;
  provider.timeout = *timeout;
  const Seconds stuck_after = value.config().pool.stuck_after;
  if (*timeout < stuck_after) return;
  value.wrong("is " + std::to_string(timeout->count()) + " seconds; must be less than " +
              "pool.stuck_after (" + std::to_string(stuck_after.count()) +
              " seconds), after which a worker is ended that waits for the provider");
}

constexpr Key<Provider> kProviderKeys[] = {
    {"type", read_type},
    {"name", read_name},
    {"title", [](const Value& v, Provider& provider) { take(v.text(), provider.title); }},
    {"issuer", read_issuer},
    {"api_url", read_api_url},
    {"client_id", read_ascii<&Provider::client_id>},
    {"client_secret_file", read_client_secret},
    {"scopes", read_scopes},
    {"username_claim", read_ascii<&Provider::username_claim>},
    {"groups_claim", read_ascii<&Provider::groups_claim>},
    {"mail_claim", read_ascii<&Provider::mail_claim>},
    {"name_claim", read_ascii<&Provider::name_claim>},
    {"trust_mail",
     [](const Value& v, Provider& provider) { take(v.boolean(), provider.trust_mail); }},
    {"algorithms", read_algorithms},
    {"prompt", read_ascii<&Provider::prompt>},
    {"ca_file", read_ca_file},
    {"timeout", read_timeout},
    {"allowed_organizations", read_demand<&Provider::allowed_organizations>},
    {"allowed_teams", read_demand<&Provider::allowed_teams>},
    {"allowed_groups", read_demand<&Provider::allowed_groups>},
    {"hosted_domains", read_demand<&Provider::hosted_domains>},
    {"membership",
     [](const Value& v, Provider& provider) { take(v.one_of(kVerifiers), provider.membership); }},
};

void read_provider(Reading& reading, const Node& table) {
  Provider provider = provider_of_type(ProviderType::kOidc);
  read_keys<Provider>(reading, table, "provider", kProviderKeys, provider);
  constexpr Required kRequired[] = {{"name", "\"corporate\""},
                                    {"issuer", "\"https://accounts.example\""},
                                    {"client_id", "\"latchkey\""},
                                    {"client_secret_file", "\"client.secret\""}};
  for (const Required& required : kRequired) {
    if (required.key == "issuer" && provider.type != ProviderType::kOidc) continue;
    require(reading, table, "provider", {&required, 1});
  }
  fit_to_type(reading, table, provider);
  for (const Provider& other : reading.config.providers) {
    if (provider.issuer.empty() || other.issuer != provider.issuer) continue;
    place_of(reading, table, "provider", "issuer")
        .wrong("is the issuer of provider " + shown(other.name) +
               ", too; a person must come from one provider only");
  }
  if (provider.title.empty()) provider.title = provider.name;
  reading.config.providers.push_back(std::move(provider));
}

constexpr Key<Local> kLocalKeys[] = {
    {"users_file", [](const Value& v, Local& local) { take(v.path(), local.users_file); }},
    {"basic", [](const Value& v, Local& local) { take(v.boolean(), local.basic); }},
};

void read_local(Reading& reading, const Node& table) {
  Local& local = reading.config.local;
  read_keys<Local>(reading, table, "local", kLocalKeys, local);
  if (local.basic && table.find("users_file") == nullptr) {
    place_of(reading, table, "local", "basic")
        .wrong("is true, but there are no passwords to take; write local.users_file, too");
  }
}

}  // namespace

Section provider_section() {
  return {"provider", Repeated::kYes, names_of<Provider>(kProviderKeys), read_provider};
}
Section local_section() {
  return {"local", Repeated::kNo, names_of<Local>(kLocalKeys), read_local};
}

}  // namespace latchkey::config
