// The features under a box, against RoIAlign written from its definition, and the consistency term of RecursiveMix.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/apply/roi_align.hpp>
#include <mixaug/loss/history_targets.hpp>
#include <mixaug/mixaug.hpp>
#include <numeric>

#include "support/emulated_device.hpp"
#include "support/refusal.hpp"
#include "support/memory.hpp"
#include "support/values.hpp"

namespace roi_align_test {

namespace ma = mixaug;
using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

/// The bilinear value at a point of a map, zero farther than one feature outside (the definition's rule).
double bilinear(std::vector<double> const& map, index_t h, index_t w, double y, double x) {
  if (y < -1 || y > static_cast<double>(h) || x < -1 || x > static_cast<double>(w)) return 0;
  y = std::clamp(y, 0.0, static_cast<double>(h - 1));
  x = std::clamp(x, 0.0, static_cast<double>(w - 1));
  double sum = 0;
  for (index_t i = 0; i < h; ++i)
    for (index_t j = 0; j < w; ++j)
      sum += std::max(0.0, 1 - std::fabs(y - static_cast<double>(i))) *
             std::max(0.0, 1 - std::fabs(x - static_cast<double>(j))) * map[static_cast<std::size_t>(i * w + j)];
  return sum;
}
/// RoIAlign with one bin, aligned, adaptive sampling: the mean over a grid of ceil(height) x ceil(width) points.
double roi(std::vector<double> const& map, index_t h, index_t w, ma::box const& b, index_t in_h, index_t in_w) {
  double const sy = static_cast<double>(h) / static_cast<double>(in_h),
               sx = static_cast<double>(w) / static_cast<double>(in_w);
  double const y0 = b.y0 * sy - 0.5, x0 = b.x0 * sx - 0.5, height = (b.y1 - b.y0) * sy, width = (b.x1 - b.x0) * sx;
  double const ny = std::ceil(height - 1e-9), nx = std::ceil(width - 1e-9);
  double sum = 0;
  for (double i = 0; i < ny; ++i)
    for (double j = 0; j < nx; ++j)
      sum += bilinear(map, h, w, y0 + (i + 0.5) * height / ny, x0 + (j + 0.5) * width / nx);
  return sum / (ny * nx);
}

constexpr index_t n = 9, c = 3, in_h = 32, in_w = 24;
auto const images = ma::nchw<float>(nullptr, {n, 2, in_h, in_w});
auto recursive(std::uint64_t seed, float alpha = 0.8f) {
  return ma::make_plan(ma::recursivemix{.alpha = alpha}, ma::inputs(images).source_rows(n - 1), ma::key{.seed = seed});
}

}  // namespace

TEST_CASE("features under the box are RoIAlign's, at every size of the map, and the same bits on a device") {
  for (auto const& [h, w] : {std::pair<index_t, index_t>{8, 6}, {7, 7}, {1, 1}, {32, 24}, {40, 50}, {3, 11}}) {
    CAPTURE(h);
    CAPTURE(w);
    auto const values = test::any_values<float>(n * c * h * w, 3);
    auto const features = ma::nchw(values.data(), {n, c, h, w});
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      auto const p = recursive(seed);
      std::vector<float> out(n * c, -1.0f), device(n * c, -2.0f);
      ma::roi_align(p, features, ma::features(out.data(), {n, c}));
      ma::roi_align(test::emulated_device{}, p, features, ma::features(device.data(), {n, c}));
      CHECK(test::first_difference(out, device) == -1);
      double worst = 0;
      for (index_t i = 0; i < n; ++i)
        for (index_t k = 0; k < c; ++k) {
          auto const from = values.begin() + (i * c + k) * h * w;
          std::vector<double> const map(from, from + h * w);
          double const most = std::fabs(*std::max_element(
              map.begin(), map.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }));
          ma::box const b = p.region.to[i];
          double const want = b.empty() ? 0.0 : roi(map, h, w, b, in_h, in_w);
          worst = std::max(
              worst, std::fabs(want - static_cast<double>(out[static_cast<std::size_t>(i * c + k)])) / (1e-30 + most));
        }
      CHECK(worst < 1e-6);
      CHECK(out[(n - 1) * c] == 0.0f);  // the history has no such row
    }
  }
}

