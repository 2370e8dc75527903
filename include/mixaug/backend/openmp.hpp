// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/detail/fork.hpp>
#if defined(_OPENMP)
#  include <omp.h>
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Backend that runs the units of the batch on OpenMP threads; results do not depend on their number. Compile with
/// -fopenmp (link mixaug::openmp). threads <= 0 uses the setting of OpenMP. At most `most_threads` threads are
/// requested: OpenMP ends the program if it cannot start them, and more do not help with the few units of a batch. In a
/// child of fork(), such as a worker of a data loader, everything runs on one thread (see backend/detail/fork.hpp).
struct openmp {
  static constexpr int most_threads = 1024;
  int threads = 0;

  using mixaug_backend = void;
  static constexpr space memory = space::host;

  index_t lanes() const noexcept {
#if defined(_OPENMP)
    if (detail::forked()) return 1;
    return detail::lesser(threads > 0 ? threads : omp_get_max_threads(), most_threads);
#else
    return 1;
#endif
  }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
#if defined(_OPENMP)
    int const team = static_cast<int>(lanes());
    if (team == 1) {  // without a team of one, which would use the parent's pool after fork()
      for (index_t k = 0; k < count; ++k) job(k);
      return;
    }
#  pragma omp parallel for schedule(static) num_threads(team)
    for (index_t k = 0; k < count; ++k) job(k);
#else
    static_assert(detail::always_false<Items>,
                  "mixaug: the openmp backend needs OpenMP: compile with -fopenmp, or link mixaug::openmp");
    (void)count, (void)job;
#endif
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
