// RecursiveMix against the paper, written for doubles: boxes, pixels, labels over steps, and the history that a trainer
// keeps.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/apply/history.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/adjoint_reference.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace recursivemix_test {

using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

constexpr index_t n = 6, c = 2, h = 12, w = 10, classes = 4;
constexpr index_t pixels = h * w, row = c * pixels;
auto const layout = ma::nchw<float>(nullptr, {n, c, h, w});

/// The resize of the published code: torch's nearest, and bilinear with align_corners.
float resized(float const* plane, index_t y, index_t x, index_t to_h, index_t to_w, bool linear) {
  if (!linear) return plane[(y * h / to_h) * w + x * w / to_w];
  auto const place = [](index_t d, index_t S, index_t D) {
    return D == 1 ? 0.0 : static_cast<double>(d) * static_cast<double>(S - 1) / static_cast<double>(D - 1);
  };
  double const fy = place(y, h, to_h), fx = place(x, w, to_w);
  auto const y0 = static_cast<index_t>(fy), x0 = static_cast<index_t>(fx);
  index_t const y1 = std::min(y0 + 1, h - 1), x1 = std::min(x0 + 1, w - 1);
  double const v = fy - static_cast<double>(y0), u = fx - static_cast<double>(x0);
  auto const at = [&](index_t a, index_t b) { return static_cast<double>(plane[a * w + b]); };
  return static_cast<float>((1 - v) * ((1 - u) * at(y0, x0) + u * at(y0, x1)) +
                            v * ((1 - u) * at(y1, x0) + u * at(y1, x1)));
}

}  // namespace

TEST_CASE("the whole history image is resized into the box, and the share is its area") {
  auto const x = test::any_values<float>(n * row, 1), old = test::any_values<float>(n * row, 2);
  for (bool const linear : {false, true}) {
    CAPTURE(linear);
    auto const method = ma::recursivemix{
        .alpha = 0.9f, .interpolation = linear ? ma::interpolation::linear : ma::interpolation::nearest};
    for (std::uint64_t step = 0; step < 20; ++step) {
      auto const p = ma::make_plan(method, ma::inputs(layout).source_rows(n), ma::key{.seed = 3, .step = step});
      CHECK(p.flags().moved);
      CHECK(p.flags().blends == linear);
      std::vector<float> out(x.size());
      ma::apply(p, ma::nchw(x.data(), {n, c, h, w}), ma::nchw(old.data(), {n, c, h, w}),
                ma::nchw(out.data(), {n, c, h, w}));
      double worst = 0;
      for (index_t i = 0; i < n; ++i) {
        REQUIRE(p.partner[i] == i);
        ma::box const b = p.region.to[i];
        index_t const bh = b.y1 - b.y0, bw = b.x1 - b.x0;
        CHECK(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(bh * bw) / static_cast<double>(pixels)));
        CHECK(p.share_partner[i] == 1.0f - p.share_self[i]);
        // The sides of the box before it is clipped: trunc(S sqrt(a)).
        double const side = std::sqrt(1.0 - static_cast<double>(p.ratio[i]));
        CHECK(bh <= static_cast<index_t>(static_cast<double>(h) * side));
        CHECK(bw <= static_cast<index_t>(static_cast<double>(w) * side));
        for (index_t k = 0; k < row; ++k) {
          index_t const y = k % pixels / w, at = k % w;
          bool const inside = y >= b.y0 && y < b.y1 && at >= b.x0 && at < b.x1;
          float const* const plane = &old[static_cast<std::size_t>(i * row + k / pixels * pixels)];
          float const want =
              inside ? resized(plane, y - b.y0, at - b.x0, bh, bw, linear) : x[static_cast<std::size_t>(i * row + k)];
          worst = std::max(worst, std::fabs(static_cast<double>(want) -
                                            static_cast<double>(out[static_cast<std::size_t>(i * row + k)])));
        }
      }
      CHECK(worst <= (linear ? 0.02 : 0.0));  // the fraction of a position is rounded to 1 / 2048
    }
  }
}

