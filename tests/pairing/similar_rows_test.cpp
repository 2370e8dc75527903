#include <doctest/doctest.h>

#include "support/similar_classes.hpp"

namespace similar_rows_test {

using namespace test;

namespace {

/// Features of few dimensions with a row of zeros among them.
std::vector<float> vectors(index_t n, index_t d, std::uint64_t seed) {
  auto v = any_values<float>(n * d, seed);
  for (index_t j = 0; j < d; ++j) v[at(j)] = 0;
  return v;
}
std::vector<double> cosines(float const* mine, std::vector<float> const& of, index_t d) {
  std::vector<double> c;
  for (std::size_t j = 0; j < of.size(); j += at(d))
    c.push_back(reference::cosine(mine, of.data() + j, static_cast<int>(d)));
  return c;
}

}  // namespace

TEST_CASE("rows inside the class by the similarity of features, of the batch or of a second source") {
  stream s(3);
  std::vector<index_t> const widths{1, 7, 8, 21};
  for (int round = 0; round < 60; ++round) {
    index_t const k = 1 + s.below(4), n = 1 + s.below(18), m = 1 + s.below(15), d = widths[at(s.below(4))],
                  block = s.below(2) * (1 + s.below(9));
    classes const c(k, s.bits());
    ids_list ids(at(n)), source(at(m));
    for (int& v : ids) v = static_cast<int>(s.below(k));
    for (int& v : source) v = static_cast<int>(s.below(k));
    auto const f = vectors(n, d, s.bits()), g = vectors(m, d, s.bits());
    class_similarity rule{.similarity = c.view(),
                          .preference = by_rank,
                          .with_own_class = s.below(2) == 1,
                          .features = ma::features(f.data(), {n, d})};
    rule.sample_temperature = std::ldexp(1.0f, static_cast<int>(s.below(8)) - 5);
    auto second = rule;
    second.features = ma::features(g.data(), {m, d}), second.query_features = ma::features(f.data(), {n, d});
    for (index_t i = 0; i < n; ++i) {
      float const* const mine = f.data() + i * d;
      CHECK(furthest(law_of(rule, batch_of(ids), {.block = block}, i, n),
                     reference::similarity_law(ids[at(i)], candidates_of(ids, i, block), c.rows(), told(rule),
                                               cosines(mine, f, d))) < 1e-12);
      CHECK(furthest(law_of(second, with_source(ids, source), {}, i, m),
                     reference::similarity_law(ids[at(i)], source, c.rows(), told(rule), cosines(mine, g, d))) < 1e-12);
    }
  }
  // Draws, also with features whose numbers lie apart.
  ids_list const ids{0, 1, 1, 2, 1, 2, 0, 2};
  classes const c(3, 9);
  auto const f = vectors(8, 5, 4);
  std::vector<float> wide(8 * 10);
  for (std::size_t j = 0; j < 40; ++j) wide[2 * j] = f[j];
  class_similarity rule{
      .similarity = c.view(), .temperature = 1, .features = ma::features(f.data(), {8, 5}), .sample_temperature = 0.5f};
  auto apart = rule;
  apart.features = ma::strided<float const>(wide.data(), ma::extents<2>{8, 5}, ma::extents<2>{10, 2});
  for (index_t i : {0, 1, 6}) {
    CHECK(p_value(rule, batch_of(ids), i, law_of(rule, batch_of(ids), {}, i, 8), 40 + static_cast<std::uint64_t>(i)) >
          reference::level(3));
    CHECK(law_of(apart, batch_of(ids), {}, i, 8) == law_of(rule, batch_of(ids), {}, i, 8));
  }
  CHECK(partners(apart, batch_of(ids), {.seed = 3}) == partners(rule, batch_of(ids), {.seed = 3}));
}

TEST_CASE("any split of a global batch gives the same partners, and the same laws") {
  stream s(8);
  ids_list ids(64);
  for (int& v : ids) v = static_cast<int>(s.below(6));
  classes const c(6, 4);
  auto const f = vectors(64, 9, 2), g = vectors(20, 9, 3);
  ids_list const source(ids.begin() + 3, ids.begin() + 23);
  std::vector<std::int64_t> const tour{3, 0, 5, 2, 1, 4};
  auto const all = [&](auto rule, auto featured) {
    for (index_t block : {0, 16, 5}) {
      ma::key const k{.seed = 2, .block = block};
      if constexpr (featured) rule.features = ma::features(f.data(), {64, 9}), rule.query_features = {};
      auto const whole = partners(rule, batch_of(ids), k);
      for (index_t first = 0; first < 64; first += 16) {
        ma::key const part{.seed = 2, .first = first, .global = 64, .block = block};
        std::vector<index_t> const rows(whole.begin() + first, whole.begin() + first + 16);
        auto in = ma::inputs(ma::features<float>(nullptr, {16, 1})).class_ids(ma::class_ids(ids.data(), {64}));
        CHECK(partners(rule, in, part) == rows);
        CHECK(law_of(rule, in, part, 3, 64) == law_of(rule, batch_of(ids), k, first + 3, 64));
        if (block != 16) continue;
        if constexpr (featured) rule.features = ma::features(f.data() + first * 9, {16, 9});
        CHECK(partners(rule, in.class_ids(ma::class_ids(ids.data() + first, {16})), part) == rows);
        if constexpr (featured) rule.features = ma::features(f.data(), {64, 9});
      }
    }
    if constexpr (featured)
      rule.features = ma::features(g.data(), {20, 9}), rule.query_features = ma::features(f.data(), {64, 9});
    auto const whole = partners(rule, with_source(ids, source), {.seed = 7});
    for (index_t first = 0; first < 64; first += 32) {
      if constexpr (featured)
        if (first == 32) rule.query_features = ma::features(f.data() + 32 * 9, {32, 9});
      ids_list const part(ids.begin() + first, ids.begin() + first + 32);
      CHECK(partners(rule, with_source(part, source), {.seed = 7, .first = first, .global = 64}) ==
            std::vector<index_t>(whole.begin() + first, whole.begin() + first + 32));
    }
  };
  all(class_similarity{.similarity = c.view()}, std::false_type{});
  all(class_similarity{.similarity = c.view(), .preference = by_rank, .with_own_class = true}, std::true_type{});
  all(ma::pairing::class_tour{ma::indices(tour.data(), {6})}, std::false_type{});
}

TEST_CASE("only minorities take a partner where that is asked for, by the batch or by counts; draws are those of all") {
  ids_list const ids{0, 0, 0, 0, 1, 1, 2, 0, 1, 2};  // 5, 3, 2
  classes const c(3, 6);
  class_similarity rule{.similarity = c.view()};
  auto const all = partners(rule, batch_of(ids), {.seed = 4});
  std::int64_t const counts[] = {10, 9, 1000};
  for (float at_most : {0.3f, 0.4f, 0.7f, 1.0f})
    for (bool counted : {false, true}) {
      rule.at_most = at_most;
      if (counted) rule.class_counts = ma::indices(counts, {3});
      auto const some = partners(rule, batch_of(ids), {.seed = 4});
      for (std::size_t i = 0; i < ids.size(); ++i) {
        bool const rare = at_most == 1 || (counted       ? ids[i] != 2
                                           : ids[i] == 2 ? at_most >= 0.4f
                                                         : ids[i] == 1 && at_most >= 0.6f);
        CHECK(some[i] == (rare ? all[i] : -1));
        auto const law = law_of(rule, batch_of(ids), {}, static_cast<index_t>(i), 10);
        CHECK((std::count(law.begin(), law.end(), 0.0) == 10) == !rare);
      }
      rule.class_counts = {};
    }
}

TEST_CASE("the rule pairs for mixup, cutmix, saliencymix, and beside others in one_of") {
  ids_list const ids{0, 1, 2, 0, 1, 2, 3, 3};
  classes const c(4, 2);
  class_similarity const rule{.similarity = c.view()};
  auto const pixels = any_values<std::uint8_t>(8 * 3 * 12 * 12, 1);
  auto const in = ma::inputs(ma::nchw(pixels.data(), {8, 3, 12, 12})).class_ids(ma::class_ids(ids.data(), {8}));
  auto const expected = partners(rule, in, {.seed = 3});
  auto const same = [&](auto const& plan) {
    return std::vector<index_t>(plan.partner.data, plan.partner.data + 8) == expected;
  };
  CHECK(same(ma::make_plan(with(ma::cutmix{}, rule), in, ma::key{.seed = 3})));
  CHECK(same(ma::make_plan(ma::serial{}, with(ma::saliencymix{}, rule), in, ma::key{.seed = 3})));
  auto const mixed = ma::make_plan(ma::one_of(with(ma::mixup{}, rule), with(ma::cutmix{}, ma::pairing::none{})), in,
                                   ma::key{.seed = 3});
  int first = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    first += mixed.choice[i] == 0 ? 1 : 0;
    CHECK(mixed.partner[i] == (mixed.choice[i] == 0 ? expected[i] : -1));
  }
  CHECK((first > 0 && first < 8));
}

