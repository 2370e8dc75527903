// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/pass/steps.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// A pass in steps that a device runs, one thread for each item. A band of queries meets a band of tiles, whose squared
/// distances take at most `most_pass_bytes`, and then the next tiles. Each number is computed as on the host, in the
/// same order, so that the partners are the same if both processors have fma.
template <class A, class Q>
struct pass_band {
  static constexpr int group = 8, lanes = pass_shape::lanes, tile = pass_shape::tile, runs = tile / lanes;
  kernel_pass_view<A> table;
  pass_request<Q> request;
  index_t first = 0, queries = 0;  ///< queries of this band; memory is for whole groups of queries
  index_t from = 0, tiles = 0;     ///< tiles of this band
  A *query, *d2;                   ///< [group][column][query of the group]; [query][row]
  A *lane, *least, *nearest;       ///< minima: [query][tile][lane]; [query][tile]; [query][tiles so far]
  double* weight;                  ///< [query][tile]
  pass_sum<A>* sums;
  pass_choice* choices;  ///< [query][slot]

  /// Returns the bytes of scratch for q queries and t tiles at once; if base is not null, places the columns.
  std::size_t lay_out(std::byte* base, index_t q, index_t t) noexcept {
    std::size_t at = 0;
    q = ceil_div(q, group) * group;
    query = place_column<A>(at, q * table.d, base);
    d2 = place_column<A>(at, q * t * tile, base);
    lane = place_column<A>(at, q * t * lanes, base);
    least = place_column<A>(at, q * t, base);
    nearest = place_column<A>(at, q * t, base);
    weight = place_column<double>(at, q * t, base);
    sums = place_column<pass_sum<A>>(at, q, base);
    choices = place_column<pass_choice>(at, q * slots(), base);
    return at;
  }
  struct alignas(16) words {  // one memory access of a device
    static constexpr int size = 16 / sizeof(A);
    c_array<A, size> at;
  };
  MIXAUG_HD index_t slots() const noexcept { return request.out.extent[1]; }
  MIXAUG_HD static std::uint32_t narrow(index_t i) noexcept { return static_cast<std::uint32_t>(i); }  // divides faster

