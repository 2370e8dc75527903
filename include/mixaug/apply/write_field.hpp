// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Writes m of row i: a single lane follows the runs of equal m; of many lanes each takes one pixel.
template <class Region, space S>
struct field_body {
  plan_view<Region, S> plan;
  rows_view<float> out;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    auto const state = plan.state(i);
    index_t const pixels = out.depth * out.height * out.width;
    for (index_t p = 0; p < out.planes; ++p) {
      if (lanes == 1) {
        for (index_t z = 0; z < out.depth; ++z)
          for (index_t y = 0; y < out.height; ++y) line(state, i, p, z, y);
        continue;
      }
      for (index_t k = lane; k < pixels; k += lanes) {
        index_t const row = quotient(k, out.width), x = k - row * out.width, z = quotient(row, out.height);
        index_t const y = row - z * out.height;
        out.at(i, p, z, y)[x * out.step] = state.run_at(z, y, x).m;
      }
    }
  }

 private:
  template <class State>
  MIXAUG_HD void line(State const& state, index_t i, index_t p, index_t z, index_t y) const noexcept {
    float* const to = out.at(i, p, z, y);
    for (index_t x = 0; x < out.width;) {
      run_of_m const run = state.run_at(z, y, x);
      for (index_t end = lesser(run.end, out.width); x < end; ++x) to[x * out.step] = run.m;
    }
  }
};

}  // namespace detail

/// Writes m, the weight of the sample itself, of every pixel of every row of the plan: float32 (rows, spatial...), or
/// (rows) for features; if there is a dimension of channels, the same for each. Its mean over a row is pixel_share. For
/// losses of dense labels, for pictures, and for methods that need the place of the partner. A plan of mixup
/// fits any shape.
///   write_field(backend, plan, fields)
/// Errors: another shape than the plan's, memory that overlaps itself.
template <backend Backend, class R, class B, space S, int Rank, space F>
void write_field(Backend const& be, plan<R, B, S> const& p, tensor_view<float, Rank, F> const& fields) {
  detail::check_spaces<Backend, S, tensor_view<float, Rank, F>>();
  if constexpr (S == Backend::memory && F == S) {
    if (detail::made_empty(p.shape)) return detail::same_rows("the fields", fields.extent[0], 0);
    detail::layout5 const f = detail::checked(fields, p.shape, p.constant_field(), "the fields");
    if (f.extent[0] != p.shape.rows)
      detail::fail("the fields", detail::text(f.extent[0]) + " rows",
                   detail::text(p.shape.rows) + " rows, as the plan has");
    detail::check_output("the fields", f);
    detail::run_rows(be, detail::field_body<R, S>{p.view(), detail::to_rows<float>(fields, f, false)}, p.shape.rows);
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, int Rank, space F>
void write_field(plan<R, B, S> const& p, tensor_view<float, Rank, F> const& fields) {
  mixaug::write_field(default_backend{}, p, fields);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
