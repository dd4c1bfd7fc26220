// One value of the file on its way into the Config: each reading either yields what was asked for
// or leaves a fault that names file, line and key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/config/load.h"

namespace latchkey::config {

// What all readers of one load share.
struct Reading {
  std::string file;       // absolute
  std::string directory;  // of the file, without a final slash; relative paths begin here
  Secrets secrets = Secrets::kAll;
  std::vector<Fault> faults;
  Config config;  // what is read already: sections are read in the order of all_sections()
};

// Whether an empty list may be written out. In a rule it may not: nobody can tell "nobody" from
// "all".
enum class EmptyList { kRefuse, kTake };

class Value {
 public:
  // Both arguments outlive the Value. `key` is the dotted name that a fault shows.
  Value(Reading& reading, const Node& node, std::string key)
      : reading_(reading), node_(node), key_(std::move(key)) {}

  // Leaves a fault about this value. `text` says what is wrong and what would be right.
  void wrong(std::string text) const;

  const Config& config() const { return reading_.config; }
  Reading& reading() const { return reading_; }
  std::uint32_t line() const { return node_.line; }
  const std::string& key() const { return key_; }

  // A text that is neither empty nor longer than kTextBytesMax, printable UTF-8 on one line.
  std::optional<std::string> text() const;

  // The same in printable ASCII, as everything must be that ends up in a field of HTTP.
  std::optional<std::string> ascii() const;

  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer(std::int64_t least, std::int64_t most) const;

  // A duration written as `30s`, `10m`, `8h`, `7d` or `2w`.
  std::optional<Seconds> duration(Seconds least, Seconds most) const;

  // The name of a file, made absolute from the directory of the configuration.
  std::optional<std::string> path() const;

  // The items of a list of texts, each a Value of its own so that it can be found wrong by itself.
  // An empty text in a list is a fault (it once meant "everybody" elsewhere), and so is a repeated
  // one.
  std::optional<std::vector<std::pair<std::string, Value>>> items(EmptyList empty) const;
  std::optional<std::vector<std::string>> texts(EmptyList empty) const;

  // True if the value is a whole number; for a key that takes one besides a text.
  bool is_integer() const { return node_.kind == NodeKind::kInteger; }

  // One of a few words.
  template <typename T>
  struct Word {
    std::string_view word;
    T meaning;
  };
  template <typename T, std::size_t count>
  std::optional<T> one_of(const Word<T> (&words)[count]) const {
    const auto found = text();
    if (!found) return std::nullopt;
    std::vector<std::string_view> known;
    for (const auto& [word, meaning] : words) {
      if (*found == word) return meaning;
      known.push_back(word);
    }
    unknown_word(*found, known);
    return std::nullopt;
  }

  // Leaves the fault of a word that is none of `known`.
  void unknown_word(std::string_view word, const std::vector<std::string_view>& known) const;

 private:
  void wrong_type(std::string_view wanted) const;

  Reading& reading_;
  const Node& node_;
  std::string key_;
};

inline constexpr std::size_t kTextBytesMax = 4096;
inline constexpr std::size_t kItemsMax = 1000;

// Where the store is when nobody says otherwise.
inline constexpr const char* kDefaultStorePath = "/var/lib/latchkey/latchkey.db";

// Shows a text in a fault: in quotes, with everything that is not printable ASCII replaced by `?`.
std::string shown(std::string_view text);

// Returns the path made absolute from `directory`, without `.` and `..`.
std::string absolute_path(const std::string& path, const std::string& directory);

// True if nothing of `text` is outside `a-z`, `0-9` and `-`.
bool is_slug(std::string_view text);

}  // namespace latchkey::config
