// Counts the calls that name whom they are for, for the figures.
#pragma once

#include "latchkey/remote/http_client.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::remote {

class CountedClient final : public HttpClient {
 public:
  // Both outlive this object; the log knows where its process counts.
  CountedClient(HttpClient& client, const telemetry::Log& log) : client_(client), log_(log) {}

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  HttpClient& client_;
  const telemetry::Log& log_;
};

}  // namespace latchkey::remote
