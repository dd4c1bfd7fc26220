// Connection::search: one question, and as many pages as its answer takes.
#include <algorithm>
#include <utility>

#include "connection.h"

namespace latchkey::directory {
namespace {

constexpr int kPageEntries = 500;

// Whether the answer may be long: then it is asked for in pages, because many servers send only so
// much at a time.
bool is_paged(const Search& search) {
  return search.scope == Scope::kSubtree && search.entries_max > std::size_t{kPageEntries};
}

int server_limit(const Search& search) {
  return is_paged(search) ? LDAP_NO_LIMIT : static_cast<int>(search.entries_max) + 1;
}

}  // namespace

Result<int> Connection::send(const Search& search, const std::string& cookie,
                             Clock::time_point deadline) {
  LDAPControl* made = nullptr;
  // The library only reads texts, but its types do not say so.
  // NOLINTBEGIN(cppcoreguidelines-pro-type-const-cast)
  berval position{.bv_len = cookie.size(), .bv_val = const_cast<char*>(cookie.data())};
  if (is_paged(search)) {
    const int code = ldap_->create_page_control(session_.get(), kPageEntries,
                                                cookie.empty() ? nullptr : &position, 0, &made);
    if (code != LDAP_SUCCESS) return failed(code, "asking for pages");
  }
  const auto control = owned(made, ldap_->control_free);
  LDAPControl* controls[] = {control.get(), nullptr};
  std::vector<char*> attributes;
  for (const std::string& name : search.attributes) {
    attributes.push_back(const_cast<char*>(name.c_str()));
  }
  // NOLINTEND(cppcoreguidelines-pro-type-const-cast)
  attributes.push_back(nullptr);
  timeval left{};
  left.tv_sec = std::max<long>(
      1, std::chrono::duration_cast<Seconds>(deadline - Clock::now()).count());
  int message_id = 0;
  const int code = ldap_->search_ext(
      session_.get(), search.base.c_str(),
      search.scope == Scope::kBase ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE, search.filter.c_str(),
      attributes.data(), 0, controls, nullptr, &left, server_limit(search), &message_id);
  if (code != LDAP_SUCCESS) return failed(code, "searching " + search.base);
  return message_id;
}

Found Connection::read_entry(LDAPMessage* entry, const Search& search) const {
  Found found;
  const auto dn = owned(ldap_->get_dn(session_.get(), entry), ldap_->memfree);
  if (dn != nullptr) found.dn = dn.get();
  for (const std::string& name : search.attributes) {
    const auto list = owned(ldap_->get_values_len(session_.get(), entry, name.c_str()),
                            ldap_->value_free_len);
    if (list == nullptr) continue;
    Attribute& attribute = found.attributes.emplace_back(name, std::vector<std::string>());
    for (berval** value = list.get(); *value != nullptr; ++value) {
      attribute.values.emplace_back((*value)->bv_val, (*value)->bv_len);
    }
  }
  return found;
}

void Connection::read_entries(LDAPMessage* page, const Search& search,
                              std::vector<Found>& found) const {
  for (LDAPMessage* entry = ldap_->first_entry(session_.get(), page); entry != nullptr;
       entry = ldap_->next_entry(session_.get(), entry)) {
    if (found.size() > search.entries_max) break;
    found.push_back(read_entry(entry, search));
  }
}

// Returns what asks for the next page; empty on the last one, and where the server has no pages.
Result<std::string> Connection::next_page(LDAPControl** controls) {
  LDAPControl* const control =
      ldap_->control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nullptr);
  if (control == nullptr) return std::string();
  ber_int_t estimate = 0;
  berval cookie{};
  const int code =
      ldap_->parse_pageresponse_control(session_.get(), control, &estimate, &cookie);
  const auto bytes = owned(static_cast<void*>(cookie.bv_val), ldap_->memfree);
  if (code != LDAP_SUCCESS) return failed(code, "reading a page");
  return std::string(cookie.bv_val == nullptr ? "" : cookie.bv_val, cookie.bv_len);
}

Result<std::string> Connection::read_end(LDAPMessage* page, const Search& search) {
  int code = LDAP_OTHER;
  LDAPControl** made = nullptr;
  char** referred = nullptr;
  const int read = ldap_->parse_result(session_.get(), page, &code, nullptr, nullptr, &referred,
                                       &made, 0);
  if (read != LDAP_SUCCESS) return failed(read, "searching " + search.base);
  const auto controls = owned(made, ldap_->controls_free);
  const auto places = owned(reinterpret_cast<void**>(referred), ldap_->memvfree);
  if (code == LDAP_REFERRAL && referred != nullptr && *referred != nullptr) {
    return fail(ErrorCode::kInternal, name_ + ": " + search.base + " is at " + *referred +
                                         ", which is not asked unless ldap.server names it");
  }
  if (code != LDAP_SUCCESS) return failed(code, "searching " + search.base);
  return next_page(controls.get());
}

Result<std::vector<Found>> Connection::search(const Search& search, Clock::time_point deadline) {
  std::vector<Found> found;
  std::string cookie;
  do {
    LK_TRY(const int message_id, send(search, cookie, deadline));
    LK_TRY(const Message page, wait_for(message_id, deadline));
    read_entries(page.get(), search, found);
    // More than was wanted, whatever the server says of its own limit.
    if (found.size() > search.entries_max) return found;
    LK_TRY(cookie, read_end(page.get(), search));
  } while (!cookie.empty());
  return found;
}

}  // namespace latchkey::directory
