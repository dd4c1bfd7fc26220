#include "credential_view.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <variant>

#include "date_text.h"
#include "latchkey/base/joined.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/user_token_form.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "paged_rows.h"
#include "snippets.h"

namespace latchkey::pages {
namespace {

// What all else on a page leaves of 20 KB.
constexpr std::size_t kRowsBytesMax = 10'000;
// What the template puts around the texts of a row, with the form's token.
constexpr std::size_t kRowMarkupBytes = 600;
// Buttons say once more, to those who cannot see, what they are about.
constexpr std::string_view kRepeated[] = {"label", "created", "user_name"};
constexpr std::size_t kRepeatedTimes = 3;
constexpr std::size_t kScopesBytesMax = 240;

std::string place_of(const Parts& parts, const model::IssuedCredential& record) {
  return parts.config.paths.credentials + "/" + record.id.text();
}

std::string last_use(const model::IssuedCredential& record) {
  return last_use_text(record.last_used, record.last_used_from, record.last_used_by);
}

// Many long scopes would fill a page alone; the metadata has them all.
void add_scopes(View& entry, const std::string& place, const std::vector<std::string>& scopes) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& scope : scopes) {
    if (shown > 0 && text.size() + scope.size() > kScopesBytesMax) break;
    text += (shown == 0 ? "" : ", ") + scope;
    ++shown;
  }
  entry.text("scopes", text);
  if (shown == scopes.size()) return;
  entry.text("more_scopes", "and " + std::to_string(scopes.size() - shown) + " more")
      .text("details", place);
}

View live_entry(const Parts& parts, const model::IssuedCredential& record, TimePoint now) {
  const std::string place = place_of(parts, record);
  const bool replaced = !record.successor.empty();
  View entry;
  entry.text("label", record.label)
      .flag("ends_soon", ends_soon(record, parts.config.credential, now) ? View::Shown::kYes
                                                                          : View::Shown::kNo)
      .flag("replaced", replaced ? View::Shown::kYes : View::Shown::kNo)
      .text("rotate", replaced ? "" : place + "/rotate")
      .text("created", date_text(record.created))
      .text("expires", date_text(record.expires))
      .text("used", last_use(record))
      .text("revoke", place + "/revoke");
  add_scopes(entry, place, record.scopes);
  return entry;
}

View machine_entry(const Parts& parts, const model::Account& machine,
                   const model::IssuedCredential& record) {
  const std::string place = place_of(parts, record);
  View entry;
  entry.text("user_name", machine.profile.user_name)
      .text("label", record.label)
      .text("created", date_text(record.created))
      .text("expires", date_text(record.expires))
      .text("used", last_use(record))
      .text("revoke", place + "/revoke");
  add_scopes(entry, place, record.scopes);
  return entry;
}

View dead_entry(const model::IssuedCredential& record, std::string_view state) {
  const std::string ended = record.revoked ? "revoked " + date_text(*record.revoked)
                                           : "would have ended " + date_text(record.expires);
  View entry;
  entry.text("label", record.label)
      .text("what", std::string(state))
      .text("created", date_text(record.created))
      .text("ended", state == "expired" ? "expired " + date_text(record.expires) : ended);
  return entry;
}

// An id begins with the time at which it was made.
std::vector<model::IssuedCredential> newest_first(std::vector<model::IssuedCredential> records) {
  std::ranges::sort(records, std::greater(), &model::IssuedCredential::id);
  return records;
}

enum class Section { kLive, kMachines, kDead };

struct Row {
  Section section;
  View entry;
};

std::vector<Row> all_rows(const Parts& parts, const Held& held, const model::Account& account,
                          TimePoint now) {
  std::vector<Row> rows;
  for (const model::IssuedCredential& record : newest_first(held.own.live)) {
    rows.push_back({Section::kLive, live_entry(parts, record, now)});
  }
  for (const HeldByMachine& one : held.machines) {
    for (const model::IssuedCredential& record : newest_first(one.live)) {
      rows.push_back({Section::kMachines, machine_entry(parts, one.machine, record)});
    }
  }
  for (const model::IssuedCredential& record : held.own.dead) {
    rows.push_back({Section::kDead, dead_entry(record, state_of(record, account, now))});
  }
  return rows;
}

