// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/mix_body.hpp>
#include <mixaug/core/detail/math/search.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// acc[j] += w * g[j * step], in blocks if the elements are contiguous.
template <class T, class R>
MIXAUG_HD void add_run(R* MIXAUG_RESTRICT acc, R w, T const* MIXAUG_RESTRICT g, index_t step, index_t n) noexcept {
  index_t const whole = step == 1 ? n - n % block<T> : 0;
  for (index_t j = 0; j < whole; j += block<T>)
    for (index_t u = 0; u < block<T>; ++u) acc[j + u] = add_product<R>(w, to_float(g[j + u]), acc[j + u]);
  for (index_t j = whole; j < n; ++j) acc[j] = add_product<R>(w, to_float(g[j * step]), acc[j]);
}
/// o[j * step] = acc[j]
template <class T, class R>
MIXAUG_HD void store_run(T* MIXAUG_RESTRICT o, index_t step, R const* MIXAUG_RESTRICT acc, index_t n) noexcept {
  index_t const whole = step == 1 ? n - n % block<T> : 0;
  for (index_t j = 0; j < whole; j += block<T>)
    for (index_t u = 0; u < block<T>; ++u) o[j + u] = from_float<T>(acc[j + u]);
  for (index_t j = whole; j < n; ++j) o[j * step] = from_float<T>(acc[j]);
}

/// The transpose of mix_body: gradient row j = sum over rows i with self(i) = j of m_i g_i, then over rows i with
/// partner(i) = j of (1 - m_i) g_i, each in ascending i, so that the bits do not depend on threads. A weight of 0 adds
/// nothing and a weight of 1 is not multiplied, so that Inf and NaN of the other side do not spread.
template <class T, class Region, class Blend, space S>
struct adjoint_body {
  using element = T;
  using real = typename mixer<T>::real;
  static constexpr bool moves = Region::moves;
  static constexpr bool self_moves = Region::self_moves;
  static constexpr bool resizes = Region::resizes;
  static constexpr bool weighted = Region::weighted;

  rows_view<T const> grad;  // of the output
  rows_view<T> out;         // gradient of the batch, of the source, or of gathered rows
  plan_view<Region, S> plan;
  Blend blend;
  index_t source_first = 0;
  bool to_self = true, to_source = true;
  bool gathered = false;  // row i of out belongs to the partner of row i

  struct sample {
    index_t row, owner0, owner1, reader0, reader1;
  };
  MIXAUG_HD sample begin(index_t j) const noexcept {
    index_t const n = plan.shape.rows;
    sample s{j, 0, 0, 0, 0};
    if (to_self) {
      s.owner0 = first_not_less(plan.rows_by_self.data, n, plan.self.data, j);
      s.owner1 = first_not_less(plan.rows_by_self.data, n, plan.self.data, j + 1);
    }
    if (to_source && !gathered) {
      s.reader0 = first_not_less(plan.rows_by_partner.data, n, plan.partner.data, j + source_first);
      s.reader1 = first_not_less(plan.rows_by_partner.data, n, plan.partner.data, j + source_first + 1);
    }
    return s;
  }

  /// Adds one row's part to n accumulated elements from element e0: with weight m or, for a partner, 1 - m.
  template <int Width>
  MIXAUG_HD void add(index_t i, bool from_self, index_t p, index_t z, index_t y, index_t e0, index_t n,
                     real* acc) const noexcept {
    std::uint8_t const choice = plan.choice.data[i];
    index_t const partner = plan.partner.data[i];
    bool const source = blend.reads_source(choice);
    bool const alone =
        source && (partner < 0 || (plan.shape.own_source && partner - plan.shape.first == plan.self.data[i]));
    if (!from_self && (!source || alone)) return;
    auto const state = plan.state(i);
    if constexpr (moves)
      if (!from_self && reads_elsewhere(state)) return add_tiles(i, state, false, p, z, y, e0, n, acc);
    if constexpr (self_moves)
      if (from_self && !alone && reads_self_elsewhere(state)) return add_tiles(i, state, true, p, z, y, e0, n, acc);
    T const* const g = grad.at(i, p, z, y);
    if constexpr (weighted && Width > 1)
      if (!alone && state.is_weighted()) return add_weighted(state, from_self, z, y, e0, n, g, acc);
    for (index_t e = e0; e < e0 + n;) {
      run_of_m const q = state.run_at(z, y, e / out.px);
      index_t const last = e0 + n, end = q.end > last / out.px ? last : lesser(q.end * out.px, last);
      real const m = alone ? real{1} : static_cast<real>(q.m), w = from_self ? m : real{1} - m;
      if (w > real{0}) add_run(acc + (e - e0), w, g + e * grad.step, grad.step, end - e);
      e = end;
    }
  }
  /// Adds pixels with individual weights m.
  template <class State>
  MIXAUG_HD void add_weighted(State const& state, bool from_self, index_t z, index_t y, index_t e0, index_t n,
                              T const* g, real* acc) const noexcept {
    constexpr index_t most = 256;
    float m[most];
    for (index_t done = 0; done < n;) {
      index_t const e = e0 + done, first = quotient(e, out.px), part = lesser(n - done, most - 2);
      state.weights(z, y, first, quotient(e + part - 1, out.px) + 1 - first, m);
      for (index_t k = 0; k < part; ++k) {
        real const own = static_cast<real>(m[quotient(e + k, out.px) - first]), w = from_self ? own : real{1} - own;
        real const sum = add_product<real>(w, to_float(g[(e + k) * grad.step]), acc[done + k]);
        acc[done + k] = w > real{0} ? sum : acc[done + k];
      }
      done += part;
    }
  }
  template <class State>
  MIXAUG_HD static bool reads_elsewhere(State const& state) noexcept {
    for (index_t j = 0; j < state.tiles(); ++j)
      if (state.tile_at(j).source.elsewhere()) return true;
    return false;
  }
  template <class State>
  MIXAUG_HD static bool reads_self_elsewhere(State const& state) noexcept {
    for (index_t j = 0; j < state.tiles(); ++j)
      if (!(state.tile_at(j).self == offset{})) return true;
    return false;
  }
  /// Adds the parts of a row whose tiles are read at another place: those that read elements [e0, e0
  /// + n) of the source or, with `from_self`, of the sample, whose tiles cover the image then.
  template <class State>
  MIXAUG_HD void add_tiles(index_t i, State const& state, bool from_self, index_t p, index_t z, index_t y, index_t e0,
                           index_t n, real* acc) const noexcept {
    for (index_t j = 0; j < state.tiles(); ++j) {
      tile const t = state.tile_at(j);
      real const m = static_cast<real>(t.m), w = from_self ? m : real{1} - m;
      if constexpr (resizes)
        if (!from_self && t.source.resized) {
          if (w > real{0} && !t.where.empty()) add_resized(i, t, w, p, z, y, e0, n, acc);
          continue;
        }
      offset const by = from_self ? t.self : t.source.by;
      if (!(w > real{0}) || !t.where.has_row(z - by.z, y - by.y)) continue;
      index_t const first = e0 - by.x * out.px;  // the element of the output that reads e0
      index_t const begin = greater(first, t.where.x0 * out.px), end = lesser(first + n, t.where.x1 * out.px);
      if (begin >= end) continue;
      T const* const g = grad.at(i, p, z - by.z, y - by.y);
      add_run(acc + (begin - first), w, g + begin * grad.step, grad.step, end - begin);
    }
  }

