// A copy of the whole database at one moment.
#pragma once

#include <string>

#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

// Writes the copy to a new file, mode 0600, which appears under its name only when it is whole.
//
// Errors: kConflict: `file` exists; kUnavailable: the database cannot be read or the copy not
//          written.
Outcome write_backup(Connection& connection, const std::string& file);

}  // namespace latchkey::store
