#pragma once
#include <mixaug/loss/pair_loss.hpp>

#include "loss/loss_cases.hpp"
#include "loss/loss_source_cases.hpp"

namespace test {

/// The soft-target cross entropy of targets that need not sum to 1, some 0, against the reference and serial.
template <class Backend, class T>
void check_soft_targets(index_t n, index_t classes, bool weighted, bool across) {
  CAPTURE(classes);
  auto const values = logits_of<T>(n, classes, 3);
  auto targets = any_values<T>(n * classes, 4);
  for (std::size_t k = 0; k < targets.size(); k += 3) targets[k] = T{0};
  auto const narrow = weights_of(n);
  std::vector<T> const w(narrow.begin(), narrow.end());
  auto const layout = across ? ma::features<T>(nullptr, {n, classes}, {index_t{1}, n})
                             : ma::features<T>(nullptr, {n, classes}, {classes + 3, index_t{1}});
  auto const row = ma::labels<T>(nullptr, {n}, {2});
  auto z = place<Backend>(layout, values), t = place<Backend>(layout, targets), g = room<Backend>(layout);
  auto wide = place<Backend>(row, w), loss = room<Backend>(row), alone = room<Backend>(row);
  std::vector<T> one(values.size()), one_loss(static_cast<std::size_t>(n));
  auto const host = [&](auto& v) { return ma::features(v.data(), {n, classes}); };
  auto const first = ma::labels(one_loss.data(), {n});
  ma::soft_target_options const o{.reduce = ma::reduction::mean, .scale = 3};
  if (weighted) {
    ma::soft_target_cross_entropy(Backend{}, z.view(), t.view(), wide.view(), loss.view(), g.view(), o);
    ma::soft_target_cross_entropy(Backend{}, z.view(), t.view(), wide.view(), alone.view(), o);
    ma::soft_target_cross_entropy(ma::serial{}, host(values), host(targets), ma::labels(w.data(), {n}), first,
                                  host(one), o);
  } else {
    ma::soft_target_cross_entropy(Backend{}, z.view(), t.view(), loss.view(), g.view(), o);
    ma::soft_target_cross_entropy(Backend{}, z.view(), t.view(), alone.view(), o);
    ma::soft_target_cross_entropy(ma::serial{}, host(values), host(targets), first, host(one), o);
  }
  auto const losses = loss.read(), grads = g.read();
  CHECK(first_difference(losses, alone.read()) == -1);
  CHECK((loss.intact() && g.intact()));
  CHECK(close_to_serial<Backend>(losses, one_loss));
  CHECK(close_to_serial<Backend>(grads, one));
  index_t wrong = 0;
  for (index_t i = 0; i < n; ++i) {
    auto const k = static_cast<std::size_t>(i);
    long double const weight = weighted ? static_cast<long double>(w[k]) : 1;
    auto const t_row = reference::row_of(targets, i, classes);
    long double size = 0;
    for (long double v : t_row) size += std::fabs(v);
    auto const r = reference::soft_cross_entropy(reference::row_of(values, i, classes), t_row);
    wrong += near(losses[k], weight * r.loss, 20 * weight * size) ? 0 : 1;
    for (index_t c = 0; c < classes; ++c)
      wrong += near(grads[static_cast<std::size_t>(i * classes + c)],
                    3 * weight / n * r.grad[static_cast<std::size_t>(c)], weight * size)
                   ? 0
                   : 1;
  }
  CHECK(wrong == 0);
}

/// The reduced pair loss and its coefficients.
template <class Backend, class T>
void check_reduced(index_t n, index_t step) {
  CAPTURE(n);
  Backend const be;
  auto const own = any_values<T>(n, 5), other = any_values<T>(n, 6);
  auto const w = weights_of(n);
  auto const p = ma::make_plan(ma::mixup{.prob = 0.8f}, ma::inputs(batch_of(n)).weights(ma::weights(w.data(), {n})),
                               ma::key{.seed = 7});
  auto const layout = ma::labels<T>(nullptr, {n}, {step});
  auto const one = ma::labels<T>(nullptr, {1});
  auto a = place<Backend>(layout, own), b = place<Backend>(layout, other);
  auto const& there_plan = there(be, p);
  std::vector<long double> ca, cb;
  for (index_t i = 0; i < n; ++i) {
    ca.push_back(static_cast<long double>(p.share_self[i]) * static_cast<long double>(p.weight_self[i]));
    cb.push_back(static_cast<long double>(p.share_partner[i]) * static_cast<long double>(p.weight_partner[i]));
  }
  long double const sum = reference::pair_loss_sum(ca, own, cb, other);
  for (auto const r : {ma::reduction::sum, ma::reduction::mean}) {
    auto out = room<Backend>(one), whole = room<Backend>(layout);
    long double const divisor = r == ma::reduction::mean ? n : 1;
    ma::pair_loss(be, there_plan, a.view(), b.view(), out.view(), r);
    CHECK(near(out.read()[0], sum / divisor, std::sqrt(static_cast<long double>(n)) / divisor));
    CHECK((out.intact() && a.read() == own));
    T serial{};
    ma::pair_loss(ma::serial{}, p, ma::labels(own.data(), {n}), ma::labels(other.data(), {n}), ma::labels(&serial, {1}),
                  r);
    CHECK(close_to_serial<Backend>(out.read(), std::vector<T>{serial}));
    auto ga = room<Backend>(layout), gb = room<Backend>(layout);
    ma::pair_loss_gradients(be, there_plan, ga.view(), gb.view(), r);
    auto const da = ga.read(), db = gb.read();
    index_t wrong = 0;
    for (std::size_t i = 0; i < da.size(); ++i)
      wrong += near(da[i], ca[i] / divisor, 1 / divisor) && near(db[i], cb[i] / divisor, 1 / divisor) ? 0 : 1;
    CHECK(wrong == 0);
    CHECK((ga.intact() && gb.intact()));
  }
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("the cross entropy of soft targets", Backend, loss_soft) {
  for (ma::index_t classes : {1, 10, 16, 17, 64, 100, 1024, 1500}) {
    test::check_soft_targets<Backend, float>(18, classes, true, false);
    test::check_soft_targets<Backend, double>(18, classes, false, false);
    test::check_soft_targets<Backend, float>(5, classes, false, true);
    test::check_soft_targets<Backend, double>(5, classes, true, true);
  }
}

TEST_CASE_TEMPLATE_DEFINE("the pair loss in one number, and its gradient", Backend, loss_reduced) {
  for (ma::index_t n : {1, 2, 63, 64, 65, 256, 1023, 1024, 1025, 5000, 70000, 131073}) {
    test::check_reduced<Backend, float>(n, 1);
    test::check_reduced<Backend, double>(n, 1);
  }
  test::check_reduced<Backend, float>(300, -2);
  test::check_reduced<Backend, double>(3000, 3);
}

#define TEST_LOSSES(BACKEND)                        \
  TEST_CASE_TEMPLATE_INVOKE(loss_plans, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(loss_soft, BACKEND);    \
  TEST_CASE_TEMPLATE_INVOKE(loss_reduced, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(loss_sources, BACKEND)
