// Owns a C library's object from the line it is born: Handle<EVP_PKEY, EVP_PKEY_free> key(...).
#pragma once

#include <memory>

namespace latchkey {

template <auto free_fn>
struct HandleDeleter {
  template <typename T>
  void operator()(T* object) const {
    static_cast<void>(free_fn(object));
  }
};

// Move-only; empty when the library returned NULL. `get()` lends the pointer.
template <typename T, auto free_fn>
using Handle = std::unique_ptr<T, HandleDeleter<free_fn>>;

}  // namespace latchkey
