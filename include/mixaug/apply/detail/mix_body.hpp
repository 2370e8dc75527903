// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/resized_read.hpp>
#include <mixaug/blend/mix.hpp>
#include <mixaug/core/box.hpp>
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The kernel body: out = m * self + (1 - m) * source over a run of one row. It is the same for host and device;
/// backends only loop over it. begin(i) returns everything that is constant in a sample (block-uniform on CUDA).
template <class T, class Region, class Blend, space S>
struct mix_body {
  using element = T;
  static constexpr bool constant_field = Region::constant_field;
  static constexpr bool moves = Region::moves;
  static constexpr bool self_moves = Region::self_moves;
  static constexpr bool resizes = Region::resizes;
  static constexpr bool weighted = Region::weighted;

  rows_view<T const> x, source;
  rows_view<T> out;
  plan_view<Region, S> plan;
  Blend blend;
  index_t source_first = 0;  // row of partner p in the source is p - source_first
  bool gathered = false;     // row i of the source is the partner of row i
  bool flat = false;         // in all operands, a sample is one run, in the same order
  bool stream = false;       // the output is larger than the cache

  using state = decltype(std::declval<plan_view<Region, S> const&>().state(0));
  struct sample {
    index_t row, self, source;  // source: row of the source; -1 = none
    std::uint8_t choice;
    state region;
  };

  MIXAUG_HD sample begin(index_t i) const noexcept {
    index_t const p = plan.partner.data[i];
    std::uint8_t const choice = plan.choice.data[i];
    index_t const self = plan.self.data[i];
    index_t const from = p < 0 || !blend.reads_source(choice) ? -1 : gathered ? i : p - source_first;
    // A row that is its own partner is copied, bit for bit.
    bool const own = plan.shape.own_source && p - plan.shape.first == self;
    return {i, self, own ? -1 : from, choice, plan.state(i)};
  }

  /// True if the row is copied: it has no partner, or is its own.
  MIXAUG_HD bool alone(sample const& s) const noexcept { return s.source < 0 && blend.reads_source(s.choice); }

  /// Address of the source's element for element e of row (p, z, y) of the output, at offset `by`; in
  /// range where m < 1.
  MIXAUG_HD T const* source_at(sample const& s, offset const& by, index_t p, index_t z, index_t y,
                               index_t e) const noexcept {
    if constexpr (moves) {
      z += by.z;
      y += by.y;
      e += by.x * source.px;
    }
    return source.at(s.source, p, z, y) + e * source.step;
  }

  /// Address of the sample's element for element e of row (p, z, y) of the output, at offset `by`.
  MIXAUG_HD T const* self_at(sample const& s, offset const& by, index_t p, index_t z, index_t y,
                             index_t e) const noexcept {
    if constexpr (self_moves) {
      z += by.z;
      y += by.y;
      e += by.x * x.px;
    }
    return x.at(s.self, p, z, y) + e * x.step;
  }

  /// Returns the source's element for element e of a row of the output, for any source place; in range where m < 1.
  MIXAUG_HD T source_element(sample const& s, source_place const& from, index_t p, index_t z, index_t y,
                             index_t e) const noexcept {
    if constexpr (resizes)
      if (from.resized) return resized_element<T>(source, s.source, from, p, z, y, e);
    return *source_at(s, from.by, p, z, y, e);
  }

  /// Mixes elements [e0, e1) of a row with one weight m; e counts elements of the run. The source is read at offset
  /// `by`, the sample at offset `own`.
  template <run_kind K>
  MIXAUG_HD void run(sample const& s, offset const& by, offset const& own, index_t p, index_t z, index_t y, index_t e0,
                     index_t e1, float m) const noexcept {
    if (alone(s)) m = 1.0f;
    run_of<T> const o{out.at(s.row, p, z, y) + e0 * out.step, out.step};
    run_of<T const> const a{self_at(s, own, p, z, y, e0), x.step};
    run_of<T const> const b = s.source < 0 || m >= 1.0f ? a  // not read
                                                        : run_of<T const>{source_at(s, by, p, z, y, e0), source.step};
    blend.template run<K>(s.choice, o, a, b, e1 - e0, m, out.px == 1 ? p : e0 % out.px, out.px);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
