// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/loops.hpp>
#include <mixaug/apply/detail/written_memory.hpp>
#include <mixaug/backend/default.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Rows that a loader has fetched in partner order: row i is the partner of row i.
template <class View>
struct gathered_rows {
  View view;
};
/// Marks a view as such rows, to be passed as the source of apply, apply_adjoint, labels and losses.
template <class View>
requires is_batch<View> gathered_rows<View> gathered(View const& v)
noexcept { return {v}; }

namespace detail {

template <class V>
inline constexpr bool is_operand = is_tensor_view<V>;
/// The same for pixels and gradients, which may be given by rows.
template <class V>
inline constexpr bool is_batch_operand = is_batch<V>;
template <class V>
inline constexpr bool is_batch_operand<gathered_rows<V>> = true;
template <class V>
inline constexpr bool is_operand<gathered_rows<V>> = true;

/// Returns one operand of apply in the five-dimensional normal form, after checking it separately.
template <class View>
layout5 checked(View const& v, plan_shape const& s, bool any_size, char const* name) {
  using T = typename View::element;
  constexpr int R = View::rank;
  check_made(s);
  static_assert(std::is_trivially_copyable_v<T>,
                "mixaug: elements are copied as bytes; this element type is not trivially copyable");
  for (int d = 0; d < R; ++d)
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, R), "at least one element along each dimension");
  check_memory(v, name);
  layout5 const f = to_layout5(v, s.spatial, any_size, name);
  if (!addressable(f, sizeof(T)))
    fail(name, "of shape " + shape_text(v.extent, R) + " and strides " + shape_text(v.stride, R),
         "elements that memory can hold");
  for (int d = 0; d < 3 && !any_size; ++d)
    if (f.extent[2 + d] != s.size[d])
      fail(name, "of spatial extents " + shape_text(f.extent + 5 - s.spatial, s.spatial),
           shape_text(s.size + 3 - s.spatial, s.spatial) +
               ", for which the plan was made; for another size use rescaled(plan, extents)");
  return f;
}
inline void same_extents(char const* name, layout5 const& got, layout5 const& expected, char const* of) {
  for (int d = 1; d < 5; ++d)
    if (got.extent[d] != expected.extent[d])
      fail(name, "of extents (c, d, h, w) = " + shape_text(got.extent + 1, 4),
           shape_text(expected.extent + 1, 4) + " as " + of);
}
inline void check_output(char const* name, layout5 const& f) {
  if (self_overlapping(f))
    fail(name,
         "overlapping itself (strides " + shape_text(f.stride, 5) + " for extents " + shape_text(f.extent, 5) + ")",
         "memory where each index has an element of its own");
}
template <class T, class U>
void check_apart(char const* out, T const* o, layout5 const& fo, char const* in, U const* i, layout5 const& fi,
                 char const* instead) {
  if (overlap(byte_range_of(o, fo), byte_range_of(i, fi)))
    fail(out, std::string("sharing memory with ") + in, std::string("a buffer of its own") + instead);
}
inline constexpr char const* inplace_hint = ", or apply_inplace for a batch that is its own source";

/// Refuses elements of type T that the plan cannot mix.
template <class T, class Plan>
void check_element(Plan const& p, index_t channels) {
  if constexpr (!is_pixel<T>)
    if (p.flags().blends)
      fail(is_pixel_integer<T>
               ? "this plan blends pixels (some m may lie between 0 and 1, or a box is resized linearly), and ids "
                 "cannot be blended: integers are taken for ids; if these are pixels, say so with as_pixels(view) for "
                 "every view; if they are ids, mix them as soft labels (one plane a class), or use a method that "
                 "pastes, "
                 "such as cutmix"
               : "this plan blends pixels (some m may lie between 0 and 1, or a box is resized linearly), and ids "
                 "cannot be blended: mix them as soft labels (one plane a class), or use a method that pastes, such as "
                 "cutmix");
  p.blend.template check<T>(channels);
}

template <class Backend, space PlanSpace, class... Views>
constexpr void check_spaces() {
  static_assert(PlanSpace == Backend::memory,
                "mixaug: the plan lives in another memory than the backend reaches; use upload(backend, plan, "
                "device_plan) or download(backend, device_plan, plan)");
  static_assert(((Views::memory == Backend::memory) && ...),
                "mixaug: a device view was given to a host backend, or a host view to a device backend; wrap device "
                "pointers with on_device(view)");
}
template <class X, class... Views>
inline constexpr bool same_element =
    (std::is_same_v<std::remove_const_t<typename X::element>, std::remove_const_t<typename Views::element>> && ...);

template <class Out>
constexpr void check_writable() {
  static_assert(!std::is_const_v<typename Out::element>, "mixaug: the output is a view of const elements");
}

template <class T>
bool larger_than_cache(rows_view<T> const& v) noexcept {
  return v.n * v.rows() * v.run_length() * static_cast<index_t>(sizeof(T)) >= stream_threshold;
}

/// True if the view that is given as a second source has no rows, as the plan says; it may then have any pointer and
/// is not read.
template <class View>
bool empty_source(plan_shape const& s, View const& source) {
  if (s.own_source || s.source_rows > 0) return false;
  same_rows("the source", source.extent[0], 0);
  return true;
}

/// Checks the views of a plan of 0 rows, of which nothing is read or written.
template <class X, class Out>
void no_rows(X const& x, Out const& out) {
  same_rows("x", x.extent[0], 0);
  same_rows("the output", out.extent[0], 0);
}

