// Cuts a list into pages of about the same number of bytes: who holds a hundred credentials reads
// several small pages, and who holds a few reads one.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace latchkey::pages {

// One of the pages.
struct Cut {
  std::size_t begin = 0;  // of its rows
  std::size_t end = 0;    // behind the last of them
  std::size_t number = 1;
  std::size_t count = 1;  // of pages; one where there is no row
};

// Finds the page of that number, or the last one if there are not so many.
//
// Input: `row_bytes`, what each row takes; `bytes_max` of a page, which one row alone may pass.
Cut cut_page(std::span<const std::size_t> row_bytes, std::size_t bytes_max, std::size_t number);

// Returns how long a text is on a page.
std::size_t escaped_bytes(std::string_view text);

}  // namespace latchkey::pages
