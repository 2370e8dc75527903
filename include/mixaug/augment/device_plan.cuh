// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/device_plan.hpp>
#include <mixaug/backend/cuda.cuh>

namespace mixaug {

/// Queues the copy of the staging block to the device; does not wait.
inline void upload(cuda const& be, augment::device_plan<>& p) { p.block().upload(be.stream); }

/// Sends a plan that was made on the host, such as one that is replayed. Waits for the previous copy, but not for this
/// one. Errors: a plan that was not made.
inline void upload(cuda const& be, augment::plan const& from, augment::device_plan<>& to) {
  augment::detail::check_made(from);
  augment::detail::stage_plan(
      to, [&](augment::plan& host) { host = from; }, !detail::capturing(be.stream));
  upload(be, to);
}

/// Draws the plan of one step on the host into `into` and queues its upload. Reuses the memory. Waits only until the
/// upload of the step before has left the staging block (not at all while the stream is captured). Of `x`, only the
/// extents and the element type are read. Errors: those of make_plan on the host.
template <class T, int R, space S>
void make_plan(cuda const& be, augment::chain const& c, tensor_view<T, R, S> const& x, key const& k,
               augment::device_plan<>& into) {
  augment::detail::stage_plan(
      into, [&](augment::plan& host) { make_plan(c, x, k, host); }, !detail::capturing(be.stream));
  upload(be, into);
}
/// The same; returns the plan.
template <class T, int R, space S>
augment::device_plan<> make_plan(cuda const& be, augment::chain const& c, tensor_view<T, R, S> const& x, key const& k) {
  augment::device_plan<> p;
  make_plan(be, c, x, k, p);
  return p;
}

}  // namespace mixaug
