#include "latchkey/wire/accept.h"

#include "latchkey/wire/chars.h"

namespace latchkey::wire {
namespace {

constexpr int kQualityMax = 1000;

struct Range {
  std::string_view type;  // `text/html`, as sent
  int quality;            // 0 to 1000
};

// Returns a quality in thousandths. What is not one counts as 0: what a client cannot say properly,
// it is not given.
// Spec: RFC 9110 section 12.4.2.
int quality_from(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int quality = (text[0] - '0') * kQualityMax;
  int weight = kQualityMax / 10;
  for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
    if (!is_digit(text[i])) return 0;
    quality += (text[i] - '0') * weight;
  }
  return quality > kQualityMax ? 0 : quality;
}

Range range_from(std::string_view item) {
  Range range{trim_blanks(cut_at(item, ";")), kQualityMax};
  while (!item.empty()) {
    std::string_view value = trim_blanks(cut_at(item, ";"));
    if (equal_ignoring_case(trim_blanks(cut_at(value, "=")), "q")) {
      range.quality = quality_from(trim_blanks(value));
    }
  }
  return range;
}

// Calls `visit` with each media range of the field in its order.
template <typename Visit>
void for_each_range(std::string_view accept, Visit visit) {
  if (accept.size() > kAcceptBytesMax) return;
  while (!accept.empty()) {
    const Range range = range_from(trim_blanks(cut_at(accept, ",")));
    if (!range.type.empty()) visit(range);
  }
}

// How exactly a range covers a type: 0 is not at all, more is closer.
int json_precision(std::string_view type) {
  if (equal_ignoring_case(type, "application/json")) return 3;
  if (equal_ignoring_case(type, "application/*")) return 2;
  return type == "*/*" ? 1 : 0;
}

// No wildcard counts: a tool that takes anything is not asking for a page.
int html_precision(std::string_view type) { return equal_ignoring_case(type, "text/html") ? 1 : 0; }

int xml_precision(std::string_view type) {
  return equal_ignoring_case(type, "application/xml") || equal_ignoring_case(type, "text/xml") ? 1
                                                                                               : 0;
}

// XHTML and XML were what browsers asked for before text/html once.
int program_precision(std::string_view type) {
  constexpr std::string_view kPrefix = "application/";
  if (!equal_ignoring_case(type.substr(0, kPrefix.size()), kPrefix)) return 0;
  return xml_precision(type) > 0 || equal_ignoring_case(type, "application/xhtml+xml") ? 0 : 1;
}

// The most exact range that covers a type; of two equally exact ones the better.
struct Cover {
  int precision = 0;
  int quality = 0;
  int position = 0;
};

template <typename Precision>
Cover cover_of(std::string_view accept, Precision precision_of) {
  Cover best;
  int position = 0;
  for_each_range(accept, [&](const Range& range) {
    ++position;
    const int precision = precision_of(range.type);
    const bool closer = precision > best.precision;
    const bool better = precision == best.precision && range.quality > best.quality;
    if (precision > 0 && (closer || better)) best = {precision, range.quality, position};
  });
  return best;
}

bool names_nothing(std::string_view accept) {
  bool nothing = true;
  for_each_range(accept, [&](const Range&) { nothing = false; });
  return nothing;
}

// A range that the grammar does not know, and that Java up to 11 sends with every request beside
// `text/html`, whatever the program asks for.
bool is_javas(std::string_view accept) {
  bool found = false;
  for_each_range(accept, [&](const Range& range) { found = found || range.type == "*"; });
  return found;
}

}  // namespace

bool asks_for_html(std::string_view accept) {
  if (is_javas(accept)) return false;
  const int quality = cover_of(accept, html_precision).quality;
  return quality > 0 && quality >= cover_of(accept, program_precision).quality;
}

bool prefers_xml(std::string_view accept) {
  const Cover xml = cover_of(accept, xml_precision);
  const Cover json = cover_of(accept, json_precision);
  if (xml.quality != json.quality) return xml.quality > json.quality;
  return xml.quality > 0 && xml.position < json.position;
}

Media preferred(std::string_view accept) {
  if (names_nothing(accept)) return Media::kJson;
  const Cover html = cover_of(accept, html_precision);
  const Cover json = cover_of(accept, json_precision);
  if (html.quality == 0) return json.quality == 0 ? Media::kOther : Media::kJson;
  if (html.quality != json.quality) {
    return html.quality > json.quality ? Media::kHtml : Media::kJson;
  }
  return html.position < json.position ? Media::kHtml : Media::kJson;
}

}  // namespace latchkey::wire
