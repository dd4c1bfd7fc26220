#include "latchkey/wire/json.h"

#include <cjson/cJSON.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "json_scan.h"
#include "latchkey/base/handle.h"

namespace latchkey::wire {
namespace {

std::unexpected<Error> wrong_type(std::string_view what, std::string_view wanted) {
  return fail(ErrorCode::kMalformed,
              "JSON: " + std::string(what) + " is not " + std::string(wanted));
}

bool has_duplicate_names(const cJSON* object) {
  std::vector<std::string_view> names;
  for (const cJSON* item = object->child; item != nullptr; item = item->next) {
    names.emplace_back(item->string);
  }
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

// Recursion ends at kJsonDepthMax, which the scan has checked.
Outcome check_names(const cJSON* value) {
  if (cJSON_IsObject(value) && has_duplicate_names(value)) {
    return fail(ErrorCode::kMalformed, "JSON: two members of one name");
  }
  for (const cJSON* item = value->child; item != nullptr; item = item->next) {
    LK_CHECK(check_names(item));
  }
  return {};
}

Result<std::string> string_of(const cJSON* value, std::string_view what) {
  if (!cJSON_IsString(value) || value->valuestring == nullptr) return wrong_type(what, "a string");
  return std::string(value->valuestring);
}

}  // namespace

Result<Json> Json::parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return fail(ErrorCode::kMalformed, "JSON: too long");
  LK_CHECK(scan_json(text));
  std::shared_ptr<const cJSON> root(cJSON_ParseWithLength(text.data(), text.size()),
                                    [](cJSON* tree) { cJSON_Delete(tree); });
  if (root == nullptr) return fail(ErrorCode::kMalformed, "JSON: not accepted by the parser");
  LK_CHECK(check_names(root.get()));
  return Json(std::move(root));
}

bool Json::is_object() const { return cJSON_IsObject(value_.get()) != 0; }
bool Json::is_array() const { return cJSON_IsArray(value_.get()) != 0; }

Result<std::string> Json::as_string() const { return string_of(value_.get(), "the value"); }

Result<Json> Json::member(std::string_view name) const {
  if (!is_object()) return wrong_type("the value", "an object");
  for (const cJSON* item = value_->child; item != nullptr; item = item->next) {
    if (name == item->string) return Json(std::shared_ptr<const cJSON>(value_, item));
  }
  return fail(ErrorCode::kNotFound, "JSON: no member " + std::string(name));
}

bool Json::has(std::string_view name) const { return member(name).has_value(); }

bool Json::is_null(std::string_view name) const {
  const Result<Json> found = member(name);
  return found.has_value() && cJSON_IsNull(found->value_.get()) != 0;
}

Result<std::string> Json::string(std::string_view name) const {
  LK_TRY(const Json found, member(name));
  return string_of(found.value_.get(), name);
}

Result<std::int64_t> Json::integer(std::string_view name) const {
  LK_TRY(const Json found, member(name));
  if (!cJSON_IsNumber(found.value_.get())) return wrong_type(name, "a number");
  const double number = found.value_->valuedouble;
  // Compared as a double before the cast: a cast of what int64 cannot hold is undefined.
  if (!std::isfinite(number) || number < 0 || number >= static_cast<double>(kNumericDateMax) + 1) {
    return wrong_type(name, "a number within its limits");
  }
  return static_cast<std::int64_t>(number);
}

Result<bool> Json::boolean(std::string_view name) const {
  LK_TRY(const Json found, member(name));
  if (!cJSON_IsBool(found.value_.get())) return wrong_type(name, "true or false");
  return cJSON_IsTrue(found.value_.get()) != 0;
}

Result<Json> Json::object(std::string_view name) const {
  LK_TRY(Json found, member(name));
  if (!found.is_object()) return wrong_type(name, "an object");
  return found;
}

Result<std::vector<Json>> Json::array(std::string_view name) const {
  LK_TRY(const Json found, member(name));
  if (!found.is_array()) return wrong_type(name, "an array");
  return found.elements();
}

Result<std::vector<std::string>> Json::strings(std::string_view name) const {
  LK_TRY(const Json found, member(name));
  std::vector<std::string> out;
  if (!found.is_array()) {
    LK_TRY(std::string only, string_of(found.value_.get(), name));
    out.push_back(std::move(only));
    return out;
  }
  for (const cJSON* item = found.value_->child; item != nullptr; item = item->next) {
    LK_TRY(std::string element, string_of(item, name));
    out.push_back(std::move(element));
  }
  return out;
}

std::vector<std::string> Json::names() const {
  std::vector<std::string> out;
  if (!is_object()) return out;
  for (const cJSON* item = value_->child; item != nullptr; item = item->next) {
    out.emplace_back(item->string);
  }
  return out;
}

std::vector<Json> Json::elements() const {
  std::vector<Json> out;
  if (!is_array()) return out;
  for (const cJSON* item = value_->child; item != nullptr; item = item->next) {
    out.push_back(Json(std::shared_ptr<const cJSON>(value_, item)));
  }
  return out;
}

Result<Json> Json::find(std::string_view dotted) const {
  if (Result<Json> whole = member(dotted); whole.has_value()) return whole;
  Json here = *this;
  for (;;) {
    const std::size_t dot = dotted.find('.');
    LK_TRY(Json next, here.member(dotted.substr(0, dot)));
    if (dot == std::string_view::npos) return next;
    here = std::move(next);
    dotted.remove_prefix(dot + 1);
  }
}

std::string Json::text() const {
  const Handle<char, cJSON_free> printed(cJSON_PrintUnformatted(value_.get()));
  return printed == nullptr ? std::string() : std::string(printed.get());
}

}  // namespace latchkey::wire