TEST_CASE("values and gradients are those of torchvision 0.14.1 (roi_align, aligned, adaptive sampling)") {
  constexpr index_t rows = 4, channels = 2, h = 6, w = 9;
  auto const images = ma::nchw<float>(nullptr, {rows, 3, 40, 30});
  auto p = ma::make_plan(with(ma::recursivemix{}, ma::ratio::constant{0.5f}), ma::inputs(images).source_rows(rows),
                         ma::key{.seed = 1});
  p.edit([](auto& plan) {
    ma::box const boxes[rows] = {
        {0, 1, 0, 40, 0, 30}, {0, 1, 3, 17, 5, 28}, {0, 1, 20, 40, 11, 12}, {0, 1, 7, 8, 0, 4}};
    for (index_t i = 0; i < rows; ++i) plan.region.to[i] = boxes[i];
  });
  std::vector<double> features, gradient(rows * channels * h * w), grad_out, out(rows * channels);
  for (index_t i = 0; i < rows; ++i)
    for (index_t k = 0; k < channels; ++k) {
      grad_out.push_back(1 + static_cast<double>(i) - 0.5 * static_cast<double>(k));
      for (index_t y = 0; y < h; ++y)
        for (index_t x = 0; x < w; ++x)
          features.push_back(static_cast<double>((7 * y * y + 3 * x + 5 * k + 11 * i + y * x) % 23) / 23);
    }
  ma::roi_align(p, ma::nchw(features.data(), {rows, channels, h, w}), ma::features(out.data(), {rows, channels}));
  ma::roi_align_adjoint(p, ma::features(grad_out.data(), {rows, channels}),
                        ma::nchw(gradient.data(), {rows, channels, h, w}));
  double const values[] = {0.45008051529790666, 0.4822866344605476, 0.4157956225968649, 0.43274475007394275,
                           0.5934782608695651,  0.8108695652173913, 0.6565217391304348, 0.7489130434782609};
  for (std::size_t k = 0; k < 8; ++k) CHECK(out[k] == doctest::Approx(values[k]).epsilon(1e-12));
  struct at {
    index_t i, k, y, x;
    double value;
  };
  for (auto const& [i, k, y, x, value] : {at{0, 0, 2, 3, 0.018518518518518517},
                                          {1, 1, 1, 4, 0.11591836734693875},
                                          {1, 0, 2, 8, 0.027142857142857156},
                                          {2, 1, 4, 3, 0.7916666666666664},
                                          {3, 0, 0, 0, 1.2},
                                          {3, 1, 1, 0, 1.75}})
    CHECK(gradient[static_cast<std::size_t>(((i * channels + k) * h + y) * w + x)] ==
          doctest::Approx(value).epsilon(1e-12));
}

TEST_CASE("a linear map has the value of the box's centre, at any strides and in double") {
  constexpr index_t h = 16, w = 12;
  std::vector<double> values(static_cast<std::size_t>(n * h * w * 2));
  for (index_t i = 0; i < n; ++i)
    for (index_t y = 0; y < h; ++y)
      for (index_t x = 0; x < w; ++x)
        for (index_t k = 0; k < 2; ++k)
          values[static_cast<std::size_t>(((i * h + y) * w + x) * 2 + k)] =
              static_cast<double>(k == 0 ? y : x) + static_cast<double>(100 * i);
  auto const p = recursive(4, 0.3f);
  std::vector<double> out(2 * n * 2, -1.0);
  auto const means = ma::features(out.data(), {n, 2}, {4, 2});
  ma::roi_align(p, ma::nhwc(values.data(), {n, h, w, 2}), means);
  index_t checked = 0;
  for (index_t i = 0; i < n; ++i) {
    ma::box const b = p.region.to[i];
    if (b.empty() || b.y0 < 2 || b.x0 < 2 || b.y1 > in_h - 2 || b.x1 > in_w - 2) continue;  // clamped at the border
    ++checked;
    CHECK(means(i, 0) == doctest::Approx(0.25 * (b.y0 + b.y1) - 0.5 + 100.0 * static_cast<double>(i)));
    CHECK(means(i, 1) == doctest::Approx(0.25 * (b.x0 + b.x1) - 0.5 + 100.0 * static_cast<double>(i)));
  }
  CHECK(checked > 0);
}

