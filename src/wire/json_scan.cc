#include "json_scan.h"

#include <string>

#include "latchkey/wire/hex.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/utf8.h"

namespace latchkey::wire {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Outcome run() {
    blanks();
    LK_CHECK(value(1));
    blanks();
    if (at_ < text_.size()) return fault("text after the value");
    return {};
  }

 private:
  std::unexpected<Error> fault(std::string_view what) const {
    return fail(ErrorCode::kMalformed,
                "JSON: " + std::string(what) + " at byte " + std::to_string(at_));
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool digit() const { return peek() >= '0' && peek() <= '9'; }

  bool take(char c) {
    // The size counts: a NUL in the text is no end of it.
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  Outcome value(int depth) {
    if (++values_ > kJsonValuesMax) return fault("too many values");
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  Outcome word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return fault("an unknown word");
    at_ += expected.size();
    return {};
  }

  Outcome object(int depth) {
    if (depth > kJsonDepthMax) return fault("too deep");
    ++at_;
    blanks();
    if (take('}')) return {};
    do {
      blanks();
      if (peek() != '"') return fault("no member name");
      LK_CHECK(string());
      blanks();
      if (!take(':')) return fault("no colon");
      blanks();
      LK_CHECK(value(depth + 1));
      blanks();
    } while (take(','));
    if (!take('}')) return fault("no end of the object");
    return {};
  }

  Outcome array(int depth) {
    if (depth > kJsonDepthMax) return fault("too deep");
    ++at_;
    blanks();
    if (take(']')) return {};
    do {
      blanks();
      LK_CHECK(value(depth + 1));
      blanks();
    } while (take(','));
    if (!take(']')) return fault("no end of the array");
    return {};
  }

  Outcome string() {
    ++at_;
    while (!take('"')) {
      if (at_ >= text_.size()) return fault("a string without an end");
      if (static_cast<unsigned char>(peek()) < 0x20) return fault("a control character");
      if (take('\\')) {
        LK_CHECK(escape());
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) return fault("wrong UTF-8");
      at_ += length;
    }
    return {};
  }

  Outcome escape() {
    if (at_ >= text_.size()) return fault("a string without an end");
    if (!take('u')) {
      constexpr std::string_view kSimple = "\"\\/bfnrt";
      if (kSimple.find(peek()) == std::string_view::npos) return fault("an unknown escape");
      ++at_;
      return {};
    }
    LK_TRY(const int unit, code_unit());
    if (unit == 0) return fault("an escaped NUL");
    if (unit >= 0xdc00 && unit <= 0xdfff) return fault("a lone surrogate");
    if (unit < 0xd800 || unit > 0xdbff) return {};
    if (!take('\\') || !take('u')) return fault("a lone surrogate");
    LK_TRY(const int low, code_unit());
    if (low < 0xdc00 || low > 0xdfff) return fault("a lone surrogate");
    return {};
  }

  Result<int> code_unit() {
    int unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = hex_value(peek());
      if (digit < 0) return fault("a wrong escape");
      unit = unit * 16 + digit;
    }
    return unit;
  }

  Outcome number() {
    const std::size_t begin = at_;
    take('-');
    if (!digit()) return fault("no value");
    if (!take('0')) digits();
    if (digit()) return fault("a number with a leading zero");
    if (take('.')) {
      if (!digit()) return fault("a number without its fraction");
      digits();
    }
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digit()) return fault("a number without its exponent");
      digits();
    }
    if (at_ - begin > kJsonNumberBytesMax) return fault("too long a number");
    return {};
  }

  void digits() {
    while (digit()) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Outcome scan_json(std::string_view text) { return Scanner(text).run(); }

}  // namespace latchkey::wire
