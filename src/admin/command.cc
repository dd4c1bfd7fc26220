#include "latchkey/admin/command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>
#include <vector>

#include "admin/login/helper_name.h"
#include "latchkey/config/load.h"
#include "options.h"

namespace latchkey::admin {
namespace {

std::string joined_names(const CLI::App& group) {
  std::string names;
  const auto all = [](const CLI::App*) { return true; };
  for (const CLI::App* const command : group.get_subcommands(all)) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

struct Reached {
  const CLI::App* command;  // the innermost one that was named
  std::string name;         // all of it, as in `latchkey user list`
};

Reached reached(const CLI::App& app) {
  Reached to{&app, app.get_name()};
  while (!to.command->get_subcommands().empty()) {
    to.command = to.command->get_subcommands().front();
    to.name += " " + to.command->get_name();
  }
  return to;
}

// What is wrong with the words. Words that nobody took come first: one of them may stand where a
// command or an option was meant.
std::string fault_of(const CLI::App& app, const CLI::App& group, const CLI::ParseError& error) {
  const std::vector<std::string> left = app.remaining(true);
  const auto is = [&error](CLI::ExitCodes code) {
    return error.get_exit_code() == static_cast<int>(code);
  };
  const bool missing = is(CLI::ExitCodes::RequiredError);
  if (missing && group.get_require_subcommand_min() > 0) {
    const std::string fault =
        left.empty() ? "a command is missing" : "`" + left.front() + "` is no command";
    return fault + "; there are: " + joined_names(group);
  }
  if (!is(CLI::ExitCodes::ExtrasError) || left.empty()) return error.what();
  std::string words;
  for (const std::string& word : left) words += (words.empty() ? "`" : ", `") + word + "`";
  return words + (left.size() == 1 ? " was not expected" : " were not expected");
}

// `latchkey help` and `latchkey help user list` say what --help does behind the same words.
std::vector<const char*> with_flags(int argc, const char* const* argv) {
  std::vector<const char*> words(argv, argv + argc);
  if (words.size() == 2 && std::string_view(words[1]) == "version") words[1] = "--version";
  if (words.size() < 2 || std::string_view(words[1]) != "help") return words;
  words.erase(words.begin() + 1);
  words.push_back("--help");
  return words;
}

int parse(int argc, const char* const* argv, Asked& asked, const World& world) {
  CLI::App app("latchkey: single sign-on and personal credentials in front of your applications",
               "latchkey");
  app.require_subcommand(1);
  app.fallthrough();  // --config may stand behind the command as well; inherited by all of them
  app.set_version_flag("--version", "latchkey " LATCHKEY_VERSION);
  std::string file;
  app.add_option("--config", file,
                 "Configuration (else LATCHKEY_CONFIG, else /etc/latchkey/latchkey.toml)");
  add_verbs(app, asked);
  const std::vector<const char*> words = with_flags(argc, argv);
  // The library throws; nothing else here does, and nothing gets past this function.
  try {
    app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::ParseError& error) {
    // Help and the version come by this way as well.
    if (error.get_exit_code() == 0) return app.exit(error, world.out, world.err);
    const Reached to = reached(app);
    world.err << to.name << ": " << fault_of(app, *to.command, error)
              << "\nRun with --help for more information.\n";
    return kUsage;
  }
  asked.arguments.config_file = config::chosen_file(file);
  return kGood;
}

}  // namespace

int run(int argc, const char* const* argv, const World& world) {
  Asked asked;
  const int status = parse(argc, argv, asked, world);
  // Without a verb, help or the version was asked for, or the words were wrong.
  return asked.verb == nullptr || status != kGood ? status : asked.verb(asked.arguments, world);
}

int run(int argc, char** argv) {
  const SystemClock clock;
  SystemRandom random;
  const std::vector<const char*> words = words_of(argc, argv);
  return run(static_cast<int>(words.size()), words.data(),
             World{std::cin, std::cout, std::cerr, clock, random});
}

}  // namespace latchkey::admin
