// Looks for private files below a web server's document root, where anybody could fetch them: the
// classic mistake of shared hosting. Asked at the first request, by `check` and by `init`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey::config {

// A file or directory that nobody but us may read, and the key that names it.
struct PrivatePath {
  std::string key;   // "store.url"; "--config" for the configuration itself
  std::string path;  // absolute
};

// Returns everything private that `config` names, whether it is there or not.
std::vector<PrivatePath> private_paths(const Config& config);

// Finds the first of `paths` that a web server with this document root could hand out: the path
// itself lies below the root, or what it leads to does, or any place that a symbolic link on the
// way leads through.
//
// Input:   `document_root`, as the web server says it; empty or relative: there is none.
// Returns: nullopt if none does. A path that cannot be followed to its end (too many links) counts
//          as found, because nobody knows where it leads.
std::optional<PrivatePath> served_below(const std::string& document_root,
                                        const std::vector<PrivatePath>& paths);

// Returns the sentence about it: which key, where, and what to do.
std::string exposure_text(const PrivatePath& found, const std::string& document_root);

}  // namespace latchkey::config
