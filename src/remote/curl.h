// What every use of libcurl shares: its objects, owned, and the options that must never be missing.
// Private to this folder.
#pragma once

#include <curl/curl.h>

#include <csignal>

#include "latchkey/base/handle.h"
#include "latchkey/base/result.h"

namespace latchkey::remote {

using Easy = Handle<CURL, curl_easy_cleanup>;

// libcurl itself, for as long as something uses it. Counted by libcurl, so several are fine.
class Libcurl {
 public:
  Libcurl() {
    // Without signals of its own libcurl leaves this to us: OpenSSL writing to a peer that has
    // closed would end the process, the administrator's housekeep among them.
    LK_ASSERT(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    LK_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  }
  Libcurl(const Libcurl&) = delete;
  Libcurl& operator=(const Libcurl&) = delete;
  ~Libcurl() { curl_global_cleanup(); }

  Easy easy() const {
    Easy made(curl_easy_init());
    LK_ASSERT(made != nullptr);
    return made;
  }
};

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  // Every option exists in the version we are built with: a refusal is a fault of ours, and going
  // on without one of them could mean going on without verification.
  LK_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// Nothing of the environment decides whom we talk to, and the peer proves who it is.
inline void set_safe(CURL* easy) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // An empty proxy also keeps HTTP_PROXY and its kin in the environment from being read (httpoxy).
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NOPROXY, "*");
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
}

}  // namespace latchkey::remote
