// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/mix_body.hpp>
#include <mixaug/core/detail/stream.hpp>

MIXAUG_EXACT_BEGIN

/// Loops of all CPU backends: the work is divided into units of a sample that fit into the L1 and L2 caches, and each
/// unit is one call. Serial runs the units in order, OpenMP and Thrust run them in parallel.
namespace mixaug::detail {

/// Division of one sample into units: groups of whole rows, or parts of one long row.
struct unit_grid {
  index_t rows, width;           // rows of a sample; elements of a row
  index_t row_step, width_step;  // size of a unit: rows, elements
  index_t across, count;         // units of a row group; units of a sample

  unit_grid(index_t rows_, index_t width_, std::size_t element, index_t bytes) noexcept : rows(rows_), width(width_) {
    index_t const size = static_cast<index_t>(element), row_bytes = width * size;
    row_step = greater(1, lesser(rows, bytes / greater(1, row_bytes)));
    width_step = row_bytes <= bytes ? width : bytes / size / 64 * 64;  // whole cache lines
    across = ceil_div(width, width_step);
    count = across * ceil_div(rows, row_step);
  }
};
struct unit {
  index_t r0, r1, e0, e1;
};
inline unit unit_at(unit_grid const& g, index_t k) noexcept {
  index_t const group = quotient(k, g.across), r = group * g.row_step, e = (k - group * g.across) * g.width_step;
  return {r, lesser(r + g.row_step, g.rows), e, lesser(e + g.width_step, g.width)};
}

/// Calls act(plane, z, y0, y1, e0, e1) for the blocks of rows of `where` that lie in the unit; a pixel has px elements.
template <class Rows, class Act>
void each_row_block(Rows const& v, unit const& u, box const& where, Act const& act) noexcept {
  index_t const e0 = greater(where.x0 * v.px, u.e0);
  index_t const e1 = where.x1 > v.width ? u.e1 : lesser(where.x1 * v.px, u.e1);
  if (e0 >= e1) return;
  index_t const slice = v.height, plane = v.depth * slice;
  for (index_t p = quotient(u.r0, plane); p * plane < u.r1; ++p) {
    index_t const base = p * plane;
    index_t const z0 = greater(where.z0, quotient(greater(u.r0, base) - base, slice));
    index_t const z1 = lesser(where.z1, quotient(lesser(u.r1, base + plane) - base + slice - 1, slice));
    for (index_t z = z0; z < z1; ++z) {
      index_t const first = base + z * slice;
      index_t const y0 = greater(where.y0, u.r0 - first), y1 = lesser(lesser(where.y1, slice), u.r1 - first);
      if (y0 < y1) act(p, z, y0, y1, e0, e1);
    }
  }
}

/// Mixes elements [e, e + n) of a row by runs of equal m.
template <run_kind K, class Body>
void run_by_runs(Body const& body, typename Body::sample const& s, index_t z, index_t y, index_t e, index_t n,
                 run_of<typename Body::element> o, run_of<typename Body::element const> a,
                 run_of<typename Body::element const> b, index_t channel) noexcept {
  using T = typename Body::element;
  index_t const px = body.out.px;
  for (index_t k = 0; k < n;) {
    run_of_m const q = s.region.run_at(z, y, quotient(e + k, px));
    index_t const count = lesser(q.end * px - e, n) - k;
    run_of<T> const to{o.data + k * o.step, o.step};
    run_of<T const> const own{a.data + k * a.step, a.step}, other{b.data + k * b.step, b.step};
    body.blend.template run<K>(s.choice, to, own, other, count, q.m, px == 1 ? channel : (e + k) % px, px);
    k += count;
  }
}
/// Mixes elements [e, e + n) of a row, each pixel with its own m; n <= 256.
template <run_kind K, class Body>
void weighted_run(Body const& body, typename Body::sample const& s, index_t z, index_t y, index_t e, index_t n,
                  run_of<typename Body::element> o, run_of<typename Body::element const> a,
                  run_of<typename Body::element const> b, index_t channel) noexcept {
  if (!s.region.is_weighted()) return run_by_runs<K>(body, s, z, y, e, n, o, a, b, channel);
  constexpr index_t most = 256;
  index_t const px = body.out.px, first = quotient(e, px), pixels = quotient(e + n - 1, px) + 1 - first;
  float m[most];
  s.region.weights(z, y, first, pixels, m);
  if (px == 1) return run_by_weights<K>(body.blend, s.choice, o, a, b, n, m, channel, px);
  float spread[most];
  for (index_t k = 0, pixel = 0, left = (first + 1) * px - e; k < n; ++k) {
    spread[k] = m[pixel];
    if (--left == 0) ++pixel, left = px;
  }
  run_by_weights<K>(body.blend, s.choice, o, a, b, n, spread, channel, px);
}

/// Mixes a block of rows with one weight m: copies the block as a whole, blends row by row.
template <run_kind K, class Body>
struct run_block {
  Body const& body;
  typename Body::sample const& s;
  float m;
  source_place from{};    ///< place where the source is read
  bool weighted = false;  ///< m varies between pixels
  offset own{};           ///< offset at which the sample is read
  void operator()(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
    bool const keep = m >= 1.0f || body.alone(s);
    if constexpr (Body::resizes)
      if (from.resized && !keep && s.source >= 0) return resized(p, z, y0, y1, e0, e1);
    if constexpr (Body::weighted)
      if (weighted && !body.alone(s)) return each_weighted(p, z, y0, y1, e0, e1);
    offset const& by = from.by;
    if (K != run_kind::strided && (keep || (m <= 0.0f && s.source >= 0))) {  // m = 0 pastes what the blend reads
      auto const* const read = keep ? body.self_at(s, own, p, z, y0, e0) : body.source_at(s, by, p, z, y0, e0);
      copy_rows<K>(body.out.at(s.row, p, z, y0) + e0, body.out.row, read, keep ? body.x.row : body.source.row, e1 - e0,
                   y1 - y0);
    } else {
      for (index_t y = y0; y < y1; ++y) body.template run<K>(s, by, own, p, z, y, e0, e1, m);
    }
  }

