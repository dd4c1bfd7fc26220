// Refuses to work while a private file of ours lies where the web server would hand it out: stands
// before the authorizer and the responder, because only a request tells what the web server serves.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/config/config.h"
#include "latchkey/config/web_root.h"
#include "latchkey/fcgi/service.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::role {

class WebRootGuard final : public fcgi::Service {
 public:
  // Input: `behind`, which answers when all is well; `config` is read now, `log` outlives it.
  WebRootGuard(const config::Config& config, const telemetry::Log& log,
               std::unique_ptr<fcgi::Service> behind);

  // Looks at DOCUMENT_ROOT and CONTEXT_DOCUMENT_ROOT of a program that the web server started, as
  // CGI or on descriptor 0: the first request decides, and each that names another root. A private
  // file below one of them is logged and answered 503. There is no switch against it.
  //
  // A pool that was started otherwise is no web server's child and often gets a made-up root.
  void serve(fcgi::Exchange& exchange) override;

  void after_reply() override;

 private:
  bool is_exposed(const std::string& document_root);

  const std::vector<config::PrivatePath> private_paths_;
  const telemetry::Log& log_;
  std::unique_ptr<fcgi::Service> behind_;
  std::vector<std::string> good_roots_;  // looked at and found to serve nothing of ours
  bool asked_behind_ = false;
};

}  // namespace latchkey::role
