// What a program does with requests. One object per worker, made after fork().
#pragma once

#include "latchkey/fcgi/exchange.h"

namespace latchkey::fcgi {

class Service {
 public:
  virtual ~Service() = default;

  // Answers one request with exactly one reply(). A request it leaves without one is answered 503.
  virtual void serve(Exchange& exchange) = 0;

  // Runs after the reply is out and the connection is closed, so nobody waits for it: coarse writes
  // such as "last used". The next request waits, so it stays short.
  virtual void after_reply() {}
};

}  // namespace latchkey::fcgi
