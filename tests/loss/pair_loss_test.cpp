#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <mixaug/loss/pair_loss.hpp>

#include "support/plans.hpp"
#include "support/values.hpp"

namespace pair_loss_test {

namespace ma = mixaug;

namespace {

constexpr int n = 12;
auto const x = ma::nchw<float>(nullptr, {n, 3, 8, 8});

double expected(auto const& p, int i, double self, double partner) {
  return static_cast<double>(p.share_self[i]) * static_cast<double>(p.weight_self[i]) * self +
         static_cast<double>(p.share_partner[i]) * static_cast<double>(p.weight_partner[i]) * partner;
}

}  // namespace

TEST_CASE_TEMPLATE("the pair loss is the weighted sum of both losses, for every plan and stride", T, float, double) {
  auto const a = test::any_values<T>(2 * n, 1), b = test::any_values<T>(3 * n, 2);
  std::vector<float> weights(n);
  for (int i = 0; i < n; ++i) weights[static_cast<std::size_t>(i)] = 0.25f * static_cast<float>(i);
  double const tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  auto const check = [&](char const* name, auto const& p) {
    CAPTURE(name);
    std::vector<T> out(n), backwards(n);
    ma::pair_loss(p, ma::labels(a.data(), {n}, {2}), ma::labels(b.data(), {n}, {3}), ma::weights(out.data(), {n}));
    for (int i = 0; i < n; ++i) {
      auto const k = static_cast<std::size_t>(i);
      double const e = expected(p, i, static_cast<double>(a[2 * k]), static_cast<double>(b[3 * k]));
      CHECK(std::fabs(static_cast<double>(out[k]) - e) <= tolerance * 10);
      ma::pair_coefficient const c = ma::pair_coefficients(p, i);
      CHECK(c.self == p.share_self[i] * p.weight_self[i]);
      CHECK(c.partner == p.share_partner[i] * p.weight_partner[i]);
    }
    ma::pair_loss(ma::serial{}, p, ma::labels(a.data(), {n}, {2}), ma::labels(b.data(), {n}, {3}),
                  ma::labels(&backwards[n - 1], {n}, {-1}));
    CHECK(std::vector<T>(backwards.rbegin(), backwards.rend()) == out);
  };
  test::every_plan(x, {.seed = 1}, 3, check);
  check("weighted",
        ma::make_plan(ma::cutmix{}, ma::inputs(x).weights(ma::weights(weights.data(), {n})), ma::key{.seed = 2}));
}

TEST_CASE("a side whose coefficient is 0 is not read") {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> const losses(n, 2.0f), nothing(n, nan);
  std::vector<float> out(n);
  auto const unmixed = ma::make_plan(ma::mixup{.prob = 0}, x, ma::key{});
  ma::pair_loss(unmixed, ma::weights(losses.data(), {n}), ma::weights(nothing.data(), {n}),
                ma::weights(out.data(), {n}));
  for (float v : out) CHECK(v == 2.0f);
  auto const partner_only = ma::make_plan(with(ma::mixup{}, ma::ratio::constant{0}), x, ma::key{});
  ma::pair_loss(partner_only, ma::weights(nothing.data(), {n}), ma::weights(losses.data(), {n}),
                ma::weights(out.data(), {n}));
  for (float v : out) CHECK(v == 2.0f);
  std::vector<float> const zero(n, 0.0f);
  auto const weightless = ma::make_plan(ma::mixup{}, ma::inputs(x).weights(ma::weights(zero.data(), {n})), ma::key{});
  ma::pair_loss(weightless, ma::weights(nothing.data(), {n}), ma::weights(nothing.data(), {n}),
                ma::weights(out.data(), {n}));
  for (float v : out) CHECK(v == 0.0f);
}

TEST_CASE("with cross entropy the pair loss is the loss of the soft label") {
  constexpr int classes = 7;
  auto const logits = test::any_values<double>(n * classes, 5);
  std::vector<double> log_prob(logits);
  std::vector<int> ids(n);
  test::stream s(9);
  for (int& k : ids) k = static_cast<int>(s.below(classes));
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int c = 0; c < classes; ++c) sum += std::exp(logits[static_cast<std::size_t>(i * classes + c)]);
    for (int c = 0; c < classes; ++c) log_prob[static_cast<std::size_t>(i * classes + c)] -= std::log(sum);
  }
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 11});
  std::vector<double> targets(n * classes), self(n), partner(n), out(n);
  ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(targets.data(), {n, classes}));
  for (int i = 0; i < n; ++i) {
    auto const at = [&](int id) { return -log_prob[static_cast<std::size_t>(i * classes + id)]; };
    self[static_cast<std::size_t>(i)] = at(ids[static_cast<std::size_t>(i)]);
    partner[static_cast<std::size_t>(i)] = at(ids[static_cast<std::size_t>(p.partner[i])]);
  }
  ma::pair_loss(p, ma::weights(self.data(), {n}), ma::weights(partner.data(), {n}), ma::weights(out.data(), {n}));
  for (int i = 0; i < n; ++i) {
    double soft = 0;
    for (int c = 0; c < classes; ++c)
      soft -= targets[static_cast<std::size_t>(i * classes + c)] * log_prob[static_cast<std::size_t>(i * classes + c)];
    CHECK(out[static_cast<std::size_t>(i)] == doctest::Approx(soft).epsilon(1e-12));
  }
}

