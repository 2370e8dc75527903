// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Backend with plain loops on one thread; the reference for all others.
struct serial {
  using mixaug_backend = void;
  static constexpr space memory = space::host;

  /// Maximal number of items that run at once, each with scratch of its own.
  index_t lanes() const noexcept { return 1; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = 0; k < count; ++k) job(k);
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
