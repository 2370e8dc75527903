#pragma once
#include <doctest/doctest.h>

#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

#include "reference/loss_reference.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/values.hpp"

namespace test {

template <class T>
std::vector<T> logits_of(index_t n, index_t classes, std::uint64_t seed) {
  auto z = any_values<T>(n * classes, seed);
  for (T& v : z) v *= T{3};
  return z;
}
inline std::vector<int> classes_of(index_t n, index_t classes, std::uint64_t seed) {
  stream s(seed);
  std::vector<int> ids(static_cast<std::size_t>(n));
  for (int& k : ids) k = static_cast<int>(s.below(classes));
  return ids;
}
template <class T>
bool near(T got, long double want, long double size = 1) {
  long double const tolerance = std::is_same_v<T, float> ? 1e-6L : 1e-14L;  // of the row's coefficients
  return std::fabs(static_cast<long double>(got) - want) <= tolerance * (std::fabs(size) + std::fabs(want));
}
/// Elsewhere than on this machine's fma, last bits may differ.
template <class Backend, class T>
bool close_to_serial(std::vector<T> const& got, std::vector<T> const& serial) {
  if (exact<Backend>() && exact<ma::serial>()) return first_difference(got, serial) == -1;
  for (std::size_t k = 0; k < got.size(); ++k)
    if (!near(got[k], static_cast<long double>(serial[k]), 4)) return false;
  return got.size() == serial.size();
}

inline ma::tensor_view<float, 2> batch_of(index_t n) { return ma::features<float>(nullptr, {n, index_t{1}}); }
inline std::vector<float> weights_of(index_t n) {
  std::vector<float> w;
  for (index_t i = 0; i < n; ++i) w.push_back(0.25f * static_cast<float>(i % 7));  // some are 0
  return w;
}

/// Losses and gradients of one plan, by the reference and by serial; rows in `layout`, losses two apart.
template <class Backend, class T>
struct cross_entropy_check {
  Backend be;
  ma::tensor_view<T, 2> layout;
  ma::cross_entropy_options options{};

