// The sections of the file and their keys as data: the one list that reading, the search for
// unknown names and the test of conf/latchkey.toml go by.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/value.h"

namespace latchkey::config {

// One key of a section that is read into a `T`.
template <typename T>
struct Key {
  std::string_view name;
  void (*read)(const Value& value, T& into);
};

enum class Repeated { kNo, kYes };  // kYes: written [[name]], as often as needed

struct Section {
  std::string_view name;
  Repeated repeated = Repeated::kNo;
  std::vector<std::string_view> keys;
  // Reads one table into `reading.config`. For a section that is not repeated it is called even if
  // the file has none, with an empty table, so that a missing key is noticed.
  void (*read)(Reading& reading, const Node& table) = nullptr;
};

// Each section is defined in the file of its name; the order is that of reading.
Section site_section();
Section application_section();
Section host_section();
Section paths_section();
Section pool_section();
Section store_section();
Section session_section();
Section credential_section();
Section user_token_section();
Section device_section();
Section pages_section();
Section provider_section();
Section membership_section();
Section local_section();
Section legacy_section();
Section certificate_section();
Section remote_user_section();
Section ldap_section();
Section identity_section();
Section health_section();
Section cache_section();
Section path_section();
Section rule_section();
Section docker_section();
Section log_section();
Section audit_section();
Section metrics_section();

std::vector<Section> all_sections();

// Returns every member of `paths`, in the order of its keys.
std::vector<const std::string*> pages_of(const Paths& paths);

template <typename T>
std::vector<std::string_view> names_of(std::span<const Key<T>> keys) {
  std::vector<std::string_view> names;
  for (const Key<T>& key : keys) names.push_back(key.name);
  return names;
}

// Reads the keys that `table` has, in the order of `keys` and not of the file, so that a reader may
// look at what stands above it in the list.
template <typename T>
void read_keys(Reading& reading, const Node& table, std::string_view section,
               std::span<const Key<T>> keys, T& into) {
  for (const Key<T>& key : keys) {
    const Node* node = table.find(key.name);
    if (node == nullptr) continue;
    key.read(Value(reading, *node, std::string(section) + "." + std::string(key.name)), into);
  }
}

// Returns the place for a fault about `key`: its value, or the table if it is not there.
inline Value place_of(Reading& reading, const Node& table, std::string_view section,
                      std::string_view key) {
  const Node* node = table.find(key);
  return Value(reading, node == nullptr ? table : *node,
               std::string(section) + "." + std::string(key));
}

// Leaves a fault for each of `keys` that `table` lacks. `example` of a key completes the sentence.
struct Required {
  std::string_view key;
  std::string_view example;
};
void require(Reading& reading, const Node& table, std::string_view section,
             std::span<const Required> keys);

// Takes what was read, if it was: take(value.text(), into.title).
template <typename T, typename U>
void take(std::optional<T> found, U& into) {
  if (found) into = *std::move(found);
}

}  // namespace latchkey::config
