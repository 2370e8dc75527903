#include <doctest/doctest.h>

#include <algorithm>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"

namespace permutation_test {

namespace ma = mixaug;
using ma::index_t;
using test::partners;

TEST_CASE("shuffle is uniform over all permutations of up to five rows") {
  int factorial = 1;
  for (int n = 1; n <= 5; ++n) {
    factorial *= n;
    CAPTURE(n);
    std::vector<double> counts(static_cast<std::size_t>(factorial));
    for (int draw = 0; draw < 200 * factorial; ++draw) {
      int const rank =
          test::rank_of(partners(ma::pairing::shuffle{}, n, {.seed = 1, .step = static_cast<std::uint64_t>(draw)}));
      REQUIRE(rank >= 0);
      counts[static_cast<std::size_t>(rank)] += 1;
    }
    CHECK(reference::uniform_p(counts) > reference::level(4));
  }
}

TEST_CASE("derangement is uniform over all derangements of two to six rows, and nobody meets himself") {
  int const known[] = {0, 0, 1, 2, 9, 44, 265};  // subfactorials
  int factorial = 1;
  for (int n = 2; n <= 6; ++n) {
    factorial *= n;
    CAPTURE(n);
    std::vector<double> counts(static_cast<std::size_t>(factorial));
    int const draws = 150 * known[n];
    for (int draw = 0; draw < draws; ++draw) {
      auto const p = partners(ma::pairing::derangement{}, n, {.seed = 2, .step = static_cast<std::uint64_t>(draw)});
      for (int i = 0; i < n; ++i) REQUIRE(p[static_cast<std::size_t>(i)] != i);
      int const rank = test::rank_of(p);
      REQUIRE(rank >= 0);
      counts[static_cast<std::size_t>(rank)] += 1;
    }
    counts.erase(std::remove(counts.begin(), counts.end(), 0.0), counts.end());
    CHECK(static_cast<int>(counts.size()) == known[n]);  // 150 draws a cell: all are seen
    CHECK(reference::uniform_p(counts) > reference::level(5));
  }
}

TEST_CASE("a large batch is permuted; the seed and the step move it") {
  index_t const n = 1001;
  auto sorted = partners(ma::pairing::shuffle{}, n, {.seed = 3});
  auto const first = sorted;
  std::sort(sorted.begin(), sorted.end());
  for (index_t i = 0; i < n; ++i) REQUIRE(sorted[static_cast<std::size_t>(i)] == i);
  CHECK(first == partners(ma::pairing::shuffle{}, n, {.seed = 3}));
  CHECK(first != partners(ma::pairing::shuffle{}, n, {.seed = 4}));
  CHECK(first != partners(ma::pairing::shuffle{}, n, {.seed = 3, .step = 1}));
  auto const other = partners(ma::pairing::derangement{}, n, {.seed = 3});
  CHECK(std::count_if(other.begin(), other.end(), [&](index_t const& p) { return p == &p - other.data(); }) == 0);
}

TEST_CASE("a batch of one: shuffle, reverse and roll pair it with itself, derangement with nobody") {
  CHECK(partners(ma::pairing::shuffle{}, 1, {})[0] == 0);
  CHECK(partners(ma::pairing::reverse{}, 1, {})[0] == 0);
  CHECK(partners(ma::pairing::roll{}, 1, {})[0] == 0);
  CHECK(partners(ma::pairing::derangement{}, 1, {})[0] == -1);
  CHECK(partners(ma::pairing::none{}, 1, {})[0] == -1);
}

TEST_CASE("reverse meets from both ends, roll from the row before; odd batches too") {
  using list = std::vector<index_t>;
  CHECK(partners(ma::pairing::reverse{}, 5, {}) == list{4, 3, 2, 1, 0});
  CHECK(partners(ma::pairing::reverse{}, 4, {}) == list{3, 2, 1, 0});
  CHECK(partners(ma::pairing::roll{}, 5, {}) == list{4, 0, 1, 2, 3});  // numpy.roll(range(5), 1)
  CHECK(partners(ma::pairing::roll{.shift = 2}, 5, {}) == list{3, 4, 0, 1, 2});
  CHECK(partners(ma::pairing::roll{.shift = -1}, 5, {}) == list{1, 2, 3, 4, 0});
  CHECK(partners(ma::pairing::roll{.shift = 13}, 5, {}) == partners(ma::pairing::roll{.shift = 3}, 5, {}));
  CHECK(partners(ma::pairing::roll{.shift = -13}, 5, {}) == partners(ma::pairing::roll{.shift = -3}, 5, {}));
  CHECK(partners(ma::pairing::roll{.shift = 5}, 5, {}) == list{0, 1, 2, 3, 4});
  CHECK(partners(ma::pairing::none{}, 3, {}) == list{-1, -1, -1});
}

TEST_CASE("key.block keeps partners inside blocks; the last block may be short") {
  using list = std::vector<index_t>;
  CHECK(partners(ma::pairing::reverse{}, 7, {.block = 3}) == list{2, 1, 0, 5, 4, 3, 6});
  CHECK(partners(ma::pairing::roll{}, 7, {.block = 3}) == list{2, 0, 1, 5, 3, 4, 6});
  for (std::uint64_t step = 0; step < 50; ++step) {
    auto const p = partners(ma::pairing::shuffle{}, 103, {.step = step, .block = 10});
    auto const d = partners(ma::pairing::derangement{}, 101, {.step = step, .block = 10});
    std::vector<bool> met(103);
    for (std::size_t i = 0; i < 103; ++i) {
      REQUIRE(p[i] / 10 == static_cast<index_t>(i) / 10);
      REQUIRE_FALSE(met[static_cast<std::size_t>(p[i])]);
      met[static_cast<std::size_t>(p[i])] = true;
    }
    for (std::size_t i = 0; i < 100; ++i)
      REQUIRE((d[i] / 10 == static_cast<index_t>(i) / 10 && d[i] != static_cast<index_t>(i)));
    REQUIRE(d[100] == -1);  // alone in the last block
  }
  CHECK(partners(ma::pairing::shuffle{}, 50, {.seed = 9, .block = 50}) ==
        partners(ma::pairing::shuffle{}, 50, {.seed = 9}));
  CHECK(partners(ma::pairing::shuffle{}, 50, {.seed = 9, .block = 500}) ==
        partners(ma::pairing::shuffle{}, 50, {.seed = 9}));
}

}  // namespace permutation_test
