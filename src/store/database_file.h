// The database as a file: who may open it, who makes it, and whether it is still the same one.
#pragma once

#include <sys/types.h>

#include <string>

#include "latchkey/base/result.h"

namespace latchkey::store {

// What tells one file from another that took its place.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

struct DatabaseFile {
  std::string path;  // without a symbolic link in its directory
  FileIdentity identity;
};

// Looks at the file without opening it.
//
// Returns: where it is and which one it is, when it is a regular file of ours that nobody else can
//          read or write, in a directory nobody else can write to.
// Errors:  kUnavailable, with what is wrong and what would be right.
Result<DatabaseFile> inspect_database_file(const std::string& path);

// Makes the database's log writable where the database is. SQLite gives the log the mode that the
// database has at that moment: one made while it was read-only would keep it read-only for ever.
void mend_log_modes(const DatabaseFile& file);

// Makes an empty file (0600) and its directory (0700) where there is none; leaves an existing one
// alone.
// Errors: kUnavailable.
Outcome create_database_file(const std::string& path);

}  // namespace latchkey::store
