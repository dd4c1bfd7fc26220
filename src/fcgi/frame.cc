#include "frame.h"

#include <algorithm>
#include <array>

namespace latchkey::fcgi {
namespace {

constexpr char kVersion = 1;
constexpr char kEndRequest = 3;
constexpr char kStdout = 6;
constexpr std::size_t kContentMax = 65'528;  // the greatest multiple of 8 needs no padding
constexpr std::size_t kEndRequestBodyBytes = 8;
constexpr std::size_t kHeaderBytes = 8;

char high(std::size_t value) { return static_cast<char>((value >> 8) & 0xff); }
char low(std::size_t value) { return static_cast<char>(value & 0xff); }

void append_header(std::string& out, char type, std::uint16_t id, std::size_t bytes,
                   std::size_t padding) {
  const std::array<char, kHeaderBytes> header = {kVersion,   type,       high(id),     low(id),
                                                 high(bytes), low(bytes), low(padding), 0};
  out.append(header.data(), header.size());
}

}  // namespace

std::string frame_answer(std::uint16_t request_id, std::string_view text) {
  std::string out;
  out.reserve(text.size() + (text.size() / kContentMax + 4) * kHeaderBytes);
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kContentMax);
    const std::size_t padding = (kHeaderBytes - part.size() % kHeaderBytes) % kHeaderBytes;
    append_header(out, kStdout, request_id, part.size(), padding);
    out.append(part);
    out.append(padding, '\0');
    text.remove_prefix(part.size());
  }
  append_header(out, kStdout, request_id, 0, 0);
  append_header(out, kEndRequest, request_id, kEndRequestBodyBytes, 0);
  out.append(kEndRequestBodyBytes, '\0');  // application status 0, FCGI_REQUEST_COMPLETE
  return out;
}

}  // namespace latchkey::fcgi
