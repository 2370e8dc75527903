// Recipes that are made of rules, without a method of their own.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace recipes_test {

using ma::index_t;
using test::refusal;

TEST_CASE("DeiT's pair: mixup 0.8 or cutmix 1.0 with equal chances, the batch reversed, smoothing 0.1") {
  constexpr index_t n = 64, classes = 10;
  ma::one_of pair(ma::mixup{.alpha = 0.8f, .mode = ma::mode::batch},
                  ma::cutmix{.alpha = 1.0f, .mode = ma::mode::batch});
  pair.weight[0] = 0.5f, pair.weight[1] = 0.5f;
  pair.mode = ma::mode::batch;
  auto const deit = ma::with(pair, ma::pairing::reverse{});
  std::vector<int> ids;
  for (int i = 0; i < n; ++i) ids.push_back(static_cast<int>(i % classes));
  std::vector<float> soft(n * classes);
  index_t cut = 0;
  for (std::uint64_t step = 0; step < 400; ++step) {
    auto const p = ma::make_plan(deit, ma::nchw<float>(nullptr, {n, 3, 32, 32}), ma::key{.seed = 1, .step = step});
    cut += p.choice[0];
    for (index_t i = 0; i < n; ++i)
      REQUIRE((p.choice[i] == p.choice[0] && p.partner[i] == n - 1 - i && p.share_self[i] == p.share_self[0]));
    if (step > 3) continue;
    ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(soft.data(), {n, classes}), {.smoothing = 0.1f});
    double const lambda = static_cast<double>(p.share_self[0]);
    for (index_t i = 0; i < n; ++i)
      for (int c = 0; c < classes; ++c) {
        // timm's mixup_target: off = 0.1 / 10, on = 1 - 0.1 + off.
        double const own = i % classes == c ? 0.91 : 0.01, other = (n - 1 - i) % classes == c ? 0.91 : 0.01;
        CHECK(static_cast<double>(soft[static_cast<std::size_t>(i * classes + c)]) ==
              doctest::Approx(lambda * own + (1 - lambda) * other).epsilon(1e-6));
      }
  }
  CHECK((cut > 150 && cut < 250));
}

TEST_CASE("targets of binary cross entropy: 1 where the mixed target is above the threshold") {
  constexpr index_t n = 6;
  std::vector<int> const ids{0, 1, 2, 0, 1, 2};
  std::vector<float> const lambda{0.9f, 0.5f, 0.2f, 0.0f, 1.0f, 0.7f};
  std::vector<std::int64_t> const partners{1, 2, 0, 4, 5, 5};
  auto const x = ma::features<float>(nullptr, {n, 2});
  auto const method = with(ma::mixup{}, ma::ratio::given{ma::labels(lambda.data(), {n})},
                           ma::pairing::given{ma::indices(partners.data(), {n})});
  auto const p = ma::make_plan(method, x, ma::key{});
  std::vector<float> soft(n * 3), hard(n * 3);
  auto const labels = ma::class_ids(ids.data(), {n});
  for (float smoothing : {0.0f, 0.1f})
    for (float at : {0.0f, 0.2f, 0.5f, 1.0f}) {
      ma::soft_labels(p, labels, ma::labels(soft.data(), {n, 3}), {.smoothing = smoothing});
      ma::soft_labels(p, labels, ma::labels(hard.data(), {n, 3}), {.smoothing = smoothing, .threshold = at});
      for (std::size_t k = 0; k < hard.size(); ++k) CHECK(hard[k] == (soft[k] > at ? 1.0f : 0.0f));
    }
  // 0.5 of each is above 0.4 and not above 0.5; a threshold of 0 gives both classes of every mix (timm's 0.2 likewise).
  ma::soft_labels(p, labels, ma::labels(hard.data(), {n, 3}), {.threshold = 0.0f});
  CHECK(hard == std::vector<float>{1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1});
  ma::soft_labels(p, labels, ma::labels(hard.data(), {n, 3}), {.threshold = 0.5f});
  CHECK(hard == std::vector<float>{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1});
  // Multi-label rows, a missing number, and doubles.
  std::vector<double> rows(n * 2, 0.5), out(n * 2);
  rows[0] = std::numeric_limits<double>::quiet_NaN(), rows[3] = 0.75;
  ma::mix_targets(p, ma::labels(rows.data(), {n, 2}), ma::labels(out.data(), {n, 2}),
                  {.missing = ma::missing::nan, .threshold = 0.6f});
  CHECK((std::isnan(out[0]) && out[1] == 0.0 && out[3] == (0.75 * 0.5 + 0.5 * 0.5 > 0.6 ? 1.0 : 0.0)));
  auto const bad = [&](float at) {
    hard.assign(hard.size(), -1.0f);
    std::string const said = refusal([&] {
      ma::soft_labels(p, labels, ma::labels(hard.data(), {n, 3}), {.threshold = at});
    });
    CAPTURE(said);
    CHECK(said.find("threshold is ") != std::string::npos);
    CHECK(said.find("expected a number in [0, 1]") != std::string::npos);
    for (float v : hard) CHECK(v == -1.0f);
  };
  bad(-0.1f), bad(1.5f), bad(std::numeric_limits<float>::quiet_NaN());
}