std::size_t bytes_of(const View& entry) {
  std::size_t bytes = kRowMarkupBytes;
  for (const auto& [name, value] : entry.values()) {
    const std::string* const text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    const bool repeated = std::ranges::find(kRepeated, name) != std::end(kRepeated);
    bytes += escaped_bytes(*text) * (repeated ? kRepeatedTimes : 1);
  }
  return bytes;
}

Cut cut_of(const std::vector<Row>& rows, std::size_t number) {
  std::vector<std::size_t> sizes;
  for (const Row& row : rows) sizes.push_back(bytes_of(row.entry));
  return cut_page(sizes, kRowsBytesMax, number);
}

std::vector<View> entries_of(const std::vector<Row>& rows, const Cut& cut, Section section) {
  std::vector<View> entries;
  for (std::size_t row = cut.begin; row < cut.end; ++row) {
    if (rows[row].section == section) entries.push_back(rows[row].entry);
  }
  return entries;
}

void add_pager(View& view, const std::string& path, const Cut& cut) {
  const auto href = [&](std::size_t number) { return path + "?page=" + std::to_string(number); };
  view.flag("first", cut.number == 1 ? View::Shown::kYes : View::Shown::kNo)
      .text("page", cut.number > 1 ? std::to_string(cut.number) : "");
  if (cut.count == 1) return;
  view.text("pages", "Page " + std::to_string(cut.number) + " of " + std::to_string(cut.count))
      .text("previous_href", cut.number > 1 ? href(cut.number - 1) : "")
      .text("next_href", cut.number < cut.count ? href(cut.number + 1) : "");
}

Frame frame_of(const Parts& parts, const model::Account& account, int status, std::string title) {
  Frame frame;
  frame.status = status;
  frame.title = std::move(title);
  frame.site = parts.config.site.title;
  frame.account = account.profile.user_name;
  return frame;
}

// Docker logs in to a host where nobody browses, if there is such a one, else to the host asked.
std::string docker_authority(const Parts& parts, const std::string& origin) {
  std::string chosen = origin;
  for (const std::string& name : parts.hosts.names()) {
    if (parts.hosts.browser(name) || name.starts_with("*.")) continue;
    chosen = parts.hosts.origin_of(name);
    break;
  }
  return chosen.substr(chosen.find("://") + 3);
}

wire::JsonObject record_object(const Parts& parts, const model::IssuedCredential& record,
                               const model::Account& account, TimePoint now) {
  wire::JsonObject object;
  object.add("id", record.id.text())
      .add("username", account.profile.user_name)
      .add("label", record.label)
      .add("scopes", record.scopes)
      .add("state", state_of(record, account, now))
      .add("created", wire::rfc3339(record.created))
      .add("expires", wire::rfc3339(record.expires))
      .add("expires_soon", ends_soon(record, parts.config.credential, now))
      .add("form", record.form == model::TokenForm::kShort ? "short" : "signed");
  if (!record.successor.empty()) object.add("replaced_by", record.successor.text());
  if (record.revoked) object.add("revoked", wire::rfc3339(*record.revoked));
  if (record.last_used) {
    object.add("last_used", wire::rfc3339(*record.last_used))
        .add("last_used_from", record.last_used_from)
        .add("last_used_by", record.last_used_by);
  }
  return object;
}

}  // namespace

