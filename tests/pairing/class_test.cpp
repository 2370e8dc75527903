#include <doctest/doctest.h>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"
#include "support/values.hpp"

namespace class_test {

namespace ma = mixaug;
using ma::index_t;
using test::partners;

namespace {
auto batch_of(index_t n) { return ma::inputs(ma::features<float>(nullptr, {n, 1})); }

/// Counts how often each candidate was drawn for row `row` over many steps; others must not be drawn.
template <class Rule, class Candidate>
double p_value(Rule const& rule, ma::input_set<ma::space::host> const& in, std::size_t row, index_t rows,
               Candidate const& allowed) {
  std::vector<double> counts(static_cast<std::size_t>(rows)), drawn;
  for (std::uint64_t step = 0; step < 4000; ++step)
    counts.at(static_cast<std::size_t>(partners(rule, in, {.seed = 6, .step = step})[row])) += 1;
  for (index_t j = 0; j < rows; ++j) {
    if (allowed(j))
      drawn.push_back(counts[static_cast<std::size_t>(j)]);
    else if (counts[static_cast<std::size_t>(j)] != 0)
      return -1;
  }
  return reference::uniform_p(drawn);
}
}  // namespace

TEST_CASE("same_class: uniform among the others of the class, other_class: among all other classes") {
  int const ids[] = {2, 0, 2, 7, 2, 0, -5, 2, 2, 9};
  auto in = batch_of(10).class_ids(ma::class_ids(ids, {10}));
  for (std::size_t row : {0u, 4u, 8u}) {
    CHECK(p_value(ma::pairing::same_class{}, in, row, 10,
                  [&](index_t j) { return ids[j] == 2 && j != static_cast<index_t>(row); }) > reference::level(8));
    CHECK(p_value(ma::pairing::other_class{}, in, row, 10, [&](index_t j) { return ids[j] != 2; }) >
          reference::level(8));
  }
  CHECK(p_value(ma::pairing::other_class{}, in, 6, 10, [&](index_t j) { return j != 6; }) > reference::level(8));
  CHECK(p_value(ma::pairing::same_class{}, in, 1, 10, [&](index_t j) { return j == 5; }) == 1);
}

TEST_CASE("a class with one member has no partner, nor has one class another") {
  int const ids[] = {2, 0, 2, 7};
  auto const same = partners(ma::pairing::same_class{}, batch_of(4).class_ids(ma::class_ids(ids, {4})), {});
  CHECK(same == std::vector<index_t>{2, -1, 0, -1});
  std::uint8_t const one[] = {3, 3, 3};
  auto in = batch_of(3).class_ids(ma::class_ids(one, {3}));
  CHECK(partners(ma::pairing::other_class{}, in, {}) == std::vector<index_t>{-1, -1, -1});
  for (index_t p : partners(ma::pairing::same_class{}, in, {})) CHECK(p >= 0);
  std::int64_t const alone[] = {1};
  auto const single = batch_of(1).class_ids(ma::class_ids(alone, {1}));
  CHECK(partners(ma::pairing::same_class{}, single, {})[0] == -1);
  CHECK(partners(ma::pairing::other_class{}, single, {})[0] == -1);
}

TEST_CASE("ids of any integral type and stride give the same partners") {
  int const ids[] = {2, 0, 2, 1, 0, 2, 2, 1};
  std::uint8_t bytes[8];
  std::int64_t wide[24];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(ids[i]), wide[3 * i] = ids[i];
  auto const expected =
      partners(ma::pairing::same_class{}, batch_of(8).class_ids(ma::class_ids(ids, {8})), {.seed = 1});
  CHECK(partners(ma::pairing::same_class{}, batch_of(8).class_ids(ma::class_ids(bytes, {8})), {.seed = 1}) == expected);
  CHECK(partners(ma::pairing::same_class{}, batch_of(8).class_ids(ma::class_ids(wide, {8}, {3})), {.seed = 1}) ==
        expected);
}

TEST_CASE("ids far apart, up to the ends of 64 bits, are classes like others") {
  std::int64_t const ids[] = {INT64_MAX, 0, INT64_MIN, INT64_MAX, 7, INT64_MIN, 1000000007, 7},
                     small[] = {4, 1, 0, 4, 2, 0, 3, 2};
  auto const far = batch_of(8).class_ids(ma::class_ids(ids, {8})),
             near = batch_of(8).class_ids(ma::class_ids(small, {8}));
  for (std::uint64_t step = 0; step < 20; ++step) {
    CHECK(partners(ma::pairing::same_class{}, far, {.step = step}) ==
          partners(ma::pairing::same_class{}, near, {.step = step}));
    auto const other = partners(ma::pairing::other_class{}, far, {.step = step});
    for (std::size_t i = 0; i < 8; ++i) CHECK(ids[other[i]] != ids[i]);
  }
}

TEST_CASE("a second source: every row of the class, or of the others, is a candidate") {
  int const ids[] = {0, 1, 5}, source[] = {1, 0, 0, 2, 0, 1};
  auto in = batch_of(3).class_ids(ma::class_ids(ids, {3})).source_rows(6).source_class_ids(ma::class_ids(source, {6}));
  CHECK(p_value(ma::pairing::same_class{}, in, 0, 6, [&](index_t j) { return source[j] == 0; }) > reference::level(3));
  CHECK(p_value(ma::pairing::other_class{}, in, 1, 6, [&](index_t j) { return source[j] != 1; }) > reference::level(3));
  CHECK(p_value(ma::pairing::other_class{}, in, 2, 6, [](index_t) { return true; }) > reference::level(3));
  CHECK(partners(ma::pairing::same_class{}, in, {})[2] == -1);
}

TEST_CASE("many classes and rows: partners have the class, and never the row itself") {
  test::stream s(3);
  std::vector<int> ids(2000);
  for (int& v : ids) v = static_cast<int>(s.below(150));
  auto in = batch_of(2000).class_ids(ma::class_ids(ids.data(), {2000}));
  for (index_t block : {0, 64, 7}) {
    ma::key const k{.seed = 3, .block = block};
    auto const same = partners(ma::pairing::same_class{}, in, k), other = partners(ma::pairing::other_class{}, in, k);
    for (std::size_t i = 0; i < 2000; ++i) {
      auto const row = static_cast<index_t>(i), base = block == 0 ? 0 : row / block * block;
      index_t const end = block == 0 ? 2000 : std::min<index_t>(base + block, 2000);
      index_t alike = 0;
      for (index_t j = base; j < end; ++j) alike += ids[static_cast<std::size_t>(j)] == ids[i] ? 1 : 0;
      REQUIRE((same[i] == -1) == (alike == 1));
      if (same[i] >= 0)
        REQUIRE(
            (same[i] != row && same[i] >= base && same[i] < end && ids[static_cast<std::size_t>(same[i])] == ids[i]));
      REQUIRE((other[i] == -1) == (alike == end - base));
      if (other[i] >= 0)
        REQUIRE((other[i] >= base && other[i] < end && ids[static_cast<std::size_t>(other[i])] != ids[i]));
    }
  }
}

}  // namespace class_test