TEST_CASE("ClassMix: half of the classes of the source's label map are pasted; ids follow, labels by share") {
  constexpr index_t n = 5, h = 9, w = 12;
  test::stream draw(4);
  std::vector<std::uint8_t> maps;  // a class for each pixel, in blocks
  for (index_t i = 0; i < n; ++i)
    for (index_t y = 0; y < h; ++y)
      for (index_t x = 0; x < w; ++x) maps.push_back(static_cast<std::uint8_t>((y / 3 + 2 * (x / 4) + i) % 5));
  // The partners of a step, first; the mask of row i is that of its partner's classes.
  ma::key const key{.seed = 9};
  auto const x = ma::nchw<float>(nullptr, {n, 3, h, w});
  auto const pairs = ma::make_plan(ma::mixup{}, x, key);
  std::vector<float> m(n * h * w);
  for (index_t i = 0; i < n; ++i) {
    index_t const first = draw.below(5), second = (first + 2) % 5;
    for (index_t k = 0; k < h * w; ++k) {
      std::uint8_t const c = maps[static_cast<std::size_t>(pairs.partner[i] * h * w + k)];
      m[static_cast<std::size_t>(i * h * w + k)] = c == first || c == second ? 0.0f : 1.0f;
    }
  }
  auto const classmix = with(ma::mixup{}, ma::region::given_mask{.binary = true});
  auto const p = ma::make_plan(classmix, ma::inputs(x).field(ma::scores(m.data(), {n, h, w})), key);
  std::vector<std::uint8_t> mixed(maps.size());
  ma::apply(p, ma::masks(maps.data(), {n, h, w}), ma::masks(mixed.data(), {n, h, w}));
  for (index_t i = 0; i < n; ++i) {
    REQUIRE(p.partner[i] == pairs.partner[i]);
    index_t own = 0;
    for (index_t k = 0; k < h * w; ++k) {
      auto const at = static_cast<std::size_t>(i * h * w + k), far = static_cast<std::size_t>(p.partner[i] * h * w + k);
      CHECK(mixed[at] == (m[at] == 1.0f ? maps[at] : maps[far]));
      own += m[at] == 1.0f ? 1 : 0;
    }
    CHECK(p.share_self[i] == static_cast<float>(static_cast<double>(own) / (h * w)));
  }
  CHECK(!p.flags().blends);
}

TEST_CASE("PixMix-like: a picture of an outside set is blended in, and the label stays") {
  constexpr index_t n = 8, m = 3;
  std::vector<float> const x = test::any_values<float>(n * 12, 1), fractals = test::any_values<float>(m * 12, 2);
  std::vector<float> out(x.size()), soft(n * 4);
  std::vector<int> const ids{0, 1, 2, 3, 0, 1, 2, 3};
  auto const view = ma::nchw(x.data(), {n, 3, 2, 2});
  auto const pixmix = with(ma::mixup{.alpha = 3}, ma::label::keep{});
  auto const p = ma::make_plan(pixmix, ma::inputs(view).source_rows(m), ma::key{.seed = 2});
  ma::apply(p, view, ma::nchw(fractals.data(), {m, 3, 2, 2}), ma::nchw(out.data(), {n, 3, 2, 2}));
  // Nothing of the set's labels is read: a source of ids that no class has is never asked.
  std::vector<int> const nothing{99, 99, 99};
  ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::class_ids(nothing.data(), {m}),
                  ma::labels(soft.data(), {n, 4}), {.ignore_index = 99});
  for (index_t i = 0; i < n; ++i) {
    CHECK((p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f && p.ratio[i] > 0.0f && p.ratio[i] < 1.0f));
    for (int c = 0; c < 4; ++c) CHECK(soft[static_cast<std::size_t>(4 * i + c)] == (c == i % 4 ? 1.0f : 0.0f));
    for (index_t k = 0; k < 12; ++k) {
      double const r = static_cast<double>(p.ratio[i]);
      CHECK(static_cast<double>(out[static_cast<std::size_t>(12 * i + k)]) ==
            doctest::Approx(r * static_cast<double>(x[static_cast<std::size_t>(12 * i + k)]) +
                            (1 - r) * static_cast<double>(fractals[static_cast<std::size_t>(12 * p.partner[i] + k)]))
                .epsilon(1e-5));
    }
  }
}

TEST_CASE("manifold_mixup: mixup's plan, a layer of each step, the same for every part of a batch") {
  auto const x = ma::nchw<float>(nullptr, {12, 3, 8, 8});
  ma::key const key{.seed = 3, .step = 5};
  auto const p = ma::make_plan(ma::manifold_mixup{}, x, key);
  CHECK(test::same_plan(p, ma::make_plan(ma::mixup{.alpha = 2}, x, key)));
  std::vector<double> seen(3);
  for (std::uint64_t step = 0; step < 3000; ++step) {
    ma::key const k{.seed = 3, .step = step};
    index_t const layer = ma::drawn_layer(k, 3);
    ++seen[static_cast<std::size_t>(layer)];
    CHECK(ma::drawn_layer({.seed = 3, .step = step, .first = 6, .global = 12}, 3) == layer);
  }
  CHECK(reference::chi_square_p(seen, std::vector<double>(3, 1000.0)) > reference::level(1));
  CHECK(ma::drawn_layer(p.drawn_with, 3) == ma::drawn_layer(key, 3));
  // Features of another size and rank, with the labels of the plan, and the gradient on the way back.
  std::vector<double> const hidden = test::any_values<double>(12 * 5, 4), g = test::any_values<double>(12 * 5, 5);
  std::vector<double> mixed(60), back(60);
  ma::apply(p, ma::features(hidden.data(), {12, 5}), ma::features(mixed.data(), {12, 5}));
  ma::apply_adjoint(p, ma::features(g.data(), {12, 5}), ma::features(back.data(), {12, 5}));
  double forward = 0, backward = 0;
  for (std::size_t k = 0; k < 60; ++k) forward += mixed[k] * g[k], backward += hidden[k] * back[k];
  CHECK(forward == doctest::Approx(backward).epsilon(1e-12));
  CHECK(refusal([] { ma::drawn_layer(ma::key{}, 0); }).find("drawn_layer's layers is 0") != std::string::npos);
}

}  // namespace recipes_test
