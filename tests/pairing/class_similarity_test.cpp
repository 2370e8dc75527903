#include <doctest/doctest.h>

#include "support/similar_classes.hpp"

namespace class_similarity_test {

using namespace test;

TEST_CASE("the law is that of the description, for any classes, blocks, options, and ties") {
  test::stream s(1);
  for (int round = 0; round < 400; ++round) {
    index_t const k = 1 + s.below(8), n = 1 + s.below(20), block = s.below(2) * (1 + s.below(9));
    classes const c(k, s.bits(), round % 3 == 0 ? 3 : 0);
    ids_list ids(at(n));
    for (int& v : ids) v = static_cast<int>(s.below(1 + s.below(k)));
    class_similarity rule{.similarity = c.view()};
    rule.preference = round % 2 == 0 ? by_rank : ma::class_preference::softmax;
    rule.temperature = std::ldexp(1.0f, static_cast<int>(s.below(12)) - 8),
    rule.decay = static_cast<float>(s.below(5)) / 4.0f;
    rule.with_own_class = s.below(2) == 1;
    ma::key const key{.seed = 5, .step = static_cast<std::uint64_t>(round), .block = block};
    auto const drawn = partners(rule, batch_of(ids), key);
    for (index_t i = 0; i < n; ++i) {
      auto const law = law_of(rule, batch_of(ids), key, i, n),
                 expected = reference::similarity_law(ids[at(i)], candidates_of(ids, i, block), c.rows(), told(rule));
      REQUIRE(furthest(law, expected) < 1e-12);
      double sum = 0;
      for (double p : law) sum += p;
      REQUIRE((drawn[at(i)] < 0 ? sum == 0 : std::fabs(sum - 1) < 1e-12 && law[at(drawn[at(i)])] > 0));
    }
  }
}

TEST_CASE("draws follow the law") {
  ids_list const ids{0, 1, 1, 2, 3, 0, 3, 3, 1, 5, 5, 0}, source{1, 0, 0, 2, 2, 2, 4, 1, 3};
  classes const c(6, 77), ties(6, 78, 2);
  std::vector<class_similarity> rules{
      {.similarity = c.view(), .temperature = 0.7f},
      {.similarity = ties.view(), .preference = by_rank, .decay = 0.6f},
      {.similarity = c.view(), .temperature = 1, .with_own_class = true},
      {.similarity = ties.view(), .preference = by_rank, .decay = 0.8f, .with_own_class = true}};
  std::uint64_t seed = 100;
  for (auto const& rule : rules)
    for (index_t i : {0, 4, 9}) {
      CHECK(p_value(rule, batch_of(ids), i, law_of(rule, batch_of(ids), {}, i, 12), ++seed) > reference::level(36));
      CHECK(p_value(rule, batch_of(ids), i, law_of(rule, batch_of(ids), {.block = 6}, i, 12), ++seed, 6) >
            reference::level(36));
      auto const law = law_of(rule, with_source(ids, source), {}, i, 9);
      CHECK(furthest(law, reference::similarity_law(ids[at(i)], source,
                                                    (rule.similarity.data == c.view().data ? c : ties).rows(),
                                                    told(rule))) < 1e-12);
      CHECK(p_value(rule, with_source(ids, source), i, law, ++seed) > reference::level(36));
    }
}

TEST_CASE("a class that is not there leaves the odds of the others; the most similar one there is taken at decay 0") {
  std::vector<float> const s{1, .9f, .8f, .7f, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  class_similarity rule{.similarity = ma::features(s.data(), {4, 4}), .preference = by_rank, .decay = 0.5f};
  ids_list const all{0, 1, 2, 3}, gap{0, 3, 2}, own{0, 0, 0}, alone{0};
  CHECK(furthest(law_of(rule, batch_of(all), {}, 0, 4), {0, 4 / 7.0, 2 / 7.0, 1 / 7.0}) < 1e-15);
  CHECK(furthest(law_of(rule, batch_of(gap), {}, 0, 3), {0, 1 / 3.0, 2 / 3.0}) < 1e-15);
  CHECK(furthest(law_of(rule, batch_of(all), {}, 3, 4), {4 / 7.0, 2 / 7.0, 1 / 7.0, 0}) < 1e-15);  // ties: by class id
  CHECK(law_of(rule, batch_of(own), {}, 1, 3) == std::vector<double>{0, 0, 0});
  CHECK(partners(rule, batch_of(own), {}) == std::vector<index_t>{-1, -1, -1});
  rule.decay = 0;
  for (std::uint64_t step = 0; step < 50; ++step) {
    CHECK(partners(rule, batch_of(all), {.step = step}) == std::vector<index_t>{1, 0, 0, 0});
    CHECK(partners(rule, batch_of(gap), {.step = step})[0] == 2);
  }
  rule.with_own_class = true;
  CHECK(furthest(law_of(rule, batch_of(own), {}, 1, 3), {0.5, 0, 0.5}) < 1e-15);
  CHECK(partners(rule, batch_of(alone), {}) == std::vector<index_t>{-1});  // never the row itself
  CHECK(partners(rule, with_source(alone, {3, 0}), {}) == std::vector<index_t>{1});
}

TEST_CASE("temperatures and similarities at the ends of float neither overflow nor lose the law") {
  float const huge = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
  std::vector<float> const s{0, .5f, .5f, .2f, 0, 0, 0, 0, huge, -huge, 0, huge, -0.0f, 0, tiny, 1};
  ids_list const ids{0, 1, 2, 3};
  auto const law = [&](float temperature, index_t i) {
    return law_of(class_similarity{.similarity = ma::features(s.data(), {4, 4}), .temperature = temperature},
                  batch_of(ids), {}, i, 4);
  };
  CHECK(law(1e-6f, 0) == std::vector<double>{0, 0.5, 0.5, 0});
  CHECK(furthest(law(1e6f, 0), {0, 1 / 3.0, 1 / 3.0, 1 / 3.0}) < 1e-6);
  for (float t : {tiny, 1e-6f, 1.0f, 1e6f}) CHECK(law(t, 2) == std::vector<double>{0.5, 0, 0, 0.5});
  CHECK(furthest(law(huge, 2), {1 / (2 + std::exp(-2)), std::exp(-2) / (2 + std::exp(-2)), 0, 1 / (2 + std::exp(-2))}) <
        1e-6);
  CHECK(furthest(law(1, 3), {1 / 3.0, 1 / 3.0, 1 / 3.0, 0}) < 1e-15);
  class_similarity const ranks{.similarity = ma::features(s.data(), {4, 4}), .preference = by_rank, .decay = 0};
  CHECK(law_of(ranks, batch_of(ids), {}, 2, 4) == std::vector<double>{1, 0, 0, 0});     // ties by class id
  CHECK(law_of(ranks, batch_of({0, 1, 3}), {}, 2, 3) == std::vector<double>{1, 0, 0});  // -0 is 0
}

}  // namespace class_similarity_test
