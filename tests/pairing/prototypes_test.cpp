#include <doctest/doctest.h>

#include "support/similar_classes.hpp"

namespace prototypes_test {

using namespace test;

TEST_CASE_TEMPLATE("prototypes are the means of the classes, in any layout, and count their samples", T, float,
                   double) {
  stream s(2);
  for (index_t d : {1, 5, 16, 33}) {
    index_t const n = 40, k = 6;
    auto const f = any_values<T>(2 * n * d, s.bits());
    std::vector<std::uint8_t> ids(at(n));
    for (auto& v : ids) v = static_cast<std::uint8_t>(s.below(5));  // nobody has class 5
    std::vector<float> p(at(k * d), -1);
    std::vector<double> wide(at(2 * k * d), -1);
    std::vector<std::int64_t> counts(at(k), -1);
    auto const to = ma::indices(counts.data(), {k});
    ma::class_prototypes(ma::features(f.data(), {n, d}), ma::class_ids(ids.data(), {n}), ma::features(p.data(), {k, d}),
                         to, ma::empty_class::zero_row);
    for (index_t c = 0; c < k; ++c) {
      CHECK(counts[at(c)] == std::count(ids.begin(), ids.end(), c));
      for (index_t j = 0; j < d; ++j) {
        long double sum = 0;
        for (index_t i = 0; i < n; ++i) sum += ids[at(i)] == c ? static_cast<long double>(f[at(i * d + j)]) : 0;
        double const mean =
            counts[at(c)] == 0 ? 0.0 : static_cast<double>(sum / static_cast<long double>(counts[at(c)]));
        CHECK(double{p[at(c * d + j)]} == doctest::Approx(mean).epsilon(1e-6));
      }
    }
    // Every second number of the features, into every second one of the means.
    auto const apart = ma::strided<T const>(f.data(), ma::extents<2>{n, d}, ma::extents<2>{2 * d, 2});
    ma::class_prototypes(apart, ma::class_ids(ids.data(), {n}),
                         ma::strided(wide.data(), ma::extents<2>{k, d}, ma::extents<2>{2, 2 * k}), to,
                         ma::empty_class::zero_row);
    for (index_t c = 0; c < k; ++c)
      for (index_t j = 0; j < d; ++j) {
        double sum = 0;  // in the order of the samples
        for (index_t i = 0; i < n; ++i)
          if (ids[at(i)] == c) sum += static_cast<double>(f[at(2 * i * d + 2 * j)]);
        CHECK(wide[at(2 * c + 2 * k * j)] == sum / static_cast<double>(std::max<std::int64_t>(counts[at(c)], 1)));
        CHECK(wide[at(2 * c + 2 * k * j + 1)] == -1);
      }
  }
}

TEST_CASE_TEMPLATE("cosine similarity of all pairs: symmetric, 1 with itself, 0 with zeros, within [-1, 1]", T, float,
                   double) {
  for (index_t d : {1, 3, 8, 30}) {
    index_t const k = 7;
    auto p = any_values<T>(k * d, 5);
    for (index_t j = 0; j < d; ++j)
      p[at(2 * d + j)] = 0, p[at(4 * d + j)] = -3 * p[at(j)], p[at(5 * d + j)] = p[at(d + j)] * static_cast<T>(1e-30);
    std::vector<double> s(at(k * k), 9);
    ma::cosine_similarity(ma::features(p.data(), {k, d}), ma::features(s.data(), {k, k}));
    for (index_t a = 0; a < k; ++a)
      for (index_t b = 0; b < k; ++b) {
        long double ab = 0, aa = 0, bb = 0;
        for (index_t j = 0; j < d; ++j) {
          long double const x = static_cast<long double>(p[at(a * d + j)]),
                            y = static_cast<long double>(p[at(b * d + j)]);
          ab += x * y, aa += x * x, bb += y * y;
        }
        CHECK(s[at(a * k + b)] ==
              doctest::Approx(a == 2 || b == 2 ? 0.0 : static_cast<double>(ab / std::sqrt(aa * bb))).epsilon(1e-6));
        CHECK(s[at(a * k + b)] == s[at(b * k + a)]);
        CHECK(std::fabs(s[at(a * k + b)]) <= 1);
      }
    for (index_t a = 0; a < k; ++a) CHECK(s[at(a * k + a)] == (a == 2 ? 0 : 1));
    CHECK(s[4] == doctest::Approx(-1).epsilon(1e-6));
  }
}

TEST_CASE("floats near the ends of their range are compared as others") {
  float const most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  std::vector<float> const p{most, most, least, 0, -most, least, 1, 1}, f{most, most, most, most};
  std::vector<float> s(16), mean(2);
  ma::cosine_similarity(ma::features(p.data(), {4, 2}), ma::features(s.data(), {4, 4}));
  CHECK(s[3] == 1.0f);
  CHECK(s[1] == doctest::Approx(std::sqrt(0.5)));
  CHECK(s[6] == -1.0f);
  std::int64_t count = 0;
  int const ids[] = {0, 0};
  ma::class_prototypes(ma::features(f.data(), {2, 2}), ma::class_ids(ids, {2}), ma::features(mean.data(), {1, 2}),
                       ma::indices(&count, {1}));
  CHECK((mean == std::vector<float>{most, most} && count == 2));
}

}  // namespace prototypes_test
