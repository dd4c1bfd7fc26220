// latchkey-responder: sign-in, credentials, logout and what else people and programs ask of
// latchkey itself; and the housekeeper beside the pool.
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "latchkey/base/call_budget.h"
#include "latchkey/base/random.h"
#include "latchkey/config/hosts.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/directory/counted_directory.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/membership/member_round.h"
#include "latchkey/pages/credentials.h"
#include "latchkey/pages/docker_token.h"
#include "latchkey/pages/health.h"
#include "latchkey/pages/jwks.h"
#include "latchkey/pages/metrics.h"
#include "latchkey/pages/revoke.h"
#include "latchkey/pages/templates.h"
#include "latchkey/pages/user_token.h"
#include "latchkey/pages/user_token_form.h"
#include "latchkey/pages/whoami.h"
#include "latchkey/remote/budgeted_client.h"
#include "latchkey/remote/counted_client.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/role/device_pages.h"
#include "latchkey/role/housekeeper.h"
#include "latchkey/role/responder.h"
#include "latchkey/role/sign_in_pages.h"
#include "latchkey/store/store.h"
#include "wiring.h"

namespace latchkey {
namespace {

using pages::Below;

std::string holder_name(const char* what) {
  return std::string(what) + "-" + std::to_string(getpid());
}

Result<crypto::Sealer> sealer_of(const crypto::KeyDirectory& keys) {
  Result<crypto::Sealer> sealer = keys.sealer();
  std::error_code unknown;
  const auto status = std::filesystem::symlink_status(keys.path() + "/seal.key", unknown);
  if (sealer || status.type() != std::filesystem::file_type::not_found) return sealer;
  return fail(sealer.error().code, sealer.error().detail +
                                       "; put it back, or let `latchkey init` make a new one (it "
                                       "touches nothing that is there)");
}

// One worker's responder with everything its pages are built on, in the order they need each other.
class ResponderService final : public fcgi::Service {
 public:
  static Result<std::unique_ptr<fcgi::Service>> make(const config::Config& config,
                                                     const Clock& clock,
                                                     server::WorkerContext& context) {
    auto store = std::make_unique<store::Store>(
        store::Store::attach(config.store.path, config.store.journal));
    const crypto::KeyDirectory keys(config.credential.key_directory);
    LK_TRY(crypto::Sealer sealer, sealer_of(keys));
    LK_TRY(policy::Policy policy, policy::Policy::from(config));
    Result<pages::Templates> templates = pages::Templates::load(config.pages.templates);
    if (!templates) {
      return fail(templates.error().code, "pages.templates: " + templates.error().detail);
    }
    pages::use_templates(*std::move(templates));
    return std::unique_ptr<fcgi::Service>(
        new ResponderService(config, clock, context, std::move(store), std::move(sealer),
                             std::move(policy)));
  }

  void serve(fcgi::Exchange& exchange) override {
    budget_.begin();
    responder_.serve(exchange);
  }
  void after_reply() override { responder_.after_reply(); }

 private:
  ResponderService(const config::Config& config, const Clock& clock, server::WorkerContext& context,
                   std::unique_ptr<store::Store> store, crypto::Sealer sealer,
                   policy::Policy policy)
      : log_(context.log),
        hosts_(config),
        store_(std::move(store)),
        sealer_(std::move(sealer)),
        budget_(config.pool.calls_max()),
        directory_(directory::counted(
            directory::make_directory(config.ldap, directory::Patience::kRequest, &budget_),
            log_)),
        resolver_(config, *store_, context.slow_gate, random_, log_, directory_.get()),
        client_(remote::make_curl_client(context.slow_gate)),
        budgeted_(*client_, budget_),
        counted_(budgeted_, log_),
        sign_in_({config, hosts_, *store_, resolver_, random_, sealer_, counted_,
                  context.slow_gate, directory_.get()}),
        credentials_({config, hosts_, *store_, resolver_, random_}),
        revoke_({config, hosts_, *store_, resolver_, random_}),
        user_token_({config, hosts_, *store_, resolver_, random_}, sealer_),
        user_token_form_({config, hosts_, *store_, resolver_, random_}, sealer_),
        device_({config, hosts_, *store_, resolver_, random_}),
        whoami_({config, hosts_, *store_, resolver_, random_}),
        docker_token_({config, hosts_, *store_, resolver_, random_}, std::move(policy)),
        jwks_(crypto::KeyDirectory(config.credential.key_directory)),
        readyz_(*store_, crypto::KeyDirectory(config.credential.key_directory)),
        metrics_(config, *store_),
        housekeeper_(*store_, sign_in_.providers(), holder_name("responder"), log_),
        responder_(config, hosts_, routes(config), resolver_, clock, log_,
                   context.housekeeping == server::Housekeeping::kNone ? &housekeeper_ : nullptr) {}