TEST_CASE("a mean with counts divides each side by its own, and a side of no rows adds nothing") {
  auto const a = test::any_values<double>(n, 3), b = test::any_values<double>(n, 4),
             zeros = std::vector<double>(n, 0.0);
  auto const p = ma::make_plan(ma::mixup{.prob = 0.7f}, x, ma::key{.seed = 5});
  auto const mean = [&](std::vector<double> const& self, std::vector<double> const& partner,
                        ma::pair_counts const& counts) {
    double out = 0;
    ma::pair_loss(p, ma::labels(self.data(), {n}), ma::labels(partner.data(), {n}), ma::labels(&out, {1}),
                  ma::reduction::mean, counts);
    return out;
  };
  double own = 0, other = 0;
  for (int i = 0; i < n; ++i)
    own += expected(p, i, a[static_cast<std::size_t>(i)], 0),
        other += expected(p, i, 0, b[static_cast<std::size_t>(i)]);
  CHECK(mean(a, b, {}) == doctest::Approx((own + other) / n).epsilon(1e-13));
  CHECK(mean(a, b, {5, 7}) == doctest::Approx(own / 5 + other / 7).epsilon(1e-13));
  CHECK(mean(zeros, b, {0, 7}) == doctest::Approx(other / 7).epsilon(1e-13));
  CHECK(mean(a, zeros, {5, 0}) == doctest::Approx(own / 5).epsilon(1e-13));
  CHECK_THROWS_WITH_AS(mean(a, b, {5, -1}), doctest::Contains("counts is {5, -1}; expected two numbers of rows >= 0"),
                       ma::invalid_argument);
  std::vector<double> by_self(n), by_partner(n);
  CHECK_THROWS_WITH_AS(ma::pair_loss_gradients(p, ma::labels(by_self.data(), {n}), ma::labels(by_partner.data(), {n}),
                                               ma::reduction::mean, {-2, 7}),
                       doctest::Contains("counts is {-2, 7}"), ma::invalid_argument);
  ma::pair_loss_gradients(p, ma::labels(by_self.data(), {n}), ma::labels(by_partner.data(), {n}), ma::reduction::mean,
                          {5, 7});
  for (int i = 0; i < n; ++i) {
    CHECK(by_self[static_cast<std::size_t>(i)] == doctest::Approx(expected(p, i, 1, 0) / 5).epsilon(1e-13));
    CHECK(by_partner[static_cast<std::size_t>(i)] == doctest::Approx(expected(p, i, 0, 1) / 7).epsilon(1e-13));
  }
}

