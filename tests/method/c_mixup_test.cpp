#include <doctest/doctest.h>

#include <algorithm>

#include "reference/mix_reference.hpp"
#include "reference/statistics.hpp"

namespace c_mixup_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
template <class Method>
auto stages_of_targets(Method const& m, std::vector<float> const& y, ma::key const& k) {
  auto const n = static_cast<index_t>(y.size());
  return ma::make_plan(m, ma::inputs(ma::features<float>(nullptr, {n, 4})).targets(ma::labels(y.data(), {n})), k);
}
}  // namespace

TEST_CASE("c_mixup: Beta(2, 2) a sample or a batch, targets and hidden features mixed alike, gradients back") {
  std::vector<float> y, mixed(40);
  test::stream s(2);
  for (int i = 0; i < 40; ++i) y.push_back(static_cast<float>(s.unit() * 9));
  auto const p = stages_of_targets(ma::c_mixup{.bandwidth = 0.5}, y, {.seed = 4});
  ma::mix_targets(p, ma::labels(y.data(), {40}), ma::labels(mixed.data(), {40}));
  double nearby = 0;
  for (index_t i = 0; i < 40; ++i) {
    auto const at = static_cast<std::size_t>(i), other = static_cast<std::size_t>(p.partner[i]);
    CHECK(p.share_self[i] == p.ratio[i]);
    float const expected = other == at ? y[at] : p.ratio[i] * y[at] + (1 - p.ratio[i]) * y[other];
    CHECK(mixed[at] == doctest::Approx(expected));
    nearby += std::fabs(static_cast<double>(y[at] - y[other])) / 40;
  }
  CHECK(nearby < 1);  // labels lie 3 apart on average
  std::vector<double> u;
  for (std::uint64_t step = 0; step < 60; ++step) {
    auto const q = stages_of_targets(ma::c_mixup{.bandwidth = 0.5}, y, {.seed = 5, .step = step});
    for (index_t i = 0; i < 40; ++i)
      u.push_back(static_cast<double>(reference::beta_cdf(2, static_cast<long double>(q.ratio[i]))));
  }
  std::sort(u.begin(), u.end());
  CHECK(reference::ks_p(u) > reference::level(1));
  auto const batch = stages_of_targets(ma::c_mixup{.mode = ma::mode::batch, .bandwidth = 0.5}, y, {.seed = 6});
  for (index_t i = 1; i < 40; ++i) CHECK(batch.ratio[i] == batch.ratio[0]);
  auto const hidden = test::any_values<float>(40 * 7, 1), g = test::any_values<float>(40 * 7, 2);
  std::vector<float> out(hidden.size()), back(hidden.size());
  ma::apply(p, ma::features(hidden.data(), {40, 7}), ma::features(out.data(), {40, 7}));
  ma::apply_adjoint(p, ma::features(g.data(), {40, 7}), ma::features(back.data(), {40, 7}));
  double there = 0, here = 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    there += static_cast<double>(out[k]) * static_cast<double>(g[k]);
    here += static_cast<double>(hidden[k]) * static_cast<double>(back[k]);
  }
  CHECK(there == doctest::Approx(here).epsilon(1e-4));
}

TEST_CASE("a tophat kernel, and no row itself, reach c_mixup's pairs, and the kernel metamix's") {
  std::vector<float> const y{0, 0.5f, 10, 10.5f, 20}, queries{0, 9, 30}, support{0.2f, 10, 50};
  auto const in = ma::inputs(ma::features<float>(nullptr, {5, 4})).targets(ma::labels(y.data(), {5}));
  auto const tasks = ma::inputs(ma::features<float>(nullptr, {3, 4}))
                         .targets(ma::labels(queries.data(), {3}))
                         .source_rows(3)
                         .source_targets(ma::labels(support.data(), {3}));
  index_t const apart[] = {1, 0, 3, 2, 3}, near_by[] = {1, 0, 3, 2, -1}, supports[] = {0, -1, -1};
  for (std::uint64_t step = 0; step < 20; ++step) {
    ma::key const k{.seed = 3, .step = step};
    auto const gaussian = ma::make_plan(ma::c_mixup{.with_self = false}, in, k);
    auto const tophat = ma::make_plan(ma::c_mixup{.kernel = ma::kernel::tophat, .with_self = false}, in, k);
    auto const task = ma::make_plan(ma::metamix{.kernel = ma::kernel::tophat}, tasks, k);
    for (index_t i = 0; i < 5; ++i) CHECK((gaussian.partner[i] == apart[i] && tophat.partner[i] == near_by[i]));
    for (index_t i = 0; i < 3; ++i) CHECK(task.partner[i] == supports[i]);
  }
}

TEST_CASE("c_mixup's pairs with a region that pastes") {
  std::vector<float> y{1, 2, 3, 4, 1.5f, 2.5f};
  auto const in = ma::inputs(ma::nchw<float>(nullptr, {6, 1, 16, 16})).targets(ma::labels(y.data(), {6}));
  auto const p = ma::make_plan(with(ma::c_mixup{.bandwidth = 1}, ma::region::random_box{}), in, ma::key{.seed = 1});
  auto const whole = ma::make_plan(ma::c_mixup{.bandwidth = 1}, in, ma::key{.seed = 1});
  for (index_t i = 0; i < 6; ++i) {
    CHECK(p.partner[i] == whole.partner[i]);
    CHECK(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
  }
}

TEST_CASE("metamix: queries mixed with supports by their labels, one layer a step for all") {
  std::vector<float> query{0, 1, 2, 3}, support{0.1f, 1.1f, 2.1f, 2.9f, 50};
  auto const in = ma::inputs(ma::features<float>(nullptr, {4, 3}))
                      .targets(ma::labels(query.data(), {4}))
                      .source_rows(5)
                      .source_targets(ma::labels(support.data(), {5}));
  auto const p = ma::make_plan(ma::metamix{.mode = ma::mode::batch, .bandwidth = 0.05}, in, ma::key{.seed = 2});
  for (index_t i = 0; i < 4; ++i) CHECK((p.partner[i] == i && p.ratio[i] == p.ratio[0]));
  std::vector<float> const far{0, 0, 1, 0, 0, 1, 1, 1}, near{1, 1, 0.9f, 0.1f, 0, 1, 0.1f, 0, 9, 9};
  auto const seen_by = ma::inputs(ma::features<float>(nullptr, {4, 3}))
                           .features(ma::features(far.data(), {4, 2}))
                           .source_rows(5)
                           .source_features(ma::features(near.data(), {5, 2}));
  auto const f =
      ma::make_plan(ma::metamix{.bandwidth = 0.05, .of = ma::distance_of::features}, seen_by, ma::key{.seed = 2});
  index_t const nearest[] = {3, 1, 2, 0};
  for (index_t i = 0; i < 4; ++i) CHECK(f.partner[i] == nearest[i]);
  std::vector<double> seen(4);
  for (std::uint64_t step = 0; step < 4000; ++step) {
    index_t const layer = ma::drawn_layer({.seed = 9, .step = step}, 4);
    CHECK(layer == ma::drawn_layer({.seed = 9, .step = step, .first = 8, .global = 64}, 4));
    seen.at(static_cast<std::size_t>(layer)) += 1;
  }
  CHECK(reference::uniform_p(seen) > reference::level(1));
  CHECK_THROWS_AS(ma::drawn_layer({}, 0), ma::invalid_argument);
}

}  // namespace c_mixup_test
