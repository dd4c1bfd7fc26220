// Where credentials of this machine's tools lie: the helpers that docker and git are configured
// with, and our own file for whoever has none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device_flow.h"
#include "keyring.h"
#include "latchkey/base/result.h"

namespace latchkey::admin {

class Place {
 public:
  virtual ~Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // In words, for the person.
  virtual std::string name() const = 0;

  // Errors of all three: kUnavailable: the helper failed, or the file cannot be had.
  virtual Outcome put(const LoginSite& site, const KeptCredential& credential) const = 0;
  // Returns what lies there for the site; nullopt: nothing.
  virtual Result<std::optional<KeptCredential>> find(const LoginSite& site) const = 0;
  virtual Outcome remove(const LoginSite& site, const KeptCredential& credential) const = 0;

 protected:
  Place() = default;
};

// The helpers that the tools of this machine ask about a site; none where none is configured.
//
// Input: `docker_helper`, NAME of docker-credential-NAME; empty: the one of docker's configuration
//        for that host.
std::vector<std::unique_ptr<Place>> places_of_tools(const LoginSite& site,
                                                    const std::string& docker_helper);

// Our own file. Errors: kUnavailable: there is no home.
Result<std::unique_ptr<Place>> our_place();

}  // namespace latchkey::admin
