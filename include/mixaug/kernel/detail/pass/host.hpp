// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/pass/steps.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The queries of one lane: a block of groups visits all tiles; each tile is loaded once for a block.
template <class A, class Q>
struct pass_job {
  using shape = pass_shape;
  static constexpr int G = shape::group;
  kernel_pass_view<A> table;
  pass_request<Q> request;
  index_t block, lanes;  ///< queries of a block; number of lanes that share all queries
  std::byte* scratch;
  std::size_t stride;

  struct state {
    A* queries;  ///< [group][column][G]
    A* d2;       ///< [query of a span][tile]
    pass_sum<A>* sums;
    pass_choice* choices;  ///< [query][slot]
  };
  index_t slots() const noexcept { return request.out.extent[1]; }
  /// Groups that share a block of columns: one if a tile has so few columns that it stays in the L1 cache.
  index_t span() const noexcept { return table.d * static_cast<index_t>(sizeof(A)) <= 512 ? 1 : block / G; }
  std::size_t lay_out(std::byte* base, state& s) const noexcept {
    std::size_t at = 0;
    s.queries = place_column<A>(at, block * table.d, base);
    s.d2 = place_column<A>(at, span() * G * shape::tile, base);
    s.sums = place_column<pass_sum<A>>(at, block, base);
    s.choices = place_column<pass_choice>(at, block * slots(), base);
    return at;
  }

  void operator()(index_t lane) const noexcept {
    state s;
    lay_out(scratch + static_cast<std::size_t>(lane) * stride, s);
    index_t const m = request.out.extent[0], blocks = ceil_div(m, block);
    for (index_t b = lane; b < blocks; b += lanes) walk(b * block, lesser(m, (b + 1) * block), s);
  }

 private:
  void walk(index_t first, index_t last, state const& s) const noexcept {
    index_t const groups = ceil_div(last - first, G);
    for (index_t q = 0; q < groups * G; ++q) {
      index_t const i = lesser(first + q, last - 1);  // the last group is padded with its last query
      for (index_t k = 0; k < table.d; ++k) s.queries[(q / G * table.d + k) * G + q % G] = table.query(request, i, k);
      s.sums[q] = {0.0, static_cast<A>(INFINITY)};
      for (index_t c = 0; c < slots(); ++c) s.choices[q * slots() + c] = {0.0, 0, -1};
    }
    index_t const span = this->span();
    for (index_t t = 0; t < table.tiles(); ++t)
      for (index_t g = 0; g < groups; g += span) {
        squared_tile(table.tile(t), s.queries + g * table.d * G, lesser(span, groups - g), table.d, s.d2);
        for (index_t q = g * G; q < lesser(last - first, (g + span) * G); ++q)
          add_tile(first + q, t, s.d2 + (q - g * G) * shape::tile, s.sums[q], s.choices + q * slots());
      }
    for (index_t q = 0; q < last - first; ++q) write(first + q, s, q);
  }
  /// Weighs each tile that some slot of a query chose once more, and writes the partners.
  void write(index_t i, state const& s, index_t q) const noexcept {
    pass_choice const* const choices = s.choices + q * slots();
    for (index_t c = 0; c < slots(); ++c) request.out(i, c) = -1;
    for (index_t t = next_tile(choices, -1); t >= 0; t = next_tile(choices, t)) {
      A* const w = s.d2 + q % G * shape::tile;
      squared_tile(table.tile(t), s.queries + q / G * table.d * G, 1, table.d, s.d2);
      leave_out(i, t, w);
      weigh_tile(table.kernel, least_of_tile(w), w);
      double total = 0.0;
      for (int j = 0; j < shape::tile; ++j) total += static_cast<double>(w[j]);
      for (index_t c = 0; c < slots(); ++c)
        if (choices[c].tile == t) request.out(i, c) = row_of(i, c, t, w, total);
    }
  }
  /// Returns the lowest chosen tile above `after`, or -1.
  index_t next_tile(pass_choice const* choices, index_t after) const noexcept {
    index_t found = -1;
    for (index_t c = 0; c < slots(); ++c) {
      index_t const t = choices[c].tile;
      if (t > after && (found < 0 || t < found)) found = t;
    }
    return found;
  }
  /// Sets the distance of rows that must not be chosen to infinity: rows behind the last one, and the query itself.
  void leave_out(index_t i, index_t t, A* d2) const noexcept {
    index_t const from = t * shape::tile;
    for (index_t j = table.n - from; j < shape::tile; ++j) d2[j] = static_cast<A>(INFINITY);
    index_t const self = table.left_out(request, i);
    if (self >= from && self < from + shape::tile) d2[self - from] = static_cast<A>(INFINITY);
  }
  void add_tile(index_t i, index_t t, A* d2, pass_sum<A>& sum, pass_choice* choices) const noexcept {
    leave_out(i, t, d2);
    A const least = least_of_tile(d2);
    if (least == static_cast<A>(INFINITY)) return;
    if (least < sum.nearest) {
      double const f = sum.come_nearer(table.kernel, least);
      for (index_t c = 0; c < slots(); ++c) choices[c].limit *= f;
    }
    sum.total += weigh_tile(table.kernel, sum.nearest, d2);
    for (index_t c = 0; c < slots(); ++c) choices[c].offer(sum.total, t, request.draw(i), request.slot(c));
  }
  index_t row_of(index_t i, index_t c, index_t t, A const* w, double total) const noexcept {
    double const at = mixaug::random::unit(request.draw(i).bits(kernel_number(request.slot(c), 0))) * total;
    double sum = 0.0;
    index_t found = -1;
    for (int j = 0; j < shape::tile; ++j) {
      if (!(w[j] > A{0})) continue;
      found = t * shape::tile + j;
      sum += static_cast<double>(w[j]);
      if (at < sum) break;
    }
    return found;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
