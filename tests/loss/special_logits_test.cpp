// Logits of any size, masks, and what is no number.
#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

#include "loss/loss_cases.hpp"

namespace special_logits_test {

namespace {

/// Rows of three to 70 classes with two known first logits; labels: class 0 for the row itself, 1 for its partner.
template <class T>
struct row_of_logits {
  ma::index_t n, classes;
  std::vector<T> z, loss, grad;
  std::vector<int> ids;
  ma::plan_of<ma::mixup> plan;

  row_of_logits(std::vector<T> values, ma::index_t rows)
      : n(rows),
        classes(static_cast<ma::index_t>(values.size()) / rows),
        z(std::move(values)),
        loss(static_cast<std::size_t>(rows)),
        grad(z.size()),
        ids(static_cast<std::size_t>(rows)) {
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int>(i % 2);
    plan = ma::make_plan(with(ma::mixup{}, ma::pairing::roll{1}, ma::ratio::constant{0.75f}), test::batch_of(n),
                         ma::key{});
  }
  void run(float smoothing = 0) {
    ma::pair_cross_entropy(plan, ma::features(z.data(), {n, classes}), ma::class_ids(ids.data(), {n}),
                           ma::labels(loss.data(), {n}), ma::features(grad.data(), {n, classes}),
                           {.smoothing = smoothing});
  }
};

}  // namespace

TEST_CASE_TEMPLATE("huge logits: the loss is their distance, the gradient a step", T, float, double) {
  for (T const size : {T(1e4), T(1e15), T(1e30)}) {
    row_of_logits<T> r({size, -size, T(0), -size, size, T(0)}, 2);
    r.run();  // row 0: label 0 at the top with 3/4, label 1 far below with 1/4; row 1 the other way round
    for (T const loss : r.loss) CHECK(std::fabs(loss / size - T(0.5)) < T(1e-6));
    CHECK(r.grad == std::vector<T>{T(0.25), T(-0.25), 0, T(-0.25), T(0.25), 0});
  }
}

TEST_CASE_TEMPLATE("a masked class has no probability and no gradient, and its label an infinite loss", T, float,
                   double) {
  T const none = -std::numeric_limits<T>::infinity();
  row_of_logits<T> r({T(1), T(2), none, none, T(1), T(2)}, 2);
  r.run();
  T const all = std::log(std::exp(T(1)) + std::exp(T(2)));
  CHECK(r.loss[0] == doctest::Approx(static_cast<double>(all - T(0.75) * 1 - T(0.25) * 2)).epsilon(1e-6));
  CHECK(r.grad[2] == T(0));
  CHECK(r.loss[1] == std::numeric_limits<T>::infinity());
  CHECK(r.grad[3] == T(-0.25));  // the masked label still pulls
  for (std::size_t k = 4; k < 6; ++k) CHECK(std::isfinite(r.grad[k]));
  r.run(0.1f);
  for (T const loss : r.loss) CHECK(loss == std::numeric_limits<T>::infinity());
  for (T const g : r.grad) CHECK(std::isfinite(g));

  std::vector<T> const targets{T(0.5), T(0.25), 0, 0, T(0.5), T(2)};  // nothing on the masks
  ma::soft_target_cross_entropy(ma::features(r.z.data(), {2, 3}), ma::features(targets.data(), {2, 3}),
                                ma::labels(r.loss.data(), {2}), ma::features(r.grad.data(), {2, 3}));
  CHECK(r.loss[0] == doctest::Approx(static_cast<double>(T(0.75) * all - T(0.5) - T(0.5))).epsilon(1e-6));
  for (T const loss : r.loss) CHECK(std::isfinite(loss));
  CHECK(r.grad[2] == T(0));
  CHECK(r.grad[3] == T(0));
}

TEST_CASE_TEMPLATE("what is no number stays in its own row", T, float, double) {
  T const endless = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  for (ma::index_t const classes : {3, 16, 70, 1500})
    for (T const bad : {nan, endless, -endless})
      for (ma::index_t const place : {ma::index_t{0}, classes - 1}) {
        CAPTURE(classes);
        std::vector<T> z = test::logits_of<T>(4, classes, 1);
        row_of_logits<T> good(z, 4);
        good.run(0.1f);
        for (ma::index_t c = 0; c < classes; ++c)
          if (c == place || bad == -endless)
            z[static_cast<std::size_t>(2 * classes + c)] = bad;  // all masked: also no number
        row_of_logits<T> r(z, 4);
        r.run(0.1f);
        for (std::size_t i = 0; i < 4; ++i) {
          CHECK(std::isnan(r.loss[i]) == (i == 2));
          if (i != 2) CHECK(r.loss[i] == good.loss[i]);
        }
        ma::index_t wrong = 0;
        for (std::size_t k = 0; k < r.grad.size(); ++k)
          wrong += static_cast<ma::index_t>(k) / classes == 2 ? !std::isnan(r.grad[k]) : r.grad[k] != good.grad[k];
        CHECK(wrong == 0);
      }
}

TEST_CASE("rows without weight are not read, and a side without weight neither") {
  float const nan = std::nanf("");
  std::vector<float> const nothing(12, nan), zero(4, 0.0f), one{0, 1, 0, 1};
  std::vector<float> loss(4, nan), grad(12, nan);
  std::vector<int> const ids{0, 1, 2, 0};
  auto const plan =
      ma::make_plan(ma::mixup{}, ma::inputs(test::batch_of(4)).weights(ma::weights(zero.data(), {4})), ma::key{});
  ma::pair_cross_entropy(plan, ma::features(nothing.data(), {4, 3}), ma::class_ids(ids.data(), {4}),
                         ma::labels(loss.data(), {4}), ma::features(grad.data(), {4, 3}));
  CHECK(loss == zero);
  CHECK(grad == std::vector<float>(12, 0.0f));
  std::vector<float> z(12, 1.0f);
  for (std::size_t k = 0; k < 12; ++k) z[k] = k / 3 % 2 == 0 ? nan : z[k];
  ma::soft_target_cross_entropy(ma::features(z.data(), {4, 3}), ma::features(z.data(), {4, 3}, {3, 0}),
                                ma::weights(one.data(), {4}), ma::labels(loss.data(), {4}),
                                ma::features(grad.data(), {4, 3}));
  CHECK(loss[0] == 0.0f);
  CHECK(loss[1] == doctest::Approx(3 * std::log(3.0)));
  CHECK(grad[0] == 0.0f);
  std::vector<float> masked{1, -HUGE_VALF, 0, 1, -HUGE_VALF, 0};  // class 1 is the partner's, whose share is 0
  auto const kept =
      ma::make_plan(with(ma::mixup{}, ma::pairing::roll{1}, ma::ratio::constant{1}), test::batch_of(2), ma::key{});
  std::vector<int> const two{0, 1};
  ma::pair_cross_entropy(kept, ma::features(masked.data(), {2, 3}), ma::class_ids(two.data(), {2}),
                         ma::labels(loss.data(), {2}));
  CHECK(std::isfinite(loss[0]));
}

TEST_CASE_TEMPLATE("a hundred thousand classes", T, float, double) {
  ma::index_t const classes = 100000;
  auto const check =
      test::cross_entropy_check<ma::serial, T>{{}, ma::features<T>(nullptr, {3, classes}), {.smoothing = 0.1f}};
  check("mixup", ma::make_plan(ma::mixup{}, test::batch_of(3), ma::key{.seed = 1}));
  std::vector<T> const level(static_cast<std::size_t>(classes), T(0.7)), target(level.size(), T(1) / T(classes));
  T loss{};
  ma::soft_target_cross_entropy(ma::features(level.data(), {1, classes}), ma::features(target.data(), {1, classes}),
                                ma::labels(&loss, {1}));
  CHECK(static_cast<double>(loss) == doctest::Approx(std::log(1e5)).epsilon(std::is_same_v<T, float> ? 1e-6 : 1e-12));
}

TEST_CASE("exp and log of the softmax, in ulps") {
  double worst_float = 0, worst = 0, worst_log = 0;
  test::stream s(1);
  for (int k = 0; k < 400000; ++k) {
    double const x = -s.unit() * (k % 3 == 0 ? 86.0 : 5.0), y = -s.unit() * (k % 3 == 0 ? 699.0 : 5.0),
                 v = std::exp(s.unit() * 12);
    float const f = static_cast<float>(x);
    double const e = std::exp(static_cast<double>(f));
    worst_float = std::max(worst_float, std::fabs(static_cast<double>(ma::detail::softmax_exp(f)) - e) /
                                            std::ldexp(1.0, std::ilogb(e) - 23));
    worst = std::max(
        worst, std::fabs(ma::detail::softmax_exp(y) - std::exp(y)) / std::ldexp(1.0, std::ilogb(std::exp(y)) - 52));
    worst_log =
        std::max(worst_log, std::fabs(ma::detail::branchless_log(v) - std::log(v)) / std::fmax(1.0, std::log(v)));
  }
  MESSAGE("exp float " << worst_float << " ulp, double " << worst << " ulp; log " << worst_log);
  CHECK(worst_float <= 2);
  CHECK(worst <= 2);
  CHECK(worst_log <= 4e-16);
  CHECK(ma::detail::branchless_log(1.0) == 0.0);
  CHECK(std::isnan(ma::detail::softmax_exp(ma::detail::float_of(0x7FC00001u))));  // a NaN that carries bits
}

}  // namespace special_logits_test
