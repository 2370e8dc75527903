// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// A backend is a small value whose type selects the loops at compile time. It declares itself (`mixaug_backend`) and
/// its memory space (`memory`), and has one of two sets of loops (host_backend, device_backend). It does not depend on
/// the bodies that it runs.
template <class B>
concept backend = requires {
  { B::memory } -> std::convertible_to<space>;
  typename B::mixaug_backend;
};

namespace detail {
/// Placeholders for any body in the concepts of backends.
struct any_items {
  MIXAUG_HD void operator()(index_t) const noexcept {}
};
struct any_threads {
  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t, index_t) const noexcept {}
};
}  // namespace detail

/// Loops on the CPU. items(count, job) calls job(k) for every k in [0, count), in any order and on any threads, and
/// returns when all calls are done. lanes() is the maximal number of calls that run at once; each may have
/// scratch of its own.
template <class B>
concept host_backend = backend<B> && B::memory == space::host&& requires(B const& b, detail::any_items const& job) {
  b.items(index_t{}, job);
  { b.lanes() } -> std::convertible_to<index_t>;
};

/// Loops on a device. launch(job, rows, count) runs job(job.begin(i), c) for every row i and every c in [0, count), one
/// thread each, and may return before they have run. steps(job, maps, scratch) runs the steps of a job one after the
/// other (backend/detail/device_steps.hpp) for `maps` maps; `scratch` provides the memory that does not fit
/// into shared memory.
template <class B>
concept device_backend = backend<B> && !host_backend<B> && requires(B const& b, detail::any_threads const& job) {
  b.launch(job, index_t{}, index_t{});
};

namespace detail {

/// Checks at compile time that a backend has one of the two sets of loops.
template <class Backend>
constexpr void check_backend() {
  static_assert(host_backend<Backend> || device_backend<Backend>,
                "mixaug: a backend has items(count, job) and lanes() where its memory is space::host, or launch(job, "
                "rows, count) and steps(job, maps, scratch) where it is a device; see mixaug/backend/backend.hpp");
}

/// Calls a body for row k of labels, losses or weights on the host, as body(k, lane, lanes). On a device the lanes of a
/// row are threads, which do not wait for each other; on the host there is one lane.
template <class Body>
struct row_items {
  Body body;
  void operator()(index_t k) const noexcept { body(k, index_t{0}, index_t{1}); }
};
/// Calls a body over rows on a device.
template <class Body>
struct row_threads {
  static constexpr index_t lanes = 128;
  Body body;

  MIXAUG_HD index_t begin(index_t k) const noexcept { return k; }
  MIXAUG_HD void operator()(index_t k, index_t lane) const noexcept { body(k, lane, lanes); }
};

/// Runs a body over rows [0, n).
template <class Backend, class Body>
void run_rows(Backend const& be, Body const& body, index_t n) {
  check_backend<Backend>();
  if constexpr (host_backend<Backend>)
    be.items(n, row_items<Body>{body});
  else
    be.launch(row_threads<Body>{body}, n, row_threads<Body>::lanes);
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
