// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/detail/class_partners.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Finds the cheapest closed tour through n classes that starts at class 0.
struct tour_search {
  static constexpr index_t exact = 12;  ///< largest number of classes of the exact search
  tensor_view<double const, 2> cost;    ///< symmetric
  index_t n;
  index_t* tour;

  double between(index_t a, index_t b) const noexcept { return cost(a, b); }

  /// Held and Karp: best[set][j] = the cheapest path from 0 through all of `set` (a subset of the classes 1, ..., n -
  /// 1) that ends at its member j.
  void held_karp(double* best, std::uint8_t* before) const noexcept {
    index_t const m = n - 1, sets = index_t{1} << m;
    for (index_t set = 1; set < sets; ++set)
      for (index_t j = 0; j < m; ++j) {
        if ((set >> j & 1) == 0) continue;
        index_t const rest = set ^ index_t { 1 } << j;
        double least = rest == 0 ? between(0, j + 1) : HUGE_VAL;
        index_t from = 0;
        for (index_t i = 0; i < m; ++i) {
          if ((rest >> i & 1) == 0) continue;
          double const c = best[rest * m + i] + between(i + 1, j + 1);
          if (c < least) least = c, from = i;
        }
        best[set * m + j] = least, before[set * m + j] = static_cast<std::uint8_t>(from);
      }
    index_t last = 0, set = sets - 1;
    for (index_t j = 1; j < m; ++j)
      if (best[set * m + j] + between(j + 1, 0) < best[set * m + last] + between(last + 1, 0)) last = j;
    tour[0] = 0;
    for (index_t k = m; k > 0; --k) {
      tour[k] = last + 1;
      index_t const from = before[set * m + last];
      set ^= index_t{1} << last, last = from;
    }
  }
  /// Goes from class 0 always to the nearest class not yet visited; ties by the smallest id.
  void nearest_neighbour() const noexcept {
    for (index_t k = 0; k < n; ++k) tour[k] = k;
    for (index_t k = 1; k < n; ++k) {
      index_t next = k;
      for (index_t j = k + 1; j < n; ++j) {
        double const c = between(tour[k - 1], tour[j]), least = between(tour[k - 1], tour[next]);
        if (c < least || (c == least && tour[j] < tour[next])) next = j;
      }
      index_t const t = tour[k];
      tour[k] = tour[next], tour[next] = t;
    }
  }
  /// Reverses stretches of the tour as long as that shortens it by more than `slack`, which prevents cycles
  /// due to rounding.
  void two_opt(double slack) const noexcept {
    for (bool shorter = true; shorter;) {
      shorter = false;
      for (index_t i = 1; i + 1 < n; ++i)
        for (index_t j = i + 1; j < n; ++j) {
          index_t const a = tour[i - 1], b = tour[i], c = tour[j], d = tour[j + 1 == n ? 0 : j + 1];
          if (!(between(a, c) + between(b, d) < between(a, b) + between(c, d) - slack)) continue;
          turn(i, j);
          shorter = true;
        }
    }
  }
  /// Reverses tour[i], ..., tour[j].
  void turn(index_t i, index_t j) const noexcept {
    for (; i < j; ++i, --j) {
      index_t const t = tour[i];
      tour[i] = tour[j], tour[j] = t;
    }
  }
};

}  // namespace detail

