#include <doctest/doctest.h>

#include "support/similar_classes.hpp"

namespace class_tour_test {

using namespace test;

namespace {

std::vector<std::int64_t> tour_of(std::vector<double> const& distances, index_t k) {
  std::vector<std::int64_t> next(at(k), -7);
  ma::shortest_tour(ma::features(distances.data(), {k, k}), ma::indices(next.data(), {k}));
  return next;
}
double distance(std::vector<double> const& d, index_t k, index_t a, index_t b) { return d[at(a * k + b)]; }
/// The length of a tour, or -1 where it is not one closed tour.
double length_of(std::vector<std::int64_t> const& next, std::vector<double> const& d, index_t k) {
  double sum = 0;
  std::vector<bool> seen(at(k));
  index_t c = 0;
  for (index_t step = 0; step < k; ++step) {
    if (c < 0 || c >= k || seen[at(c)]) return -1;
    seen[at(c)] = true;
    if (k > 1) sum += distance(d, k, c, next[at(c)]);
    c = next[at(c)];
  }
  return c == 0 ? sum : -1;
}
std::vector<double> random_distances(index_t k, std::uint64_t seed, index_t levels) {
  stream s(seed);
  std::vector<double> d(at(k * k));
  for (index_t a = 0; a < k; ++a)
    for (index_t b = 0; b < a; ++b)
      d[at(a * k + b)] = d[at(b * k + a)] = levels > 0 ? static_cast<double>(s.below(levels)) : 2 * s.unit() - 0.5;
  return d;
}
reference::matrix rows_of(std::vector<double> const& d, index_t k) {
  reference::matrix m(at(k));
  for (index_t a = 0; a < k; ++a) m[at(a)].assign(d.begin() + a * k, d.begin() + (a + 1) * k);
  return m;
}

}  // namespace

TEST_CASE("up to 8 classes, the tour is as short as the best of all orders, and leaves 0 for the smaller side") {
  for (index_t k = 1; k <= 8; ++k)
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      auto const d = random_distances(k, 100 * static_cast<std::uint64_t>(k) + seed, seed % 3 == 0 ? 3 : 0);
      auto const next = tour_of(d, k);
      REQUIRE(length_of(next, d, k) == doctest::Approx(reference::shortest_tour_length(rows_of(d, k))).epsilon(1e-12));
      auto const before = std::find(next.begin(), next.end(), 0) - next.begin();
      CHECK((k <= 2 || next[0] < before));
      CHECK(tour_of(d, k) == next);
    }
  CHECK(tour_of({5}, 1) == std::vector<std::int64_t>{0});
  CHECK(tour_of({0, 3, 3, 0}, 2) == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("points on a circle are toured in their order: exactly up to 12, and by 2-opt") {
  for (index_t k : {3, 9, 12, 13, 40, 101}) {
    stream s(static_cast<std::uint64_t>(k));
    std::vector<double> angle(at(k)), d(at(k * k));
    for (double& a : angle) a = 6.283185307179586 * s.unit();
    for (index_t a = 0; a < k; ++a)
      for (index_t b = 0; b < k; ++b) d[at(a * k + b)] = std::fabs(2 * std::sin((angle[at(a)] - angle[at(b)]) / 2));
    std::vector<std::size_t> order(at(k));
    for (std::size_t j = 0; j < order.size(); ++j) order[j] = j;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return angle[a] < angle[b]; });
    std::vector<std::int64_t> up(at(k)), down(at(k));
    for (std::size_t j = 0; j < order.size(); ++j)
      up[order[j]] = static_cast<std::int64_t>(order[(j + 1) % order.size()]),
      down[order[(j + 1) % order.size()]] = static_cast<std::int64_t>(order[j]);
    CHECK(tour_of(d, k) == (up[0] < down[0] ? up : down));
  }
}

