// Reads and writes the few files this folder keeps: never through a planted link, never half.
// Private to this folder.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::crypto {

inline constexpr std::size_t kKeyFileBytesMax = 64 * 1024;

enum class Links { kRefuse, kFollow };

// What a file must be like to be believed.
struct FileRules {
  mode_t forbidden = 0077;  // permission bits that must not be set
  std::size_t bytes_max = kKeyFileBytesMax;
  Links links = Links::kRefuse;
};

inline constexpr FileRules kPrivateFile{.forbidden = 0077};
inline constexpr FileRules kPublicFile{.forbidden = 0022};

// Returns the content of `name`, looked up from the directory `at` (or AT_FDCWD).
//
// Errors: kUnavailable: missing or unreadable; kRefused: a link, no regular file, owned by somebody
//         other than us or root, too open, or too large. The detail names the file.
Result<SecretString> read_file(int at, const std::string& name, const FileRules& rules);

// Opens a directory that nobody but its owner, us or root, can change.
//
// Errors: kUnavailable, kRefused: as above.
Result<UniqueFd> open_directory(const std::string& path);

// Opens it for the one who changes the keys in it, as long as what is returned lives. Readers need
// no lock: every step leaves a usable directory.
//
// Errors: kUnavailable: another process is changing them; else as above.
Result<UniqueFd> lock_directory(const std::string& path);

enum class Replace { kNo, kYes };

// Writes `content` to a new file beside `name`, flushes it, and moves it there in one step.
//
// Errors: kConflict: `name` exists and `replace` is kNo; kUnavailable: anything else.
Outcome write_file(int at, const std::string& name, std::string_view content, mode_t mode,
                   Replace replace, Random& random);

// Returns "PATH: what errno says", as kUnavailable.
std::unexpected<Error> system_failure(const std::string& path);

}  // namespace latchkey::crypto
