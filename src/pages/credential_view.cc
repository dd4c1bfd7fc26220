#include "credential_view.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "date_text.h"
#include "latchkey/base/joined.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/user_token_form.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "snippets.h"

namespace latchkey::pages {
namespace {

std::string place_of(const Parts& parts, const model::IssuedCredential& record) {
  return parts.config.paths.credentials + "/" + record.id.text();
}

std::string last_use(const model::IssuedCredential& record) {
  return last_use_text(record.last_used, record.last_used_from, record.last_used_by);
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
      .text("scopes", joined(record.scopes, ", "))
      .text("revoke", place + "/revoke");
  return entry;
}

View machine_entry(const Parts& parts, const model::Account& machine,
                   const model::IssuedCredential& record) {
  View entry;
  entry.text("user_name", machine.profile.user_name)
      .text("label", record.label)
      .text("created", date_text(record.created))
      .text("expires", date_text(record.expires))
      .text("used", last_use(record))
      .text("scopes", joined(record.scopes, ", "))
      .text("revoke", place_of(parts, record) + "/revoke");
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

std::vector<View> live_rows(const Parts& parts, const Held& held, TimePoint now) {
  std::vector<View> rows;
  for (const model::IssuedCredential& record : newest_first(held.own.live)) {
    rows.push_back(live_entry(parts, record, now));
  }
  return rows;
}

std::vector<View> dead_rows(const Held& held, const model::Account& account, TimePoint now) {
  std::vector<View> rows;
  for (const model::IssuedCredential& record : held.own.dead) {
    rows.push_back(dead_entry(record, state_of(record, account, now)));
  }
  return rows;
}

std::vector<View> machine_rows(const Parts& parts, const Held& held) {
  std::vector<View> rows;
  for (const HeldByMachine& one : held.machines) {
    for (const model::IssuedCredential& record : newest_first(one.live)) {
      rows.push_back(machine_entry(parts, one.machine, record));
    }
  }
  return rows;
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
      .list("live", live_rows(parts, held, now))
      .list("dead", dead_rows(held, account, now))
      .list("machines", machine_rows(parts, held))
      .text("revoke_all", path + "/revoke-all")
      .text("leaked_href", path + "/revoke")
      .text("whoami_href", parts.config.paths.whoami)
      .text("user_token_href", parts.config.user_token.enabled
                                   ? parts.config.paths.credentials + kUserTokenBelow
                                   : "")
      .text("logout_href", parts.config.paths.logout);
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
