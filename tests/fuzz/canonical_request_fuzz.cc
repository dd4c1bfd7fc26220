// The whole decision, from parameters to the reply: `NAME=VALUE` lines behind one byte for the role.
// No 2xx leaves without a person or a rule for anyone, and every identity name leaves exactly once.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/role/authorizer.h"
#include "latchkey/store/store.h"
#include "support/answers.h"
#include "support/configs.h"

namespace latchkey {
namespace {

constexpr std::string_view kSession = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
constexpr TimePoint kNow = from_unix(1'800'000'000);

// One authorizer for all inputs: /public is open to all, alice has a session, nobody has a token.
struct World {
  World()
      : store(*store::Store::open(":memory:", config::Journal::kWal, store::Access::kCreate)),
        log(telemetry::Log::null()) {
    config::Rule open;
    open.who = config::Who::kAnyone;
    open.paths = {"/public"};
    config.rules.insert(config.rules.begin(), open);
    config.health.user_agents = {"probe"};
    config.credential.key_directory = "/nonexistent";
    model::Profile profile;
    profile.user_name = "alice";
    const auto alice = store.accounts().sign_in("p", "i", "s", profile, kNow, random);
    model::Session session;
    session.id = make_uuid_v7(kNow, random);
    session.account = alice->id;
    session.idle_end = session.absolute_end = kNow + Seconds(1000);
    LK_ASSERT(store.sessions().create(session, crypto::sha256(kSession), "s", kNow).has_value());
    auto opened = role::Authorizer::open(config, store, gate, clock, random, log);
    authorizer = std::make_unique<role::Authorizer>(*std::move(opened));
  }

  config::Config config = example_config();
  ManualClock clock{kNow};
  SequenceRandom random;
  OpenSlowGate gate;
  store::Store store;
  telemetry::Log log;
  std::unique_ptr<role::Authorizer> authorizer;
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string line(text.substr(0, end));
    if (line.contains('=') && !line.contains('\0')) lines.push_back(line);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return lines;
}

void check_approval(const model::Answer& answer, const fcgi::Params& params, fcgi::Role role) {
  const bool variables = role == fcgi::Role::kAuthorizer;
  const config::IdentityNames names;
  const answer::ApprovalSettings settings(names);
  for (const std::string& name : variables ? settings.variables : settings.headers) {
    LK_ASSERT(fields(answer, name).size() == 1);
  }
  const std::string user = field(answer, variables ? "Variable-REMOTE_USER" : "X-Forwarded-User");
  if (user.empty()) {
    LK_ASSERT(params.get("REQUEST_URI").contains('p'));  // /public, however it is spelled
    LK_ASSERT(field(answer, variables ? "Variable-LATCHKEY_AUTH" : "X-Latchkey-Auth") ==
              "anonymous");
  } else {
    LK_ASSERT(user == "alice" && params.get("HTTP_COOKIE").contains(kSession));
  }
}

void check(const model::Answer& answer, const fcgi::Params& params, fcgi::Role role) {
  LK_ASSERT(fcgi::serialize(answer, fcgi::Body::kSend).has_value());
  const std::string_view mode = params.get("LATCHKEY_MODE");
  if (answer.status >= 300) {
    LK_ASSERT(field(answer, "X-Forwarded-User") == "(absent)");
    LK_ASSERT(!answer.body.starts_with('/'));
    if (mode == "check") LK_ASSERT(answer.status == 401 && answer.headers.size() == 1);
  } else if (mode == "refused") {
    LK_ASSERT(answer.status == 200 && answer.body.empty());
    LK_ASSERT(params.get("HTTP_USER_AGENT").size() >= std::string_view("probe").size());
  } else {
    LK_ASSERT(answer.status == 200);
    check_approval(answer, params, role);
  }
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  static World world;
  const std::string_view input = fuzz::text_of(data, size);
  if (input.empty()) return 0;
  const fcgi::Role role =
      input.front() == 'A' ? fcgi::Role::kAuthorizer : fcgi::Role::kResponder;
  const std::vector<std::string> lines = lines_of(input.substr(1));
  std::vector<const char*> texts;
  for (const std::string& line : lines) texts.push_back(line.c_str());
  texts.push_back(nullptr);
  const fcgi::Params params = fcgi::Params::from_fastcgi(texts.data());
  const model::Answer answer =
      world.authorizer->answer(params, role, model::Transport::kUnixSocket);
  check(answer, params, role);
  return 0;
}
