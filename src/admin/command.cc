#include "latchkey/admin/command.h"

#include <CLI/CLI.hpp>
#include <iostream>

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

// What to say where a command is missing, or a word stands in its place that is none. Empty: all
// commands are there, and the parser's own sentence is about something else.
std::string missing_command(const CLI::App& app) {
  const CLI::App* group = &app;
  std::string name = app.get_name();
  while (!group->get_subcommands().empty()) {
    group = group->get_subcommands().front();
    name += " " + group->get_name();
  }
  if (group->get_require_subcommand_min() == 0) return {};
  const std::vector<std::string> left = group->remaining();
  const std::string fault =
      left.empty() ? "a command is missing" : "`" + left.front() + "` is no command";
  return name + ": " + fault + "; there are: " + joined_names(*group);
}

int parse(int argc, const char* const* argv, Asked& asked, const World& world) {
  CLI::App app("latchkey: single sign-on and personal credentials in front of your applications",
               "latchkey");
  app.require_subcommand(1);
  app.set_version_flag("--version", "latchkey " LATCHKEY_VERSION);
  std::string file;
  app.add_option("--config", file,
                 "Configuration (else LATCHKEY_CONFIG, else /etc/latchkey/latchkey.toml)");
  add_verbs(app, asked);
  // The library throws; nothing else here does, and nothing gets past this function.
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string missing = missing_command(app);
    if (missing.empty()) return app.exit(error, world.out, world.err) == 0 ? kGood : kUsage;
    world.err << missing << "\nRun with --help for more information.\n";
    return kUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error, world.out, world.err) == 0 ? kGood : kUsage;
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
