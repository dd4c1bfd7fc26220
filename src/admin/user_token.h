// latchkey user-token list|reset|reset-all: the pairs of Nexus' user tokens, without their pass
// codes.
#pragma once

#include "verbs.h"

namespace latchkey::admin {

int user_token_list(const Arguments& arguments, const World& world);
int user_token_reset(const Arguments& arguments, const World& world);
int user_token_reset_all(const Arguments& arguments, const World& world);

}  // namespace latchkey::admin
