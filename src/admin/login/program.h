// Runs a program of this machine: the helpers that keep people's passwords.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::admin {

struct Ran {
  int status = 0;  // as a shell has it: 128 and the signal, when one ended it
  SecretString out;
};

// What a program writes on its standard error: ours, or nowhere.
enum class Complaints { kShow, kHide };

// Runs a program to its end, without a shell.
//
// Input:   `command`, its name, found by PATH, and its arguments, which everybody can see; `input`,
//          its whole standard input, which nobody else can.
// Errors:  kNotFound: there is no such program; kUnavailable: it cannot be run, or writes more than
//          kProgramOutputMax.
constexpr std::size_t kProgramOutputMax = 64 * 1024;
Result<Ran> run_program(const std::vector<std::string>& command, std::string_view input,
                        Complaints complaints = Complaints::kShow);

}  // namespace latchkey::admin
