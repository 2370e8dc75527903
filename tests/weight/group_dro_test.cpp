#include "weight/weight_batch_cases.hpp"

namespace group_dro_test {

namespace {
namespace ma = mixaug;
namespace w = ma::weight;
using ma::index_t;

struct batch {
  std::vector<float> losses;
  std::vector<int> groups;
  auto l() const { return ma::labels(losses.data(), {static_cast<index_t>(losses.size())}); }
  auto g() const { return ma::class_ids(groups.data(), {static_cast<index_t>(groups.size())}); }
};
}  // namespace

TEST_CASE("group DRO by hand: two groups, one absent") {
  w::group_dro d({.groups = 3, .step_size = 0.5});
  CHECK(d.q(0) == doctest::Approx(1.0 / 3));
  batch const b{{1, 3, 2}, {0, 0, 2}};
  std::vector<double> out(3);
  d.update(ma::serial{}, b.l(), b.g(), ma::weights(out.data(), {3}));
  double const e = std::exp(1.0), sum = 2 * e + 1;  // both present groups have mean 2; group 1 keeps its 1
  CHECK(d.q(0) == doctest::Approx(e / sum).epsilon(1e-14));
  CHECK(d.q(1) == doctest::Approx(1 / sum).epsilon(1e-14));
  CHECK(d.q(2) == doctest::Approx(e / sum).epsilon(1e-14));
  CHECK(out[0] == doctest::Approx(3 * e / sum / 2).epsilon(1e-14));
  CHECK(out[2] == doctest::Approx(3 * e / sum).epsilon(1e-14));
  // the mean weighted loss is sum q_g l_g
  CHECK((out[0] * 1 + out[1] * 3 + out[2] * 2) / 3 == doctest::Approx(2 * 2 * e / sum).epsilon(1e-14));
}

TEST_CASE("group DRO by hand: a group without training samples, with the adjustment and without") {
  std::vector<std::int64_t> const counts{100, 0, 25};
  auto const views = ma::indices(counts.data(), {3});
  CHECK_THROWS_WITH_AS(
      w::group_dro({.groups = 3, .adjustment = 2, .counts = views}),
      doctest::Contains(
          "counts(1) is 0; expected a number of samples > 0, or .empty = weight::empty_group::weightless"),
      ma::invalid_argument);
  for (double adjustment : {0.0, 2.0}) {
    w::group_dro d({.groups = 3,
                    .step_size = 0.5,
                    .adjustment = adjustment,
                    .counts = views,
                    .empty = w::empty_group::weightless});
    CHECK((d.q(0) == 0.5 && d.q(1) == 0 && d.q(2) == 0.5));
    batch const b{{1, 3, 2}, {0, 0, 2}};
    std::vector<double> out(3);
    d.update(ma::serial{}, b.l(), b.g(), ma::weights(out.data(), {3}));
    // mean losses 2 and 2, C / sqrt(n_g) = 0.2 and 0.4
    double const first = std::exp(0.5 * (2 + adjustment / 10)), last = std::exp(0.5 * (2 + adjustment / 5));
    CHECK(d.q(0) == doctest::Approx(first / (first + last)).epsilon(1e-14));
    CHECK(d.q(2) == doctest::Approx(last / (first + last)).epsilon(1e-14));
    CHECK(d.q(1) == 0);
    CHECK(out[2] == doctest::Approx(3 * last / (first + last)).epsilon(1e-14));
    // a sample of the group that the counts miss weighs nothing, and 300 steps raise nothing
    batch const stray{{9, 1, 1}, {1, 0, 2}};
    for (int k = 0; k < 300; ++k) d.update(ma::serial{}, stray.l(), stray.g(), ma::weights(out.data(), {3}));
    CHECK((out[0] == 0 && d.q(1) == 0 && d.q(0) + d.q(2) == doctest::Approx(1)));
    std::vector<double> const saved{d.q(0), d.q(1), d.q(2)}, wrong{0.5, 0.25, 0.25}, none{0.0, 0.0, 1.0};
    d.restore(ma::weights(saved.data(), {3}));
    CHECK((d.q(0) == saved[0] && d.q(1) == 0));
    CHECK_THROWS_WITH_AS(d.restore(ma::weights(wrong.data(), {3})),
                         doctest::Contains("q(1) is 0.25; expected 0, for the group has no training samples"),
                         ma::invalid_argument);
    CHECK_THROWS_WITH_AS(d.restore(ma::weights(none.data(), {3})),
                         doctest::Contains("q(0) is 0; expected a number > 0"), ma::invalid_argument);
  }
  std::vector<std::int64_t> const nobody(3), negative{1, -1, 2};
  CHECK_THROWS_WITH_AS(
      w::group_dro({.groups = 3, .counts = ma::indices(nobody.data(), {3}), .empty = w::empty_group::weightless}),
      doctest::Contains("counts is without a sample"), ma::invalid_argument);
  CHECK_THROWS_WITH_AS(
      w::group_dro({.groups = 3, .counts = ma::indices(negative.data(), {3}), .empty = w::empty_group::weightless}),
      doctest::Contains("counts(1) is -1; expected a number of samples >= 0"), ma::invalid_argument);
  CHECK_THROWS_WITH_AS(w::group_dro({.groups = 3, .empty = w::empty_group::weightless}),
                       doctest::Contains("counts is of 0 elements"), ma::invalid_argument);
}

TEST_CASE("group DRO: a batch of weightless groups alone weighs 0, with mean one too") {
  std::vector<std::int64_t> const counts{0, 5};
  w::group_dro d({.groups = 2,
                  .counts = ma::indices(counts.data(), {2}),
                  .normalise = w::normalise::mean_one,
                  .empty = w::empty_group::weightless});
  batch const b{{1, 2}, {0, 0}};
  std::vector<float> out{7, 7};
  d.update(ma::serial{}, b.l(), b.g(), ma::weights(out.data(), {2}));
  CHECK((out[0] == 0 && out[1] == 0 && d.q(1) == 1));
}

TEST_CASE("group DRO: mean one over the batch, also where groups are absent") {
  w::group_dro d({.groups = 4, .normalise = w::normalise::mean_one});
  batch const b{{1, 3, 2, 9, 9}, {0, 0, 2, 2, 2}};
  std::vector<float> out(5);
  d.update(ma::serial{}, b.l(), b.g(), ma::weights(out.data(), {5}));
  CHECK((out[0] + out[1] + out[2] + out[3] + out[4]) / 5 == doctest::Approx(1));
}

TEST_CASE("group DRO turns to the group with the largest loss, and back") {
  w::group_dro d({.groups = 2, .step_size = 1});
  batch const worse{{1, 5}, {0, 1}}, better{{5, 1}, {0, 1}};
  for (int k = 0; k < 300; ++k) d.update(ma::serial{}, worse.l(), worse.g());
  CHECK(d.q(1) == doctest::Approx(1));
  CHECK(d.q(0) > 0);
  for (int k = 0; k < 300; ++k) d.update(ma::serial{}, better.l(), better.g());
  CHECK(d.q(0) > 0.999);
}

TEST_CASE("group DRO: finite losses of any size leave a finite state") {
  std::vector<double> const losses{1.7e308, 1.7e308, 1}, far{1e305, -1e305, 0};
  std::vector<int> const groups{0, 0, 1}, each{0, 1, 2};
  w::group_dro a({.groups = 2}), b({.groups = 3, .step_size = 1e6});
  a.update(ma::serial{}, ma::weights(losses.data(), {3}), ma::class_ids(groups.data(), {3}));
  CHECK((a.q(0) == 1 && a.q(1) > 0 && a.q(1) < 1e-200));
  for (int k = 0; k < 2; ++k) b.update(ma::serial{}, ma::weights(far.data(), {3}), ma::class_ids(each.data(), {3}));
  CHECK((b.q(0) == 1 && b.q(1) > 0 && b.q(2) > 0 && b.q(1) + b.q(2) < 1e-200));
}

TEST_CASE("a saved state goes on bit for bit") {
  w::group_dro a({.groups = 3}), b({.groups = 3});
  batch const x{{1, 3, 2}, {0, 1, 2}};
  for (int k = 0; k < 20; ++k) a.update(ma::serial{}, x.l(), x.g());
  std::vector<double> const saved{a.q(0), a.q(1), a.q(2)};
  b.restore(ma::weights(saved.data(), {3}));
  for (int k = 0; k < 20; ++k) a.update(ma::serial{}, x.l(), x.g()), b.update(ma::serial{}, x.l(), x.g());
  for (index_t g = 0; g < 3; ++g) CHECK(a.q(g) == b.q(g));
  std::vector<float> const counts{10, 20, 10};
  b.restore(ma::weights(counts.data(), {3}));
  CHECK((b.q(0) == 0.25 && b.q(1) == 0.5));
}

TEST_CASE("CVaR by hand: four losses, a = 0.3; ties share") {
  w::cvar rule({.fraction = 0.3});
  std::vector<float> const losses{1, 4, 3, 2}, ties{7, 7, 1, 7};
  std::vector<double> out(4);
  rule.weights(ma::serial{}, ma::labels(losses.data(), {4}), ma::weights(out.data(), {4}));
  CHECK((out[0] == 0 && out[3] == 0));
  CHECK(out[1] == doctest::Approx(1 / 0.3));
  CHECK(out[2] == doctest::Approx(0.2 / 0.3));
  rule.weights(ma::serial{}, ma::labels(ties.data(), {4}), ma::weights(out.data(), {4}));
  CHECK((out[2] == 0 && out[0] == out[1] && out[1] == out[3]));
  CHECK(out[0] == doctest::Approx(4.0 / 3));
}

TEST_CASE("weights have the same bits under every compiler and flag") {
  std::uint64_t h = 1;
  auto const add = [&h](double v) {
    std::uint64_t u;
    std::memcpy(&u, &v, sizeof u);
    h = (h ^ u) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
  };
  std::vector<std::int64_t> const counts{3498, 184, 56, 1057};
  w::effective_number const table(ma::indices(counts.data(), {4}), {.beta = 0.9997});
  for (index_t g = 0; g < 4; ++g) add(table.of(g));
  w::group_dro dro({.groups = 4, .step_size = 0.37, .adjustment = 1.7, .counts = ma::indices(counts.data(), {4})});
  for (std::uint64_t step = 0; step < 50; ++step) {
    test::losses_of_groups<float> const b(300, 4, step);
    dro.update(ma::serial{}, ma::labels(b.losses.data(), {300}), ma::indices(b.groups.data(), {300}));
    for (index_t g = 0; g < 4; ++g) add(dro.q(g));
    std::vector<double> out(300);
    w::cvar({.fraction = static_cast<double>(step + 1) / 60})
        .weights(ma::serial{}, ma::labels(b.losses.data(), {300}), ma::weights(out.data(), {300}));
    for (double v : out) add(v);
  }
  for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore}) {
    auto r =
        test::recorded(ma::serial{}, 500,
                       {.epochs = 20, .eta = 3.7, .c = 0.9, .unvisited = policy, .normalise = w::normalise::mean_one},
                       test::any_visits(500, 7, 3));
    r.fit(ma::serial{});
    for (double v : test::all_weights(ma::serial{}, r)) add(v);
  }
  CHECK(h == 16611554618483063624u);
}

}  // namespace group_dro_test
