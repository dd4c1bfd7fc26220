#include "credential.h"

#include <fstream>
#include <utility>

#include "latchkey/pages/issue.h"
#include "latchkey/policy/scope.h"

namespace latchkey::admin::doctor {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// Errors: kConflict: the owner holds as many credentials as are allowed; others as pages::issue.
Result<pages::Issued> issue_one(Opened& opened, const model::Account& account,
                                std::vector<std::string> scopes, const World& world) {
  pages::Order order;
  order.label = "latchkey doctor";
  order.lifetime = std::chrono::days(1);
  order.scopes = std::move(scopes);
  return pages::issue(opened.config, opened.store, account, order, world.clock.now(),
                      world.random, opened.by);
}

std::vector<std::string> host_scopes(const std::vector<std::string>& hosts) {
  std::vector<std::string> scopes;
  // With more hosts than a credential can name, none is named: it is good for all of ours.
  if (hosts.size() >= policy::kScopesMax) return scopes;
  for (const std::string& host : hosts) scopes.push_back("host:" + host);
  return scopes;
}

}  // namespace

SignalsWait::SignalsWait() {
  sigemptyset(&waiting_);
  for (const int number : kSignals) sigaddset(&waiting_, number);
  sigprocmask(SIG_BLOCK, &waiting_, &before_);
}

SignalsWait::~SignalsWait() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

bool SignalsWait::one_waits() const {
  sigset_t pending{};
  if (sigpending(&pending) != 0) return false;
  for (const int number : kSignals) {
    if (sigismember(&waiting_, number) == 1 && sigismember(&pending, number) == 1) return true;
  }
  return false;
}

Or<Badge> Badge::from_file(const std::string& file, const World& world) {
  Badge badge;
  if (file == "-") {
    badge.credential_.token = read_token(world);
  } else {
    std::ifstream in(file);
    if (!in) return std::unexpected(complain(world, kFailed, file + ": cannot be read"));
    badge.credential_.token = read_token({in, world.out, world.err, world.clock, world.random});
  }
  badge.credential_.upgrade_token = badge.credential_.token.copy();
  if (!badge.credential_.token.empty()) return badge;
  return std::unexpected(complain(world, kUsage, "--credential-file: there is no credential"));
}

Or<Badge> Badge::issue(const Arguments& arguments, const std::vector<std::string>& hosts,
                       const std::string& path, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return std::unexpected(opened.error());
  Badge badge;
  badge.opened_.emplace(*std::move(opened));
  const Result<model::Account> account = find_account(badge.opened_->store, arguments.user);
  if (!account) return std::unexpected(failed(world, arguments.user, account.error()));
  badge.credential_.owner = account->profile.user_name;
  std::vector<std::string> reading = host_scopes(hosts);
  std::vector<std::string> upgrading = reading;
  reading.push_back("read");
  upgrading.push_back("path:" + path);
  for (const bool read : {true, false}) {
    Result<pages::Issued> issued =
        issue_one(*badge.opened_, *account, read ? reading : upgrading, world);
    if (!issued) {
      const int status = failed(world, "credential", issued.error());
      badge.give_back(world);
      return std::unexpected(status);
    }
    badge.issued_.push_back(issued->record.id);
    (read ? badge.credential_.token : badge.credential_.upgrade_token) = std::move(issued->token);
  }
  return badge;
}

int Badge::give_back(const World& world) {
  int status = kGood;
  for (const CredentialId& id : issued_) {
    const Outcome revoked =
        opened_->store.credentials().revoke(id, world.clock.now(), opened_->by);
    if (!revoked) status = failed(world, "revoking " + id.text(), revoked.error());
  }
  issued_.clear();
  return status;
}

}  // namespace latchkey::admin::doctor
