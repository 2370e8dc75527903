#pragma once
#include <mixaug/mixaug.hpp>
#include <vector>

namespace test {

/// Returns the partners that a pairing rule assigns to n rows.
template <class Rule>
std::vector<mixaug::index_t> partners(Rule const& rule, mixaug::index_t n, mixaug::key const& k) {
  auto const x = mixaug::features<float>(nullptr, {n, 1});
  auto const p = mixaug::make_plan(with(mixaug::mixup{}, rule), x, k);
  return {p.partner.data, p.partner.data + n};
}
template <class Rule>
std::vector<mixaug::index_t> partners(Rule const& rule, mixaug::input_set<mixaug::space::host> const& in,
                                      mixaug::key const& k) {
  auto const p = mixaug::make_plan(with(mixaug::mixup{}, rule), in, k);
  return {p.partner.data, p.partner.data + p.rows()};
}

/// Index of a permutation of {0, ..., n - 1} in lexicographic order; -1 if it is not a permutation.
inline int rank_of(std::vector<mixaug::index_t> const& p) {
  int const n = static_cast<int>(p.size());
  int rank = 0;
  for (int i = 0; i < n; ++i) {
    int smaller = 0;
    for (int j = 0; j < n; ++j) {
      bool const less = p[static_cast<std::size_t>(j)] < p[static_cast<std::size_t>(i)];
      if (i != j && p[static_cast<std::size_t>(j)] == p[static_cast<std::size_t>(i)]) return -1;
      smaller += j > i && less ? 1 : 0;
    }
    if (p[static_cast<std::size_t>(i)] < 0 || p[static_cast<std::size_t>(i)] >= n) return -1;
    rank = rank * (n - i) + smaller;
  }
  return rank;
}

}  // namespace test
