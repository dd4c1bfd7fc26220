// Holds all calls of one request within their budget.
#pragma once

#include "latchkey/base/call_budget.h"
#include "latchkey/remote/http_client.h"

namespace latchkey::remote {

class BudgetedClient final : public HttpClient {
 public:
  // Both outlive this object.
  BudgetedClient(HttpClient& client, const CallBudget& budget) : client_(client), budget_(budget) {}

  // Errors: also kRefused: the calls before this one have taken all the time; nothing is sent.
  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  HttpClient& client_;
  const CallBudget& budget_;
};

}  // namespace latchkey::remote
