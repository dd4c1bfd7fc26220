#include "store/memo.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kAllocationBytes = 16;  // what the allocator adds to each

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) {
    bytes += sizeof(std::string) + text.size() + kAllocationBytes;
  }
  return bytes;
}

std::size_t bytes_of(const Owner& owner) {
  const model::Profile& profile = owner.profile;
  return owner.account.text().size() + profile.user_name.size() + profile.display_name.size() +
         profile.mail.size() + bytes_of(profile.groups) + 4 * kAllocationBytes;
}

}  // namespace

std::size_t bytes_of(const PresentedSession& session) {
  return sizeof session + session.id.size() + bytes_of(session.owner);
}

std::size_t bytes_of(const PresentedCredential& credential) {
  return sizeof credential + bytes_of(credential.scopes) + bytes_of(credential.owner);
}

std::size_t bytes_of(const PresentedShort& credential) {
  return credential.id.text().size() + kAllocationBytes + bytes_of(credential.credential);
}

std::size_t bytes_of(const PresentedUserToken& token) {
  return sizeof token + token.name_code.size() + bytes_of(token.owner);
}

}  // namespace latchkey::store
