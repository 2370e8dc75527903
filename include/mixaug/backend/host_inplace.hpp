// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/host_loops.hpp>
#include <mixaug/step/adjoint_body.hpp>

/// The CPU loops of apply_inplace and apply_adjoint.
namespace mixaug::detail {

/// Scratch of one thread for in-place mixing: the unit of one row that a cycle still reads.
inline constexpr index_t inplace_bytes = index_t{16} << 10;

/// In place, every row of the batch is written in the plan's order (rows that nobody still reads first, then
/// cycles) inside one unit of the sample: a pair of partners is read and written once, in cache.
template <class Body> struct inplace_items {
  using T = typename Body::element;
  Body body;  // x = source = out
  unit_grid grid;

  struct keep {
    Body const& body;
    unit const& u;
    index_t row;
    T* kept;
    void operator()(index_t p, index_t z, index_t y, index_t e0, index_t e1) const noexcept {
      index_t const r = (p * body.out.depth + z) * body.out.height + y;
      T const* const from = body.out.at(row, p, z, y) + e0 * body.out.step;
      T* const to = kept + (r - u.r0) * (u.e1 - u.e0) + (e0 - u.e0);
      if (body.out.step == 1) std::memcpy(to, from, static_cast<std::size_t>(e1 - e0) * sizeof(T));
      else
        for (index_t k = 0; k < e1 - e0; ++k) to[k] = from[k * body.out.step];
    }
  };
  struct write {
    Body const& body;
    unit const& u;
    typename Body::sample const& s;
    T const* kept;  // the source's elements, when it was kept aside
    float m;
    void operator()(index_t p, index_t z, index_t y, index_t e0, index_t e1) const noexcept {
      auto const& v = body.out;
      run_of<T> const o{v.at(s.row, p, z, y) + e0 * v.step, v.step};
      run_of<T const> const a{o.data, v.step};
      run_of<T const> b = a;
      if (kept != nullptr) {
        index_t const r = (p * v.depth + z) * v.height + y;
        b = {kept + (r - u.r0) * (u.e1 - u.e0) + (e0 - u.e0), 1};
      } else if (s.source >= 0) {
        b = {v.at(s.source, p, z, y) + e0 * v.step, v.step};
      }
      index_t const channel = v.px == 1 ? p : e0 % v.px;
      if (v.step == 1) body.blend.template run<run_kind::longs>(s.choice, o, a, b, e1 - e0, m, channel, v.px);
      else body.blend.template run<run_kind::element>(s.choice, o, a, b, e1 - e0, m, channel, v.px);
    }
  };

  void operator()(index_t k) const noexcept {
    alignas(64) T kept[inplace_bytes / sizeof(T)];
    unit const u = unit_at(grid, k);
    for (index_t at = 0; at < body.plan.shape.rows; ++at) {
      inplace_step const step = body.plan.order.data[at];
      if (step.kept_for >= 0) {  // the last row of a cycle reads the first: keep what it will read
        auto const last = body.begin(step.kept_for);
        for (index_t j = 0; j < last.region.patches(); ++j)
          each_row(body.out, u, last.region.get(j).where, keep{body, u, step.row, kept});
      }
      auto const s = body.begin(step.row);
      if (step.source == inplace_step::none && body.blend.reads_source(s.choice)) continue;
      T const* const saved = step.source == inplace_step::saved ? kept : nullptr;
      for (index_t j = 0; j < s.region.patches(); ++j) {
        patch const q = s.region.get(j);
        if (q.m < 1.0f) each_row(body.out, u, q.where, write{body, u, s, saved, q.m});
      }
    }
  }
};

/// Item k: a unit of one gradient row.
template <class Body> struct adjoint_items {
  static constexpr int width = 256;
  Body body;
  unit_grid grid;

  struct row {
    Body const& body;
    typename Body::sample const& s;
    void operator()(index_t p, index_t z, index_t y, index_t e0, index_t e1) const noexcept {
      for (; e0 < e1; e0 += width) body.template run<width>(s, p, z, y, e0, lesser(width, e1 - e0));
    }
  };
  void operator()(index_t k) const noexcept {
    auto const s = body.begin(k / grid.count);
    unit const u = unit_at(grid, k % grid.count);
    each_row(body.out, u, everything, row{body, s});
  }
};

/// Item k: row k of a body over rows (labels, losses), whose lanes are CUDA threads: here one.
template <class Body> struct row_items {
  Body body;
  void operator()(index_t k) const noexcept { body(k, index_t{0}, index_t{1}); }
};

// A host backend runs items(count, job), in any order; these are the jobs.
template <class Backend, class Body> void host_mix(Backend const& be, Body const& body, index_t rows) noexcept {
  mix_items<Body> const job{body, units_of(body)};
  be.items(rows * job.grid.count, job);
}
template <class Backend, class Body> void host_adjoint(Backend const& be, Body const& body, index_t rows) noexcept {
  adjoint_items<Body> const job{body, units_of(body)};
  be.items(rows * job.grid.count, job);
}
template <class Backend, class Body> void host_inplace(Backend const& be, Body const& body) noexcept {
  unit_grid const grid(body.out.rows(), body.out.run_length(), sizeof(typename Body::element), inplace_bytes);
  be.items(grid.count, inplace_items<Body>{body, grid});
}

}  // namespace mixaug::detail
