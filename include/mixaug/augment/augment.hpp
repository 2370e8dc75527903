// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/apply_body.hpp>
#include <mixaug/backend/default.hpp>
#include <mixaug/core/detail/rows.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace augment {
namespace detail {

using mixaug::detail::layout5;

inline void check_made(plan const& p) {
  if (p.rows() == 0)
    fail("the plan", "empty (default-constructed, or moved from)", "a plan that make_plan(chain, x, key) made");
}
/// Signals as images of one row, and volumes as images with a channel for each slice.
template <class T, int R, space S>
tensor_view<T, 4, S> as_images(tensor_view<T, R, S> const& v, image_facts const& expected, char const* name) {
  using mixaug::detail::shape_text;
  constexpr subject given = R == 3 ? subject::signal : R == 4 ? subject::image : subject::volume;
  bool const slices = R != 5 || v.extent[2] == expected.depth;
  if (expected.kind != given || !slices)
    fail(name, "of shape " + shape_text(v.extent, R),
         expected.kind == subject::signal ? "signals (n, c, l), for which the plan was made"
         : expected.kind == subject::volume
             ? "volumes (n, c, d, h, w) of " + text(expected.depth) + " slices, for which the plan was made"
             : "images (n, c, h, w), for which the plan was made");
  tensor_view<T, 4, S> to;
  to.data = v.data;
  index_t const rows = R == 3 ? 1 : v.extent[R - 2];
  index_t planes = v.extent[1], plane = v.stride[1];
  if constexpr (R == 5) {
    if (v.extent[1] > 1 && v.extent[2] > 1 && v.stride[1] != v.extent[2] * v.stride[2])
      fail(name, "of strides " + shape_text(v.stride, R),
           "volumes whose channels follow each other, slice by slice, (n, c, d, h, w) in memory");
    planes = v.extent[1] * v.extent[2];
    plane = v.stride[2];
    if (v.extent[2] == 1) plane = v.stride[1];
  }
  index_t const extent[4] = {v.extent[0], planes, rows, v.extent[R - 1]},
                stride[4] = {v.stride[0], plane, R == 3 ? 0 : v.stride[R - 2], v.stride[R - 1]};
  for (int d = 0; d < 4; ++d) {
    to.extent[d] = extent[d];
    to.stride[d] = stride[d];
  }
  return to;
}

/// Checks one operand of apply, and returns its layout as (n, c, 1, h, w).
template <class T, int R, space S>
layout5 checked_images(tensor_view<T, R, S> const& v, plan const& p, image_facts const& expected, char const* name,
                       char const* remedy) {
  using mixaug::detail::shape_text;
  check_made(p);
  index_t const wanted[4] = {p.rows(), expected.channels, expected.height, expected.width};
  for (int d = 0; d < 4; ++d)
    if (v.extent[d] != wanted[d])
      fail(name, "of shape (n, c, h, w) = " + shape_text(v.extent, R), shape_text(wanted, 4) + remedy);
  if (v.data == nullptr) fail(name, "a null pointer", "memory for " + shape_text(v.extent, R) + " elements");
  layout5 const f = mixaug::detail::to_layout5(v, 2, false, name);
  if (!mixaug::detail::addressable(f, sizeof(T)))
    fail(name, "of strides " + shape_text(v.stride, R), "elements that memory can hold");
  return f;
}
template <class T>
image<T> image_of(T* data, layout5 const& f) noexcept {
  return {data, f.stride[1], f.stride[3], f.stride[4], f.extent[3], f.extent[4], f.extent[1]};
}
inline void check_written(char const* name, layout5 const& f) {
  using mixaug::detail::shape_text;
  if (mixaug::detail::self_overlapping(f))
    fail(name,
         "overlapping itself (strides " + shape_text(f.stride, 5) + " for extents " + shape_text(f.extent, 5) + ")",
         "memory where each index has an element of its own");
}

/// Refuses integers U for a chain that normalises.
template <class U>
void check_integers(compiled_chain const& c) {
  if (!mixaug::detail::is_real<U> && c.normalises)
    fail("the output", "of integers", "floats, for the chain normalises (numbers below 0, and small ones)");
}
/// True if a chain that reads elements of type T can write elements of type U.
template <class T, class U>
inline constexpr bool converts = mixaug::detail::is_pixel<T>&& mixaug::detail::is_pixel<U> &&
                                 (mixaug::detail::is_real<U> || std::is_same_v<T, U>);
template <class T>
inline constexpr bool fits_float = !mixaug::detail::is_integer_pixel<T>;
template <std::integral I>
inline constexpr bool fits_float<pixel<I>> = sizeof(I) <= 2;

/// Checks at compile time what apply is given; returns whether it can go on.
template <class T, class U, int R, int Q>
constexpr bool takes_views() {
  using E = std::remove_const_t<T>;
  static_assert(R >= 3 && R <= 5 && R == Q,
                "mixaug: a chain of augmentations takes images, nchw(pointer, {n, c, h, w}) or nhwc, signals(pointer, "
                "{n, c, l}) or volumes(pointer, {n, c, d, h, w}), and gives as many dimensions");
  static_assert(!std::is_const_v<U>, "mixaug: the output is a view of const elements");
  static_assert(converts<E, U> || std::is_const_v<U>,
                "mixaug: a chain writes floats, or the integer type that it reads (as_pixels marks integers that are "
                "pixels)");
  static_assert(fits_float<E>, "mixaug: pixels are computed in float, which integers of 32 bits do not fit");
  return R >= 3 && R <= 5 && R == Q && converts<E, U> && fits_float<E>;
}
/// Checks the operands of apply, of any rank.
template <class T, class U, int R, space S, space P>
operands<std::remove_const_t<T>, U> checked_operands(plan const& p, tensor_view<T, R, S> const& x,
                                                     tensor_view<U, R, P> const& out) {
  if constexpr (R != 4) {
    check_made(p);
    return checked_operands(p, as_images(x, p.in(), "x"), as_images(out, p.out(), "the output"));
  } else {
    auto const fx = checked_images(x, p, p.in(), "x", ", for which the plan was made");
    auto const fo = checked_images(out, p, p.out(), "the output", ", what the plan's chain gives");
    check_written("the output", fo);
    if (mixaug::detail::overlap(mixaug::detail::byte_range_of(x.data, fx), mixaug::detail::byte_range_of(out.data, fo)))
      fail("the output", "sharing memory with x", "a buffer of its own");
    check_integers<U>(plan_writer::compiled(p));
    return {image_of<std::remove_const_t<T> const>(x.data, fx), image_of<U>(out.data, fo), fx.stride[0], fo.stride[0]};
  }
}

}  // namespace detail
}  // namespace augment

