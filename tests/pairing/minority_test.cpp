#include <doctest/doctest.h>

#include <algorithm>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"
#include "support/values.hpp"

namespace minority_test {

namespace ma = mixaug;
using ma::index_t;
using test::partners;

namespace {

auto batch_of(index_t n) { return ma::inputs(ma::features<float>(nullptr, {n, 1})); }
using ids_list = std::vector<int>;
auto batch_of(ids_list const& ids) {
  auto const n = static_cast<index_t>(ids.size());
  return batch_of(n).class_ids(ma::class_ids(ids.data(), {n}));
}
ma::pairing::minority counted(std::vector<std::int64_t> const& counts, float at_most = 0.5f) {
  return {at_most, ma::indices(counts.data(), {counts.size()})};
}

/// What the rule says of rows [from, to): who has a partner. `at_most` as a fraction of integers.
std::vector<bool> expected(ids_list const& ids, std::size_t from, std::size_t to, int numerator, int denominator) {
  auto const count = [&](int id) {
    return std::count(ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(to),
                      id);
  };
  std::ptrdiff_t most = 0;
  for (std::size_t i = from; i < to; ++i) most = std::max(most, count(ids[i]));
  std::vector<bool> out;
  for (std::size_t i = from; i < to; ++i)
    out.push_back(count(ids[i]) * denominator <= most * numerator &&
                  count(ids[i]) < static_cast<std::ptrdiff_t>(to - from));
  return out;
}

}  // namespace

TEST_CASE("rows of minority classes, and no others, have a partner, uniform among all rows of other classes") {
  ids_list const ids{2, 2, 0, 2, 7, 2, 0, 2, -3, 2};  // 6 of class 2: three or fewer are a minority
  auto const in = batch_of(ids);
  std::vector<std::vector<double>> counts(10, std::vector<double>(10));
  for (std::uint64_t step = 0; step < 4000; ++step) {
    auto const p = partners(ma::pairing::minority{}, in, {.seed = 8, .step = step});
    for (std::size_t i = 0; i < 10; ++i) {
      REQUIRE((p[i] >= 0) == (ids[i] != 2));
      if (p[i] >= 0) counts[i][static_cast<std::size_t>(p[i])] += 1;
    }
  }
  for (std::size_t i : {2u, 4u, 6u, 8u}) {
    std::vector<double> others;
    for (std::size_t j = 0; j < 10; ++j) {
      if (ids[j] != ids[i])
        others.push_back(counts[i][j]);
      else
        CHECK(counts[i][j] == 0);
    }
    CHECK(reference::uniform_p(others) > reference::level(4));
  }
  // Draws of different rows owe nothing to each other.
  CHECK(partners(ma::pairing::minority{}, in, {.seed = 8, .step = 1}) !=
        partners(ma::pairing::minority{}, in, {.seed = 8, .step = 2}));
}

TEST_CASE("a minority has at most `at_most` times the rows of the largest class") {
  ids_list const ids{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3};  // 8, 4, 2, 1
  auto const who = [&](float at_most) {
    auto const p = partners(ma::pairing::minority{at_most}, batch_of(ids), {});
    ids_list out;
    for (std::size_t i : {0u, 8u, 12u, 14u}) out.push_back(p[i] >= 0 ? 1 : 0);
    return out;
  };
  CHECK(who(0.99f) == ids_list{0, 1, 1, 1});
  CHECK(who(0.5f) == ids_list{0, 1, 1, 1});
  CHECK(who(0.49f) == ids_list{0, 0, 1, 1});
  CHECK(who(0.25f) == ids_list{0, 0, 1, 1});
  CHECK(who(0.125f) == ids_list{0, 0, 0, 1});
  CHECK(who(0.1f) == ids_list{0, 0, 0, 0});
  for (auto const& even : {ids_list{5}, ids_list{1, 1, 1}, ids_list{0, 1}, ids_list{0, 1, 2, 0, 1, 2}})
    for (index_t p : partners(ma::pairing::minority{0.9f}, batch_of(even), {})) CHECK(p == -1);  // no class is rarer
}

TEST_CASE("class_counts say which classes of the data set are rare, whatever the batch holds") {
  ids_list const ids{0, 1, 2, 1, 1, 1};
  std::vector<std::int64_t> const counts{1000, 10, 500, 501, 0};
  auto const p = partners(counted(counts), batch_of(ids), {.seed = 1});
  CHECK(p[0] == -1);
  for (std::size_t i = 1; i < 6; ++i) CHECK((p[i] >= 0 && ids[static_cast<std::size_t>(p[i])] != ids[i]));
  auto const q = partners(counted(counts, 0.01f), batch_of(ids), {.seed = 1});
  CHECK((q[0] == -1 && q[2] == -1 && q[1] == p[1]));  // the draws do not depend on who is rare
  std::int64_t const wide[] = {1000, -1, 10, -1, 500, -1};
  CHECK(partners(ma::pairing::minority{0.5f, ma::strided(wide, ma::extents<1>{3}, ma::extents<1>{2})}, batch_of(ids),
                 {.seed = 1}) == p);
  ids_list const rare_alone{1, 1, 1};  // rare, and no row of another class
  CHECK(partners(counted(counts), batch_of(rare_alone), {}) == std::vector<index_t>{-1, -1, -1});
}

TEST_CASE("blocks are counted by themselves, and parts of a global batch give the rows of one call") {
  test::stream s(5);
  for (int round = 0; round < 20; ++round) {
    ids_list ids(48);
    for (int& v : ids) v = static_cast<int>(s.below(3) * s.below(3));
    for (index_t block : {0, 16, 7}) {
      ma::key const k{.seed = 3, .step = static_cast<std::uint64_t>(round), .block = block};
      auto const whole = partners(ma::pairing::minority{}, batch_of(ids), k);
      index_t const size = block == 0 ? 48 : block;
      for (index_t base = 0; base < 48; base += size) {
        index_t const end = std::min<index_t>(base + size, 48);
        auto const who = expected(ids, static_cast<std::size_t>(base), static_cast<std::size_t>(end), 1, 2);
        for (index_t i = base; i < end; ++i) {
          index_t const p = whole[static_cast<std::size_t>(i)];
          REQUIRE((p >= 0) == who[static_cast<std::size_t>(i - base)]);
          if (p >= 0)
            REQUIRE((p >= base && p < end && ids[static_cast<std::size_t>(p)] != ids[static_cast<std::size_t>(i)]));
        }
      }
      for (index_t first = 0; first < 48;
           first += 16) {  // ids of the global batch, or of the part where blocks lie inside
        std::vector<index_t> const rows(whole.begin() + first, whole.begin() + first + 16);
        ma::key const part{.seed = 3, .step = k.step, .first = first, .global = 48, .block = block};
        CHECK(partners(ma::pairing::minority{}, batch_of(16).class_ids(ma::class_ids(ids.data(), {48})), part) == rows);
        if (block == 16)
          CHECK(partners(ma::pairing::minority{}, batch_of(16).class_ids(ma::class_ids(ids.data() + first, {16})),
                         part) == rows);
      }
    }
  }
}

TEST_CASE("a second source: minorities are counted in the batch, partners are rows of the source") {
  ids_list const ids{0, 0, 0, 0, 1, 2, 2}, source{1, 1, 0, 2, 2, 2, 0, 9};
  auto in = batch_of(ids).source_rows(8).source_class_ids(ma::class_ids(source.data(), {8}));
  std::vector<double> counts(8);
  for (std::uint64_t step = 0; step < 2000; ++step) {
    auto const p = partners(ma::pairing::minority{}, in, {.seed = 9, .step = step});
    for (std::size_t i = 0; i < 7; ++i) REQUIRE((p[i] >= 0) == (i >= 4));
    counts[static_cast<std::size_t>(p[5])] += 1;
  }
  CHECK((counts[3] == 0 && counts[4] == 0 && counts[5] == 0));
  CHECK(reference::uniform_p({counts[0], counts[1], counts[2], counts[6], counts[7]}) > reference::level(1));
}

TEST_CASE("inside one_of, minority pairs the rows that chose it, and counts all") {
  ids_list const ids{0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 0};
  auto const m = ma::one_of(ma::mixup{}, with(ma::mixup{}, ma::pairing::minority{}));
  auto const x = ma::features<float>(nullptr, {14, 1});
  auto const p = ma::make_plan(m, ma::inputs(x).class_ids(ma::class_ids(ids.data(), {14})), ma::key{.seed = 2});
  int chosen = 0;
  for (std::size_t i = 0; i < 14; ++i) {
    chosen += p.choice[i];
    CHECK((p.partner[i] >= 0) == (p.choice[i] == 0 || ids[i] != 0));
  }
  CHECK(chosen > 2);
}

}  // namespace minority_test
