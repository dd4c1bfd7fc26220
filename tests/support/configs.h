// A configuration as the loader would make it, for tests that change one thing of it.
#pragma once

#include "latchkey/config/config.h"

namespace latchkey {

// https://nexus.example with a Docker host and a wildcard; everybody who is signed in may do all.
inline config::Config example_config() {
  config::Config config;
  config.site.url = "https://nexus.example";
  config.site.https = true;
  config.site.hosts = {{.name = "nexus.example", .port = {}},
                       {.name = "docker.example", .port = 8443},
                       {.name = "*.apps.example", .port = {}}};
  config.hosts = {{.name = "docker.example", .browser = false, .enforce_https = false}};
  config::Rule everybody;
  everybody.who = config::Who::kAuthenticated;
  config.rules = {everybody};
  return config;
}

}  // namespace latchkey
