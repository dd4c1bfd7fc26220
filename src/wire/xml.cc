#include "latchkey/wire/xml.h"

#include <algorithm>
#include <array>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/utf8.h"

namespace latchkey::wire {
namespace {

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 5> kEntities{
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

std::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::kMalformed, std::string("XML: ") + what);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name_character(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }

Result<std::string> resolved(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] == '&') {
      const auto entity = std::ranges::find_if(
          kEntities, [&](const Entity& known) { return text.starts_with(known.name); });
      if (entity == kEntities.end()) return malformed("an unknown entity");
      out += entity->character;
      text.remove_prefix(entity->name.size());
    } else {
      if (is_control(text[0]) && !is_blank(text[0])) return malformed("a control character");
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

struct Tag {
  std::string_view name;
  bool is_empty = false;  // <name/>
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_[0])) rest_.remove_prefix(1);
  }
  bool at_end() const { return rest_.empty(); }
  bool takes(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  Result<std::string_view> up_to(std::string_view mark) {
    const std::size_t at = rest_.find(mark);
    if (at == std::string_view::npos) return malformed("cut off");
    const std::string_view before = rest_.substr(0, at);
    rest_.remove_prefix(at + mark.size());
    return before;
  }

  // Reads the rest of a start tag, behind its `<`.
  Result<Tag> tag() {
    std::size_t length = 0;
    while (length < rest_.size() && is_name_character(rest_[length])) ++length;
    Tag tag{.name = rest_.substr(0, length)};
    if (tag.name.empty() || is_digit(tag.name[0])) return malformed("no name");
    rest_.remove_prefix(length);
    LK_TRY(std::string_view attributes, up_to(">"));
    // A `>` in quotes would end the tag elsewhere for another reader.
    if (std::ranges::count(attributes, '"') % 2 != 0 || attributes.contains('\'') ||
        attributes.contains('<')) {
      return malformed("attributes that can be read in two ways");
    }
    if (attributes.ends_with('/')) {
      tag.is_empty = true;
      attributes.remove_suffix(1);
    }
    if (!attributes.empty() && !is_blank(attributes[0])) return malformed("no name");
    return tag;
  }

  Result<XmlField> field() {
    LK_TRY(const Tag start, tag());
    if (start.is_empty) return XmlField(start.name, "");
    LK_TRY(const std::string_view text, up_to("<"));
    if (!takes("/") || !takes(start.name) || !takes(">")) {
      return malformed("a field that holds more than text");
    }
    LK_TRY(std::string value, resolved(text));
    return XmlField(start.name, std::move(value));
  }

 private:
  std::string_view rest_;
};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto entity = std::ranges::find(kEntities, c, &Entity::character);
    if (entity == kEntities.end()) {
      out += c;
    } else {
      out += entity->name;
    }
  }
}

}  // namespace

Result<std::vector<XmlField>> read_flat_xml(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max || !is_utf8(text)) return malformed("too long, or not UTF-8");
  Reader reader(text);
  if (reader.takes("<?xml ")) LK_CHECK(reader.up_to("?>"));
  reader.skip_blanks();
  if (!reader.takes("<")) return malformed("no element");
  LK_TRY(const Tag root, reader.tag());
  std::vector<XmlField> fields;
  for (bool open = !root.is_empty; open;) {
    reader.skip_blanks();
    if (!reader.takes("<")) return malformed("text between the fields");
    if (reader.takes("/")) {
      if (!reader.takes(root.name) || !reader.takes(">")) return malformed("another end");
      open = false;
      continue;
    }
    LK_TRY(XmlField field, reader.field());
    const bool repeated = std::ranges::find(fields, field.first, &XmlField::first) != fields.end();
    if (repeated || fields.size() == kXmlFieldsMax) return malformed("too many fields");
    fields.push_back(std::move(field));
  }
  reader.skip_blanks();
  if (!reader.at_end()) return malformed("more behind the element");
  return fields;
}

std::string write_flat_xml(std::string_view root, const std::vector<XmlField>& fields) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  out.append(root).append(">");
  for (const auto& [name, text] : fields) {
    out.append("<").append(name).append(">");
    append_escaped(out, text);
    out.append("</").append(name).append(">");
  }
  return out.append("</").append(root).append(">\n");
}

}  // namespace latchkey::wire