  /// Item (query, column): copies a query.
  MIXAUG_HD void load(index_t item) const noexcept {
    index_t const q = item / table.d, k = item - q * table.d, i = first + lesser(q, queries - 1);
    query[(q / group * table.d + k) * group + q % group] = table.query(request, i, k);
    if (k > 0) return;
    sums[q] = {0.0, static_cast<A>(INFINITY)};
    for (index_t c = 0; c < slots(); ++c) choices[q * slots() + c] = {0.0, 0, -1};
  }
  /// Item (group, row): squared distances, each summed in the order of the columns.
  MIXAUG_HD void distances(index_t item) const noexcept {
    index_t const rows = tiles * tile, g = narrow(item) / narrow(rows), j = item - g * rows;
    A const* const y = table.at(from * tile + j);
    auto const* x = reinterpret_cast<words const*>(query + g * group * table.d);
    A s[group] = {};
    for (index_t k = 0; k < table.d; ++k) {
      A const v = y[k * lanes];
      for (int q = 0; q < group; q += words::size) {
        words const some = *x++;
        for (int u = 0; u < words::size; ++u) {
          A const gap = v - some.at[u];
          s[q + u] = add_product(gap, gap, s[q + u]);
        }
      }
    }
    for (int q = 0; q < group; ++q)
      d2[(g * group + q) * rows + j] = allowed(g * group + q, from * tile + j) ? s[q] : excluded();
  }
  /// Item (query, tile, lane): smallest squared distance of a lane.
  MIXAUG_HD void least_of_lane(index_t item) const noexcept {
    index_t const t = narrow(item) / lanes;
    A const* const d = d2 + t * tile + narrow(item) % lanes;
    A v = d[0];
    for (int r = 1; r < runs; ++r) v = d[r * lanes] < v ? d[r * lanes] : v;
    lane[item] = v;
  }
  /// Item (query, tile): smallest squared distance of a tile.
  MIXAUG_HD void least_of_tile(index_t item) const noexcept {
    A v = lane[item * lanes];
    for (int l = 1; l < lanes; ++l) v = lane[item * lanes + l] < v ? lane[item * lanes + l] : v;
    least[item] = v;
  }
  /// Item query: smallest squared distance up to each tile.
  MIXAUG_HD void nearest_so_far(index_t q) const noexcept {
    A v = sums[q].nearest;
    for (index_t t = q * tiles; t < (q + 1) * tiles; ++t) nearest[t] = v = least[t] < v ? least[t] : v;
  }
  /// Item (query, tile, lane): sum of the weights of a lane, relative to the nearest row so far.
  MIXAUG_HD void weight_of_lane(index_t item) const noexcept {
    index_t const t = narrow(item) / lanes;
    A const* const d = d2 + t * tile + narrow(item) % lanes;
    A const v = nearest[t];
    A sum{0};
    for (int r = 0; r < runs; ++r) sum += table.kernel(d[r * lanes], v);
    lane[item] = sum;
  }
  /// Item (query, tile): sum of the weights of a tile.
  MIXAUG_HD void weight_of_tile(index_t item) const noexcept {
    double sum = 0.0;
    for (int l = 0; l < lanes; ++l) sum += static_cast<double>(lane[item * lanes + l]);
    weight[item] = sum;
  }
  /// Item query: chooses among the tiles.
  MIXAUG_HD void choose(index_t q) const noexcept {
    if (q >= queries) return;
    pass_sum<A> sum = sums[q];
    pass_choice* const mine = choices + q * slots();
    mixaug::random const draw = request.draw(first + q);
    for (index_t t = 0; t < tiles; ++t) {
      A const here = least[q * tiles + t];
      if (here == excluded()) continue;
      if (here < sum.nearest) {
        double const f = sum.come_nearer(table.kernel, here);
        for (index_t c = 0; c < slots(); ++c) mine[c].limit *= f;
      }
      sum.total += weight[q * tiles + t];
      for (index_t c = 0; c < slots(); ++c) mine[c].offer(sum.total, from + t, draw, request.slot(c));
    }
    sums[q] = sum;
  }
  /// Item (query, slot of [from, from + tiles), row of its tile): recomputes distances, in the memory of
  /// the band's distances.
  MIXAUG_HD void chosen_distances(index_t item) const noexcept {
    index_t const q = narrow(item) / narrow(tiles * tile), rest = item - q * tiles * tile;
    index_t const c = from + rest / tile;
    index_t const t = c < slots() && q < queries ? index_t{choices[q * slots() + c].tile} : index_t{-1};
    if (t < 0) return;
    index_t const i = t * tile + rest % tile;
    A const *const y = table.at(i), *const x = query + q / group * group * table.d + q % group;
    A s{0};
    for (index_t k = 0; k < table.d; ++k) {
      A const gap = y[k * lanes] - x[k * group];
      s = add_product(gap, gap, s);
    }
    d2[item] = allowed(q, i) ? s : excluded();
  }
  /// Item (query, slot): chooses a row of the chosen tile.
  MIXAUG_HD void pick(index_t item) const noexcept {
    index_t const q = narrow(item) / narrow(tiles), c = from + (item - q * tiles);
    if (q >= queries || c >= slots()) return;
    index_t const t = choices[q * slots() + c].tile, i = first + q;
    A const* const d = d2 + item * tile;
    index_t found = -1;
    if (t >= 0) {
      A v = d[0];
      for (int j = 1; j < tile; ++j) v = d[j] < v ? d[j] : v;
      double total = 0.0, sum = 0.0;
      for (int j = 0; j < tile; ++j) total += static_cast<double>(table.kernel(d[j], v));
      double const at = mixaug::random::unit(request.draw(i).bits(kernel_number(request.slot(c), 0))) * total;
      for (int j = 0; j < tile; ++j) {
        A const w = table.kernel(d[j], v);
        if (!(w > A{0})) continue;
        found = t * tile + j;
        sum += static_cast<double>(w);
        if (at < sum) break;
      }
    }
    request.out(i, c) = found;
  }

