// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/host_inplace.hpp>

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
  template <class Body>
  void mix(Body const& body, index_t rows) const noexcept {
    detail::host_mix(*this, body, rows);
  }
  template <class Body>
  void inplace(Body const& body) const noexcept {
    detail::host_inplace(*this, body);
  }
  template <class Body>
  void adjoint(Body const& body, index_t rows) const noexcept {
    detail::host_adjoint(*this, body, rows);
  }
  template <class Body>
  void rows(Body const& body, index_t n) const noexcept {
    items(n, detail::row_items<Body>{body});
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