TEST_CASE("the area is uniform below alpha, the centre uniform, and a batch may share one box") {
  constexpr index_t rows = 20000, side = 64;
  auto const images = ma::nchw<float>(nullptr, {rows, 1, side, side});
  auto const in = ma::inputs(images).source_rows(rows);
  auto const p = ma::make_plan(ma::recursivemix{.alpha = 0.4f}, in, ma::key{.seed = 5});
  std::vector<double> area;
  for (index_t i = 0; i < rows; ++i)
    area.push_back((1.0 - static_cast<double>(p.ratio[i])) / static_cast<double>(0.4f));
  std::sort(area.begin(), area.end());
  CHECK(reference::ks_p(area) > reference::level(2));
  // A box of side s around a uniform centre has its middle row iff the centre is within s / 2 of it.
  double expected = 0, held = 0;
  for (index_t i = 0; i < rows; ++i) {
    auto const s = static_cast<index_t>(static_cast<double>(side) * std::sqrt(1.0 - static_cast<double>(p.ratio[i])));
    expected += static_cast<double>(s / 2 * 2) / static_cast<double>(side);
    ma::box const b = p.region.to[i];
    held += b.y0 <= side / 2 && b.y1 > side / 2 ? 1 : 0;
  }
  CHECK(std::fabs(held - expected) < 5 * std::sqrt(static_cast<double>(rows) / 4));

  auto const one = ma::make_plan(ma::recursivemix{.mode = ma::mode::batch}, in, ma::key{.seed = 6});
  for (index_t i = 1; i < 50; ++i) CHECK(one.region.to[i] == one.region.to[0]);
}