TEST_CASE("above 12 classes no exchange of two steps shortens the tour, and it is closed") {
  for (index_t k : {13, 14, 30, 64})
    for (index_t levels : {0, 4, 1}) {
      auto const d = random_distances(k, static_cast<std::uint64_t>(k), levels);
      auto const next = tour_of(d, k);
      REQUIRE(length_of(next, d, k) >= -static_cast<double>(k));
      CHECK(length_of(next, d, k) != -1.0);
      for (index_t a = 0; a < k; ++a)
        for (index_t b = 0; b < k; ++b)
          if (a != b && next[at(a)] != b && next[at(b)] != a)
            REQUIRE(distance(d, k, a, b) + distance(d, k, next[at(a)], next[at(b)]) >
                    distance(d, k, a, next[at(a)]) + distance(d, k, b, next[at(b)]) - 1e-9);
      CHECK(tour_of(d, k) == next);
    }
}

TEST_CASE("above 12 classes the nearest of equals is the smallest id, whatever was taken before") {
  // All classes are 2 apart but 0 and 5, which are 1 apart: from 0 to 5, and then on by the ids.
  index_t const k = 14;
  std::vector<double> d(at(k * k), 2.0);
  d[5] = d[at(5 * k)] = 1.0;
  CHECK(tour_of(d, k) == std::vector<std::int64_t>{5, 2, 3, 4, 6, 1, 7, 8, 9, 10, 11, 12, 13, 0});
}

TEST_CASE("class_tour: uniform in the next class on the tour that is there, never in the own one") {
  std::vector<std::int64_t> const next{3, 0, 5, 2, 1, 4};  // 0 3 2 5 4 1
  ma::pairing::class_tour const rule{ma::indices(next.data(), {6})};
  auto const law = [&](ids_list const& ids, index_t i) {
    return law_of(rule, batch_of(ids), {}, i, static_cast<index_t>(ids.size()));
  };
  CHECK(law({0, 3, 3, 2, 0, 1}, 0) == std::vector<double>{0, 0.5, 0.5, 0, 0, 0});
  CHECK(law({0, 3, 3, 2, 0, 1}, 2) == std::vector<double>{0, 0, 0, 1, 0, 0});
  CHECK(law({0, 3, 3, 2, 0, 1}, 3) == std::vector<double>{0, 0, 0, 0, 0, 1});  // 5 and 4 are not there
  CHECK(law({2, 5, 2, 2}, 1) == std::vector<double>{1 / 3.0, 0, 1 / 3.0, 1 / 3.0});
  CHECK(law({2, 2}, 0) == std::vector<double>{0, 0});
  CHECK(partners(rule, batch_of({2, 2, 2}), {}) == std::vector<index_t>{-1, -1, -1});
  ids_list const ids{0, 3, 3, 2, 0, 1, 3, 5, 5, 3}, source{4, 4, 1, 1, 1, 3};
  for (index_t i : {0, 3, 5}) {
    CHECK(p_value(rule, batch_of(ids), i, law_of(rule, batch_of(ids), {}, i, 10), 60 + static_cast<std::uint64_t>(i)) >
          reference::level(9));
    CHECK(p_value(rule, batch_of(ids), i, law_of(rule, batch_of(ids), {.block = 6}, i, 10),
                  70 + static_cast<std::uint64_t>(i), 6) > reference::level(9));
    CHECK(p_value(rule, with_source(ids, source), i, law_of(rule, with_source(ids, source), {}, i, 6),
                  80 + static_cast<std::uint64_t>(i)) > reference::level(9));
  }
  CHECK(law_of(rule, with_source(ids, source), {}, 3, 6) == std::vector<double>{0.5, 0.5, 0, 0, 0, 0});
  std::int64_t const itself[] = {0};
  CHECK(partners(ma::pairing::class_tour{ma::indices(itself, {1})}, batch_of({0, 0}), {}) ==
        std::vector<index_t>{-1, -1});
}

}  // namespace class_tour_test
