// The little XML that Nexus' older REST speaks: one element with flat ones in it, that hold text
// only. Nothing that makes XML dangerous (entities, DOCTYPE, CDATA, comments) is read at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kXmlFieldsMax = 32;

using XmlField = std::pair<std::string, std::string>;  // name and text

// Reads `<root><a>text</a><b/></root>`, with an XML declaration or without.
//
// Input:   `text`, any bytes, at most `bytes_max`. Attributes are skipped.
// Returns: the fields in their order, texts with their entities resolved; never two of one name.
// Errors:  kMalformed: over a limit, not UTF-8, an element in a field, a name that is repeated, an
//          entity but the five of XML itself, or anything else than the above.
// Spec:    XML 1.0, of which this is a small part.
Result<std::vector<XmlField>> read_flat_xml(std::string_view text, std::size_t bytes_max);

// Returns the document of `fields`, texts escaped; of names the caller sees that they are some.
std::string write_flat_xml(std::string_view root, const std::vector<XmlField>& fields);

}  // namespace latchkey::wire
