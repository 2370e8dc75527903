// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/labels.hpp>
#include <mixaug/plan/rescaled.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Writes the class of the image that each cell of row i shows.
template <class T, class U, class V, class Plan, class Blend>
struct label_grid_body {
  Plan plan;
  Blend blend;
  T const* self;
  U const* source;
  index_t self_stride, source_stride, source_first;
  bool gathered;
  rows_view<V> out;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    auto const state = plan.state(i);
    auto const own = static_cast<V>(self[plan.self.data[i] * self_stride]);
    index_t const p = plan.partner.data[i];
    bool const paired = p >= 0 && blend.reads_source(plan.choice.data[i]);
    auto const other = paired ? static_cast<V>(source[(gathered ? i : p - source_first) * source_stride]) : own;
    index_t const lines = out.depth * out.height;
    for (index_t k = lane; k < lines; k += lanes) {
      index_t const z = quotient(k, out.height), y = k - z * out.height;
      V* const to = out.at(i, 0, z, y);
      for (index_t x = 0; x < out.width;) {
        run_of_m const run = state.run_at(z, y, x);
        V const shown = run.m > 0.0f ? own : other;
        for (index_t const end = lesser(run.end, out.width); x < end; ++x) to[x * out.step] = shown;
      }
    }
  }
};

/// Refuses ids that elements V of a grid cannot hold; of gathered rows only those with a `partner` are read.
template <class V, class Ids>
void check_held(char const* name, Ids const& ids, index_t const* partner) {
  for (index_t i = 0; i < ids.extent[0]; ++i)
    if (auto const k = static_cast<index_t>(ids(i));
        has_partner(partner, i) && static_cast<index_t>(static_cast<V>(ids(i))) != k)
      fail(std::string(name) + "(" + text(i) + ")", text(k), "a class id that the grid's integers can hold");
}

template <class Backend, class R, class B, space S, class Y, class Src, class Out>
void label_grid_from(Backend const& be, plan<R, B, S> const& p, Y const& y, Src const& source, Out const& out, bool own,
                     bool is_gathered) {
  check_spaces<Backend, S, Y, Src, Out>();
  check_writable<Out>();
  using T = std::remove_const_t<typename Y::element>;
  using U = std::remove_const_t<typename Src::element>;
  using V = std::remove_const_t<typename Out::element>;
  constexpr bool holds = std::is_integral_v<V> || std::is_same_v<V, std::byte>;  // masks(bytes) are of std::byte
  constexpr bool ids = std::is_integral_v<T> && std::is_integral_v<U> && holds && Y::rank == 1 && Src::rank == 1;
  static_assert(ids,
                "mixaug: label_grid(plan, class_ids, grid) takes class ids (n), and a grid of integers (n, gh, gw): "
                "soft labels of a cell are those of the image that it shows");
  if constexpr (ids && S == Backend::memory && Y::memory == S && Src::memory == S && Out::memory == S) {
    plan_shape const& s = p.shape;
    check_made(s);
    if (made_empty(s)) return no_rows(y, out);
    bool const empty = !own && !is_gathered && empty_source(s, source);
    if (s.spatial == 0) fail("label_grid needs a plan with spatial extents, and this one is of features (n, d)");
    if (Out::rank != 1 + s.spatial)
      fail("the grid", "of rank " + text(index_t{Out::rank}),
           "rank " + text(index_t{1} + s.spatial) + ", (n, spatial...) with a class id for each cell");
    if (p.flags().blends)
      fail(
          "this plan blends pixels (some m may lie between 0 and 1, or a box is resized linearly), and class ids "
          "cannot be blended; use a method that pastes, such as cutmix, or soft_labels");
    layout5 const fy = label_extents(y, "class_ids"),
                  fs = empty ? layout5{} : label_extents(source, "the source's ids");
    same_rows("class_ids", y.extent[0], s.samples);
    same_rows("the grid", out.extent[0], s.rows);
    if (own && !p.flags().local)
      fail(
          "partners lie outside the batch; give their class ids: those of the second source (or of the global batch) "
          "go "
          "between class_ids and the grid");
    if (!own && !empty) same_rows("the source's ids", source.extent[0], is_gathered ? s.rows : s.source_rows);
    bool same = true;
    for (int d = 0; d < s.spatial; ++d) same = same && out.extent[1 + d] == s.size[3 - s.spatial + d];
    if (!same) {
      if constexpr (S == space::host) {
        plan<R, B> grid;
        rescale(p, out.extent + 1, s.spatial, field::nearest, shares::kept, grid);
        return label_grid_from(be, grid, y, source, out, own, is_gathered);
      } else {
        fail("the grid", "of another size than the plan's",
             shape_text(s.size + 3 - s.spatial, s.spatial) +
                 " cells; on a device rescale the plan on the host, and upload it");
      }
    }
    layout5 const fo = to_layout5(out, s.spatial, false, "the grid");
    if (!addressable(fo, sizeof(V)) || out.data == nullptr)
      fail("the grid", out.data == nullptr ? "a null pointer" : "of strides " + shape_text(out.stride, Out::rank),
           "memory for " + shape_text(out.extent, Out::rank) + " class ids");
    check_output("the grid", fo);
    check_apart("the grid", out.data, fo, "class_ids", y.data, fy, "");
    if (!own && !empty) check_apart("the grid", out.data, fo, "the source's ids", source.data, fs, "");
    using view = std::remove_cvref_t<decltype(p.view())>;
    if constexpr (S == space::host) {
      check_held<V>("class_ids", y, nullptr);
      if (!own && !empty) check_held<V>("the source's ids", source, is_gathered ? p.partner.data : nullptr);
    }
    run_rows(be,
             label_grid_body<T, U, V, view, B>{p.view(), p.blend, y.data, source.data, y.stride[0], source.stride[0],
                                               s.first_of(own), is_gathered, to_rows<V>(out, fo, false)},
             s.rows);
  }
}

}  // namespace detail

