// latchkey-authorizer: answers the web server's question "who is this, and may they".
#include <sched.h>

#include <algorithm>
#include <memory>

#include "latchkey/base/call_budget.h"
#include "latchkey/base/random.h"
#include "latchkey/config/workers.h"
#include "latchkey/directory/counted_directory.h"
#include "latchkey/role/authorizer.h"
#include "latchkey/store/store.h"
#include "wiring.h"

namespace latchkey {
namespace {

// One worker's authorizer, and what it refers to, at addresses that do not move.
class AuthorizerService final : public fcgi::Service {
 public:
  static Result<std::unique_ptr<fcgi::Service>> make(const config::Config& config,
                                                     const Clock& clock,
                                                     server::WorkerContext& context) {
    // Made without looking at the file: a worker must start and refuse while the store is away.
    auto store = std::make_unique<store::Store>(
        store::Store::attach(config.store.path, config.store.journal));
    auto random = std::make_unique<SystemRandom>();
    auto budget = std::make_unique<CallBudget>(config.pool.calls_max());
    auto directory = directory::counted(
        directory::make_directory(config.ldap, directory::Patience::kRequest, budget.get()),
        context.log);
    LK_TRY(role::Authorizer authorizer,
           role::Authorizer::open(config, *store, context.slow_gate, clock, *random, context.log,
                                  directory.get()));
    return std::unique_ptr<fcgi::Service>(new AuthorizerService(
        std::move(store), std::move(random), std::move(budget), std::move(directory),
        std::move(authorizer)));
  }

  void serve(fcgi::Exchange& exchange) override {
    if (directory_ != nullptr) budget_->begin();
    authorizer_.serve(exchange);
  }
  void after_reply() override { authorizer_.after_reply(); }

 private:
  AuthorizerService(std::unique_ptr<store::Store> store, std::unique_ptr<Random> random,
                    std::unique_ptr<CallBudget> budget,
                    std::unique_ptr<directory::Directory> directory, role::Authorizer authorizer)
      : store_(std::move(store)),
        random_(std::move(random)),
        budget_(std::move(budget)),
        directory_(std::move(directory)),
        authorizer_(std::move(authorizer)) {}

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<CallBudget> budget_;
  std::unique_ptr<directory::Directory> directory_;
  role::Authorizer authorizer_;
};

// A decision waits for nothing, so more workers than processors only take the caches from each
// other. With two of them one decides on while the other proves a password.
std::uint32_t per_processor() {
  constexpr std::uint32_t kLeast = 2;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return kLeast;
  return std::clamp(static_cast<std::uint32_t>(CPU_COUNT(&allowed)), kLeast,
                    config::kWorkersMax);
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  using latchkey::config::Pool;
  const latchkey::Role role{
      .program = "latchkey-authorizer",
      .purpose = "Answers a web server's auth subrequests over FastCGI or CGI.",
      .secrets = latchkey::config::Secrets::kPoolOnly,
      .slow_share = latchkey::server::SlowShare::kQuarter,
      .bodies = latchkey::fcgi::Bodies::kIgnored,
      .sockets_key = "pool.authorizer_sockets",
      .sockets = [](const Pool& pool) { return pool.authorizer_sockets; },
      .workers = [](const Pool& pool) {
        return pool.authorizer_workers != 0 ? pool.authorizer_workers : latchkey::per_processor();
      },
      .make_service = latchkey::AuthorizerService::make,
  };
  return latchkey::run_program(argc, argv, role);
}
