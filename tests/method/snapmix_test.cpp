#include <doctest/doctest.h>

#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/mix_reference.hpp"
#include "reference/score_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/plans.hpp"
#include "support/refusal.hpp"
#include "support/score_maps.hpp"

namespace snapmix_test {

using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 10, h = 18, w = 25;
constexpr ma::serial one{};

struct batch {
  std::vector<float> maps = test::score_maps(n, h, w, 2), values = test::any_values<float>(n * 3 * h * w, 5);
  auto x() const { return ma::nchw(values.data(), {n, 3, h, w}); }
  auto in() const { return ma::inputs(x()).scores(ma::scores(maps.data(), {n, h, w})); }
};
auto plan(batch const& b, ma::snapmix const& m, std::uint64_t seed = 1) {
  return ma::make_plan(one, m, b.in(), ma::key{.seed = seed});
}

}  // namespace

TEST_CASE("by_score on every kind of region: in place, moved, resized, blended, and a detector's maps") {
  batch const b;
  ma::label::by_score const rules[] = {{}, {.mix = 0.3f, .above_least = true}, {.mix = 0.5f, .of = ma::scored::mix}};
  for (auto const& rule : rules) {
    auto const check = [&](auto const& method) {
      auto const p = ma::make_plan(one, with(method, rule), b.in(), ma::key{.seed = 3});
      CHECK(reference::first_other_label(p, rule, {b.maps.data(), b.maps.data(), h, w}) == -1);
    };
    check(ma::mixup{});
    check(ma::cutmix{.boxes = 3});
    check(ma::gridmix{});
    check(with(ma::cutmix{}, test::random_pair{}));
    check(with(ma::resizemix{}, test::random_resize{}));
    check(with(ma::cutmix{}, test::random_cells{}));
    check(with(ma::cutmix{}, test::random_mask{}));
    check(ma::saliencymix{.scheme = ma::scheme::salient_to_salient});
    check(ma::fmix{});
    check(ma::smoothmix{});
  }
  auto const bytes = test::soft_images(n, 3, h, w, 4);
  auto const x = ma::nchw(bytes.data(), {n, 3, h, w});
  ma::saliency::frequency_tuned const detector;
  std::vector<float> found(static_cast<std::size_t>(n * h * w));
  ma::saliency_map(one, detector, x, ma::scores(found.data(), {n, h, w}));
  auto const p = ma::make_plan(one, with(ma::cutmix{}, rules[0], detector), x, ma::key{.seed = 3});
  CHECK(reference::first_other_label(p, rules[0], {found.data(), found.data(), h, w}) == -1);
  auto const q = ma::make_plan(one, with(ma::cutmix{}, rules[0]),
                               ma::inputs(x).scores(ma::scores(found.data(), {n, h, w})), ma::key{.seed = 3});
  CHECK(test::same_plan(p, q));
}

TEST_CASE("two boxes of laws of their own, independent; the partner's is resized into the sample's, corners aligned") {
  constexpr index_t many = 4000;
  std::vector<float> const flat(many * 16 * 12, 1.0f);
  auto const x = ma::nchw<float>(nullptr, {many, 1, 16, 12});
  auto const p = ma::make_plan(one, ma::snapmix{.alpha = 1},
                               ma::inputs(x).scores(ma::scores(flat.data(), {many, 16, 12})), ma::key{.seed = 5});
  // With alpha = 1 the areas are uniform: both boxes have the law of CutMix, and are independent.
  auto const cut = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 77});
  std::vector<double> sizes[2], drawn;
  double product = 0, mean[2] = {}, squares[2] = {};
  index_t mixed = 0;
  for (index_t i = 0; i < many; ++i) {
    drawn.push_back(static_cast<double>(cut.region.where[i].volume()));
    if (p.region.to[i].empty()) continue;
    ++mixed;
    ma::box const boxes[2] = {p.region.to[i], p.region.from[i]};
    double v[2];
    for (int j = 0; j < 2; ++j) {
      v[j] = static_cast<double>(boxes[j].volume());
      sizes[j].push_back(v[j]);
      mean[j] += v[j], squares[j] += v[j] * v[j];
    }
    product += v[0] * v[1];
  }
  CHECK(mixed > many / 2);
  double const k = static_cast<double>(mixed);
  double const covariance = product / k - mean[0] * mean[1] / k / k,
               spread = std::sqrt((squares[0] / k - mean[0] * mean[0] / k / k) *
                                  (squares[1] / k - mean[1] * mean[1] / k / k));
  CHECK(std::fabs(covariance / spread) < 4 / std::sqrt(k));
  for (int j = 0; j < 2; ++j) {  // the volumes that are not 0, against CutMix's
    std::vector<double> seen(8), expected(8);
    double rest = 0;
    for (double v : drawn)
      if (v > 0) ++expected[static_cast<std::size_t>(std::min(7.0, v / 24))], ++rest;
    for (double v : sizes[j]) ++seen[static_cast<std::size_t>(std::min(7.0, v / 24))];
    for (double& e : expected) e *= k / rest;
    double distance = 0;
    for (std::size_t c = 0; c < 8; ++c)
      if (expected[c] > 0 || seen[c] > 0)
        distance += (seen[c] - expected[c]) * (seen[c] - expected[c]) / (expected[c] * (1 + k / rest));
    CHECK(distance < 24.3);  // chi-square of 7 degrees, 0.1 %
  }
  for (index_t i = 0; i < many; ++i)
    if (!p.region.to[i].empty()) REQUIRE(p.region.how[i] == ma::interpolation::linear_corners);
  auto const batch_plan =
      ma::make_plan(one, ma::snapmix{.mode = ma::mode::batch},
                    ma::inputs(x).scores(ma::scores(flat.data(), {many, 16, 12})), ma::key{.seed = 6});
  for (index_t i = 1; i < 50; ++i)
    CHECK(
        (batch_plan.region.to[i] == batch_plan.region.to[0] && batch_plan.region.from[i] == batch_plan.region.from[0]));
}

