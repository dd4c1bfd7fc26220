// The texts of Nexus' user tokens: how a name code, a pass code and a ticket are made, and which
// texts can be one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/random.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/seal.h"

namespace latchkey::crypto {

inline constexpr std::size_t kNameCodeCharacters = 8;
inline constexpr std::size_t kPassCodeCharacters = 44;
inline constexpr std::size_t kTicketBytes = 66;       // before base64
inline constexpr std::size_t kTicketCharacters = 88;  // after it

// Returns 8 random letters and digits.
std::string make_name_code(Random& random);

// Returns a number for pass_code(), drawn by chance.
std::int64_t make_generation(Random& random);

// Returns the pass code of a pair: 44 characters of the URL's alphabet, 264 bits, the same for the
// same arguments, and nobody's to compute without the key file.
SecretString pass_code(const Sealer& sealer, std::string_view name_code, std::int64_t generation);

// True if `text` has the form of a pass code; a password may have it, too.
bool may_be_pass_code(std::string_view text);

// Returns 66 random bytes in base64.
SecretString make_ticket(Random& random);

// Reads a ticket as clients send it: as it was given, or in base64 once more.
//
// Input:   any bytes.
// Returns: the ticket; nullopt for what can be none.
std::optional<SecretString> read_ticket(std::string_view sent);

}  // namespace latchkey::crypto
