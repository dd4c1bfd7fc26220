#include "options.h"

#include <string>

#include "user_token.h"

namespace latchkey::admin {
namespace {

CLI::App& add_verb(CLI::App& parent, Asked& asked, const std::string& name, const std::string& text,
                   Verb verb) {
  CLI::App* const command = parent.add_subcommand(name, text);
  command->callback([&asked, verb] { asked.verb = verb; });
  return *command;
}

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& text) {
  CLI::App* const group = parent.add_subcommand(name, text);
  group->require_subcommand(1);
  return *group;
}

void add_json(CLI::App& command, Arguments& arguments) {
  command.add_flag_callback("--json", [&arguments] { arguments.form = Form::kJson; },
                            "Write JSON instead of a table");
}

void add_set_up(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& command = add_verb(
      app, asked, "init", "Write a working configuration with local users, keys and store", init);
  command.add_option("--user", arguments.user, "The first user (default: admin)");
  command.add_option("--url", arguments.url, "site.url (default: http://127.0.0.1:8080)");
  command.add_flag_callback("--cgi", [&arguments] { arguments.cgi = Cgi::kYes; },
                            "For plain CGI and network file systems");
  CLI::App& look = add_verb(app, asked, "check",
                            "Look at configuration, keys, store and their permissions", check);
  look.add_flag_callback("--explain", [&arguments] { arguments.show_keys = ShowKeys::kYes; },
                         "Print every key with its value and where it came from, and end");
  for (CLI::App* const one : {&command, &look}) {
    one->add_option("--document-root", arguments.document_root,
                    "What the web server serves; refuse to keep anything below it");
  }
  add_verb(app, asked, "housekeep", "Remove what has expired (for cron, where no pool runs)",
           housekeep);
}

void add_machine(CLI::App& group, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& create = add_verb(group, asked, "create-machine",
                              "Make a user for programs, whom a person answers for",
                              user_create_machine);
  create.add_option("--days", arguments.days, "When it ends in any case; else with its owner");
  create.add_option("--group", arguments.groups, "What rules know it by; may be repeated");
  create.add_option("--label", arguments.label, "Its display name");
  CLI::App& assign = add_verb(group, asked, "assign",
                              "Give a machine user to a person, and let it go on", user_assign);
  for (CLI::App* const command : {&create, &assign}) {
    command->add_option("NAME", arguments.user, "Its user name")->required();
    command->add_option("--owner", arguments.owner, "Whose it is")->required();
  }
}

void add_user(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "user", "The people who ever signed in");
  add_json(add_verb(group, asked, "list", "List them", user_list), arguments);
  CLI::App& show = add_verb(group, asked, "show", "Show one", user_show);
  add_json(show, arguments);
  CLI::App& refresh = add_verb(group, asked, "refresh",
                               "Ask now whether they still belong here, and in which groups",
                               user_refresh);
  CLI::App& disable = add_verb(group, asked, "disable",
                               "End all they hold and refuse new sign-ins", user_disable);
  CLI::App& enable = add_verb(group, asked, "enable", "Let them sign in again", user_enable);
  CLI::App& remove = add_verb(group, asked, "remove",
                              "Remove the account with all it holds, for good; its name is free",
                              user_remove);
  remove.add_flag_callback("--yes", [&arguments] { arguments.sure = Sure::kYes; },
                           "Do it; without, only say what would go");
  for (CLI::App* const command : {&show, &disable, &enable, &remove}) {
    command->add_option("USER", arguments.user, "User name, or id of the account")->required();
  }
  refresh.add_option("USER", arguments.user,
                     "User name, or id of the account; without: everybody in the directory");
  add_machine(group, asked);
  CLI::App& lookup = add_verb(group, asked, "lookup",
                              "Show what the directory says of a name; writes nothing",
                              user_lookup);
  lookup.add_option("NAME", arguments.user, "As it would be typed")->required();
  add_json(lookup, arguments);
}