TEST_CASE("labels: what the boxes hold of either map; constant maps count by pixels; equal classes add once") {
  batch b;
  auto const p = plan(b, {});
  CHECK(reference::first_other_label(p, {.above_least = true}, {b.maps.data(), b.maps.data(), h, w}) == -1);
  index_t apart = 0, flat = 0;
  for (index_t i = 0; i < n; ++i) {
    apart += std::fabs(p.share_self[i] + p.share_partner[i] - 1.0f) > 1e-3f ? 1 : 0;
    // Of the maps every fifth is constant.
    if (i % 5 != 4 || p.partner[i] == i) continue;
    ++flat;
    CHECK(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
  }
  CHECK((apart > 3 && flat > 0));
  // A map and the same map with a constant added have the same labels.
  std::vector<float> raised = b.maps;
  for (float& v : raised) v += 4.0f;
  auto const q = ma::make_plan(one, ma::snapmix{}, ma::inputs(b.x()).scores(ma::scores(raised.data(), {n, h, w})),
                               ma::key{.seed = 1});
  CHECK(test::same_plan(p, q));
  std::vector<float> const zeros(b.maps.size(), 0.0f);
  auto const none = ma::make_plan(one, ma::snapmix{}, ma::inputs(b.x()).scores(ma::scores(zeros.data(), {n, h, w})),
                                  ma::key{.seed = 1});
  for (index_t i = 0; i < n; ++i) {
    CHECK(none.share_self[i] == static_cast<float>(ma::pixel_share(none, i)));
    CHECK(none.share_partner[i] == doctest::Approx(1.0 - ma::pixel_share(none, i)).epsilon(1e-7));
  }
  // All of one class: the row's label is the sum of the two coefficients, and so is the weight of its loss.
  std::vector<int> const same(n, 1);
  std::vector<float> soft(n * 3), ones(n, 1.0f), losses(n);
  ma::soft_labels(one, p, ma::class_ids(same.data(), {n}), ma::labels(soft.data(), {n, 3}));
  ma::pair_loss(one, p, ma::labels(ones.data(), {n}), ma::labels(ones.data(), {n}), ma::labels(losses.data(), {n}));
  for (index_t i = 0; i < n; ++i) {
    float const sum = p.share_self[i] + p.share_partner[i];
    CHECK(soft[static_cast<std::size_t>(3 * i + 1)] == doctest::Approx(sum));
    CHECK(losses[static_cast<std::size_t>(i)] == doctest::Approx(sum));
  }
}

TEST_CASE("TransMix: the same key draws the same mix, whose attention then gives the labels") {
  batch const b;
  std::vector<float> attention(n * 3 * 5);
  for (std::size_t k = 0; k < attention.size(); ++k) attention[k] = static_cast<float>((k * 37) % 11);
  ma::key const key{.seed = 12};
  auto const first = ma::make_plan(ma::cutmix{}, b.x(), key);
  auto const last = ma::make_plan(one, with(ma::cutmix{}, ma::label::by_score{.mix = 0.5f, .of = ma::scored::mix}),
                                  ma::inputs(b.x()).scores(ma::scores(attention.data(), {n, 3, 5})), key);
  index_t other = 0;
  for (index_t i = 0; i < n; ++i) {
    CHECK((first.region.where[i] == last.region.where[i] && first.partner[i] == last.partner[i]));
    other += first.share_self[i] != last.share_self[i] ? 1 : 0;
    CHECK(last.share_partner[i] == 1.0f - last.share_self[i]);
  }
  CHECK(other > 5);
  CHECK(reference::first_other_label(last, {.mix = 0.5f, .of = ma::scored::mix}, {attention.data(), nullptr, 3, 5}) ==
        -1);
  // mix = 0 is the part of the pixels.
  auto const none = ma::make_plan(one, with(ma::cutmix{}, ma::label::by_score{.mix = 0}), b.in(), key);
  for (index_t i = 0; i < n; ++i) CHECK(none.share_self[i] == first.share_self[i]);
}

TEST_CASE("pixels, gradients, ids, text, another resolution, parts of a batch") {
  batch const b;
  auto const p = plan(b, {.prob = 0.9f}), pasted = plan(b, {.interpolation = ma::interpolation::nearest});
  std::vector<float> out(b.values.size()), back(b.values.size()), again(b.values.size());
  ma::apply(one, p, b.x(), ma::nchw(out.data(), {n, 3, h, w}));
  CHECK(reference::first_wrong(p, b.values, b.values, out, false) == -1);
  auto const g = test::any_values<float>(n * 3 * h * w, 6);
  ma::apply_adjoint(one, p, ma::nchw(g.data(), {n, 3, h, w}), ma::nchw(back.data(), {n, 3, h, w}));
  double forward = 0, backward = 0;
  for (std::size_t k = 0; k < out.size(); ++k)
    forward += double{out[k]} * double{g[k]}, backward += double{b.values[k]} * double{back[k]};
  CHECK(std::fabs(forward - backward) < 1e-2);
  CHECK((p.flags().blends && p.flags().moved && !pasted.flags().blends));
  std::vector<std::int32_t> ids(static_cast<std::size_t>(n * h * w)), mixed = ids;
  for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = static_cast<std::int32_t>(k);
  ma::apply(one, pasted, ma::masks(ids.data(), {n, h, w}), ma::masks(mixed.data(), {n, h, w}));
  CHECK(reference::first_wrong(pasted, ids, ids, mixed, true) == -1);
  std::stringstream text;
  ma::write_plan(text, p);
  auto const read = ma::read_plan(text);
  ma::apply(one, read, b.x(), ma::nchw(again.data(), {n, 3, h, w}));
  CHECK(test::first_difference(again, out) == -1);
  for (index_t i = 0; i < n; ++i) CHECK(read.share_partner[i] == p.share_partner[i]);
  auto const small = ma::rescaled(p, {6, 5});
  for (index_t i = 0; i < n; ++i) CHECK(small.share_self[i] == p.share_self[i]);
  // Two calls of five rows, which are given the scores of the global batch.
  for (index_t first = 0; first < n; first += 5) {
    auto const part = ma::nchw(b.values.data() + first * 3 * h * w, {5, 3, h, w});
    auto const maps = ma::scores(b.maps.data() + first * h * w, {5, h, w});
    auto const q = ma::make_plan(one, ma::snapmix{.prob = 0.9f},
                                 ma::inputs(part).scores(maps).source_scores(ma::scores(b.maps.data(), {n, h, w})),
                                 ma::key{.seed = 1, .first = first, .global = n});
    for (index_t i = 0; i < 5; ++i) CHECK(test::same_row(q, i, p, first + i));
  }
}

TEST_CASE("what snapmix and by_score refuse") {
  batch b;
  auto const has = [](std::string const& text, char const* part) {
    CAPTURE(text);
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  };
  auto const of = [&](auto const& m, auto const& in) { return refusal([&] { ma::make_plan(one, m, in, ma::key{}); }); };
  std::vector<float> const wide(n * 19 * w, 1.0f);
  has(of(ma::snapmix{}, b.x()), "reads score maps, which were not given; add them: mixaug::inputs(x).scores(v)");
  has(of(ma::snapmix{}, ma::inputs(b.x()).scores(ma::scores(wide.data(), {n, 19, w}))),
      "scores is (10, 19, 25); expected (n, h, w) of the batch's images, or of a coarser grid");
  has(of(ma::snapmix{.alpha = 0}, b.in()), "ratio::beta's alpha is 0");
  has(of(ma::snapmix{.prob = 2}, b.in()), "prob is 2");
  has(of(ma::snapmix{}, b.in().source_rows(4)), "source_scores(v)");
  has(of(ma::snapmix{}, ma::nchw<float>(nullptr, {2, 3, 1, 1})), "one pixel");
  has(of(with(ma::cutmix{}, ma::label::by_score{.mix = 1.5f}), b.in()), "label::by_score's mix is 1.5; expected");
  has(of(with(ma::mixup{}, ma::label::by_score{}), ma::features<float>(nullptr, {2, 9})),
      "label::by_score needs images (n, c, h, w)");
  has(of(with(ma::regmixup{}, ma::label::by_score{}), b.in()), "output_rows{.clean = true}");
  b.maps[30] = std::numeric_limits<float>::quiet_NaN();
  has(of(ma::snapmix{}, b.in()), "scores(0, 1, 5) is nan");
}

}  // namespace snapmix_test