TEST_CASE("the adjoint is the transpose, and leaves rows without a box at zero") {
  for (auto const& [h, w] : {std::pair<index_t, index_t>{8, 6}, {5, 9}, {1, 1}}) {
    auto const p = recursive(2);
    test::stream draw(6);
    std::vector<double> f(static_cast<std::size_t>(n * c * h * w)), g(n * c), out(n * c), grad(f.size(), 7.0),
        device(f);
    for (double& v : f) v = draw.unit() - 0.5;
    for (double& v : g) v = draw.unit() - 0.5;
    ma::roi_align(p, ma::nchw(f.data(), {n, c, h, w}), ma::features(out.data(), {n, c}));
    ma::roi_align_adjoint(p, ma::features(g.data(), {n, c}), ma::nchw(grad.data(), {n, c, h, w}));
    ma::roi_align_adjoint(test::emulated_device{}, p, ma::features(g.data(), {n, c}),
                          ma::nchw(device.data(), {n, c, h, w}));
    CHECK(test::first_difference(grad, device) == -1);
    CHECK(std::inner_product(out.begin(), out.end(), g.begin(), 0.0) ==
          doctest::Approx(std::inner_product(f.begin(), f.end(), grad.begin(), 0.0)).epsilon(1e-12));
    for (index_t k = (n - 1) * c * h * w; k < n * c * h * w; ++k) CHECK(grad[static_cast<std::size_t>(k)] == 0.0);
  }
}

TEST_CASE("rows of other methods have no box: mixup's in one_of, several boxes, unmixed ones") {
  std::vector<float> features(static_cast<std::size_t>(n * 4), 1.0f), out(n);
  auto const see = [&](auto const& p, auto const& shows) {
    ma::roi_align(p, ma::nchw(features.data(), {n, 1, 2, 2}), ma::features(out.data(), {n, 1}));
    for (index_t i = 0; i < n; ++i) CHECK(out[static_cast<std::size_t>(i)] == (shows(i) ? 1.0f : 0.0f));
  };
  auto const p = ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), images, ma::key{.seed = 3});
  see(p, [&](index_t i) { return p.choice[i] == 1 && p.share_self[i] < 1.0f; });
  auto const two = ma::make_plan(ma::cutmix{.boxes = 2}, images, ma::key{.seed = 3});
  see(two, [](index_t) { return false; });
  auto const some = ma::make_plan(ma::resizemix{.prob = 0.5f}, images, ma::key{.seed = 5});
  see(some, [&](index_t i) { return some.share_self[i] < 1.0f; });
}