  /// Adds a resized box: every pixel that the box reads gathers the pixels that read it, z by z, y by y, x by x.
  MIXAUG_HD void add_resized(index_t i, tile const& t, real w, index_t p, index_t z, index_t y, index_t e0, index_t n,
                             real* acc) const noexcept {
    box const &from = t.source.from, &to = t.source.to;
    if (!from.has_row(z, y)) return;
    axis const along_z(z, from.z0, from.z1, to.z0, to.z1, t.source.how),
        along_y(y, from.y0, from.y1, to.y0, to.y1, t.source.how);
    index_t const px = out.px;
    for (index_t e = greater(e0, from.x0 * px), end = lesser(e0 + n, from.x1 * px); e < end; ++e) {
      index_t const x = quotient(e, px), channel = e - x * px;
      axis const along_x(x, from.x0, from.x1, to.x0, to.x1, t.source.how);
      for (index_t dz = greater(along_z.begin, t.where.z0); dz < lesser(along_z.end, t.where.z1); ++dz)
        for (index_t dy = greater(along_y.begin, t.where.y0); dy < lesser(along_y.end, t.where.y1); ++dy) {
          real const line = w * along_z.weight(dz) * along_y.weight(dy);
          if (!(line > real{0})) continue;
          T const* const g = grad.at(i, p, dz, dy);
          for (index_t dx = greater(along_x.begin, t.where.x0); dx < lesser(along_x.end, t.where.x1); ++dx)
            if (real const v = line * along_x.weight(dx); v > real{0})
              acc[e - e0] = add_product<real>(v, to_float(g[(dx * px + channel) * grad.step]), acc[e - e0]);
        }
    }
  }
  /// Pixels [begin, end) of the output that may read one pixel of a resized box, along an axis.
  struct axis {
    index_t begin, end, at, source, target, first;
    interpolation how;
    MIXAUG_HD axis(index_t pixel, index_t from0, index_t from1, index_t to0, index_t to1,
                   interpolation between) noexcept
        : at(pixel - from0), source(from1 - from0), target(to1 - to0), first(to0), how(between) {
      pixel_range const r = readers_of(at, source, target, how);
      begin = to0 + r.begin;
      end = to0 + r.end;
    }
    MIXAUG_HD real weight(index_t d) const noexcept {
      if (how == interpolation::nearest) return real{1};
      return static_cast<real>(tap_of(d - first, source, target, how).of(at)) * static_cast<real>(0x1p-11);
    }
  };

  /// Writes elements [e0, e0 + n) of row (p, z, y) of gradient row s.row; n <= Width.
  template <int Width>
  MIXAUG_HD void run(sample const& s, index_t p, index_t z, index_t y, index_t e0, index_t n) const noexcept {
    c_array<real, Width> acc;
    for (index_t k = 0; k < n; ++k) acc[k] = real{0};
    for (index_t k = s.owner0; k < s.owner1; ++k) add<Width>(plan.rows_by_self.data[k], true, p, z, y, e0, n, acc);
    for (index_t k = s.reader0; k < s.reader1; ++k)
      add<Width>(plan.rows_by_partner.data[k], false, p, z, y, e0, n, acc);
    if (gathered) add<Width>(s.row, false, p, z, y, e0, n, acc);
    store_run(out.at(s.row, p, z, y) + e0 * out.step, out.step, acc, n);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
