// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/device_masks.hpp>
#include <mixaug/augment/device_plan.hpp>
#include <mixaug/augment/follow.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Takes masks (n, h, w) in the memory of a device through the maps of their images, as apply_masks of a plan on the
/// host: the same bits. Ids are read through all passes by one kernel, floats by one for each pass that moves pixels.
/// Neither allocates nor waits. Points and boxes are few: apply_points(plan.host(), ...) and apply_boxes(plan.host(),
/// ...) move them on the host, without a copy back. Errors: those of apply_masks on the host.
template <backend Backend, space Space, class T, class U, space S, space P>
void apply_masks(Backend const& be, augment::device_plan<Space> const& p, tensor_view<T, 3, S> const& x,
                 tensor_view<U, 3, P> const& out) {
  constexpr bool there = device_backend<Backend> && Backend::memory == Space && S == Space && P == Space;
  static_assert(there,
                "mixaug: a device plan is applied on a device, as ma::cuda{stream}, to masks in its memory, as "
                "on_device(masks(pointer, {n, h, w}))");
  if constexpr (there && augment::detail::takes_masks<T, U>()) {
    namespace own = augment::detail;
    auto const v = own::checked_masks(p.host(), x, out);
    own::move_masks(be, own::plan_writer::compiled(p.host()), p.rows(), own::device_plan_writer::columns(p),
                    own::device_plan_writer::scratch(p), v);
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <space Space, class T, class U, space S, space P>
void apply_masks(augment::device_plan<Space> const& p, tensor_view<T, 3, S> const& x, tensor_view<U, 3, P> const& out) {
  mixaug::apply_masks(default_backend{}, p, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
