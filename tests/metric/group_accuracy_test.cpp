#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/metric/group_accuracy.hpp>

#include "support/values.hpp"

namespace group_accuracy_test {

namespace ma = mixaug;

namespace {

struct batch {
  std::vector<std::int64_t> guess, truth, group;
};
batch batch_of(std::size_t n, int groups, std::uint64_t seed) {
  test::stream s(seed);
  batch b;
  for (std::size_t i = 0; i < n; ++i)
    b.guess.push_back(s.below(3)), b.truth.push_back(s.below(3)), b.group.push_back(s.below(groups));
  return b;
}
template <class T>
std::vector<T> as(std::vector<std::int64_t> const& v) {
  return {v.begin(), v.end()};
}
template <class T>
auto view(std::vector<T> const& v) {
  return ma::class_ids(v.data(), {v.size()});
}
void add(ma::group_accuracy& m, batch const& b) { m.update(view(b.guess), view(b.truth), view(b.group)); }

/// Every number that a metric shows.
std::vector<double> all_of(ma::group_accuracy const& m) {
  std::vector<double> v{m.average(), m.worst(), static_cast<double>(m.worst_group()), static_cast<double>(m.total())};
  for (ma::index_t g = 0; g < m.groups(); ++g)
    v.push_back(static_cast<double>(m.count(g))), v.push_back(static_cast<double>(m.correct(g))),
        v.push_back(m.accuracy(g));
  for (double& x : v) x = std::isnan(x) ? -7 : x;
  return v;
}

}  // namespace

TEST_CASE("accuracies of groups are those of a plain count, whatever the batches and the integers") {
  int const groups = 5;
  batch const b = batch_of(1000, groups, 1);
  std::vector<double> right(groups, 0), count(groups, 0);
  for (std::size_t i = 0; i < b.guess.size(); ++i) {
    auto const g = static_cast<std::size_t>(b.group[i]);
    count[g] += 1, right[g] += b.guess[i] == b.truth[i] ? 1 : 0;
  }
  ma::group_accuracy m(groups), pieces(groups), narrow(groups), merged(groups), other(groups);
  add(m, b);
  double hits = 0, worst = 2;
  int which = -1;
  for (int g = 0; g < groups; ++g) {
    auto const k = static_cast<std::size_t>(g);
    CHECK(m.accuracy(g) == right[k] / count[k]);
    CHECK(m.count(g) == static_cast<std::int64_t>(count[k]));
    CHECK(m.correct(g) == static_cast<std::int64_t>(right[k]));
    hits += right[k];
    if (right[k] / count[k] < worst) worst = right[k] / count[k], which = g;
  }
  CHECK(m.total() == 1000);
  CHECK(m.average() == hits / 1000);
  CHECK(m.worst() == worst);
  CHECK(m.worst_group() == which);

  for (std::size_t first = 0; first < 1000; first += 37) {
    batch part;
    for (std::size_t i = first; i < std::min<std::size_t>(first + 37, 1000); ++i)
      part.guess.push_back(b.guess[i]), part.truth.push_back(b.truth[i]), part.group.push_back(b.group[i]);
    add(pieces, part);
    add(first < 400 ? merged : other, part);
  }
  narrow.update(view(as<std::uint8_t>(b.guess)), view(as<std::int16_t>(b.truth)), view(as<std::uint32_t>(b.group)));
  merged.merge(other);
  CHECK(all_of(pieces) == all_of(m));
  CHECK(all_of(narrow) == all_of(m));
  CHECK(all_of(merged) == all_of(m));
  m.reset();
  CHECK(all_of(m) == all_of(ma::group_accuracy(groups)));
}

TEST_CASE("empty groups are left out, and equal ones give the first") {
  ma::group_accuracy m(4);
  CHECK(std::isnan(m.average()));
  CHECK(std::isnan(m.worst()));
  CHECK(m.worst_group() == -1);
  std::vector<int> const guess{1, 1, 0, 1}, truth{1, 0, 0, 0}, group{1, 1, 3, 3};
  m.update(view(guess), view(truth), view(group));
  CHECK(std::isnan(m.accuracy(0)));
  CHECK(m.worst() == 0.5);
  CHECK(m.worst_group() == 1);
  CHECK(m.average() == 0.5);
  std::vector<int> const every_other{9, 0, 9, 0}, zeros{0, 0, 0, 0};  // strides: row 2 i
  m.update(ma::class_ids(every_other.data(), {2}, {2}), ma::class_ids(zeros.data() + 1, {2}, {-1}),
           ma::class_ids(zeros.data(), {2}, {2}));
  CHECK(m.accuracy(0) == 0.0);
  CHECK(m.worst_group() == 0);
}

TEST_CASE("the adjusted average weighs groups by their shares elsewhere") {
  ma::group_accuracy m(3);
  std::vector<int> const guess{1, 1, 1, 1, 1}, truth{1, 0, 1, 1, 0}, group{0, 0, 1, 1, 1};  // 1/2, 2/3, none
  m.update(view(guess), view(truth), view(group));
  std::vector<double> const counts{30, 10, 0}, absent{0, 0, 5}, third{30, 10, 60};
  std::vector<float> const shares{0.75f, 0.25f, 0};
  double const expected = 0.75 * 0.5 + 0.25 * (2.0 / 3);
  CHECK(m.adjusted_average(ma::weights(counts.data(), {3})) == doctest::Approx(expected).epsilon(1e-14));
  std::vector<std::int64_t> const whole{30, 10, 0};
  CHECK(m.adjusted_average(ma::indices(whole.data(), {3})) == doctest::Approx(expected).epsilon(1e-14));
  CHECK(m.adjusted_average(ma::weights(shares.data(), {3})) == doctest::Approx(expected).epsilon(1e-14));
  CHECK(m.adjusted_average(ma::weights(third.data(), {3})) ==
        doctest::Approx(expected).epsilon(1e-14));  // no sample of it
  CHECK(std::isnan(m.adjusted_average(ma::weights(absent.data(), {3}))));
}

TEST_CASE("rows whose class is the ignored one are not counted, whatever their group") {
  std::vector<int> const guess{1, 2, -100, 0}, truth{1, 0, -100, -100}, group{0, 1, 0, -3};
  ma::group_accuracy m(2);
  m.update(view(guess), view(truth), view(group), {.ignore_index = -100});
  CHECK(m.total() == 2);
  CHECK(m.accuracy(0) == 1.0);
  CHECK(m.accuracy(1) == 0.0);
  CHECK_THROWS_AS(m.update(view(guess), view(truth), view(group)), ma::invalid_argument);
  CHECK(m.total() == 2);
}

}  // namespace group_accuracy_test
