#include "site_revoke.h"

#include <vector>

#include "latchkey/wire/form.h"

namespace latchkey::admin {

Outcome revoke_at(remote::HttpClient& client, const RevokeDesk& desk, const SecretString& secret) {
  remote::HttpRequest request;
  request.method = remote::Method::kPost;
  request.url = desk.origin + desk.path + "/revoke";
  const std::vector<wire::FormField> fields{{"token", std::string(secret.reveal())}};
  request.form = SecretString(wire::form_encode(fields));
  request.cleartext = remote::Cleartext::kLoopbackOnly;
  request.ca_file = desk.ca_file;
  const Result<remote::HttpResponse> response = client.send(request);
  if (!response) {
    return fail(response.error().code, desk.origin + ": " + response.error().detail);
  }
  if (response->status == 200) return {};
  return fail(ErrorCode::kUnavailable,
              request.url + " answers " + std::to_string(response->status));
}

}  // namespace latchkey::admin
