#include "credential_input.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/number.h"
#include "latchkey/wire/time.h"

namespace latchkey::pages {
namespace {

constexpr std::int64_t kDaysMax = 36'500;

// Takes the number of either form of a body, or nullopt for what was none. Both bounds are looked
// at before the number becomes a narrower one.
Result<std::chrono::days> lifetime_of(std::optional<std::int64_t> days) {
  if (!days || *days < 0 || *days > kDaysMax) {
    return fail(ErrorCode::kMalformed, "The lifetime must be a number of days.");
  }
  return std::chrono::days(static_cast<int>(*days));
}

void add_scopes(std::string_view words, std::vector<std::string>& scopes) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    const std::string_view word = words.substr(0, blank);
    if (!word.empty()) scopes.emplace_back(word);
    if (blank == std::string_view::npos) return;
    words.remove_prefix(blank + 1);
  }
}

Result<wire::Form> read_form(const PageRequest& request) {
  Result<wire::Form> form = wire::Form::parse(request.body);
  if (!form) return fail(ErrorCode::kMalformed, "The form cannot be read.");
  return form;
}

Result<std::string> field(const wire::Form& form, std::string_view name) {
  const Result<std::optional<std::string>> value = form.single(name);
  if (!value) return fail(ErrorCode::kMalformed, "A field of the form was sent twice.");
  return value->value_or(std::string());
}

// An empty word is the default.
Outcome read_form_of_token(std::string_view word, Order& order) {
  if (word == "signed") order.form = model::TokenForm::kSigned;
  else if (word == "short") order.form = model::TokenForm::kShort;
  else if (!word.empty()) return fail(ErrorCode::kMalformed, "The form is signed or short.");
  return {};
}

Result<Seconds> overlap_from(std::string_view text, const config::Credential& defaults) {
  if (text.empty()) return defaults.rotate_overlap;
  const Result<Seconds> overlap = wire::parse_duration(text);
  if (overlap) return *overlap;
  return fail(ErrorCode::kMalformed, "The overlap must be a duration such as 24h.");
}

Result<wire::Json> read_object(const PageRequest& request,
                               std::initializer_list<std::string_view> members) {
  Result<wire::Json> json = wire::Json::parse(request.body.empty() ? "{}" : request.body,
                                              kBodyBytesMax);
  if (!json || !json->is_object()) {
    return fail(ErrorCode::kMalformed, "The body must be a JSON object.");
  }
  for (const std::string& name : json->names()) {
    if (std::ranges::find(members, name) != members.end()) continue;
    std::string known;
    for (const std::string_view member : members) known += " " + std::string(member);
    return fail(ErrorCode::kMalformed, "The members can be:" + known + ".");
  }
  return json;
}

}  // namespace

Result<OrderForm> read_order_form(const PageRequest& request, const config::Credential& defaults) {
  LK_TRY(const wire::Form form, read_form(request));
  OrderForm read;
  LK_TRY(read.token, field(form, "form_token"));
  LK_TRY(const std::string label, field(form, "label"));
  read.order.label = wire::trim_blanks(label);
  LK_TRY(const std::string lifetime, field(form, "lifetime"));
  read.order.lifetime = defaults.lifetime;
  if (!lifetime.empty()) {
    LK_TRY(read.order.lifetime, lifetime_of(wire::read_number<std::int64_t>(
                                    wire::trim_blanks(lifetime))));
  }
  for (const std::string& words : form.all("scope")) add_scopes(words, read.order.scopes);
  read.order.form = defaults.form;
  LK_TRY(const std::string token_form, field(form, "form"));
  LK_CHECK(read_form_of_token(token_form, read.order));
  return read;
}

Result<Order> read_order_json(const PageRequest& request, const config::Credential& defaults) {
  LK_TRY(const wire::Json json, read_object(request, {"label", "lifetime", "scopes", "form"}));
  Order order;
  order.lifetime = defaults.lifetime;
  order.form = defaults.form;
  if (json.has("form")) {
    LK_CHECK(read_form_of_token(json.string("form").value_or("?"), order));
  }
  if (json.has("label")) {
    const Result<std::string> label = json.string("label");
    if (!label) return fail(ErrorCode::kMalformed, "label must be a string.");
    order.label = wire::trim_blanks(*label);
  }
  if (json.has("lifetime")) {
    const Result<std::int64_t> days = json.integer("lifetime");
    LK_TRY(order.lifetime, lifetime_of(days ? std::optional(*days) : std::nullopt));
  }
  if (json.has("scopes")) {
    Result<std::vector<std::string>> scopes = json.strings("scopes");
    if (!scopes) return fail(ErrorCode::kMalformed, "scopes must be an array of strings.");
    order.scopes = *std::move(scopes);
  }
  return order;
}

Result<RevokeForm> read_revoke_form(const PageRequest& request) {
  LK_TRY(const wire::Form form, read_form(request));
  RevokeForm read;
  LK_TRY(read.token, field(form, "form_token"));
  LK_TRY(read.page, field(form, "page"));
  return read;
}

Result<RotationForm> read_rotation(const PageRequest& request, BodyKind kind,
                                   const config::Credential& defaults) {
  RotationForm read;
  if (kind == BodyKind::kForm) {
    LK_TRY(const wire::Form form, read_form(request));
    LK_TRY(read.token, field(form, "form_token"));
    LK_TRY(const std::string overlap, field(form, "overlap"));
    LK_TRY(read.overlap, overlap_from(overlap, defaults));
    return read;
  }
  LK_TRY(const wire::Json json, read_object(request, {"overlap"}));
  LK_TRY(read.overlap, overlap_from(json.has("overlap") ? json.string("overlap").value_or("?") : "",
                                    defaults));
  return read;
}

}  // namespace latchkey::pages