void add_credential(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "credential", "Passwords for programs");
  CLI::App& issue = add_verb(group, asked, "issue", "Make one and show it, once", credential_issue);
  issue.add_option("--user", arguments.user, "Whose it is")->required();
  issue.add_option("--label", arguments.label, "What it is for");
  issue.add_option("--days", arguments.days,
                   "How long it is valid (at most lifetime_max of [credential])");
  issue.add_option("--scope", arguments.scopes,
                   "What it is limited to; may be repeated: read, host:NAME, path:/PREFIX, "
                   "repository:NAME, docker:ACTION, from:NETWORK");
  issue.add_option("--form", arguments.token_form, "signed (a JWT) or short (lkc_...)")
      ->check(CLI::IsMember({"signed", "short"}));
  add_json(issue, arguments);
  CLI::App& rotate = add_verb(group, asked, "rotate",
                              "Make the one that replaces it, and let it end soon",
                              credential_rotate);
  rotate.add_option("ID", arguments.id, "Its id")->required();
  rotate.add_option("--overlap", arguments.overlap, "How long the old one is still good, as 24h");
  add_json(rotate, arguments);
  CLI::App& list = add_verb(group, asked, "list", "List them", credential_list);
  list.add_option("--user", arguments.user, "Only theirs");
  list.add_option("--ending", arguments.ending, "Only live ones that end within so many days")
      ->check(CLI::NonNegativeNumber);
  add_json(list, arguments);
  CLI::App& revoke = add_verb(group, asked, "revoke", "Refuse one from now on", credential_revoke);
  CLI::Option* const id = revoke.add_option("ID", arguments.id, "Its id");
  CLI::Option* const token =
      revoke.add_option("--token", arguments.token,
                        "`-`: read the credential itself, or a text that holds some, from stdin");
  token->check(CLI::IsMember({"-"}))->excludes(id);
  CLI::Option* const user = revoke.add_option("--user", arguments.user, "Whose, with --all");
  CLI::Option* const all = revoke.add_flag_callback(
      "--all", [&arguments] { arguments.all = All::kYes; }, "Every one of the user's");
  user->needs(all)->excludes(id)->excludes(token);
  all->needs(user);
}

void add_user_token(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "user-token", "The user tokens of Nexus");
  add_json(add_verb(group, asked, "list", "List them, without pass codes", user_token_list),
           arguments);
  add_verb(group, asked, "reset", "End one; the owner gets another", user_token_reset)
      .add_option("USER", arguments.user, "Whose it is")
      ->required();
  add_verb(group, asked, "reset-all", "End all of them", user_token_reset_all);
}

void add_session(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "session", "Signed-in browsers");
  CLI::App& list = add_verb(group, asked, "list", "List them", session_list);
  list.add_option("--user", arguments.user, "Only theirs");
  add_json(list, arguments);
  CLI::App& end = add_verb(group, asked, "end", "End one, or all of a user", session_end);
  CLI::Option* const id = end.add_option("ID", arguments.id, "Its id");
  end.add_option("--user", arguments.user, "All of theirs")->excludes(id);
}

void add_registry_keys(CLI::App& group, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& exported = add_verb(group, asked, "export-registry",
                                "Print the keys of Docker tokens as a registry's rootcertbundle",
                                key_export_registry);
  exported.add_flag_callback("--jwks", [&arguments] { arguments.form = Form::kJson; },
                             "As the key set that registries from 3.0 on take, too");
  add_json(add_verb(group, asked, "list-registry", "List the keys of Docker tokens",
                    key_list_registry),
           arguments);
  CLI::App& rotate = add_verb(group, asked, "rotate-registry",
                              "Make another key of Docker tokens; the old ones stay valid",
                              key_rotate_registry);
  rotate.add_option("--activate-in", arguments.activate_in,
                    "When it begins to sign, so that registries know it by then (default: 24h)");
  CLI::App& retire = add_verb(group, asked, "retire-registry",
                              "Remove a key of Docker tokens and all it has signed",
                              key_retire_registry);
  retire.add_option("ID", arguments.id, "Its id")->required();
}