/// Finds the closed tour through all K classes with the smallest sum of distances, by which PatchMix pairs classes:
/// successor(c) is the class after c. `distances` (K, K), symmetric, float or double, for example 1 -
/// cosine_similarity; the diagonal is not read. Exact for K <= 12 (Held and Karp); for larger K nearest neighbours
/// improved by 2-opt. The tour is the same on every machine. Of the two directions, it takes the one that leaves class
/// 0 for the smaller id. To be called before planning; allocates 2 K^2 doubles. Errors: distances not finite
/// or not symmetric.
template <class T>
void shortest_tour(tensor_view<T, 2> const& distances, tensor_view<std::int64_t, 1> const& successor) {
  detail::real_matrix<T>();
  index_t const n = distances.extent[0];
  detail::check_matrix("distances", distances, -1, -1);
  detail::check_matrix("distances", distances, n, n);
  detail::same_rows("successor", successor.extent[0], n);
  if (successor.data == nullptr) detail::fail("successor", "a null pointer", detail::text(n) + " integers");
  detail::check_written("successor", successor);
  index_t const states = n <= detail::tour_search::exact && n > 1 ? (index_t{1} << (n - 1)) * (n - 1) : 0;
  workspace<space::host> memory;
  column<double, space::host, access::write> cost, best;
  column<std::uint8_t, space::host, access::write> before;
  column<index_t, space::host, access::write> tour;
  detail::column_layout measure;
  measure(cost, n * n), measure(best, states), measure(before, states), measure(tour, n);
  detail::column_layout put{memory.reserve(measure.used)};
  put(cost, n * n), put(best, states), put(before, states), put(tour, n);
  double most = 0.0;
  for (index_t a = 0; a < n; ++a)
    for (index_t b = 0; b < n; ++b) {
      double const v = a == b ? 0.0 : static_cast<double>(distances(a, b));
      if (!detail::finite(v))
        detail::fail("distances(" + detail::text(a) + ", " + detail::text(b) + ")", detail::text(v), "a finite number");
      cost[a * n + b] = v;
      most = std::fabs(v) > most ? std::fabs(v) : most;
    }
  for (index_t a = 0; a < n; ++a)
    for (index_t b = 0; b < a; ++b) {
      double const v = cost[a * n + b], w = cost[b * n + a];
      if (std::fabs(v - w) > 1e-5 * most)
        detail::fail("distances(" + detail::text(a) + ", " + detail::text(b) + ")", detail::text(v),
                     detail::text(w) + ", as the other way round: a tour has no direction");
      cost[b * n + a] = v;
    }
  detail::tour_search const search{row_major<double const, 2>(cost.data, {n, n}), n, tour.data};
  if (states > 0) {
    search.held_karp(best.data, before.data);
  } else {
    search.nearest_neighbour();
    search.two_opt(1e-12 * most);
  }
  if (n > 2 && tour[n - 1] < tour[1]) search.turn(1, n - 1);
  for (index_t k = 0; k < n; ++k) successor(tour[k]) = tour[k + 1 == n ? 0 : k + 1];
}

namespace pairing {

/// PatchMix's hard pairs (Xu et al., TPAMI 2022): a closed tour visits similar classes one after the other, and a
/// sample takes its partner from the class after its own, uniformly among its rows. Classes without candidates are
/// skipped; if only the sample's own class has candidates, it has no partner (-1). Candidates and inputs as in
/// class_similarity.
struct class_tour {
  static constexpr bool draws = true;
  tensor_view<std::int64_t const, 1> successor{};  ///< (K), from shortest_tour

  template <class Task>
  void operator()(Task const& task) const {
    prepare(task);
    detail::class_partners<Task, class_tour>{task, *this}();
  }

  template <class Task>
  void prepare(Task const& task) const {
    index_t const classes = successor.extent[0];
    if (successor.data == nullptr || classes <= 0)
      detail::fail("pairing::class_tour's successor", successor.data == nullptr ? "a null pointer" : "empty",
                   "the class after each one, from shortest_tour");
    index_t length = 0, c = 0;
    do {
      c = successor(c), ++length;
      if (c < 0 || c >= classes)
        detail::fail("pairing::class_tour's successor", "a map to class " + detail::text(c),
                     "classes in [0, " + detail::text(classes) + ")");
    } while (c != 0 && length < classes);
    if (c != 0 || length != classes)
      detail::fail(
          "pairing::class_tour's successor",
          c != 0 ? "without a way back to class 0" : "a tour of " + detail::text(length) + " classes from class 0",
          "one closed tour through all " + detail::text(classes));
    detail::check_class_ids(task, "pairing::class_tour", classes, "successor");
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, 0);
  }

  static constexpr bool own_class() noexcept { return false; }
  static constexpr bool members_weighed() noexcept { return false; }
  static constexpr index_t ranked_classes() noexcept { return 0; }

  void weigh(index_t mine, detail::class_groups const& g) const noexcept {
    index_t next = -1;
    for (index_t c = successor(mine); c != mine && next < 0; c = successor(c)) next = g.find(c);
    for (index_t k = 0; k < g.count; ++k) g.weight[k] = k == next ? 1.0 : 0.0;
  }
  template <class Task>
  void weigh_members(Task const&, detail::class_groups const&, index_t, index_t, index_t) const noexcept {}
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