TEST_CASE("three steps of labels are the published recursion, with the smoothing of the sample's side alone") {
  constexpr float s = 0.1f;
  std::vector<int> const ids[3] = {{0, 1, 2, 3, 0, 1}, {2, 2, 1, 0, 3, 3}, {1, 0, 3, 2, 2, 0}};
  std::vector<float> pixels_of(static_cast<std::size_t>(n * row), 0.5f);
  auto const x = ma::nchw(pixels_of.data(), {n, c, h, w});
  ma::history<float, 4> past(x, classes);
  std::vector<double> y(static_cast<std::size_t>(n * classes));
  for (int step = 0; step < 3; ++step) {
    auto const p = ma::make_plan(ma::recursivemix{}, ma::inputs(x).source_rows(past.rows()),
                                 ma::key{.seed = 8, .step = static_cast<std::uint64_t>(step)});
    ma::apply(p, x, past.source(), past.mixed(n));
    ma::soft_labels(p, ma::class_ids(ids[step].data(), {n}), past.targets(), past.mixed_targets(n),
                    {.smoothing = s, .smooth = ma::smooth::self});
    past.advance();
    CHECK(past.rows() == n);
    double worst = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < classes; ++k) {
        double const hot = (ids[step][static_cast<std::size_t>(i)] == k ? 1.0 - static_cast<double>(s) : 0.0) +
                           static_cast<double>(s) / static_cast<double>(classes);
        double const lambda = static_cast<double>(p.share_self[i]);
        CHECK((step > 0 || p.share_self[i] == 1.0f));
        double& of = y[static_cast<std::size_t>(i * classes + k)];
        of = step == 0 ? hot : lambda * hot + (1 - lambda) * of;
        worst = std::max(worst, std::fabs(of - static_cast<double>(past.targets()(i, k))));
      }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("a global batch plans like its parts, each with its slice of the history") {
  for (index_t parts : {2, 4}) {
    constexpr index_t all = 16;
    index_t const each = all / parts;
    auto const whole = ma::nchw<float>(nullptr, {all, c, h, w}), part = ma::nchw<float>(nullptr, {each, c, h, w});
    auto const values = test::any_values<float>(all * row, 4), old = test::any_values<float>(all * row, 5);
    auto const p = ma::make_plan(ma::recursivemix{}, ma::inputs(whole).source_rows(all), ma::key{.seed = 9});
    std::vector<float> out(values.size()), want(values.size());
    ma::apply(p, ma::nchw(values.data(), {all, c, h, w}), ma::nchw(old.data(), {all, c, h, w}),
              ma::nchw(want.data(), {all, c, h, w}));
    std::vector<float> const g = test::any_values<float>(all * row, 6);
    std::vector<float> grad_x(g.size()), grad_old(g.size()), part_x(g.size()), part_old(g.size());
    ma::apply_adjoint(p, ma::nchw(g.data(), {all, c, h, w}), ma::nchw(grad_x.data(), {all, c, h, w}),
                      ma::nchw(grad_old.data(), {all, c, h, w}));
    for (index_t k = 0; k < parts; ++k) {
      index_t const first = k * each;
      auto const slice = ma::make_plan(ma::recursivemix{}, ma::inputs(part).source_rows(each).source_first(first),
                                       ma::key{.seed = 9, .first = first, .global = all});
      std::stringstream text;
      ma::write_plan(text, slice);
      std::string const written = text.str();
      std::stringstream again;
      ma::write_plan(again, ma::read_plan(text));
      for (index_t i = 0; i < each; ++i) {
        CHECK(slice.partner[i] == first + i);
        CHECK(slice.region.to[i] == p.region.to[first + i]);
        CHECK(slice.share_self[i] == p.share_self[first + i]);
      }
      CHECK(again.str() == written);
      CHECK((written.find("source_first") != std::string::npos) == (first > 0));
      auto const at = [&](auto& v) { return ma::nchw(v.data() + first * row, {each, c, h, w}); };
      ma::apply(slice, at(values), at(old), at(out));
      ma::apply_adjoint(slice, at(g), at(part_x), at(part_old));
    }
    CHECK(test::first_difference(out, want) == -1);
    CHECK(test::first_difference(part_x, grad_x) == -1);
    CHECK(test::first_difference(part_old, grad_old) == -1);
  }
}

TEST_CASE("a source of no rows is a source: pixels, labels, losses, gradients and text are those of the batch") {
  auto const values = test::any_values<float>(n * row, 1);
  auto const x = ma::nchw(values.data(), {n, c, h, w});
  auto const none = ma::nchw<float const>(nullptr, {0, c, h, w});
  std::vector<int> const ids{0, 1, 2, 3, 0, 1};
  auto const check = [&](auto const& p) {
    std::vector<float> out(values.size(), -1.0f), targets(static_cast<std::size_t>(n * classes), -1.0f);
    ma::apply(p, x, none, ma::nchw(out.data(), {n, c, h, w}));
    CHECK(test::first_difference(out, values) == -1);
    for (auto const& source :
         {ma::labels<float const>(nullptr, {0, classes}), ma::labels<float const>(nullptr, {0, 0})}) {
      ma::soft_labels(p, ma::class_ids(ids.data(), {n}), source, ma::labels(targets.data(), {n, classes}));
      for (index_t i = 0; i < n; ++i)
        for (index_t k = 0; k < classes; ++k)
          CHECK(targets[static_cast<std::size_t>(i * classes + k)] ==
                (ids[static_cast<std::size_t>(i)] == k ? 1.0f : 0.0f));
    }
    auto const none_ids = ma::class_ids<int const>(nullptr, {0});
    ma::soft_labels(p, ma::class_ids(ids.data(), {n}), none_ids, ma::labels(targets.data(), {n, classes}));
    std::vector<float> grad(values.size(), -1.0f), losses(static_cast<std::size_t>(n));
    ma::apply_adjoint(p, x, ma::nchw(grad.data(), {n, c, h, w}), ma::nchw(grad.data(), {0, c, h, w}));  // any pointer
    ma::apply_adjoint(p, x, ma::nchw(grad.data(), {n, c, h, w}), ma::nchw<float>(nullptr, {0, c, h, w}));
    CHECK(test::first_difference(grad, values) == -1);
    ma::pair_cross_entropy(p, ma::features(targets.data(), {n, classes}), ma::class_ids(ids.data(), {n}), none_ids,
                           ma::labels(losses.data(), {n}));
    CHECK(ma::pair_accuracy(p, ma::class_ids(ids.data(), {n}), ma::class_ids(ids.data(), {n}), none_ids) == 1.0);
    std::stringstream text;
    ma::write_plan(text, p);
    std::string const written = text.str();
    std::stringstream again;
    ma::write_plan(again, ma::read_plan(text));
    CHECK(again.str() == written);
    CHECK(has(refusal([&] {
                ma::apply(p, x, ma::nchw(values.data(), {n, c, h, w}), ma::nchw(out.data(), {n, c, h, w}));
              }),
              "the source is 6 rows; expected 0 rows"));
    CHECK(has(refusal([&] { ma::apply(p, x, ma::nchw(out.data(), {n, c, h, w})); }), "a second source of 0 rows"));
  };
  auto const in = ma::inputs(x).source_rows(0);
  check(ma::make_plan(ma::recursivemix{}, in, ma::key{}));
  check(ma::make_plan(ma::cutmix{}, in, ma::key{}));
  check(ma::make_plan(ma::mixup{}, in, ma::key{}));
  check(ma::make_plan(ma::one_of(ma::recursivemix{}, ma::cutmix{}), in, ma::key{}));
  check(ma::make_plan(with(ma::cutmix{}, ma::pairing::roll{}), in, ma::key{}));
  auto const maps = ma::inputs(ma::nchw(values.data(), {n, 1, h, row / h})).source_rows(0);
  CHECK(ma::make_plan(ma::serial{}, ma::saliencymix{}, maps, ma::key{}).partner[0] == -1);
}

TEST_CASE("a history keeps the order of memory, takes smaller batches, is reset, saved and resumed") {
  std::vector<std::uint8_t> memory(static_cast<std::size_t>(n * row));
  for (std::size_t k = 0; k < memory.size(); ++k) memory[k] = static_cast<std::uint8_t>(k * 31);
  auto const x = ma::nhwc(memory.data(), {n, h, w, c});
  ma::history<std::uint8_t, 4> past(x, classes);
  for (int d = 0; d < 4; ++d) CHECK(past.source().stride[d] == x.stride[d]);
  CHECK(past.source().extent[0] == 0);
  CHECK(past.capacity() == n);
  auto const* const first = past.mixed(n).data;
  std::vector<int> const ids{0, 1, 2, 3, 0, 1};
  auto const step = [&](index_t rows, std::uint64_t k) {
    auto const batch = ma::nhwc(memory.data(), {rows, h, w, c});
    auto const p =
        ma::make_plan(ma::recursivemix{}, ma::inputs(batch).source_rows(past.rows()), ma::key{.seed = 2, .step = k});
    ma::apply(p, batch, past.source(), past.mixed(rows));
    ma::soft_labels(p, ma::class_ids(ids.data(), {rows}), past.targets(), past.mixed_targets(rows));
    past.advance();
    return p;
  };
  step(n, 0);
  CHECK(past.source().data == first);
  CHECK(step(4, 1).partner[3] == 3);
  CHECK(past.rows() == 4);
  auto const grown = step(n, 2);
  CHECK(grown.partner[3] == 3);
  CHECK(grown.partner[4] == -1);

  std::stringstream saved;
  past.save(saved);
  auto const images = std::vector<std::uint8_t>(past.source().data, past.source().data + n * row);
  auto const targets = std::vector<float>(past.targets().data, past.targets().data + n * classes);
  past.reset();
  CHECK(past.rows() == 0);
  CHECK(past.targets().extent[0] == 0);
  std::string const bytes = saved.str();
  for (std::size_t const cut : {std::size_t{0}, std::size_t{5}, bytes.size() - 1}) {
    std::stringstream some(bytes.substr(0, cut));
    CHECK(!refusal([&] { past.load(some); }).empty());
    CHECK(past.rows() == 0);
  }
  past.load(saved);
  CHECK(past.rows() == n);
  CHECK(std::equal(images.begin(), images.end(), past.source().data));
  CHECK(std::equal(targets.begin(), targets.end(), past.targets().data));

  std::stringstream again(bytes);
  ma::history<std::uint8_t, 4> other(ma::nchw(memory.data(), {n, c, h, w}), classes);
  CHECK(has(refusal([&] { other.load(again); }), "of another element, shape, order of memory"));
  CHECK(has(refusal([&] { past.advance(); }), "advances after mixed(0) and mixed_targets(0)"));
  CHECK(has(refusal([&] { past.mixed(n + 1); }), "expected 1 to 6"));
  past.mixed(4);
  CHECK(has(refusal([&] { past.advance(); }), "advances after mixed(4) and mixed_targets(0)"));
  past.mixed_targets(5);
  CHECK(has(refusal([&] { past.advance(); }), "mixed_targets(5)"));
  std::stringstream truncated(bytes.substr(0, bytes.size() - 1));
  CHECK(has(refusal([&] { past.load(truncated); }), "shorter than its rows"));
  CHECK(has(refusal([&] { past.advance(); }),
            "advances after mixed(0)"));  // a failed load drops the batch that was begun
  CHECK(past.rows() == n);
  CHECK(std::equal(images.begin(), images.end(), past.source().data));
  CHECK(has(refusal([&] { ma::history<std::uint8_t, 4>(x, 0); }), "num_classes is 0"));
}

TEST_CASE("what RecursiveMix refuses") {
  auto const in = ma::inputs(layout).source_rows(n);
  auto const said = [&](ma::recursivemix const& m, auto const& inputs) {
    return refusal([&] { ma::make_plan(m, inputs, ma::key{}); });
  };
  CHECK(has(said({}, ma::inputs(layout)), "add mixaug::inputs(x).source_rows(n), 0 where there is no history yet"));
  for (float alpha : {0.0f, -1.0f, 1.5f, std::numeric_limits<float>::quiet_NaN()})
    CHECK(has(said({.alpha = alpha}, in), "recursivemix's alpha"));
  CHECK(has(said({.prob = 1.5f}, in), "prob"));
  CHECK(has(said({}, ma::inputs(layout).source_rows(n).source_first(-1)), "source_first is -1"));
  CHECK(has(said({}, ma::inputs(layout).source_first(3)), "source_first describes a second source"));
  CHECK(has(said({}, ma::inputs(ma::features<float>(nullptr, {n, 3})).source_rows(n)), "needs spatial extents"));
  CHECK(has(said({}, ma::inputs(ma::nchw<float>(nullptr, {n, c, 1, 1})).source_rows(n)), "one pixel"));

  auto const p = ma::make_plan(ma::recursivemix{}, in, ma::key{});
  std::vector<float> values(static_cast<std::size_t>(n * row)), out(values);
  std::vector<float> targets(static_cast<std::size_t>(n * classes));
  std::vector<int> const ids{0, 1, 2, 3, 0, 1};
  auto const x = ma::nchw(values.data(), {n, c, h, w}), o = ma::nchw(out.data(), {n, c, h, w});
  CHECK(has(refusal([&] { ma::apply(p, x, ma::nchw(values.data(), {n, c, w, h}), o); }), "the source"));
  CHECK(has(refusal([&] { ma::apply(p, x, ma::nchw(values.data(), {n - 1, c, h, w}), o); }), "the source is 5 rows"));
  CHECK(has(refusal([&] {
              ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(targets.data(), {n - 1, classes}),
                              ma::labels(values.data(), {n, classes}));
            }),
            "the source's labels is 5 rows"));
  CHECK(has(refusal([&] {
              ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(targets.data(), {n, classes - 1}),
                              ma::labels(values.data(), {n, classes}));
            }),
            "of width 3"));
  CHECK(has(refusal([&] { ma::apply_inplace(p, o); }), "a second source"));
  CHECK(has(refusal([&] { ma::apply(p, x, ma::nchw<float>(nullptr, {n, c, h, w}), o); }), "null pointer"));
}