/// Takes every image of `x` (n, c, h, w) through its chain into `out`, which has the chain's size: another size,
/// element type and layout than `x`, where wanted. Integer outputs are those of integer inputs of the same type; others
/// are float, double or 16-bit floats. Pixels are computed in float; integers are rounded to nearest, halves up. Images
/// that are only moved by whole pixels, flipped, turned by quarters or cropped are copied, bit by bit. The same bits on
/// every backend, for every layout and number of threads. `out` shares no memory with `x`. Signals (n, c, l) and
/// volumes (n, c, d, h, w) go the way of images, for a plan of theirs. Errors: invalid_argument, before anything is
/// written, for another shape than the plan's, null pointers, overlapping memory, an integer output of a chain that
/// normalises.
template <backend Backend, class T, class U, int R, int Q, space S, space P>
void apply(Backend const& be, augment::plan const& p, tensor_view<T, R, S> const& x, tensor_view<U, Q, P> const& out) {
  using E = std::remove_const_t<T>;
  constexpr bool here = host_backend<Backend> && S == space::host && P == space::host;
  static_assert(here,
                "mixaug: this plan of a chain is applied on the host, to views of its memory; devices apply "
                "augment::device_plan, which make_plan(cuda{stream}, chain, x, key, plan) makes");
  if constexpr (here && augment::detail::takes_views<T, U, R, Q>()) {
    namespace own = augment::detail;
    auto const v = own::checked_operands(p, x, out);
    own::apply_scratch scratch = own::scratch_of<E>(own::plan_writer::compiled(p));
    index_t const lanes = detail::greater(1, detail::lesser(be.lanes(), p.rows()));
    scratch.base = detail::kept_scratch().reserve(scratch.bytes() * static_cast<std::size_t>(lanes) + 64);
    be.items(lanes, own::apply_body<E, U>{p, v.in, v.out, v.in_sample, v.out_sample, scratch, lanes});
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class T, class U, int R, int Q, space S, space P>
void apply(augment::plan const& p, tensor_view<T, R, S> const& x, tensor_view<U, Q, P> const& out) {
  mixaug::apply(default_backend{}, p, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
