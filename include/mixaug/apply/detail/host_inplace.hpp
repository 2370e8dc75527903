// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/adjoint_body.hpp>
#include <mixaug/apply/detail/host_loop.hpp>

MIXAUG_EXACT_BEGIN

/// The CPU loops of apply_inplace and apply_adjoint.
namespace mixaug::detail {

/// Scratch of one thread for in-place mixing: a part of the row that a cycle reads last.
inline constexpr index_t inplace_bytes = index_t{32} << 10;

/// Writes rows in place in the plan's order (rows that no remaining row reads first, then cycles), part by part in
/// cache. Item k is a unit of the rows of one connected component, at the index of the component's first step.
template <class Body>
struct inplace_items {
  using T = typename Body::element;
  Body body;  // x = source = out
  unit_grid grid, parts;

  inplace_items(Body const& b) noexcept
      : body(b), grid(units_of(b)), parts(b.out.rows(), b.out.run_length(), sizeof(T), inplace_bytes) {}
  index_t count() const noexcept { return grid.count * body.plan.shape.rows; }

  struct keep {
    Body const& body;
    unit const& u;
    index_t row;
    T* kept;
    void operator()(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
      auto const& v = body.out;
      index_t const width = u.e1 - u.e0, r = (p * v.depth + z) * v.height + y0 - u.r0;
      T const* from = v.at(row, p, z, y0) + e0 * v.step;
      T* to = kept + r * width + (e0 - u.e0);
      if (v.step == 1) return copy_block(to, width, from, v.row, e1 - e0, y1 - y0);
      for (index_t y = y0; y < y1; ++y, to += width, from += v.row)
        for (index_t k = 0; k < e1 - e0; ++k) to[k] = from[k * v.step];
    }
  };
  struct write {
    Body const& body;
    unit const& u;
    typename Body::sample const& s;
    T const* kept;  // the source's elements, if they were kept aside
    float m;
    bool weighted = false;  ///< m varies between pixels
    void operator()(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
      auto const& v = body.out;
      T* o = v.at(s.row, p, z, y0) + e0 * v.step;
      T const* b = o;
      index_t b_row = v.row, b_step = v.step;
      if (kept != nullptr) {
        b_row = u.e1 - u.e0, b_step = 1;
        b = kept + ((p * v.depth + z) * v.height + y0 - u.r0) * b_row + (e0 - u.e0);
      } else if (s.source >= 0) {
        b = v.at(s.source, p, z, y0) + e0 * v.step;
      }
      index_t const channel = v.px == 1 ? p : e0 % v.px;
      if (v.step == 1 && m <= 0.0f && b != o)
        return body.stream ? copy_rows<run_kind::streamed>(o, v.row, b, b_row, e1 - e0, y1 - y0)
                           : copy_block(o, v.row, b, b_row, e1 - e0, y1 - y0);
      for (index_t y = y0; y < y1; ++y, o += v.row, b += b_row) {
        run_of<T> const to{o, v.step};
        run_of<T const> const own{o, v.step}, other{b, b_step};
        if constexpr (Body::weighted)
          if (weighted) {
            by_weights(p, z, y, e0, e1, to, own, other);
            continue;
          }
        if (v.step == 1)
          body.blend.template run<run_kind::contiguous>(s.choice, to, own, other, e1 - e0, m, channel, v.px);
        else
          body.blend.template run<run_kind::strided>(s.choice, to, own, other, e1 - e0, m, channel, v.px);
      }
    }

