#include <doctest/doctest.h>

#include <algorithm>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"

namespace source_test {

namespace ma = mixaug;
using ma::index_t;
using test::partners;

namespace {
auto batch_of(index_t n) { return ma::inputs(ma::features<float>(nullptr, {n, 1})); }
using list = std::vector<index_t>;
}  // namespace

TEST_CASE("a second source of as many rows is permuted") {
  for (std::uint64_t step = 0; step < 50; ++step)
    REQUIRE(test::rank_of(partners(ma::pairing::shuffle{}, batch_of(9).source_rows(9), {.step = step})) >= 0);
  CHECK(partners(ma::pairing::reverse{}, batch_of(4).source_rows(4), {}) == list{3, 2, 1, 0});
  CHECK(partners(ma::pairing::roll{}, batch_of(4).source_rows(4), {}) == list{3, 0, 1, 2});
}

TEST_CASE("of another number of rows, each row draws its partner uniformly, with replacement") {
  for (index_t rows : {1, 3, 100}) {
    CAPTURE(rows);
    std::vector<double> counts(static_cast<std::size_t>(rows));
    for (index_t p : partners(ma::pairing::shuffle{}, batch_of(20000).source_rows(rows), {.seed = 4})) {
      REQUIRE((p >= 0 && p < rows));
      counts[static_cast<std::size_t>(p)] += 1;
    }
    CHECK(reference::uniform_p(counts) > reference::level(3));
  }
  // A row's partner depends on the global row alone: any part of the batch draws the same.
  auto const all = partners(ma::pairing::shuffle{}, batch_of(30).source_rows(1000), {.seed = 5});
  auto const part =
      partners(ma::pairing::shuffle{}, batch_of(10).source_rows(1000), {.seed = 5, .first = 20, .global = 30});
  CHECK(std::equal(part.begin(), part.end(), all.begin() + 20));
}

TEST_CASE("rules that need the batch refuse another source by name") {
  auto refuses = [](auto const& rule, auto const& in, char const* part) {
    try {
      partners(rule, in, {});
    } catch (ma::invalid_argument const& e) {
      return std::string(e.what()).find(part) != std::string::npos;
    }
    return false;
  };
  CHECK(refuses(ma::pairing::derangement{}, batch_of(4).source_rows(4), "pairing::derangement"));
  CHECK(refuses(ma::pairing::reverse{}, batch_of(4).source_rows(5), "pairing::reverse"));
  CHECK(refuses(ma::pairing::roll{}, batch_of(4).source_rows(5), "pairing::roll"));
  CHECK(refuses(ma::pairing::same_class{}, batch_of(4), "class_ids"));
  CHECK(refuses(ma::pairing::other_class{}, batch_of(4), "class_ids"));
}

TEST_CASE("given partners are taken as they are, -1 = none") {
  std::int64_t const p[] = {3, -1, 0, 0, 4};
  auto const rule = ma::pairing::given{ma::indices(p, {5})};
  CHECK(partners(rule, 5, {}) == list{3, -1, 0, 0, 4});
  std::int64_t const far[] = {99, -1, 7};
  auto const data_set = ma::pairing::given{ma::indices(far, {3})};
  CHECK(partners(data_set, batch_of(3).source_rows(100), {}) == list{99, -1, 7});
  CHECK_THROWS_AS(partners(data_set, batch_of(3).source_rows(99), {}), ma::invalid_argument);
  CHECK_THROWS_AS(partners(rule, 4, {}), ma::invalid_argument);
  std::int64_t const bad[] = {0, -2, 0};
  CHECK_THROWS_AS(partners(ma::pairing::given{ma::indices(bad, {3})}, 3, {}), ma::invalid_argument);
  // partners of a part of the global batch are global rows, and stay in their block
  std::int64_t const global[] = {2, 9, 3};
  auto const part = ma::pairing::given{ma::indices(global, {3})};
  CHECK(partners(part, 3, {.first = 4, .global = 10}) == list{2, 9, 3});
  CHECK_THROWS_AS(partners(part, 3, {.first = 4, .global = 10, .block = 5}), ma::invalid_argument);
}

TEST_CASE("a row without partner keeps its pixels and its label") {
  std::int64_t const p[] = {1, -1, 0};
  auto const plan = ma::make_plan(with(ma::mixup{}, ma::pairing::given{ma::indices(p, {3})}),
                                  ma::features<float>(nullptr, {3, 2}), ma::key{.seed = 1});
  CHECK(plan.ratio[1] == 1.0f);
  CHECK(plan.share_self[1] == 1.0f);
  CHECK(plan.share_partner[1] == 0.0f);
  CHECK(plan.share_partner[0] > 0.0f);
}

}  // namespace source_test
