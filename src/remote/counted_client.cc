#include "latchkey/remote/counted_client.h"

#include "latchkey/telemetry/metrics.h"

namespace latchkey::remote {
namespace {

using telemetry::CallResult;

// A refusal is an answer; what is wrong with the service itself is none.
CallResult result_of(const Result<HttpResponse>& response) {
  if (!response) {
    return response.error().code == ErrorCode::kUnavailable ? CallResult::kNotMade
                                                            : CallResult::kFailed;
  }
  const bool of_the_service = response->status >= 500 || response->status == 429;
  return of_the_service ? CallResult::kFailed : CallResult::kAnswered;
}

}  // namespace

Result<HttpResponse> CountedClient::send(const HttpRequest& request) {
  Result<HttpResponse> response = client_.send(request);
  if (!request.to.empty()) log_.count_call(request.to, result_of(response));
  return response;
}

}  // namespace latchkey::remote
