// libldap, loaded when the first directory is made: linking it would cost every CGI start its time,
// with or without a directory. The only place that names its functions; ldap.h gives their types.
#pragma once

#include <ldap.h>

#include <memory>

#include "latchkey/base/result.h"

namespace latchkey::directory {

// Functions of one loaded library. Plain pointers: the library stays loaded until the process ends.
struct Libldap {
  decltype(&::ldap_initialize) initialize = nullptr;
  decltype(&::ldap_set_option) set_option = nullptr;
  decltype(&::ldap_get_option) get_option = nullptr;
  decltype(&::ldap_connect) connect = nullptr;
  decltype(&::ldap_start_tls) start_tls = nullptr;
  decltype(&::ldap_install_tls) install_tls = nullptr;
  decltype(&::ldap_sasl_bind) sasl_bind = nullptr;
  decltype(&::ldap_unbind_ext) unbind_ext = nullptr;
  decltype(&::ldap_search_ext) search_ext = nullptr;
  decltype(&::ldap_abandon_ext) abandon_ext = nullptr;
  decltype(&::ldap_result) result = nullptr;
  decltype(&::ldap_parse_result) parse_result = nullptr;
  decltype(&::ldap_msgfree) msgfree = nullptr;
  decltype(&::ldap_first_entry) first_entry = nullptr;
  decltype(&::ldap_next_entry) next_entry = nullptr;
  decltype(&::ldap_first_message) first_message = nullptr;
  decltype(&::ldap_next_message) next_message = nullptr;
  decltype(&::ldap_msgtype) msgtype = nullptr;
  decltype(&::ldap_get_dn) get_dn = nullptr;
  decltype(&::ldap_get_values_len) get_values_len = nullptr;
  decltype(&::ldap_count_values_len) count_values_len = nullptr;
  decltype(&::ldap_value_free_len) value_free_len = nullptr;
  decltype(&::ldap_create_page_control) create_page_control = nullptr;
  decltype(&::ldap_parse_pageresponse_control) parse_pageresponse_control = nullptr;
  decltype(&::ldap_control_find) control_find = nullptr;
  decltype(&::ldap_control_free) control_free = nullptr;
  decltype(&::ldap_controls_free) controls_free = nullptr;
  decltype(&::ldap_memfree) memfree = nullptr;
  decltype(&::ldap_memvfree) memvfree = nullptr;
  decltype(&::ldap_err2string) err2string = nullptr;

  // Errors: kUnavailable: this machine has no such library; the detail names its package.
  static Result<Libldap> load();
};

// Gives an object of libldap back by the function it was made with.
template <typename T, typename Free>
std::unique_ptr<T, Free> owned(T* object, Free free) {
  return std::unique_ptr<T, Free>(object, free);
}

using Message = std::unique_ptr<LDAPMessage, decltype(&::ldap_msgfree)>;

}  // namespace latchkey::directory