 private:
  MIXAUG_HD static A excluded() noexcept { return static_cast<A>(INFINITY); }
  /// True if a row may be chosen: it is not behind the last row, and not the query itself.
  MIXAUG_HD bool allowed(index_t q, index_t row) const noexcept {
    return row < table.n && q < queries && row != table.left_out(request, first + q);
  }
};

enum class pass_step : unsigned char {
  load,
  distances,
  least_of_lane,
  least_of_tile,
  nearest_so_far,
  weight_of_lane,
  weight_of_tile,
  choose,
  chosen_distances,
  pick
};
template <pass_step Step, class Band>
struct pass_items {
  Band band;
  MIXAUG_HD void operator()(index_t i) const noexcept {
    if constexpr (Step == pass_step::load) band.load(i);
    if constexpr (Step == pass_step::distances) band.distances(i);
    if constexpr (Step == pass_step::least_of_lane) band.least_of_lane(i);
    if constexpr (Step == pass_step::least_of_tile) band.least_of_tile(i);
    if constexpr (Step == pass_step::nearest_so_far) band.nearest_so_far(i);
    if constexpr (Step == pass_step::weight_of_lane) band.weight_of_lane(i);
    if constexpr (Step == pass_step::weight_of_tile) band.weight_of_tile(i);
    if constexpr (Step == pass_step::choose) band.choose(i);
    if constexpr (Step == pass_step::chosen_distances) band.chosen_distances(i);
    if constexpr (Step == pass_step::pick) band.pick(i);
  }
};

inline constexpr std::size_t most_pass_bytes = std::size_t{128} << 20;

/// Queues a pass on a device. Takes many queries and few tiles at once, so that steps over tiles have many threads.
template <class A, class Q, class Kit, class Scratch>
void draw_in_steps(Kit const& kit, kernel_pass_view<A> const& table, pass_request<Q> const& request, Scratch& scratch,
                   std::size_t most = most_pass_bytes) {
  using band = pass_band<A, Q>;
  band b{table, request, 0, 0, 0, 0, {}, {}, {}, {}, {}, {}, {}, {}};
  index_t const m = request.out.extent[0], all = table.tiles(), slots = b.slots();
  index_t const capacity = static_cast<index_t>(most / ((band::tile + band::lanes + 2) * sizeof(A) + sizeof(double)));
  index_t const kept = table.d * static_cast<index_t>(sizeof(A)) + slots * index_t{sizeof(pass_choice)};
  index_t const fit = lesser(greater(1, static_cast<index_t>(most) / kept), lesser(capacity, 16384));
  index_t const block = lesser(m, greater(1, fit / band::group) * band::group);
  index_t const padded = ceil_div(block, band::group) * band::group;
  index_t const turn = lesser(greater(all, slots), greater(1, capacity / padded));
  b.lay_out(scratch.reserve(b.lay_out(nullptr, block, turn), false), block, turn);
  for (b.first = 0; b.first < m; b.first += block) {
    b.queries = lesser(block, m - b.first);
    index_t const q = ceil_div(b.queries, band::group) * band::group;
    kit.items(q * table.d, pass_items<pass_step::load, band>{b});
    for (b.from = 0; b.from < all; b.from += turn) {
      b.tiles = lesser(turn, all - b.from);
      index_t const pairs = q * b.tiles;
      kit.items(q / band::group * b.tiles * band::tile, pass_items<pass_step::distances, band>{b});
      kit.items(pairs * band::lanes, pass_items<pass_step::least_of_lane, band>{b});
      kit.items(pairs, pass_items<pass_step::least_of_tile, band>{b});
      kit.items(q, pass_items<pass_step::nearest_so_far, band>{b});
      kit.items(pairs * band::lanes, pass_items<pass_step::weight_of_lane, band>{b});
      kit.items(pairs, pass_items<pass_step::weight_of_tile, band>{b});
      kit.items(q, pass_items<pass_step::choose, band>{b});
    }
    for (b.from = 0; b.from < slots; b.from += turn) {
      b.tiles = lesser(turn, slots - b.from);
      kit.items(b.queries * b.tiles * band::tile, pass_items<pass_step::chosen_distances, band>{b});
      kit.items(b.queries * b.tiles, pass_items<pass_step::pick, band>{b});
    }
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
