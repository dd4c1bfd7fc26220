// Packs an answer into FastCGI records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::fcgi {

// Returns the STDOUT records of `text`, the empty one that ends them, and END_REQUEST, to be sent
// with one call. Not libfcgi's writer, because that sends an answer beyond 8 KiB in pieces, and a
// worker that ends between them has approved on Caddy and lighttpd.
//
// Spec: FastCGI Specification 1.0 sections 3.3, 5.3, 5.5.
std::string frame_answer(std::uint16_t request_id, std::string_view text);

}  // namespace latchkey::fcgi