TEST_CASE("the mean of a cross entropy divides each side's gradient by that side's labels, given or counted") {
  // Logits of 0 and two classes: the gradient of CE against class k is -1/2 at k and 1/2 at the other.
  std::int64_t const rows[] = {0, 1};
  auto const m = with(ma::mixup{}, ma::pairing::given{ma::indices(rows, {2})}, ma::ratio::constant{0.75f});
  auto const p = ma::make_plan(m, ma::inputs(ma::features<float>(nullptr, {2, 1})).source_rows(2), ma::key{});
  double const z[4] = {};
  int const own[] = {0, 1}, source[] = {1, -1}, whole[] = {1, 0};  // the second row's partner has no label
  double loss[2], grad[4];
  auto const gradient = [&](int const* partners, ma::cross_entropy_options const& o) {
    ma::pair_cross_entropy(p, ma::features(z, {2, 2}), ma::class_ids(own, {2}), ma::class_ids(partners, {2}),
                           ma::labels(loss, {2}), ma::features(grad, {2, 2}), o);
    CHECK((grad[1] == doctest::Approx(-grad[0]) && grad[3] == doctest::Approx(-grad[2])));
  };
  gradient(source, {.reduce = ma::reduction::mean, .ignore_index = -1});
  CHECK(grad[0] == doctest::Approx(-0.75 / 2 / 2 + 0.25 / 1 / 2));
  CHECK(grad[2] == doctest::Approx(0.75 / 2 / 2));
  gradient(whole, {.reduce = ma::reduction::mean, .counts = {3, 5}});
  CHECK(grad[0] == doctest::Approx(-0.75 / 3 / 2 + 0.25 / 5 / 2));
  CHECK(grad[2] == doctest::Approx(0.75 / 3 / 2 - 0.25 / 5 / 2));
  gradient(whole, {.smoothing = 0.5f, .reduce = ma::reduction::mean, .counts = {3, 5}});  // 3/4 and 1/4: half of it
  CHECK(grad[0] == doctest::Approx((-0.75 / 3 / 2 + 0.25 / 5 / 2) / 2));
  gradient(whole, {});
  CHECK(grad[0] == doctest::Approx(-0.75 / 2 + 0.25 / 2));
  // A row without a partner counts on that side; a side where no row has a label gives no gradient.
  std::int64_t const some[] = {-1, 1};
  auto const alone =
      ma::make_plan(with(ma::mixup{}, ma::pairing::given{ma::indices(some, {2})}, ma::ratio::constant{0.75f}),
                    ma::inputs(ma::features<float>(nullptr, {2, 1})).source_rows(2), ma::key{});
  auto const mean = [&](auto const& plan, int const* mine, int const* partners) {
    ma::pair_cross_entropy(plan, ma::features(z, {2, 2}), ma::class_ids(mine, {2}), ma::class_ids(partners, {2}),
                           ma::labels(loss, {2}), ma::features(grad, {2, 2}),
                           {.reduce = ma::reduction::mean, .ignore_index = -1});
  };
  int const none[] = {-1, -1};
  mean(alone, own, whole);
  CHECK(grad[0] == doctest::Approx(-1.0 / 2 / 2));
  CHECK(grad[2] == doctest::Approx(0.75 / 2 / 2 - 0.25 / 2 / 2));
  mean(p, none, whole);
  CHECK((grad[0] == doctest::Approx(0.25 / 2 / 2) && grad[2] == doctest::Approx(-0.25 / 2 / 2)));
  mean(p, own, none);
  CHECK((grad[0] == doctest::Approx(-0.75 / 2 / 2) && grad[2] == doctest::Approx(0.75 / 2 / 2)));
}

}  // namespace pair_loss_test