void add_key(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "key", "The keys that sign credentials");
  add_json(add_verb(group, asked, "list", "List them", key_list), arguments);
  CLI::App& rotate =
      add_verb(group, asked, "rotate", "Sign with a new key; the old ones stay valid", key_rotate);
  rotate.add_option("--activate-in", arguments.activate_in,
                    "Publish the key now and sign with it later, as in 24h");
  CLI::App& retire =
      add_verb(group, asked, "retire", "Remove an old key and all it has signed", key_retire);
  CLI::App& drop = add_verb(group, asked, "drop",
                            "Remove a key that is in wrong hands, also the one that signs",
                            key_drop);
  for (CLI::App* const command : {&retire, &drop}) {
    command->add_option("ID", arguments.id, "Its id")->required();
  }
  add_verb(group, asked, "export-jwks", "Print the public keys", key_export);
  add_registry_keys(group, asked);
}

void add_audit(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "audit", "Who changed what, when and from where");
  CLI::App& list = add_verb(group, asked, "list", "List the newest rows", audit_list);
  list.add_option("--last", arguments.last, "How many (default: 100)");
  add_json(list, arguments);
  CLI::App& verify = add_verb(group, asked, "verify",
                              "Tell whether rows were changed, removed or put elsewhere",
                              audit_verify);
  verify
      .add_option("--head", arguments.heads,
                  "ROW:CHAIN that was noted before and must be in the log; may be repeated")
      ->allow_extra_args(false);
  CLI::App& whole = add_verb(group, asked, "export", "Write rows as JSON lines", audit_export);
  whole.add_option("--after", arguments.after, "Begin behind this row")
      ->check(CLI::NonNegativeNumber);
  for (CLI::App* const command : {&list, &whole}) {
    command->add_option("--user", arguments.user, "Only what happened to this user's account");
  }
}

void add_store(CLI::App& app, Asked& asked) {
  CLI::App& group = add_group(app, "store", "The database");
  add_verb(group, asked, "migrate", "Make it, or bring it to this version", store_migrate);
  CLI::App& backup =
      add_verb(group, asked, "backup", "Copy it while it is in use", store_backup);
  backup.add_option("FILE", asked.arguments.file, "The copy; must not exist")->required();
  add_verb(group, asked, "check", "Read all of it", store_check);
}

void add_migrate(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& group = add_group(app, "migrate", "Take over what was here before");
  CLI::App& command = add_verb(group, asked, "nexus-proxy",
                               "Write a configuration from its environment variables and keystore",
                               migrate_nexus_proxy);
  command.add_option("--env-file", arguments.environment_file,
                     "NAME=VALUE lines (default: this process's environment)");
  command.add_option("--until", arguments.until,
                     "YYYY-MM-DD: from that day on its tokens are refused");
}

void add_explain(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  CLI::App& command = add_verb(app, asked, "explain",
                               "Tell which rule decides a request, and why", explain);
  CLI::Option* const user = command.add_option("--user", arguments.user, "Asked by this user");
  command.add_option("--token", arguments.token, "`-`: asked with the credential read from stdin")
      ->check(CLI::IsMember({"-"}))
      ->excludes(user);
  command.add_option("--host", arguments.host, "Default: the host of site.url");
  command.add_option("--path", arguments.path, "As a browser would send it")->required();
  command.add_option("--method", arguments.method, "Default: GET");
  add_json(command, arguments);
}