 private:
  /// Mixes rows whose m varies, where they are written, or in a buffer that is then written past the caches.
  void each_weighted(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
    using T = typename Body::element;
    constexpr run_kind kind = K == run_kind::strided ? run_kind::strided : run_kind::contiguous;
    constexpr index_t most = 252;  // whole pixels of up to 4 channels
    alignas(64) T buffer[most];
    auto const& out = body.out;
    for (index_t y = y0; y < y1; ++y)
      for (index_t e = e0; e < e1; e += most) {
        index_t const n = lesser(e1 - e, most);
        bool const streams = K == run_kind::streamed && n * static_cast<index_t>(sizeof(T)) >= stream_row;
        T* const to = out.at(s.row, p, z, y) + e * out.step;
        run_of<T> const o{streams ? buffer : to, out.step};
        run_of<T const> const a{body.self_at(s, own, p, z, y, e), body.x.step};
        run_of<T const> const b =
            s.source < 0 ? a : run_of<T const>{body.source_at(s, from.by, p, z, y, e), body.source.step};
        weighted_run<kind>(body, s, z, y, e, n, o, a, b, out.px == 1 ? p : e % out.px);
        if (streams) stream_copy(to, buffer, n);
      }
  }
  /// Reads the resized source into the output where it is pasted, or into a buffer where it is blended.
  void resized(index_t p, index_t z, index_t y0, index_t y1, index_t e0, index_t e1) const noexcept {
    using T = typename Body::element;
    constexpr run_kind kind = K == run_kind::strided ? run_kind::strided : run_kind::contiguous;
    bool const pastes = K != run_kind::strided && m <= 0.0f;
    alignas(64) T buffer[resized_rows<T>::most];
    auto const& x = body.x;
    auto const& out = body.out;
    for (index_t e = e0; e < e1; e += resized_rows<T>::most) {
      index_t const n = lesser(e1 - e, resized_rows<T>::most);
      resized_rows<T> source(body.source, s.source, from, e, n);
      bool const streams = K == run_kind::streamed && pastes && n * static_cast<index_t>(sizeof(T)) >= stream_row;
      for (index_t y = y0; y < y1; ++y) {
        run_of<T> const o{out.at(s.row, p, z, y) + e * out.step, out.step};
        source.read(p, z, y, pastes && !streams ? o.data : buffer);
        if (streams) stream_copy(o.data, buffer, n);
        if (pastes) continue;
        run_of<T const> const a{body.self_at(s, own, p, z, y, e), x.step};
        body.blend.template run<kind>(s.choice, o, a, run_of<T const>{buffer}, n, m, out.px == 1 ? p : e % out.px,
                                      out.px);
      }
    }
  }
};

inline constexpr box everything{0, INT32_MAX, 0, INT32_MAX, 0, INT32_MAX};

/// Mixes one unit of row i, out of place: a flat run if m is the same everywhere, else the sample and then its patches
/// while the rows are in cache.
template <run_kind K, class Body>
void mix_unit(Body const& body, index_t i, unit const& u) noexcept {
  auto const s = body.begin(i);
  float m = 1.0f;
  bool const constant = s.region.constant(m);
  if constexpr (K == run_kind::streamed)
    if (!constant && body.out.run_length() * static_cast<index_t>(sizeof(typename Body::element)) < stream_row)
      return mix_unit<run_kind::contiguous>(body, i, u);
  if (constant && body.flat && (m >= 1.0f || !body.blend.per_channel(s.choice))) {
    auto flat = body;
    flat.x = body.x.flattened(), flat.source = body.source.flattened(), flat.out = body.out.flattened();
    index_t const w = body.out.run_length();
    flat.template run<K>(s, {}, {}, 0, 0, 0, u.r0 * w + u.e0, (u.r1 - 1) * w + u.e1, m);
    return;
  }
  if (constant) return each_row_block(body.out, u, everything, run_block<K, Body>{body, s, m});
  if (body.flat) {
    index_t const w = body.out.run_length(), e0 = u.r0 * w + u.e0, e1 = (u.r1 - 1) * w + u.e1;
    copy_run<K>(run_of<typename Body::element>{body.out.first(s.row) + e0},
                run_of<typename Body::element const>{body.x.first(s.self) + e0}, e1 - e0);
  } else {
    each_row_block(body.out, u, everything, run_block<K, Body>{body, s, 1.0f});
  }
  for (index_t j = 0; j < s.region.tiles(); ++j) {
    tile const t = s.region.tile_at(j);
    bool const elsewhere = Body::self_moves && !(t.self == offset{}) && !body.alone(s);
    if (t.m < 1.0f || elsewhere)
      each_row_block(body.out, u, t.where,
                     run_block<K, Body>{body, s, t.m, t.source, t.weighted, elsewhere ? t.self : offset{}});
  }
}

/// Bytes of a unit of the output: the sample and its partner together stay in the L2 cache.
inline constexpr index_t unit_bytes = index_t{64} << 10;

template <class Body>
unit_grid units_of(Body const& body) noexcept {
  return {body.out.rows(), body.out.run_length(), sizeof(typename Body::element), unit_bytes};
}

/// Item k of the whole job: unit k % count of row k / count.
template <class Body>
struct mix_items {
  Body body;
  unit_grid grid;
  void operator()(index_t k) const noexcept {
    index_t const i = quotient(k, grid.count);
    unit const u = unit_at(grid, k - i * grid.count);
    bool const contiguous = body.x.step == 1 && body.source.step == 1 && body.out.step == 1;
    if (!contiguous)
      mix_unit<run_kind::strided>(body, i, u);
    else if (body.stream)
      mix_unit<run_kind::streamed>(body, i, u), stream_fence();
    else
      mix_unit<run_kind::contiguous>(body, i, u);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
