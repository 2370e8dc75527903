// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/serial.hpp>
#include <mixaug/apply/apply_adjoint.hpp>
#include <mixaug/apply/apply_inplace.hpp>
#include <mixaug/apply/saliency_map.hpp>

// The only file that reads MIXAUG_BACKEND (serial, openmp, thrust or cuda), which the linked CMake target
// sets. Each default has an inline namespace of its own, so that translation units that disagree never
// run each other's backend. Calls with an explicit backend do not depend on it.
#define MIXAUG_NAME_serial 1
#define MIXAUG_NAME_openmp 2
#define MIXAUG_NAME_thrust 3
#define MIXAUG_NAME_cuda 4
#define MIXAUG_JOIN_(a, b) a##b
#define MIXAUG_JOIN(a, b) MIXAUG_JOIN_(a, b)
#if !defined(MIXAUG_BACKEND)
#  define MIXAUG_BACKEND serial
#endif
#define MIXAUG_CHOSEN MIXAUG_JOIN(MIXAUG_NAME_, MIXAUG_BACKEND)
#if MIXAUG_CHOSEN == 2
#  include <mixaug/backend/openmp.hpp>
#elif MIXAUG_CHOSEN == 3
#  include <mixaug/backend/thrust.hpp>
#elif MIXAUG_CHOSEN == 4 && defined(__CUDACC__)
#  include <mixaug/backend/cuda.cuh>
#elif MIXAUG_CHOSEN == 0
#  error "mixaug: MIXAUG_BACKEND is serial, openmp, thrust or cuda"
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {
inline namespace MIXAUG_JOIN(v0_default_, MIXAUG_BACKEND) {

#if MIXAUG_CHOSEN == 2
  using default_backend = openmp;
#elif MIXAUG_CHOSEN == 3
  using default_backend = thrust_device;
#elif MIXAUG_CHOSEN == 4 && defined(__CUDACC__)
  using default_backend = cuda;
#else
  using default_backend = serial;
#endif

  /// saliency_map, apply, apply_inplace and apply_adjoint on the default backend.
  template <saliency::detector D, class X, class Out>
  requires(is_tensor_view<X> && is_tensor_view<Out>) void saliency_map(D const& detector, X const& images,
                                                                       Out const& scores) {
    mixaug::saliency_map(default_backend{}, detector, images, scores);
  }
  template <class R, class B, space S, class... Views>
  void apply(plan<R, B, S> const& p, Views const&... views) {
    constexpr bool operands = (sizeof...(Views) == 2 || sizeof...(Views) == 3) && (detail::is_operand<Views> && ...);
    static_assert(operands,
                  "mixaug: apply(plan, x, out) and apply(plan, x, source, out) take views; wrap a pointer with its "
                  "extents, as nchw(pointer, {n, c, h, w})");
    if constexpr (operands) mixaug::apply(default_backend{}, p, views...);
  }
  template <class R, class B, space S, class X>
  void apply_inplace(plan<R, B, S> const& p, X const& x) {
    mixaug::apply_inplace(default_backend{}, p, x);
  }
  template <class R, class B, space S, class... Views>
  void apply_adjoint(plan<R, B, S> const& p, Views const&... views) {
    constexpr bool operands = (sizeof...(Views) == 2 || sizeof...(Views) == 3) && (detail::is_operand<Views> && ...);
    static_assert(operands,
                  "mixaug: apply_adjoint(plan, grad_out, grad_x) and apply_adjoint(plan, grad_out, grad_x, "
                  "grad_source) take views; wrap a pointer with its extents");
    if constexpr (operands) mixaug::apply_adjoint(default_backend{}, p, views...);
  }

}  // namespace )
}  // namespace mixaug

MIXAUG_EXACT_END
