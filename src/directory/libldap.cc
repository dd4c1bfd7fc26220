#include "libldap.h"

#include <dlfcn.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace latchkey::directory {
namespace {

// The library that the headers were made for; another one could have other types.
constexpr const char* kLibrary =
    LDAP_VENDOR_VERSION_MAJOR == 2 && LDAP_VENDOR_VERSION_MINOR <= 5 ? "libldap-2.5.so.0"
                                                                    : "libldap.so.2";

// Finds functions, and remembers the first that is missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <typename Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(library_, name));
    if (function == nullptr && missing_.empty()) missing_ = name;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

}  // namespace

// One line a function.
// NOLINTNEXTLINE(readability-function-size)
Result<Libldap> Libldap::load() {
  // What stands in ldap.conf, .ldaprc and LDAP* is for people's tools: it could send us elsewhere
  // or switch the check of certificates off.
  ::setenv("LDAPNOINIT", "1", 1);
  // libldap writes to a server that has closed, which would end the process.
  LK_ASSERT(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    return fail(ErrorCode::kUnavailable, std::string(kLibrary) +
                                             " cannot be loaded; install Debian's libldap-2.5-0 "
                                             "or its successor");
  }
  Libldap ldap;
  Symbols symbols(library);
  symbols.find(ldap.initialize, "ldap_initialize");
  symbols.find(ldap.set_option, "ldap_set_option");
  symbols.find(ldap.get_option, "ldap_get_option");
  symbols.find(ldap.connect, "ldap_connect");
  symbols.find(ldap.start_tls, "ldap_start_tls");
  symbols.find(ldap.install_tls, "ldap_install_tls");
  symbols.find(ldap.sasl_bind, "ldap_sasl_bind");
  symbols.find(ldap.unbind_ext, "ldap_unbind_ext");
  symbols.find(ldap.search_ext, "ldap_search_ext");
  symbols.find(ldap.abandon_ext, "ldap_abandon_ext");
  symbols.find(ldap.result, "ldap_result");
  symbols.find(ldap.parse_result, "ldap_parse_result");
  symbols.find(ldap.msgfree, "ldap_msgfree");
  symbols.find(ldap.first_entry, "ldap_first_entry");
  symbols.find(ldap.next_entry, "ldap_next_entry");
  symbols.find(ldap.first_message, "ldap_first_message");
  symbols.find(ldap.next_message, "ldap_next_message");
  symbols.find(ldap.msgtype, "ldap_msgtype");
  symbols.find(ldap.get_dn, "ldap_get_dn");
  symbols.find(ldap.get_values_len, "ldap_get_values_len");
  symbols.find(ldap.count_values_len, "ldap_count_values_len");
  symbols.find(ldap.value_free_len, "ldap_value_free_len");
  symbols.find(ldap.create_page_control, "ldap_create_page_control");
  symbols.find(ldap.parse_pageresponse_control, "ldap_parse_pageresponse_control");
  symbols.find(ldap.control_find, "ldap_control_find");
  symbols.find(ldap.control_free, "ldap_control_free");
  symbols.find(ldap.controls_free, "ldap_controls_free");
  symbols.find(ldap.memfree, "ldap_memfree");
  symbols.find(ldap.memvfree, "ldap_memvfree");
  symbols.find(ldap.err2string, "ldap_err2string");
  if (symbols.missing().empty()) return ldap;
  return fail(ErrorCode::kUnavailable,
              std::string(kLibrary) + " lacks " + symbols.missing() + "; is it OpenLDAP's?");
}

}  // namespace latchkey::directory
