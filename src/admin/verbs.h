// The administrator's verbs, each a function of what was asked and of the world. The command line
// is read in command.cc alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/admin/command.h"

namespace latchkey::admin {

// Exit statuses. Spec: sysexits(3) for 64 and 78.
enum Status : int { kGood = 0, kFailed = 1, kUsage = 64, kConfiguration = 78 };

enum class Form { kText, kJson };
enum class Cgi { kNo, kYes };
enum class All { kNo, kYes };
enum class Sure { kNo, kYes };
enum class ShowKeys { kNo, kYes };

// How `doctor` reaches what it examines.
struct DoctorOptions {
  std::string connect;          // HOST:PORT to connect to, whatever the host's name is
  std::string connect_http;     // the same for http://
  std::string ca_file;          // trust these authorities
  std::string credential_file;  // `-`: standard input
  std::string mirror;           // a page that shows the fields it received
  std::string server;           // the web server's name, where it does not tell
  std::vector<std::string> paths;
  std::vector<std::string> sockets;  // besides those of [pool]
  std::vector<std::string> outside;  // addresses of this machine that it does not know of
};

// How `login` reaches the place it signs in to, and where it keeps what it gets.
struct LoginOptions {
  std::string path = "/oauth/device";  // of the page of logins there
  std::string credentials_path = "/cli/credentials";  // where what cannot be kept is revoked
  std::string ca_file;                 // trust these authorities
  std::string docker_helper;           // NAME of docker-credential-NAME; empty: as docker says
  std::string operation;               // what docker or git asks of us as their helper
};

// How `logout` reaches the place it leaves, and where it looks for what it ends.
struct LogoutOptions {
  std::string path = "/cli/credentials";  // of the page of credentials there
  std::string ca_file;                    // trust these authorities
  std::string docker_helper;              // as of LoginOptions
};

// All that the command line said. Each verb reads the few fields it has options for.
struct Arguments {
  std::string config_file;  // chosen, not yet read
  Form form = Form::kText;
  std::string user;  // a user name, or an account's id
  std::string id;    // of a credential, session or key
  std::string label;
  std::optional<std::int64_t> days;  // absent: as configured
  std::vector<std::string> scopes;
  // `-`: read from standard input. Never the token itself, as others can see a process's arguments.
  std::string token;
  std::string token_form;              // of a new credential; empty: as configured
  std::string overlap;                 // of a rotation; empty: as configured
  std::optional<std::int64_t> ending;  // list: only what ends within so many days
  All all = All::kNo;                  // revoke: all of the user's
  Sure sure = Sure::kNo;               // remove: said with --yes
  std::string owner;                   // of a machine user
  std::vector<std::string> groups;
  std::string host;
  std::string path;
  std::string method = "GET";
  std::string file;
  std::string url;  // of init, login, logout and doctor
  std::uint32_t last = 100;        // audit list: how many rows, the newest ones
  std::int64_t after = 0;          // audit export: begin behind this row
  std::vector<std::string> heads;  // audit verify: ROW:CHAIN that were noted before
  std::string activate_in;         // key rotate, rotate-registry: a duration
  std::string document_root;  // what a web server serves beside us, if anything
  Cgi cgi = Cgi::kNo;
  ShowKeys show_keys = ShowKeys::kNo;  // check: print every key with its value and where it is from
  std::string environment_file;        // migrate: the old program's variables; else our own
  std::string until;                   // migrate: how long its tokens are taken, as YYYY-MM-DD
  DoctorOptions doctor;
  LoginOptions login;
  LogoutOptions logout;
};

using Verb = int (*)(const Arguments&, const World&);

int init(const Arguments& arguments, const World& world);
int check(const Arguments& arguments, const World& world);
int user_list(const Arguments& arguments, const World& world);
int user_show(const Arguments& arguments, const World& world);
int user_refresh(const Arguments& arguments, const World& world);
int user_disable(const Arguments& arguments, const World& world);
int user_enable(const Arguments& arguments, const World& world);
int user_remove(const Arguments& arguments, const World& world);
int user_create_machine(const Arguments& arguments, const World& world);
int user_assign(const Arguments& arguments, const World& world);
int user_lookup(const Arguments& arguments, const World& world);
int credential_issue(const Arguments& arguments, const World& world);
int credential_list(const Arguments& arguments, const World& world);
int credential_rotate(const Arguments& arguments, const World& world);
int credential_revoke(const Arguments& arguments, const World& world);
int session_list(const Arguments& arguments, const World& world);
int session_end(const Arguments& arguments, const World& world);
int key_list(const Arguments& arguments, const World& world);
int key_rotate(const Arguments& arguments, const World& world);
int key_retire(const Arguments& arguments, const World& world);
int key_drop(const Arguments& arguments, const World& world);
int key_export(const Arguments& arguments, const World& world);
int key_export_registry(const Arguments& arguments, const World& world);
int key_list_registry(const Arguments& arguments, const World& world);
int key_rotate_registry(const Arguments& arguments, const World& world);
int key_retire_registry(const Arguments& arguments, const World& world);
int audit_list(const Arguments& arguments, const World& world);
int audit_verify(const Arguments& arguments, const World& world);
int audit_export(const Arguments& arguments, const World& world);
int store_migrate(const Arguments& arguments, const World& world);
int store_backup(const Arguments& arguments, const World& world);
int store_check(const Arguments& arguments, const World& world);
int housekeep(const Arguments& arguments, const World& world);
int explain(const Arguments& arguments, const World& world);
int migrate_nexus_proxy(const Arguments& arguments, const World& world);
int login(const Arguments& arguments, const World& world);
int logout(const Arguments& arguments, const World& world);
int docker_credential(const Arguments& arguments, const World& world);
int git_credential(const Arguments& arguments, const World& world);
int doctor_run(const Arguments& arguments, const World& world);

}  // namespace latchkey::admin
