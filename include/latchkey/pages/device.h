// A program without a browser asks for a credential, shows a code, and waits; a person compares the
// code here and says yes or no. Spec: RFC 8628.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: the configured path; GET shows what a program asks for, POST decides. Wants a session.
class DevicePage final : public Page {
 public:
  explicit DevicePage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

// Route: /authorize below it, POST: the device authorization endpoint. Spec: section 3.1.
class DeviceAuthorizePage final : public Page {
 public:
  explicit DeviceAuthorizePage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

// Route: /token below it, POST: the token endpoint, for this one grant. Spec: section 3.4.
class DeviceTokenPage final : public Page {
 public:
  explicit DeviceTokenPage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

}  // namespace latchkey::pages
