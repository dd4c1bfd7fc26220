// Does the web server hand out what latchkey keeps: the store, the keys, the users, the
// configuration. What comes back is compared with what is here.
#include <algorithm>
#include <fstream>

#include "examination.h"

namespace latchkey::admin::doctor {
namespace {

constexpr std::size_t kSampleBytes = 64;
constexpr std::size_t kTailsMax = 5;
constexpr std::size_t kSampleBytesMin = 8;  // less could stand in any file

// The first bytes of a file; empty if it cannot be read.
std::string sample_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kSampleBytes, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

struct Kept {
  std::string target;
  std::string sample;
};

// Every tail of the path: wherever above it a document root begins.
void add_tails(const std::string& path, std::vector<Kept>& all) {
  const std::string sample = sample_of(path);
  std::size_t at = path.size();
  for (std::size_t depth = 0; depth < kTailsMax && at != 0; ++depth) {
    at = path.rfind('/', at - 1);
    if (at == std::string::npos) return;
    const std::string target = path.substr(at);
    const auto known = std::ranges::find(all, target, &Kept::target);
    if (known == all.end()) all.push_back({target, sample});
    else if (known->sample.empty()) known->sample = sample;
  }
}

std::vector<Kept> kept_files(const config::Config& config) {
  std::vector<Kept> all;
  for (const char* usual : {"/latchkey.db", "/state/latchkey.db", "/latchkey.toml", "/keys/active",
                            "/keys/seal.key", "/.htpasswd", "/users"}) {
    all.push_back({usual, {}});
  }
  add_tails(config.store.path, all);
  add_tails(config.file, all);
  add_tails(config.credential.key_directory + "/active", all);
  add_tails(config.credential.key_directory + "/seal.key", all);
  if (!config.local.users_file.empty()) add_tails(config.local.users_file, all);
  return all;
}

bool is_kept(const remote::RawReply& reply, const std::string& sample) {
  if (reply.status != 200 && reply.status != 206) return false;
  if (reply.body.starts_with("SQLite format 3") || reply.body.contains("PRIVATE KEY-----")) {
    return true;
  }
  for (const char* hash : {":$apr1$", ":$2y$", ":$2a$", ":{SHA}", ":$6$", ":$5$"}) {
    if (reply.body.contains(hash)) return true;
  }
  return sample.size() >= kSampleBytesMin && reply.body.starts_with(sample);
}

}  // namespace

void probe_served_files(Examination& examination) {
  for (const Kept& kept : kept_files(examination.config)) {
    std::vector<Probe> probes{{.target = kept.target}};
    if (examination.credential != nullptr) probes.push_back(signed_in(examination, kept.target));
    for (const Probe& probe : probes) {
      const auto reply = examination.site.ask(probe);
      if (reply && is_kept(*reply, kept.sample)) {
        examination.found(Fault::kServedFile, text_of(probe));
      }
    }
  }
}

}  // namespace latchkey::admin::doctor