/// Builds the body of apply for any kind of source and runs it.
template <class Backend, class R, class B, space S, class X, class Src, class Out>
void apply_from(Backend const& be, plan<R, B, S> const& p, X const& x, Src const& source, Out const& out, bool own,
                bool is_gathered) {
  check_spaces<Backend, S, X, Src, Out>();
  check_writable<Out>();
  static_assert(
      same_element<X, Src, Out>,
      "mixaug: x, the source and the output have one element type (as_pixels and masks go around every view)");
  using T = std::remove_const_t<typename X::element>;
  if constexpr (S == Backend::memory && Out::memory == S && X::memory == S && Src::memory == S &&
                same_element<X, Src, Out> && !std::is_const_v<typename Out::element>) {
    plan_shape const& s = p.shape;
    if (made_empty(s)) return no_rows(x, out);
    bool const any = p.constant_field();
    bool const empty = !own && !is_gathered && empty_source(s, source);
    layout5 const fx = checked(x, s, any, "x"), fo = checked(out, s, any, "the output");
    layout5 const fs = empty ? fx : checked(source, s, any, "the source");
    if (fx.extent[0] != s.samples)
      fail("x", text(fx.extent[0]) + " rows", text(s.samples) + " rows, for which the plan was made");
    if (fo.extent[0] != s.rows)
      fail("the output", text(fo.extent[0]) + " rows", text(s.rows) + " rows, as the plan has");
    same_extents("the output", fo, fx, "x");
    same_extents("the source", fs, fx, "x");
    if (own && !p.flags().local)
      fail(s.own_source
               ? "partners lie outside these " + text(s.samples) +
                     " rows of the global batch; pass the global batch (or gathered rows) as source, or set key.block"
               : "the plan pairs with a second source of " + text(s.source_rows) +
                     " rows; pass it: apply(plan, x, source, out)");
    if (is_gathered && fs.extent[0] != s.rows)
      fail("the gathered source", text(fs.extent[0]) + " rows", text(s.rows) + " rows, one partner for each");
    if (!own && !is_gathered && !empty && fs.extent[0] != s.source_rows)
      fail("the source", text(fs.extent[0]) + " rows", text(s.source_rows) + " rows, which the plan's partners index");
    written_memory<Out> const written("the output", out, fo);
    written.check_apart("x", x, fx, inplace_hint);
    if (!own && !empty) written.check_apart("the source", source, fs, inplace_hint);
    check_element<T>(p, fo.extent[1]);

    mix_body<T, R, B, S> body;
    bool const inside = interleaved(fx) && interleaved(fs) && interleaved(fo);
    body.x = to_rows<T const>(x, fx, inside);
    body.source = empty ? body.x : to_rows<T const>(source, fs, inside);
    body.out = to_rows<T>(out, fo, inside);
    body.flat = body.x.flat() && body.source.flat() && body.out.flat();
    if (R::constant_field && body.flat && !p.blend.per_channel(0))  // one run for each sample
      body.x = body.x.flattened(), body.source = body.source.flattened(), body.out = body.out.flattened();
    body.plan = p.view(), body.blend = p.blend;
    body.source_first = s.first_of(own);
    body.gathered = is_gathered;
    body.stream = body.flat && larger_than_cache(body.out);
    run_mix(be, body, s.rows);
  }
}

}  // namespace detail

/// out = m * x + (1 - m) * source, row by row of the plan.
///   apply(backend, plan, x, out)                  partners are rows of the batch itself
///   apply(backend, plan, x, source, out)          partners are rows of a second source (data set, history, ...)
///   apply(backend, plan, x, gathered(rows), out)  row i of `rows` is the partner of row i
/// Views are (n, c, spatial...) or (n, spatial...) of one element type and any strides; the output shares no memory
/// with an input. Each may be given by rows (rows_of), and then x's rows may stand at other addresses at each step, for
/// a plan knows none. A plan of mixup fits views of any size and rank. Integers other than std::uint8_t are ids, which
/// are pasted, and refused by a plan that blends, unless as_pixels(view) marks them as pixels. Errors:
/// invalid_argument, before anything is written.
template <backend Backend, class R, class B, space S, class X, class Out>
requires(is_batch<X>&& is_batch<Out>) void apply(Backend const& be, plan<R, B, S> const& p, X const& x,
                                                 Out const& out) {
  detail::apply_from(be, p, x, x, out, true, false);
}
template <backend Backend, class R, class B, space S, class X, class Src, class Out>
requires(is_batch<X>&& is_batch<Src>&& is_batch<Out>) void apply(Backend const& be, plan<R, B, S> const& p, X const& x,
                                                                 Src const& source, Out const& out) {
  detail::apply_from(be, p, x, source, out, false, false);
}
template <backend Backend, class R, class B, space S, class X, class Src, class Out>
void apply(Backend const& be, plan<R, B, S> const& p, X const& x, gathered_rows<Src> const& source, Out const& out) {
  detail::apply_from(be, p, x, source.view, out, false, true);
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class... Views>
void apply(plan<R, B, S> const& p, Views const&... views) {
  constexpr bool operands =
      (sizeof...(Views) == 2 || sizeof...(Views) == 3) && (detail::is_batch_operand<Views> && ...);
  static_assert(operands,
                "mixaug: apply(plan, x, out) and apply(plan, x, source, out) take views; wrap a pointer with its "
                "extents, as nchw(pointer, {n, c, h, w})");
  if constexpr (operands) mixaug::apply(default_backend{}, p, views...);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
