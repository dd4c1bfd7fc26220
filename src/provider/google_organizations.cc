#include "google_organizations.h"

#include "calls.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kPagesMax = 50;
constexpr std::string_view kNamePrefix = "organizations/";

// One page's active organisations. A page without any lacks the list altogether.
Outcome read_page(const wire::Json& page, std::vector<std::string>& numbers) {
  if (!page.has("organizations")) return {};
  LK_TRY(const std::vector<wire::Json> organizations, page.array("organizations"));
  for (const wire::Json& organization : organizations) {
    LK_TRY(const std::string name, organization.string("name"));
    const auto state = organization.string("state");
    if (state && *state != "ACTIVE") continue;
    if (name.starts_with(kNamePrefix)) numbers.push_back(name.substr(kNamePrefix.size()));
  }
  return {};
}

Result<std::string> next_token(const wire::Json& page) {
  if (!page.has("nextPageToken") || page.is_null("nextPageToken")) return std::string();
  return page.string("nextPageToken");
}

}  // namespace

Result<std::vector<std::string>> google_organizations(const config::Provider& settings,
                                                      remote::HttpClient& client,
                                                      const SecretString& access_token) {
  std::vector<std::string> numbers;
  std::string token;
  for (std::size_t page = 0; page < kPagesMax; ++page) {
    std::string url = settings.api_url + "/v3/organizations:search?pageSize=100";
    if (!token.empty()) url += "&pageToken=" + wire::url_encode(token);
    remote::HttpRequest request = request_to(settings, url);
    request.bearer = access_token.copy();
    LK_TRY(const remote::HttpResponse response, client.send(request));
    if (response.status != 200) {
      return fail(ErrorCode::kRefused,
                  "the Resource Manager API answers " + std::to_string(response.status));
    }
    LK_TRY(const wire::Json found,
           wire::Json::parse(response.body, remote::kResponseBytesMax));
    if (!found.is_object()) return fail(ErrorCode::kMalformed, "no page of organisations");
    LK_CHECK(read_page(found, numbers));
    LK_TRY(token, next_token(found));
    if (token.empty()) return numbers;
  }
  return fail(ErrorCode::kRefused, "the Resource Manager API has too many pages");
}

}  // namespace latchkey::provider
