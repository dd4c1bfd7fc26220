#include "latchkey/remote/budgeted_client.h"

namespace latchkey::remote {
namespace {

HttpRequest with_deadline(const HttpRequest& request, std::chrono::milliseconds deadline) {
  HttpRequest out;
  out.method = request.method;
  out.url = request.url;
  out.to = request.to;
  if (request.client) out.client = {request.client->id, request.client->secret.copy()};
  out.bearer = request.bearer.copy();
  out.form = request.form.copy();
  out.accept = request.accept;
  out.cleartext = request.cleartext;
  out.ca_file = request.ca_file;
  out.deadline = deadline;
  return out;
}

}  // namespace

Result<HttpResponse> BudgetedClient::send(const HttpRequest& request) {
  const std::chrono::milliseconds left = budget_.left();
  if (left == std::chrono::milliseconds(0)) {
    return fail(ErrorCode::kRefused, "no time left: the calls before this one took too long");
  }
  if (request.deadline <= left) return client_.send(request);
  return client_.send(with_deadline(request, left));
}

}  // namespace latchkey::remote