TEST_CASE("the consistency term: softmax of the history's logits, weighted by omega (1 - share_self)") {
  constexpr index_t classes = 5;
  test::stream draw(9);
  std::vector<double> z(n * classes), old((n - 1) * classes), targets(n * classes, -1.0), weights(n, -1.0), losses(n),
      grad(n * classes);
  for (double& v : z) v = 4 * draw.unit() - 2;
  for (double& v : old) v = 4 * draw.unit() - 2;
  old[3] = 800.0;  // no overflow
  auto const p = recursive(3);
  auto const y = ma::features(targets.data(), {n, classes});
  auto const w = ma::weights(weights.data(), {n});
  auto const run = [&](auto const& backend) {
    ma::history_targets(backend, p, ma::features(old.data(), {n - 1, classes}), y, w, 0.25);
  };
  run(test::emulated_device{});
  auto const of_device = targets;
  run(ma::serial{});
  CHECK(test::first_difference(targets, of_device) == -1);
  ma::soft_target_cross_entropy(ma::features(z.data(), {n, classes}), y, w, ma::labels(losses.data(), {n}),
                                ma::features(grad.data(), {n, classes}));
  auto const softmax = [&](double const* row, index_t k) {
    double const most = *std::max_element(row, row + classes);
    double sum = 0;
    for (index_t j = 0; j < classes; ++j) sum += std::exp(row[j] - most);
    return std::exp(row[k] - most) / sum;
  };
  for (index_t i = 0; i < n; ++i) {
    double const weight = p.partner[i] < 0 ? 0.0 : 0.25 * (1.0 - static_cast<double>(p.share_self[i]));
    CHECK(weights[static_cast<std::size_t>(i)] == doctest::Approx(weight));
    double want = 0;
    for (index_t k = 0; k < classes; ++k) {
      double const t = p.partner[i] < 0 ? 0.0 : softmax(&old[static_cast<std::size_t>(i * classes)], k);
      double const q = softmax(&z[static_cast<std::size_t>(i * classes)], k);
      if (weight > 0) want -= weight * t * std::log(q);
      CHECK(grad[static_cast<std::size_t>(i * classes + k)] == doctest::Approx(weight * (q - t)).epsilon(1e-9));
    }
    CHECK(losses[static_cast<std::size_t>(i)] == doctest::Approx(want));
  }
  // The first step has no history.
  auto const first = ma::make_plan(ma::recursivemix{}, ma::inputs(images).source_rows(0), ma::key{});
  ma::history_targets(first, ma::features<double>(nullptr, {0, classes}), y, w);
  CHECK(std::count(weights.begin(), weights.end(), 0.0) == n);
  CHECK(std::count(targets.begin(), targets.end(), 0.0) == n * classes);
}

TEST_CASE("what roi_align and history_targets refuse") {
  auto const p = recursive(1);
  std::vector<float> f(static_cast<std::size_t>(n * c * 16)), out(n * c), z((n - 1) * 4), y(n * 4), w(n);
  auto const features = ma::nchw(f.data(), {n, c, 4, 4});
  auto const to = ma::features(out.data(), {n, c});
  CHECK(has(refusal([&] { ma::roi_align(p, ma::nchw(f.data(), {n - 1, c, 4, 4}), to); }), "the features is 8 rows"));
  CHECK(has(refusal([&] { ma::roi_align(p, features, ma::features(out.data(), {n, 2})); }), "of width 2; expected 3"));
  CHECK(has(refusal([&] { ma::roi_align(p, ma::nchw<float>(nullptr, {n, c, 4, 4}), to); }), "a null pointer"));
  CHECK(has(refusal([&] { ma::roi_align(p, features, ma::features(f.data(), {n, c})); }), "sharing memory"));
  CHECK(has(refusal([&] {
              ma::roi_align_adjoint(p, to, ma::nchw(f.data(), {n, c, 4, 4}, {0, 16, 4, 1}));
            }),
            "overlapping itself"));
  auto const signal = ma::make_plan(ma::cutmix{}, ma::signals<float>(nullptr, {n, 2, 32}), ma::key{});
  CHECK(has(refusal([&] { ma::roi_align(signal, features, to); }), "of 1 spatial dimensions"));

  auto const logits = ma::features(z.data(), {n - 1, 4});
  auto const targets = ma::features(y.data(), {n, 4});
  auto const weights = ma::weights(w.data(), {n});
  CHECK(has(refusal([&] {
              ma::history_targets(p, ma::features(z.data(), {n - 2, 4}), targets, weights);
            }),
            "is 7 rows; expected 8"));
  CHECK(has(refusal([&] { ma::history_targets(p, logits, ma::features(y.data(), {n, 3}), weights); }), "of width 3"));
  CHECK(has(refusal([&] { ma::history_targets(p, logits, targets, ma::weights(w.data(), {n - 1})); }),
            "the weights is 8 rows"));
  CHECK(has(refusal([&] { ma::history_targets(p, logits, targets, weights, -1.0); }), "omega is -1"));
  auto const own = ma::make_plan(ma::cutmix{}, images, ma::key{});
  CHECK(has(refusal([&] { ma::history_targets(own, logits, targets, weights); }), "pairs inside its batch"));
}

}  // namespace roi_align_test
