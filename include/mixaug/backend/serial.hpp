// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// One thread, plain loops; the reference for all others.
struct serial {
  using mixaug_backend = void;
  static constexpr space memory = space::host;

  /// Items that run at once, at most: what keeps scratch of its own.
  index_t lanes() const noexcept { return 1; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = 0; k < count; ++k) job(k);
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
