// [store], [session], [credential] and [cache]: what is kept, where, and for how long.
#include "config/prefix.h"
#include "config/section.h"

namespace latchkey::config {
namespace {

constexpr Seconds kYear = std::chrono::days(365);
constexpr Seconds kOverlapMax = std::chrono::days(30);

void read_store_url(const Value& value, Store& store) {
  const auto text = value.text();
  if (!text) return;
  constexpr std::string_view kScheme = "sqlite:";
  const bool is_file = text->starts_with(kScheme) && text->size() > kScheme.size() &&
                       text->find_first_of("?#") == std::string::npos && !text->ends_with('/') &&
                       text->substr(kScheme.size()) != ":memory:";
  if (!is_file) {
    return value.wrong("is " + shown(*text) +
                       "; must be sqlite: and the name of a file, as in "
                       "\"sqlite:/var/lib/latchkey/latchkey.db\"");
  }
  store.path = absolute_path(text->substr(kScheme.size()), value.reading().directory);
}

constexpr Value::Word<Journal> kJournals[] = {{"wal", Journal::kWal}, {"delete", Journal::kDelete}};

constexpr Key<Store> kStoreKeys[] = {
    {"url", read_store_url},
    {"journal", [](const Value& v, Store& store) { take(v.one_of(kJournals), store.journal); }},
};

void read_store(Reading& reading, const Node& table) {
  Store& store = reading.config.store;
  store.path = kDefaultStorePath;
  read_keys<Store>(reading, table, "store", kStoreKeys, store);
  // Known only now; a key_directory of the file's own replaces it.
  const std::size_t slash = store.path.rfind('/');
  reading.config.credential.key_directory = store.path.substr(0, slash) + "/keys";
}

constexpr Key<Session> kSessionKeys[] = {
    {"idle",
     [](const Value& v, Session& session) {
       take(v.duration(std::chrono::minutes(1), kYear), session.idle);
     }},
    {"absolute",
     [](const Value& v, Session& session) {
       take(v.duration(std::chrono::minutes(1), kYear), session.absolute);
     }},
};

void read_session(Reading& reading, const Node& table) {
  Session& session = reading.config.session;
  read_keys<Session>(reading, table, "session", kSessionKeys, session);
  if (session.idle <= session.absolute) return;
  const bool idle_is_written = table.find("idle") != nullptr;
  place_of(reading, table, "session", idle_is_written ? "idle" : "absolute")
      .wrong("makes session.idle longer than session.absolute, which ends every session anyway; "
             "session.idle must be the shorter one");
}

template <std::chrono::days Credential::*member>
void read_days(const Value& value, Credential& credential) {
  const auto found = value.duration(std::chrono::days(1), 10 * kYear);
  if (!found) return;
  const auto days = std::chrono::floor<std::chrono::days>(*found);
  if (days != *found) return value.wrong("must be a whole number of days, as in \"90d\"");
  credential.*member = days;
}

constexpr Value::Word<model::TokenForm> kForms[] = {{"signed", model::TokenForm::kSigned},
                                                    {"short", model::TokenForm::kShort}};

void read_git_paths(const Value& value, Credential& credential) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  credential.git_paths.clear();
  for (const auto& [text, item] : *items) {
    if (const auto fault = fault_of_prefix(text, Star::kRefuse)) {
      item.wrong("names " + shown(text) + "; " + *fault);
    }
    credential.git_paths.push_back(text);
  }
}

constexpr Key<Credential> kCredentialKeys[] = {
    {"lifetime", read_days<&Credential::lifetime>},
    {"lifetime_max", read_days<&Credential::lifetime_max>},
    {"per_user_max",
     [](const Value& v, Credential& credential) {
       if (const auto count = v.integer(1, 100'000)) {
         credential.per_user_max = static_cast<std::uint32_t>(*count);
       }
     }},
    {"form",
     [](const Value& v, Credential& credential) { take(v.one_of(kForms), credential.form); }},
    {"remind",
     [](const Value& v, Credential& credential) {
       take(v.duration(Seconds(0), kYear), credential.remind);
     }},
    {"rotate_overlap",
     [](const Value& v, Credential& credential) {
       take(v.duration(Seconds(0), kOverlapMax), credential.rotate_overlap);
     }},
    {"key_directory",
     [](const Value& v, Credential& credential) { take(v.path(), credential.key_directory); }},
    {"git_paths", read_git_paths},
};

void read_credential(Reading& reading, const Node& table) {
  Credential& credential = reading.config.credential;
  read_keys<Credential>(reading, table, "credential", kCredentialKeys, credential);
  if (credential.lifetime <= credential.lifetime_max) return;
  const bool lifetime_is_written = table.find("lifetime") != nullptr;
  place_of(reading, table, "credential", lifetime_is_written ? "lifetime" : "lifetime_max")
      .wrong(
          "makes credential.lifetime longer than credential.lifetime_max; it must be at most that");
}

constexpr Key<Cache> kCacheKeys[] = {
    {"seconds",
     [](const Value& v, Cache& cache) {
       if (const auto count = v.integer(0, 300)) cache.seconds = Seconds(*count);
     }},
    {"signatures",
     [](const Value& v, Cache& cache) {
       if (const auto count = v.integer(0, 1'000'000)) {
         cache.signatures = static_cast<std::uint32_t>(*count);
       }
     }},
};

void read_cache(Reading& reading, const Node& table) {
  read_keys<Cache>(reading, table, "cache", kCacheKeys, reading.config.cache);
}

}  // namespace

Section store_section() {
  return {"store", Repeated::kNo, names_of<Store>(kStoreKeys), read_store};
}
Section session_section() {
  return {"session", Repeated::kNo, names_of<Session>(kSessionKeys), read_session};
}
Section credential_section() {
  return {"credential", Repeated::kNo, names_of<Credential>(kCredentialKeys), read_credential};
}
Section cache_section() {
  return {"cache", Repeated::kNo, names_of<Cache>(kCacheKeys), read_cache};
}

}  // namespace latchkey::config