  std::vector<pages::Route> routes(const config::Config& config) {
    const config::Paths& paths = config.paths;
    std::vector<pages::Route> routes;
    sign_in_.add_routes(routes);
    routes.push_back({paths.credentials + "/revoke", Below::kNo, {"GET", "POST"}, &revoke_});
    if (config.user_token.enabled) {
      routes.push_back({paths.credentials + pages::kUserTokenBelow, Below::kNo, {"GET", "POST"},
                        &user_token_form_});
    }
    routes.push_back({paths.credentials, Below::kYes, {"GET", "POST", "DELETE"}, &credentials_});
    device_.add_routes(routes);
    routes.push_back({paths.whoami, Below::kNo, {"GET"}, &whoami_});
    routes.push_back({paths.docker_token, Below::kNo, {"GET", "POST"}, &docker_token_});
    routes.push_back({paths.jwks, Below::kNo, {"GET"}, &jwks_});
    routes.push_back({paths.healthz, Below::kNo, {"GET"}, &healthz_});
    routes.push_back({paths.readyz, Below::kNo, {"GET"}, &readyz_});
    routes.push_back({paths.metrics, Below::kNo, {"GET"}, &metrics_});
    for (const std::string& base : config.user_token.paths) {
      routes.push_back({base, Below::kYes, {"GET", "POST", "PUT", "DELETE"}, &user_token_});
    }
    return routes;
  }

  telemetry::Log& log_;
  const config::Hosts hosts_;
  SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  const crypto::Sealer sealer_;
  CallBudget budget_;
  std::unique_ptr<directory::Directory> directory_;
  identity::Resolver resolver_;
  std::unique_ptr<remote::HttpClient> client_;
  remote::BudgetedClient budgeted_;
  remote::CountedClient counted_;
  role::SignInPages sign_in_;
  pages::CredentialsPage credentials_;
  pages::RevokePage revoke_;
  pages::UserTokenPage user_token_;
  pages::UserTokenFormPage user_token_form_;
  role::DevicePages device_;
  pages::WhoamiPage whoami_;
  pages::DockerTokenPage docker_token_;
  pages::JwksPage jwks_;
  pages::HealthzPage healthz_;
  pages::ReadyzPage readyz_;
  pages::MetricsPage metrics_;
  role::Housekeeper housekeeper_;
  role::Responder responder_;
};

// Runs in a process of its own beside the workers.
void housekeep(const config::Config& config, const Clock& clock, server::StopSignal& stop,
               server::WorkerContext& context) {
  store::Store store = store::Store::attach(config.store.path, config.store.journal);
  OpenSlowGate gate;  // it is nobody's worker, so it takes no worker's place
  const auto client = remote::make_curl_client(gate);
  remote::CountedClient counted(*client, context.log);
  const provider::ProviderSet providers(config, store.provider_keys(), counted);
  // Without the key that seals grants nobody can be asked about; ending is how the supervisor is
  // told to try again later.
  const auto sealer = crypto::KeyDirectory(config.credential.key_directory).sealer();
  if (!sealer) {
    context.log.error("seal_key_unusable", {{"detail", sealer.error().detail}});
    return;
  }
  SystemRandom random;
  using Waited = server::StopSignal::Waited;
  // A stop waits for the question in hand: a refresh token must not be sent and its answer lost.
  membership::MemberRound members(
      {config, store, providers, *sealer, random}, clock, context.log,
      [&stop] { return stop.wait_for(std::chrono::milliseconds(0)) == Waited::kTimeUp; });
  const auto directory = directory::counted(
      directory::make_directory(config.ldap, directory::Patience::kHousekeeper), context.log);
  identity::DirectoryPeople people(config, store, gate, directory.get());
  role::Housekeeper housekeeper(store, providers, holder_name("housekeeper"), context.log,
                                &members, &people, &config);
  do {
    housekeeper.run(clock);
  } while (stop.wait_for(housekeeper.pause()) == server::StopSignal::Waited::kTimeUp);
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  using latchkey::config::Pool;
  const latchkey::Role role{
      .program = "latchkey-responder",
      .purpose = "Serves sign-in, credentials and logout over FastCGI or CGI.",
      .secrets = latchkey::config::Secrets::kAll,
      .slow_share = latchkey::server::SlowShare::kHalf,
      .bodies = latchkey::fcgi::Bodies::kRead,
      .sockets_key = "pool.responder_sockets",
      .sockets = [](const Pool& pool) { return pool.responder_sockets; },
      .workers = [](const Pool& pool) { return pool.responder_workers; },
      .make_service = latchkey::ResponderService::make,
      .housekeeper = latchkey::housekeep,
  };
  return latchkey::run_program(argc, argv, role);
}
