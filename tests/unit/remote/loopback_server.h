// One HTTP exchange on loopback, with or without TLS, for tests of the client. The server thread
// ends with the object.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace latchkey::testing {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

inline PrivateKey make_key() { return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free}; }

// A certificate that is its own authority, for `name` (`IP:127.0.0.1`, `DNS:other.test`).
inline Certificate make_certificate(EVP_PKEY* key, const char* name, long ends_in_seconds) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends_in_seconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  for (const auto& [nid, value] : {std::pair(NID_subject_alt_name, name),
                                   std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

inline void write_pem(const std::string& path, X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new_file(path.c_str(), "w"), BIO_free_all);
  PEM_write_bio_X509(out.get(), certificate);
}

class LoopbackServer {
 public:
  // Answers every connection with `reply`; an empty one is never answered.
  explicit LoopbackServer(std::string reply, SSL_CTX* tls = nullptr)
      : reply_(std::move(reply)), tls_(tls) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 8) != 0) std::abort();
    ::getsockname(listener_, raw, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() { stop(); }

  // Ends the thread; afterwards what was received can be looked at.
  void stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }

  std::string url(const std::string& path = "/") const {
    return (tls_ == nullptr ? "http://127.0.0.1:" : "https://127.0.0.1:") + std::to_string(port_) + path;
  }
  const std::string& received() const { return received_; }
  int connections() const { return connections_; }

 private:
  static bool readable(int fd) {
    pollfd one{fd, POLLIN, 0};
    return ::poll(&one, 1, 20) > 0;
  }

  void run() {
    while (!done_) {
      if (!readable(listener_)) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) continue;
      ++connections_;
      if (tls_ == nullptr) {
        talk([fd](char* data, int size) { return static_cast<int>(::read(fd, data, static_cast<std::size_t>(size))); },
             [fd](const char* data, int size) { return static_cast<int>(::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL)); });
      } else {
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls_), SSL_free);
        SSL_set_fd(ssl.get(), fd);
        if (SSL_accept(ssl.get()) == 1) {
          talk([&](char* data, int size) { return SSL_read(ssl.get(), data, size); },
               [&](const char* data, int size) { return SSL_write(ssl.get(), data, size); });
          SSL_shutdown(ssl.get());
        }
      }
      ::close(fd);
    }
  }

  void talk(const std::function<int(char*, int)>& read, const std::function<int(const char*, int)>& write) {
    std::string request;
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      char buffer[4096];
      const int got = read(buffer, sizeof buffer);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
      const std::size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      wanted = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
    }
    received_ += request;
    while (reply_.empty() && !done_) ::usleep(1000);
    for (std::size_t sent = 0; sent < reply_.size();) {
      const int wrote = write(reply_.data() + sent, static_cast<int>(std::min<std::size_t>(reply_.size() - sent, 65536)));
      if (wrote <= 0) return;
      sent += static_cast<std::size_t>(wrote);
    }
  }

  std::string reply_;
  SSL_CTX* tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> done_ = false;
  std::atomic<int> connections_ = 0;
  std::string received_;
  std::thread thread_;
};

}  // namespace latchkey::testing