void add_doctor(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  DoctorOptions& options = arguments.doctor;
  CLI::App& command = add_verb(
      app, asked, "doctor",
      "Send harmless spoof probes through the live web server, look at permissions, and tell what "
      "to change. Exit status 1 if anything is worse than a note",
      doctor_run);
  command.add_option("URL", arguments.url,
                     "The site to probe (default: all hosts of the configuration)");
  CLI::Option* const user = command.add_option(
      "--user", arguments.user,
      "Probe as this user too, with credentials for reading that end with the run");
  command.add_option("--credential-file", options.credential_file,
                     "Probe with the credential in this file too; `-`: standard input")
      ->excludes(user);
  command.add_option("--mirror", options.mirror,
                     "A page of the application that shows the fields it received");
  command.add_option("--path", options.paths, "Another address to try; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--connect", options.connect,
                     "HOST:PORT to connect to instead of the host's own address");
  command.add_option("--connect-http", options.connect_http, "The same for http://");
  command.add_option("--ca", options.ca_file, "Trust the certificates of this file (PEM)");
  command.add_option("--server", options.server, "The web server, where it does not say its name")
      ->check(CLI::IsMember({"nginx", "apache", "lighttpd", "caddy", "haproxy"}));
  command.add_option("--socket", options.sockets,
                     "A socket of the pools that [pool] does not name; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--outside", options.outside,
                     "Another address of this machine at which no pool may answer")
      ->allow_extra_args(false);
  add_json(command, arguments);
}

void add_logout(CLI::App& app, Asked& asked) {
  LogoutOptions& options = asked.arguments.logout;
  CLI::App& command = add_verb(
      app, asked, "logout", "Revoke what this machine's tools hold of a site, and remove it",
      logout);
  command.add_option("URL", asked.arguments.url, "The site, as in https://nexus.example.com")
      ->required();
  command.add_option("--docker-helper", options.docker_helper,
                     "NAME of docker-credential-NAME (default: as docker is configured)");
  command.add_option("--ca", options.ca_file, "Trust the certificates of this file (PEM)");
  command.add_option("--path", options.path,
                     "paths.credentials of the site (default: /cli/credentials)");
}

void add_login(CLI::App& app, Asked& asked) {
  Arguments& arguments = asked.arguments;
  LoginOptions& options = arguments.login;
  CLI::App& command = add_verb(
      app, asked, "login", "Get a credential for this machine's tools; you say yes in a browser",
      login);
  command.add_option("URL", arguments.url, "The site, as in https://nexus.example.com")
      ->required();
  command.add_option("--label", arguments.label, "What you read on the page");
  command.add_option("--scope", arguments.scopes, "What it is limited to; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--docker-helper", options.docker_helper,
                     "NAME of docker-credential-NAME (default: as docker is configured)");
  command.add_option("--ca", options.ca_file, "Trust the certificates of this file (PEM)");
  command.add_option("--path", options.path, "paths.device of the site (default: /oauth/device)");
  command.add_option("--credentials-path", options.credentials_path,
                     "paths.credentials of the site (default: /cli/credentials)");
  add_logout(app, asked);
  CLI::App& docker = add_verb(app, asked, "docker-credential",
                              "Answer docker, as docker-credential-latchkey", docker_credential);
  CLI::App& git = add_verb(app, asked, "git-credential", "Answer git, as git-credential-latchkey",
                           git_credential);
  docker
      .add_option("OPERATION", options.operation, "What docker asks for: get, store, erase or list")
      ->required();
  git.add_option("OPERATION", options.operation, "What git asks for: get, store or erase")
      ->required();
}

}  // namespace

void add_verbs(CLI::App& app, Asked& asked) {
  add_set_up(app, asked);
  add_user(app, asked);
  add_credential(app, asked);
  add_user_token(app, asked);
  add_session(app, asked);
  add_key(app, asked);
  add_audit(app, asked);
  add_store(app, asked);
  add_explain(app, asked);
  add_migrate(app, asked);
  add_login(app, asked);
  add_doctor(app, asked);
}

}  // namespace latchkey::admin