TEST_CASE("partners stay what they were, under any compiler and flags") {
  ids_list const ids{0, 1, 2, 3, 0, 1, 2, 0, 1, 0, 4, 4};
  std::vector<float> s, f;
  for (int k = 0; k < 25; ++k) s.push_back(static_cast<float>(k * 7 % 11) / 16.0f);
  for (int k = 0; k < 12 * 9; ++k) f.push_back(static_cast<float>(k * k % 23 - 11));
  class_similarity const soft{.similarity = ma::features(s.data(), {5, 5}), .temperature = 0.25f};
  class_similarity rank = soft, near = soft;
  rank.preference = by_rank, rank.with_own_class = true, near.features = ma::features(f.data(), {12, 9});
  CHECK(partners(soft, batch_of(ids), {.seed = 11, .step = 2}) ==
        std::vector<index_t>{3, 0, 11, 2, 1, 2, 4, 3, 10, 3, 8, 7});
  CHECK(partners(rank, batch_of(ids), {.seed = 11, .step = 2}) ==
        std::vector<index_t>{3, 0, 11, 2, 1, 1, 4, 3, 10, 2, 9, 7});
  CHECK(partners(near, batch_of(ids), {.seed = 11, .step = 2}) ==
        std::vector<index_t>{3, 0, 11, 2, 1, 2, 4, 3, 10, 3, 1, 4});
}

}  // namespace similar_rows_test