model::Answer list_page(const Parts& parts, const model::Account& account, const Held& held,
                        const std::string& form_token, TimePoint now, const ListNote& note) {
  const std::string& path = parts.config.paths.credentials;
  const std::chrono::days days =
      note.entered.lifetime.count() > 0 ? note.entered.lifetime : parts.config.credential.lifetime;
  const std::vector<Row> rows = all_rows(parts, held, account, now);
  const Cut cut = cut_of(rows, note.page);
  View view;
  view.flag("list", View::Shown::kYes)
      .text("notice", note.notice)
      .text("error", note.error)
      .text("user_name", account.profile.user_name)
      .text("action", path)
      .text("form_token", form_token)
      .text("label", note.entered.label)
      .text("entered_scopes", joined(note.entered.scopes, " "))
      .flag("may_be_short", parts.config.credential.form == model::TokenForm::kSigned
                                ? View::Shown::kYes
                                : View::Shown::kNo)
      .text("days", std::to_string(days.count()))
      .text("days_max", std::to_string(parts.config.credential.lifetime_max.count()))
      .flag("none", held.own.live.empty() && cut.number == 1 ? View::Shown::kYes : View::Shown::kNo)
      .list("live", entries_of(rows, cut, Section::kLive))
      .list("machines", entries_of(rows, cut, Section::kMachines))
      .list("dead", entries_of(rows, cut, Section::kDead))
      .text("revoke_all", path + "/revoke-all")
      .text("leaked_href", path + "/revoke")
      .text("whoami_href", parts.config.paths.whoami)
      .text("user_token_href", parts.config.user_token.enabled
                                   ? parts.config.paths.credentials + kUserTokenBelow
                                   : "")
      .text("logout_href", parts.config.paths.logout);
  add_pager(view, path, cut);
  return page(Template::kCredentials, view,
              frame_of(parts, account, note.status, "Credentials for programs"));
}

model::Answer secret_page(const Parts& parts, const PageRequest& request,
                          const model::Account& account, const Issued& issued) {
  const std::string& user_name = account.profile.user_name;
  const SnippetFacts facts{request.origin, docker_authority(parts, request.origin),
                           parts.config.site.realm, user_name, issued.token.reveal()};
  std::vector<View> entries;
  for (const Snippet& snippet : snippets(facts)) {
    entries.push_back(
        View().text("title", snippet.title).text("hint", snippet.hint).text("text", snippet.text));
  }
  View view;
  view.flag("secret", View::Shown::kYes)
      .text("label", issued.record.label)
      .text("user_name", user_name)
      .text("password", std::string(issued.token.reveal()))
      .text("expires", date_text(issued.record.expires))
      .text("scopes", joined(issued.record.scopes, ", "))
      .text("action", parts.config.paths.credentials)
      .list("snippets", std::move(entries));
  return page(Template::kCredentials, view, frame_of(parts, account, 200, "Your new credential"));
}

std::string issued_json(const model::Account& account, const Issued& issued) {
  wire::JsonObject object;
  object.add("username", account.profile.user_name)
      .add("password", issued.token.reveal())
      .add("id", issued.record.id.text())
      .add("expires", wire::rfc3339(issued.record.expires));
  return object.text();
}

std::string rotated_json(const model::Account& account, const Issued& issued,
                         const model::IssuedCredential& old, Seconds overlap, TimePoint now) {
  wire::JsonObject object;
  object.add("username", account.profile.user_name)
      .add("password", issued.token.reveal())
      .add("id", issued.record.id.text())
      .add("expires", wire::rfc3339(issued.record.expires))
      .add("replaces", old.id.text())
      .add("replaced_until", wire::rfc3339(std::min(old.expires, now + overlap)));
  return object.text();
}

std::string list_json(const Parts& parts, const Held& held, const model::Account& account,
                      TimePoint now) {
  std::vector<wire::JsonObject> own;
  for (const model::IssuedCredential& record : newest_first(held.own.live)) {
    own.push_back(record_object(parts, record, account, now));
  }
  for (const model::IssuedCredential& record : held.own.dead) {
    own.push_back(record_object(parts, record, account, now));
  }
  std::vector<wire::JsonObject> machines;
  for (const HeldByMachine& one : held.machines) {
    for (const model::IssuedCredential& record : newest_first(one.live)) {
      machines.push_back(record_object(parts, record, one.machine, now));
    }
  }
  return R"({"credentials":)" + wire::json_array(own) + R"(,"machines":)" +
         wire::json_array(machines) + "}";
}

std::string record_json(const Parts& parts, const model::IssuedCredential& record,
                        const model::Account& account, TimePoint now) {
  return record_object(parts, record, account, now).text();
}

}  // namespace latchkey::pages
