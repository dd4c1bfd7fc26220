// The responder's sentence: request -> dialect -> route -> page -> reply. Checks what is the same
// for every page (host, https, path, method, size of the body), asks one page, writes one log line.
#pragma once

#include <string>
#include <vector>

#include "latchkey/answer/refusal.h"
#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/dialect/question.h"
#include "latchkey/fcgi/exchange.h"
#include "latchkey/fcgi/service.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/pages/page.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::role {

// Work that is done after a reply where no pool has a housekeeper.
class IdleWork {
 public:
  virtual ~IdleWork() = default;
  // Takes at most 200 ms.
  virtual void work(TimePoint now) = 0;
};

class Responder final : public fcgi::Service {
 public:
  // Input:   `routes`, the first that fits a path counts; their pages, all references and `idle`,
  //          which may be null, outlive the responder. Made after fork.
  Responder(const config::Config& config, const config::Hosts& hosts,
            std::vector<pages::Route> routes, identity::Resolver& resolver, const Clock& clock,
            const telemetry::Log& log, IdleWork* idle = nullptr);

  void serve(fcgi::Exchange& exchange) override;
  void after_reply() override;

 private:
  struct Found {
    const pages::Route* route = nullptr;
    std::string below;
  };
  Found find(const std::string& path) const;
  bool is_probe(const std::string& path) const;

  pages::PageResult answer(fcgi::Exchange& exchange, dialect::Question& question, TimePoint now);
  pages::PageResult ask(fcgi::Exchange& exchange, dialect::Question& question, const Found& found,
                        TimePoint now);
  pages::PageResult refused(const dialect::Question& question, model::Reason reason,
                            std::string detail) const;
  void log_line(const dialect::Question& question, const pages::PageResult& result) const;

  const config::Config& config_;
  const config::Hosts& hosts_;
  std::vector<pages::Route> routes_;
  identity::Resolver& resolver_;
  const Clock& clock_;
  const telemetry::Log& log_;
  IdleWork* idle_;
  answer::RefusalSettings refusal_settings_;
  std::string remote_address_;  // of the request just answered, for after_reply()
  std::string user_agent_;
};

}  // namespace latchkey::role
