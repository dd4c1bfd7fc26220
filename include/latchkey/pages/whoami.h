// /whoami: who latchkey takes somebody for, by whatever credential was sent. Never shows a secret.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: GET.
class WhoamiPage final : public Page {
 public:
  explicit WhoamiPage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

}  // namespace latchkey::pages
