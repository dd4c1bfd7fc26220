// From the tree of the file to the Config: the sections in their order, then the whole.
#pragma once

#include "config/document.h"
#include "config/value.h"

namespace latchkey::config {

// Reads all sections of `document` into `reading.config`, and leaves a fault in `reading.faults`
// for everything that is unknown, misplaced or wrong.
void read_document(Reading& reading, Node& document);

}  // namespace latchkey::config
