// The assignment of cells, against every permutation of small grids and a Hungarian method of large ones; and the
// published rounds of proposals, against the same on whole matrices.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mixaug/region/detail/puzzle/cell_assignment.hpp>
#include <mixaug/region/detail/puzzle/cell_proposals.hpp>
#include <numeric>
#include <vector>

#include "support/unoptimised.hpp"
#include "support/values.hpp"

namespace cell_assignment_test {

namespace {

struct problem {
  int side;
  std::int32_t unit;
  std::vector<std::int32_t> mass;
  std::vector<std::uint8_t> wanted;

  problem(test::stream& draw, int side_, std::int32_t unit_, std::int64_t most)
      : side(side_), unit(unit_), mass(static_cast<std::size_t>(side_ * side_)), wanted(mass.size()) {
    for (auto& m : mass) m = draw.below(3) == 0 ? 0 : static_cast<std::int32_t>(draw.below(most + 1));
    for (auto& w : wanted) w = static_cast<std::uint8_t>(draw.below(2));
  }
  std::int64_t cost(int i, int j) const {
    std::int64_t const dy = i / side - j / side, dx = i % side - j % side;
    return unit * (dy * dy + dx * dx) -
           (wanted[static_cast<std::size_t>(j)] != 0 ? mass[static_cast<std::size_t>(i)] : 0);
  }
  std::int64_t of(std::vector<std::int16_t> const& to) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < to.size(); ++i) sum += cost(static_cast<int>(i), to[i]);
    return sum;
  }
  std::vector<std::int16_t> solved() const {
    std::vector<std::int16_t> to(mass.size());
    mixaug::detail::cell_assignment{}(side, unit, mass.data(), wanted.data(), to.data());
    return to;
  }
};

/// The Hungarian method in O(n^3), by potentials; returns the lowest cost.
std::int64_t hungarian(problem const& p) {
  int const n = static_cast<int>(p.mass.size());
  std::vector<std::int64_t> u(static_cast<std::size_t>(n + 1)), v(u);
  std::vector<int> match(u.size()), way(u.size());
  auto const at = [](auto& a, int k) -> auto& { return a[static_cast<std::size_t>(k)]; };
  for (int i = 1; i <= n; ++i) {
    at(match, 0) = i;
    int j0 = 0;
    std::vector<std::int64_t> low(u.size(), std::numeric_limits<std::int64_t>::max());
    std::vector<char> used(u.size());
    do {
      at(used, j0) = 1;
      int const i0 = at(match, j0);
      int j1 = 0;
      std::int64_t delta = std::numeric_limits<std::int64_t>::max();
      for (int j = 1; j <= n; ++j) {
        if (at(used, j)) continue;
        std::int64_t const c = p.cost(i0 - 1, j - 1) - at(u, i0) - at(v, j);
        if (c < at(low, j)) at(low, j) = c, at(way, j) = j0;
        if (at(low, j) < delta) delta = at(low, j), j1 = j;
      }
      for (int j = 0; j <= n; ++j)
        if (at(used, j))
          at(u, at(match, j)) += delta, at(v, j) -= delta;
        else
          at(low, j) -= delta;
      j0 = j1;
    } while (at(match, j0) != 0);
    for (; j0 != 0; j0 = at(way, j0)) at(match, j0) = at(match, at(way, j0));
  }
  std::int64_t sum = 0;
  for (int j = 1; j <= n; ++j) sum += p.cost(at(match, j) - 1, j - 1);
  return sum;
}

/// The published rounds on whole matrices: every row's first minimum is its plan, every column's first minimum of plan
/// times cost wins, and the plans that lose grow by 1. Returns the row that wins each column, or -1.
std::vector<int> published_rounds(problem const& p) {
  std::size_t const n = p.mass.size();
  std::vector<std::vector<double>> cost(n, std::vector<double>(n)), plan, win;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      cost[i][j] = static_cast<double>(p.cost(static_cast<int>(i), static_cast<int>(j))) / 0x1p24;
  for (int round = 0; round < p.side; ++round) {
    plan = win = std::vector<std::vector<double>>(n, std::vector<double>(n, 0.0));
    for (std::size_t i = 0; i < n; ++i)
      plan[i][static_cast<std::size_t>(std::min_element(cost[i].begin(), cost[i].end()) - cost[i].begin())] = 1.0;
    for (std::size_t j = 0; j < n; ++j) {
      std::size_t best = 0;
      for (std::size_t i = 1; i < n; ++i)
        if (plan[i][j] * cost[i][j] < plan[best][j] * cost[best][j]) best = i;
      win[best][j] = plan[best][j];
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) cost[i][j] += (1.0 - win[i][j]) * plan[i][j];
  }
  std::vector<int> of(n, -1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (win[i][j] > 0.0) of[j] = static_cast<int>(i);
  return of;
}

bool is_permutation(std::vector<std::int16_t> to) {
  std::sort(to.begin(), to.end());
  for (std::size_t k = 0; k < to.size(); ++k)
    if (to[k] != static_cast<std::int16_t>(k)) return false;
  return true;
}

}  // namespace