  template <class Plan>
  void operator()(char const* name, Plan const& p) const {
    CAPTURE(name);
    index_t const n = layout.extent[0], classes = layout.extent[1];
    auto const values = logits_of<T>(n, classes, 1);
    auto ids = classes_of(n, classes, 2);
    if (options.ignore_index.has_value())
      for (index_t i = 0; i < n; i += 3) ids[static_cast<std::size_t>(i)] = static_cast<int>(*options.ignore_index);
    auto const none = [&](std::int64_t id) { return options.ignore_index.has_value() && id == *options.ignore_index; };
    ma::pair_counts counts{};  // by hand: the rows that carry a label on each side
    for (index_t i = 0; i < n; ++i) {
      counts.self += none(ids[static_cast<std::size_t>(p.self[i])]) ? 0 : 1;
      counts.partner += p.partner[i] >= 0 && none(ids[static_cast<std::size_t>(p.partner[i])]) ? 0 : 1;
    }
    ma::cross_entropy_options given = options;
    if (Backend::memory == ma::space::device) given.counts = counts;
    auto const apart = ma::labels<T>(nullptr, {n}, {2});
    auto z = place<Backend>(layout, values), g = room<Backend>(layout);
    auto y = place<Backend>(ma::class_ids<int>(nullptr, {n}), ids);
    auto loss = room<Backend>(apart), alone = room<Backend>(apart);
    auto const& there_plan = there(be, p);
    ma::pair_cross_entropy(be, there_plan, z.view(), y.view(), loss.view(), g.view(), given);
    ma::pair_cross_entropy(be, there_plan, z.view(), y.view(), alone.view(), given);
    auto const losses = loss.read(), grads = g.read();
    CHECK(first_difference(losses, alone.read()) == -1);
    CHECK((loss.intact() && g.intact()));

    bool const mean = options.reduce == ma::reduction::mean;
    long double const scale = static_cast<long double>(options.scale), own_scale = scale / (mean ? counts.self : 1),
                      other_scale = scale / (mean ? counts.partner : 1);
    index_t wrong = 0;
    for (index_t i = 0; i < n; ++i) {
      long double a = static_cast<long double>(p.share_self[i]) * static_cast<long double>(p.weight_self[i]);
      long double b = p.partner[i] < 0 ? 0
                                       : static_cast<long double>(p.share_partner[i]) *
                                             static_cast<long double>(p.weight_partner[i]);
      std::int64_t own = ids[static_cast<std::size_t>(p.self[i])],
                   other = p.partner[i] < 0 ? own : ids[static_cast<std::size_t>(p.partner[i])];
      if (none(own)) own = 0, a = 0;
      if (none(other)) other = 0, b = 0;
      auto const r = reference::pair_cross_entropy(reference::row_of(values, i, classes), own, a, other, b,
                                                   static_cast<long double>(options.smoothing));
      auto const slope = reference::pair_cross_entropy(reference::row_of(values, i, classes), own, a * own_scale, other,
                                                       b * other_scale, static_cast<long double>(options.smoothing));
      wrong += near(losses[static_cast<std::size_t>(i)], r.loss, 4 * (a + b)) ? 0 : 1;
      for (index_t c = 0; c < classes; ++c)
        wrong += near(grads[static_cast<std::size_t>(i * classes + c)], slope.grad[static_cast<std::size_t>(c)],
                      a * own_scale + b * other_scale)
                     ? 0
                     : 1;
    }
    CHECK(wrong == 0);

    std::vector<T> one(values.size()), one_loss(static_cast<std::size_t>(n));
    ma::pair_cross_entropy(ma::serial{}, p, ma::features(values.data(), {n, classes}), ma::class_ids(ids.data(), {n}),
                           ma::labels(one_loss.data(), {n}), ma::features(one.data(), {n, classes}), options);
    CHECK(close_to_serial<Backend>(grads, one));
    CHECK(close_to_serial<Backend>(losses, one_loss));
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("the pair cross entropy and its gradient, for every plan and width", Backend, loss_plans) {
  test::whole_plans(test::batch_of(12), {.seed = 1},
                    test::cross_entropy_check<Backend, float>{{}, ma::features<float>(nullptr, {12, 10})});
  test::box_plans(ma::nchw<float>(nullptr, {12, 1, 6, 6}), {.seed = 2},
                  test::cross_entropy_check<Backend, double>{{}, ma::features<double>(nullptr, {12, 7}, {9, 1})});
  test::hole_plans(ma::nchw<float>(nullptr, {12, 1, 6, 6}), {.seed = 3}, 1,
                   test::cross_entropy_check<Backend, float>{{}, ma::features<float>(nullptr, {12, 33}, {-70, 2})});
  auto const w = test::weights_of(20);
  auto const weighted = ma::make_plan(
      ma::mixup{.prob = 0.7f}, ma::inputs(test::batch_of(20)).weights(ma::weights(w.data(), {20})), ma::key{.seed = 4});
  for (ma::index_t classes : {1, 2, 15, 16, 17, 63, 64, 65, 128, 1000, 1024, 1025, 2049}) {
    CAPTURE(classes);
    ma::cross_entropy_options const smooth{.smoothing = 0.1f, .reduce = ma::reduction::mean, .scale = 8};
    test::cross_entropy_check<Backend, float>{{}, ma::features<float>(nullptr, {20, classes}), smooth}("float",
                                                                                                       weighted);
    test::cross_entropy_check<Backend, double>{{}, ma::features<double>(nullptr, {20, classes}), {.scale = -0.5}}(
        "double", weighted);
  }
  for (ma::index_t classes : {10, 70})  // one that no class has, and a class
    for (ma::index_t ignored : {ma::index_t{-100}, ma::index_t{1}}) {
      ma::cross_entropy_options const mean{
          .smoothing = 0.1f, .reduce = ma::reduction::mean, .scale = 8, .ignore_index = ignored};
      test::cross_entropy_check<Backend, float>{{}, ma::features<float>(nullptr, {20, classes}), mean}("float",
                                                                                                       weighted);
      test::cross_entropy_check<Backend, double>{{},
                                                 ma::features<double>(nullptr, {20, classes}),
                                                 {.scale = -0.5, .ignore_index = ignored}}("double", weighted);
    }
  for (ma::index_t classes : {1000, 1100}) {  // class by class across the batch
    test::cross_entropy_check<Backend, float>{
        {}, ma::features<float>(nullptr, {20, classes}, {1, 20}), {.smoothing = 0.3f}}("float", weighted);
    test::cross_entropy_check<Backend, double>{{}, ma::features<double>(nullptr, {20, classes}, {-1, 21})}("double",
                                                                                                           weighted);
  }
}