TEST_CASE("a plan at another size keeps its boxes, and one_of mixes histories with other methods") {
  auto const in = ma::inputs(layout).source_rows(n);
  auto const p = ma::make_plan(ma::recursivemix{.alpha = 0.9f}, in, ma::key{.seed = 3});
  auto const half = ma::rescaled(p, {h / 2, w / 2});
  for (index_t i = 0; i < n; ++i)
    CHECK(half.region.from[i] == (half.region.to[i].empty() ? ma::no_box : ma::box{0, 1, 0, h / 2, 0, w / 2}));
  auto const q = ma::make_plan(ma::one_of(ma::recursivemix{.interpolation = ma::interpolation::linear}, ma::cutmix{}),
                               in, ma::key{.seed = 4});
  index_t own = 0;
  for (index_t i = 0; i < n; ++i) {
    if (q.choice[i] == 0) CHECK(q.partner[i] == i);
    own += q.choice[i] == 0 ? 1 : 0;
  }
  CHECK((own > 0 && own < n));
  auto const old = test::any_values<float>(n * row, 2), x = test::any_values<float>(n * row, 1);
  std::vector<float> out(x.size());
  ma::apply(q, ma::nchw(x.data(), {n, c, h, w}), ma::nchw(old.data(), {n, c, h, w}),
            ma::nchw(out.data(), {n, c, h, w}));
  CHECK(reference::first_wrong(q, x, old, out, test::exact<ma::serial>()) == -1);
}

}  // namespace recursivemix_test