TEST_CASE("of all permutations of few cells, the lexicographically smallest of least cost") {
  test::stream draw(3);
  int moved = 0, several = 0;
  for (int k = 0; k < (test::long_statistics() ? 1000 : 400); ++k) {
    int const side = k % 100 == 0 ? 3 : 2;
    problem const p(draw, side, static_cast<std::int32_t>(draw.below(5)), 1 + draw.below(12));
    std::vector<std::int16_t> to(p.mass.size());
    std::iota(to.begin(), to.end(), std::int16_t{0});
    auto best = to;
    int optima = 0;
    std::int64_t lowest = p.of(to);
    do {
      std::int64_t const v = p.of(to);
      if (v < lowest) lowest = v, best = to, optima = 0;
      optima += v == lowest ? 1 : 0;
    } while (std::next_permutation(to.begin(), to.end()));
    REQUIRE(p.solved() == best);
    moved += std::is_sorted(best.begin(), best.end()) ? 0 : 1;
    several += optima > 1 ? 1 : 0;
  }
  CHECK(moved > 50);
  CHECK(several > 30);
}

TEST_CASE("the cost is least on every size, and the optimum does not depend on the order of work") {
  test::stream draw(4);
  int moved = 0;
  for (int side : {1, 4, 5, 8, 16})
    for (int k = 0; k < (side == 16 ? 1 : 20); ++k) {
      problem const p(draw, side, static_cast<std::int32_t>(1 + draw.below(50)), draw.below(4000));
      auto const to = p.solved();
      CAPTURE(side);
      REQUIRE(is_permutation(to));
      CHECK(p.of(to) == hungarian(p));
      for (std::size_t i = 0; i < to.size(); ++i) moved += to[i] != static_cast<std::int16_t>(i) ? 1 : 0;
    }
  CHECK(moved > 300);
}

TEST_CASE("units of every t_eps and side, with masses that sum to one, overflow nothing") {
  test::stream draw(6);
  for (int side : {2, 3, 4, 7, 16})
    for (int k = 0; k < (side == 16 ? 1 : 40); ++k) {
      double const t_eps = k == 0 ? 4.0 : k == 1 ? 0.0 : 4.0 * draw.unit() * draw.unit();
      auto const unit = static_cast<std::int32_t>(std::lround(t_eps * 0x1p24 / ((side - 1) * (side - 1))));
      problem p(draw, side, unit, 1000);
      std::int64_t sum = 0;
      for (auto& m : p.mass) m = k % 3 == 0 && &m != p.mass.data() ? m / 50 : m, sum += m;
      for (auto& m : p.mass) m = static_cast<std::int32_t>((std::int64_t{m} << 24) / std::max<std::int64_t>(sum, 1));
      auto const to = p.solved();
      CAPTURE(side);
      CAPTURE(t_eps);
      REQUIRE(is_permutation(to));
      CHECK(p.of(to) == hungarian(p));
    }
}

TEST_CASE("the published rounds of proposals") {
  test::stream draw(7);
  int moved = 0, lost = 0, first = 0;
  for (int side : {1, 2, 3, 4, 6})
    for (int k = 0; k < 60; ++k) {
      std::int64_t const steps = std::max(1, (side - 1) * (side - 1));
      problem p(draw, side, static_cast<std::int32_t>((draw.below(40) << 14) / steps), 1 << (k % 2 == 0 ? 3 : 20));
      for (auto& m : p.mass) m = k % 2 == 0 ? m << 17 : m;  // with equal costs
      std::vector<std::int16_t> shown(p.mass.size());
      mixaug::detail::cell_proposals{}(side, p.unit, p.mass.data(), p.wanted.data(), shown.data());
      auto const of = published_rounds(p);
      for (std::size_t j = 0; j < of.size(); ++j) {
        REQUIRE(shown[j] == (of[j] < 0 ? static_cast<int>(j) : of[j]));
        moved += shown[j] != static_cast<std::int16_t>(j) ? 1 : 0;
        first += of[j] == 0 && j > 0 ? 1 : 0;
      }
      lost += is_permutation(shown) ? 0 : 1;
    }
  CHECK(moved > 300);
  CHECK(lost > 20);
  CHECK(first > 5);
}

TEST_CASE("where no gain exceeds a step, nothing moves") {
  test::stream draw(5);
  problem p(draw, 8, 100, 100);
  auto const to = p.solved();
  CHECK(std::is_sorted(to.begin(), to.end()));
}

}  // namespace cell_assignment_test