   private:
    void by_weights(index_t p, index_t z, index_t y, index_t e0, index_t e1, run_of<T> o, run_of<T const> a,
                    run_of<T const> b) const noexcept {
      constexpr index_t most = 252;  // whole pixels of up to 4 channels
      index_t const px = body.out.px;
      for (index_t e = e0; e < e1; e += most) {
        index_t const n = lesser(e1 - e, most), at = e - e0, channel = px == 1 ? p : e % px;
        run_of<T> const to{o.data + at * o.step, o.step};
        run_of<T const> const own{a.data + at * a.step, a.step}, other{b.data + at * b.step, b.step};
        if (o.step == 1 && b.step == 1)
          weighted_run<run_kind::contiguous>(body, s, z, y, e, n, to, own, other, channel);
        else
          weighted_run<run_kind::strided>(body, s, z, y, e, n, to, own, other, channel);
      }
    }
  };
  /// Mixes two rows that are each other's partner, with one tile: each is read and written once.
  struct swap {
    Body const& body;
    index_t first, second;
    float m_first, m_second;
    void operator()(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
      auto const& v = body.out;
      T *a = v.at(first, p, z, y0) + e0, *b = v.at(second, p, z, y0) + e0;
      if (m_first <= 0.0f) return exchange_block(a, b, v.row, e1 - e0, y1 - y0);
      mixer<T> const f(m_first), g(m_second);
      for (index_t y = y0; y < y1; ++y, a += v.row, b += v.row) mix_both(a, b, e1 - e0, f, g);
    }
  };
  bool swapped(index_t at, unit const& u) const noexcept {
    auto const* const order = body.plan.order.data;
    if (order[at].kept_for < 0 || !order[at + 1].last || body.out.step != 1) return false;
    auto const a = body.begin(order[at].row), b = body.begin(order[at + 1].row);
    if (a.region.tiles() != 1 || b.region.tiles() != 1) return false;
    tile const p = a.region.tile_at(0), q = b.region.tile_at(0);
    if (p.weighted || q.weighted) return false;
    if (!(p.where == q.where) || (p.m > 0.0f) != (q.m > 0.0f)) return false;
    each_row_block(body.out, u, p.where, swap{body, a.row, b.row, p.m, q.m});
    return true;
  }

  void walk(index_t at, unit const& u) const noexcept {
    alignas(64) T kept[inplace_bytes / sizeof(T)];
    for (bool last = false; !last; ++at) {
      inplace_step const step = body.plan.order.data[at];
      last = step.last;
      if (step.kept_for >= 0) {  // the last row of a cycle reads the first: keep its part
        auto const reader = body.begin(step.kept_for);
        for (index_t j = 0; j < reader.region.tiles(); ++j)
          if (tile const t = reader.region.tile_at(j); t.m < 1.0f)
            each_row_block(body.out, u, t.where, keep{body, u, step.row, kept});
      }
      auto const s = body.begin(step.row);
      if (step.source == inplace_step::none && body.blend.reads_source(s.choice)) continue;
      T const* const saved = step.source == inplace_step::saved ? kept : nullptr;
      for (index_t j = 0; j < s.region.tiles(); ++j) {
        tile const q = s.region.tile_at(j);
        if (q.m < 1.0f) each_row_block(body.out, u, q.where, write{body, u, s, saved, q.m, q.weighted});
      }
    }
  }
  void operator()(index_t k) const noexcept {
    index_t const n = body.plan.shape.rows, unit_of = k / n, at = k - unit_of * n;
    if (at > 0 && !body.plan.order.data[at - 1].last) return;
    unit const u = unit_at(grid, unit_of);
    if (swapped(at, u)) return;
    for (index_t r = u.r0; r < u.r1; r += parts.row_step)
      for (index_t e = u.e0; e < u.e1; e += parts.width_step)
        walk(at, {r, lesser(r + parts.row_step, u.r1), e, lesser(e + parts.width_step, u.e1)});
    if (body.stream) stream_fence();
  }
};

/// Item k: a unit of one gradient row.
template <class Body>
struct adjoint_items {
  static constexpr int width = 1024;
  Body body;
  unit_grid grid;

  struct row {
    Body const& body;
    typename Body::sample const& s;
    void operator()(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
      for (index_t y = y0; y < y1; ++y)
        for (index_t e = e0; e < e1; e += width) body.template run<width>(s, p, z, y, e, lesser(width, e1 - e));
    }
  };
  void operator()(index_t k) const noexcept {
    index_t const j = quotient(k, grid.count);
    auto const s = body.begin(j);
    unit const u = unit_at(grid, k - j * grid.count);
    each_row_block(body.out, u, everything, row{body, s});
  }
};

// Jobs that a host backend runs as items(count, job), in any order.
template <class Backend, class Body>
void host_mix(Backend const& be, Body const& body, index_t rows) noexcept {
  mix_items<Body> const job{body, units_of(body)};
  be.items(rows * job.grid.count, job);
}
template <class Backend, class Body>
void host_adjoint(Backend const& be, Body const& body, index_t rows) noexcept {
  adjoint_items<Body> const job{body, units_of(body)};
  be.items(rows * job.grid.count, job);
}
template <class Backend, class Body>
void host_inplace(Backend const& be, Body const& body) noexcept {
  inplace_items<Body> const job(body);
  be.items(job.count(), job);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
