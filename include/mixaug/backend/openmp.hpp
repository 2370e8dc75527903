// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/host_inplace.hpp>
#if defined(_OPENMP)
#  include <omp.h>
#endif

namespace mixaug {

/// OpenMP threads over the units of the batch; results do not depend on their number. Compile with -fopenmp
/// (link mixaug::openmp). threads = 0: as OpenMP is set.
struct openmp {
  int threads = 0;

  using mixaug_backend = void;
  static constexpr space memory = space::host;

  index_t lanes() const noexcept {
#if defined(_OPENMP)
    return threads > 0 ? threads : omp_get_max_threads();
#else
    return 1;
#endif
  }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
#if defined(_OPENMP)
    if (threads > 0) {
#  pragma omp parallel for schedule(static) num_threads(threads)
      for (index_t k = 0; k < count; ++k) job(k);
    } else {
#  pragma omp parallel for schedule(static)
      for (index_t k = 0; k < count; ++k) job(k);
    }
#else
    static_assert(detail::never<Items>,
                  "mixaug: the openmp backend needs OpenMP: compile with -fopenmp, or link mixaug::openmp");
    (void)count, (void)job;
#endif
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