/// Writes the class of each cell of a grid, (rows, gh, gw) integers for images: that of the image which the cell shows
/// when the plan is brought to the grid's size (rescaled: corners of boxes b gh / h rounded half to even, so that small
/// boxes may vanish). PatchMix (Xu et al., TPAMI 2022) and GridMix train the features of a network by such labels,
/// without lambda. Cells of erased boxes keep the sample's class.
///   label_grid(backend, plan, class_ids, grid)              partners are rows of the batch
///   label_grid(backend, plan, class_ids, source_ids, grid)  of a second source, or gathered(ids)
/// Ids and grid are any integers. A plan of the grid's size is used as it is, without memory; others are rescaled for
/// the call, on the host (on a device, upload a rescaled plan).
/// Errors: a plan that blends, or of features; another number of rows, a grid of another rank, ids that the grid's
/// integers cannot hold, memory that is shared.
template <backend Be, class R, class B, space S, class Y, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Out>) void label_grid(Be const& be, plan<R, B, S> const& p,
                                                                  Y const& class_ids, Out const& grid) {
  detail::label_grid_from(be, p, class_ids, class_ids, grid, true, false);
}
template <backend Be, class R, class B, space S, class Y, class Src, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Src>&& is_tensor_view<Out>) void label_grid(
    Be const& be, plan<R, B, S> const& p, Y const& class_ids, Src const& source_ids, Out const& grid) {
  detail::label_grid_from(be, p, class_ids, source_ids, grid, false, false);
}
template <backend Be, class R, class B, space S, class Y, class Src, class Out>
void label_grid(Be const& be, plan<R, B, S> const& p, Y const& class_ids, gathered_rows<Src> const& source_ids,
                Out const& grid) {
  detail::label_grid_from(be, p, class_ids, source_ids.view, grid, false, true);
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class Y, class Out>
void label_grid(plan<R, B, S> const& p, Y const& class_ids, Out const& grid) {
  mixaug::label_grid(default_backend{}, p, class_ids, grid);
}
template <class R, class B, space S, class Y, class Src, class Out>
requires(is_tensor_view<Out>) void label_grid(plan<R, B, S> const& p, Y const& class_ids, Src const& source_ids,
                                              Out const& grid) {
  mixaug::label_grid(default_backend{}, p, class_ids, source_ids, grid);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
