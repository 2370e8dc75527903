#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

/// Similarity-guided pairing from its documentation, by enumeration: ranks the classes, gives each available class a
/// weight, and distributes it among its rows.
namespace reference {

struct similarity_options {
  bool ranks = false;
  double temperature = 0.1, decay = 0.5;
  bool own = false;
  double sample_temperature = 0.1;
};

using matrix = std::vector<std::vector<double>>;

/// `candidates`: the class of each row that may be chosen, -1 for rows that may not (other blocks, the row itself).
/// `cosines`: similarity of each candidate's features to the row's; empty = uniform inside the class.
inline std::vector<double> similarity_law(int mine, std::vector<int> const& candidates, matrix const& s,
                                          similarity_options const& o, std::vector<double> const& cosines = {}) {
  int const classes = static_cast<int>(s.size());
  auto const& row = s[static_cast<std::size_t>(mine)];
  std::vector<int> ranked;
  for (int c = 0; c < classes; ++c)
    if (c != mine || o.own) ranked.push_back(c);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](int a, int b) { return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)]; });
  std::vector<long double> weight(s.size());
  long double all = 0;
  int first = -1;
  for (int r = 0; r < static_cast<int>(ranked.size()); ++r) {
    int const c = ranked[static_cast<std::size_t>(r)];
    if (std::count(candidates.begin(), candidates.end(), c) == 0) continue;
    if (first < 0) first = r;
    auto const behind =
        static_cast<long double>(row[static_cast<std::size_t>(ranked[static_cast<std::size_t>(first)])]) -
        static_cast<long double>(row[static_cast<std::size_t>(c)]);
    long double const w =
        o.ranks ? (r == first ? 1.0L : std::pow(static_cast<long double>(o.decay), static_cast<long double>(r - first)))
                : std::exp(-behind / static_cast<long double>(o.temperature));
    weight[static_cast<std::size_t>(c)] = w;
    all += w;
  }
  std::vector<double> law(candidates.size());
  for (std::size_t j = 0; j < candidates.size() && first >= 0; ++j) {
    if (candidates[j] < 0) continue;
    long double inside = 0, most = -2;
    for (std::size_t k = 0; k < candidates.size(); ++k)
      if (candidates[k] == candidates[j] && !cosines.empty())
        most = std::max(most, static_cast<long double>(cosines[k]));
    auto const share = [&](std::size_t k) {
      return cosines.empty() ? 1.0L
                             : std::exp((static_cast<long double>(cosines[k]) - most) /
                                        static_cast<long double>(o.sample_temperature));
    };
    for (std::size_t k = 0; k < candidates.size(); ++k)
      if (candidates[k] == candidates[j]) inside += share(k);
    law[j] = static_cast<double>(weight[static_cast<std::size_t>(candidates[j])] / all * share(j) / inside);
  }
  return law;
}

inline double cosine(float const* a, float const* b, int d) {
  long double ab = 0, aa = 0, bb = 0;
  for (int j = 0; j < d; ++j)
    ab += static_cast<long double>(a[j]) * static_cast<long double>(b[j]),
        aa += static_cast<long double>(a[j]) * static_cast<long double>(a[j]),
        bb += static_cast<long double>(b[j]) * static_cast<long double>(b[j]);
  return aa == 0 || bb == 0 ? 0 : static_cast<double>(ab / std::sqrt(aa * bb));
}

/// Length of the shortest closed tour, over all orders of the classes.
inline double shortest_tour_length(matrix const& distance) {
  std::vector<std::size_t> order(distance.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  double best = HUGE_VAL;
  do {
    double length = 0;
    for (std::size_t k = 0; k < order.size(); ++k) length += distance[order[k]][order[(k + 1) % order.size()]];
    best = std::min(best, order.size() == 1 ? 0.0 : length);
  } while (std::next_permutation(order.begin() + 1, order.end()));
  return best;
}

}  // namespace reference
