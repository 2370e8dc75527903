// Boxes and points of mixed images, against pixels that are counted: an image of one box goes through apply, and what
// is left of it in the output is its weight, and where.
#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>

#include "support/refusal.hpp"
#include "support/values.hpp"

namespace boxes_test {

namespace ma = mixaug;
using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 8, k = 3, h = 24, w = 32;

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

template <class T>
auto list(std::vector<T>& v, index_t rows, index_t many, index_t width) {
  return ma::row_major(v.data(), ma::extents<3>{rows, many, width});
}
template <class T>
auto table(std::vector<T>& v, index_t rows, index_t many) {
  return ma::row_major(v.data(), ma::extents<2>{rows, many});
}
/// Boxes of whole pixels, some of which reach beyond the image.
std::vector<float> whole_boxes(index_t rows, std::uint64_t seed) {
  test::stream s(seed);
  std::vector<float> all;
  for (index_t i = 0; i < rows * k; ++i) {
    float const y = static_cast<float>(s.below(h)) - 2, x = static_cast<float>(s.below(w)) - 2;
    float const sides[2] = {static_cast<float>(1 + s.below(12)), static_cast<float>(1 + s.below(14))};
    for (float v : {y, y + sides[0], x, x + sides[1]}) all.push_back(v);
  }
  return all;
}
/// What the pixels of one box of one row become in all rows of the output.
struct counted {
  double weight = 0, y0 = 1e9, y1 = -1e9, x0 = 1e9, x1 = -1e9;
};
/// m and the other side are read from images of one box: `own` images of the batch, `other` images of the source.
template <class Plan>
std::vector<counted> counted_in(Plan const& p, std::vector<float> const& own, std::vector<float> const& other) {
  std::vector<float> out(static_cast<std::size_t>(p.rows() * h * w));
  ma::apply(ma::serial{}, p, ma::nchw(own.data(), {n, 1, h, w}), ma::nchw(other.data(), {n, 1, h, w}),
            ma::nchw(out.data(), {p.rows(), 1, h, w}));
  std::vector<counted> all(static_cast<std::size_t>(p.rows()));
  for (index_t i = 0; i < p.rows(); ++i)
    for (index_t y = 0; y < h; ++y)
      for (index_t x = 0; x < w; ++x) {
        double const v = static_cast<double>(out[static_cast<std::size_t>((i * h + y) * w + x)]);
        counted& c = all[static_cast<std::size_t>(i)];
        if (v <= 0) continue;
        c.weight += v;
        c.y0 = std::min(c.y0, static_cast<double>(y)), c.y1 = std::max(c.y1, static_cast<double>(y) + 1);
        c.x0 = std::min(c.x0, static_cast<double>(x)), c.x1 = std::max(c.x1, static_cast<double>(x) + 1);
      }
  return all;
}
void draw(std::vector<float>& image, index_t row, float const* b) {
  for (index_t y = 0; y < h; ++y)
    for (index_t x = 0; x < w; ++x) {
      float const fy = static_cast<float>(y), fx = static_cast<float>(x);
      image[static_cast<std::size_t>((row * h + y) * w + x)] =
          fy >= b[0] && fy < b[1] && fx >= b[2] && fx < b[3] ? 1.0f : 0.0f;
    }
}
/// Compares apply_boxes with counted pixels, for a plan that pairs with a second source of n rows.
template <class Plan>
void compare(Plan const& p, double tolerance = 1e-5, double pixels = 0) {
  std::vector<float> own = whole_boxes(n, 1), other = whole_boxes(n, 2);
  index_t const rows = p.rows();
  std::vector<float> out(static_cast<std::size_t>(rows * 2 * k * 4)), weight(static_cast<std::size_t>(rows * 2 * k));
  ma::apply_boxes(p, list(own, n, k, 4), list(other, n, k, 4), list(out, rows, 2 * k, 4), table(weight, rows, 2 * k));
  int seen = 0;
  for (bool self : {true, false})
    for (index_t j = 0; j < k; ++j) {
      std::vector<float> mine(static_cast<std::size_t>(n * h * w)), yours(mine.size());
      auto& images = self ? mine : yours;
      auto const& boxes = self ? own : other;
      for (index_t i = 0; i < n; ++i) draw(images, i, &boxes[static_cast<std::size_t>((i * k + j) * 4)]);
      auto const wanted = counted_in(p, mine, yours);
      for (index_t i = 0; i < rows; ++i) {
        index_t const row = self ? p.self[i] : p.partner[i], slot = self ? j : k + j;
        std::size_t const at = static_cast<std::size_t>(i * 2 * k + slot);
        counted const& c = wanted[static_cast<std::size_t>(i)];
        float const* const b = &boxes[static_cast<std::size_t>((row * k + j) * 4)];
        double const area = static_cast<double>((b[1] - b[0]) * (b[3] - b[2]));
        double const shown = static_cast<double>(weight[at]);
        CAPTURE(i);
        CAPTURE(slot);
        if (tolerance < 1e-3) CHECK(shown == doctest::Approx(c.weight / area).epsilon(tolerance));
        if (c.weight == 0 && pixels == 0) CHECK(shown == 0.0);
        if (shown == 0.0 || c.weight == 0) continue;
        ++seen;
        double const to[4] = {c.y0, c.y1, c.x0, c.x1};
        for (std::size_t q = 0; q < 4; ++q) CHECK(std::fabs(static_cast<double>(out[4 * at + q]) - to[q]) <= pixels);
      }
    }
  CHECK(seen > rows / 2);
}
auto paired(std::vector<float> const& x) { return ma::inputs(ma::nchw(x.data(), {n, 1, h, w})).source_rows(n); }

}  // namespace

TEST_CASE("boxes: weights and places are those of counted pixels, for every kind of region") {
  std::vector<float> const x(static_cast<std::size_t>(n * h * w), 0.5f);
  for (std::uint64_t const seed : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}}) {
    ma::key const key{.seed = seed};
    compare(ma::make_plan(ma::cutmix{}, paired(x), key));
    compare(ma::make_plan(ma::mixup{}, paired(x), key));
    compare(ma::to_any(ma::make_plan(ma::mixup{}, paired(x), key)));
    compare(ma::make_plan(ma::cutmix{.prob = 0.5f}, paired(x), key));
    compare(ma::make_plan(ma::gridmix{}, paired(x), key));
    compare(ma::make_plan(ma::fmix{}, paired(x), key));
    compare(ma::make_plan(ma::one_of{ma::cutmix{}, ma::gridmix{}}, paired(x), key));
  }
  // the partner is resized, and pixels are rounded
  compare(ma::make_plan(ma::resizemix{}, paired(x), ma::key{.seed = 5}), 1, 1.0);
}

TEST_CASE("boxes of a batch with itself: mixup keeps both with their weights, and rows alone keep their own") {
  std::vector<float> boxes = whole_boxes(n, 3), out(static_cast<std::size_t>(n * 2 * k * 4)),
                     weight(static_cast<std::size_t>(n * 2 * k));
  auto const x = ma::nchw<float>(nullptr, {n, 3, h, w});
  auto const p = ma::make_plan(ma::mixup{.prob = 0.75f}, ma::features<float>(nullptr, {n, 5}), ma::key{.seed = 6});
  ma::apply_boxes(p, list(boxes, n, k, 4), list(out, n, 2 * k, 4), table(weight, n, 2 * k));
  int both = 0;
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < k; ++j) {
      auto const at = [&](index_t slot) { return static_cast<std::size_t>(i * 2 * k + slot); };
      bool const alone = p.partner[i] == i || p.ratio[i] == 1.0f;
      CHECK(weight[at(j)] == (alone ? 1.0f : p.ratio[i]));
      CHECK(weight[at(k + j)] == (alone ? 0.0f : 1.0f - p.ratio[i]));
      for (index_t c = 0; c < 4; ++c) {
        auto const box = [&](index_t row) { return boxes[static_cast<std::size_t>((row * k + j) * 4 + c)]; };
        CHECK(out[4 * at(j) + static_cast<std::size_t>(c)] == box(i));
        CHECK(out[4 * at(k + j) + static_cast<std::size_t>(c)] == (alone ? 0.0f : box(p.partner[i])));
      }
      both += alone ? 0 : 1;
    }
  CHECK(both > 0);
  // cutout erases: nothing of a partner, and less of the sample
  auto const q = ma::make_plan(ma::cutout{}, x, ma::key{.seed = 6});
  ma::apply_boxes(q, list(boxes, n, k, 4), list(out, n, 2 * k, 4), table(weight, n, 2 * k));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < k; ++j) CHECK(weight[static_cast<std::size_t>(i * 2 * k + k + j)] == 0.0f);
}

TEST_CASE("fractions of pixels, resized corners, and the bounds that drop boxes") {
  std::vector<std::int32_t> const cut{4, 12, 8, 24};
  auto const x = ma::nchw<float>(nullptr, {1, 1, h, w});
  auto const method = ma::with(ma::cutmix{}, ma::region::given_boxes(ma::row_major(cut.data(), ma::extents<2>{1, 4})));
  auto const p = ma::make_plan(method, ma::inputs(x).source_rows(1), ma::key{.seed = 1});
  std::vector<float> own{3.5f, 5.5f, 0, 10}, other{0, 6, 20.25f, 30}, out(8), weight(2);
  auto const run = [&](ma::box_options const& o) {
    ma::apply_boxes(p, list(own, 1, 1, 4), list(other, 1, 1, 4), list(out, 1, 2, 4), table(weight, 1, 2), o);
  };
  run({});
  CHECK(out == std::vector<float>{3.5f, 5.5f, 0, 10, 4, 6, 20.25f, 24});
  CHECK(weight[0] == doctest::Approx(1 - 1.5 * 2 / 20));
  CHECK(weight[1] == doctest::Approx(2 * 3.75 / (6 * 9.75)));
  run({.min_area = 7.6f});
  CHECK(weight[0] > 0);
  CHECK(weight[1] == 0);
  CHECK(std::vector<float>(out.begin() + 4, out.end()) == std::vector<float>(4));
  run({.min_visibility = 0.86f});
  CHECK(weight[0] == 0);
  own = {3, 3, 0, 10};  // padding
  run({});
  CHECK(weight[0] == 0);
}

TEST_CASE("points: the weight of their side in their pixel, where it is shown") {
  std::vector<float> const x(static_cast<std::size_t>(n * h * w), 0.5f);
  test::stream s(9);
  std::vector<float> own, other;
  for (index_t i = 0; i < n * k; ++i)
    for (auto* v : {&own, &other}) {
      v->push_back(static_cast<float>(s.unit() * h));
      v->push_back(static_cast<float>(s.unit() * w));
    }
  auto const check = [&](auto const& p) {
    std::vector<float> out(static_cast<std::size_t>(n * 2 * k * 2)), weight(static_cast<std::size_t>(n * 2 * k));
    ma::apply_points(p, list(own, n, k, 2), list(other, n, k, 2), list(out, n, 2 * k, 2), table(weight, n, 2 * k));
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < 2 * k; ++j) {
        bool const self = j < k;
        std::size_t const from = static_cast<std::size_t>(((self ? i : p.partner[i]) * k + j % k) * 2);
        auto const& points = self ? own : other;
        std::size_t const at = static_cast<std::size_t>(i * 2 * k + j);
        // an image of the pixel that holds the point, and what is left of it
        std::vector<float> mine(static_cast<std::size_t>(n * h * w)), yours(mine.size());
        index_t const py = static_cast<index_t>(points[from]), px = static_cast<index_t>(points[from + 1]);
        (self ? mine : yours)[static_cast<std::size_t>(((self ? i : p.partner[i]) * h + py) * w + px)] = 1.0f;
        counted const c = counted_in(p, mine, yours)[static_cast<std::size_t>(i)];
        CHECK(static_cast<double>(weight[at]) == doctest::Approx(c.weight).epsilon(1e-6));
        CHECK(out[2 * at] == points[from]);
        CHECK(out[2 * at + 1] == points[from + 1]);
      }
  };
  check(ma::make_plan(ma::cutmix{}, paired(x), ma::key{.seed = 1}));
  check(ma::make_plan(ma::fmix{}, paired(x), ma::key{.seed = 2}));
  check(ma::make_plan(ma::mixup{}, paired(x), ma::key{.seed = 2}));
}

TEST_CASE("boxes and points that are moved: by a salient box, and by the cells of a puzzle") {
  std::vector<float> x(static_cast<std::size_t>(n * h * w)), scores(x.size());
  test::stream s(11);
  for (index_t i = 0; i < n; ++i) {  // one bright spot in each image
    double const cy = s.unit() * h, cx = s.unit() * w;
    for (index_t y = 0; y < h; ++y)
      for (index_t z = 0; z < w; ++z) {
        double const dy = (static_cast<double>(y) - cy) / 5, dx = (static_cast<double>(z) - cx) / 5;
        scores[static_cast<std::size_t>((i * h + y) * w + z)] = static_cast<float>(std::exp(-dy * dy - dx * dx));
      }
  }
  auto const batch = ma::inputs(ma::nchw(x.data(), {n, 1, h, w})).scores(ma::scores(scores.data(), {n, h, w}));
  auto const compare_moved = [&](auto const& p, bool cells) {
    std::vector<float> boxes = whole_boxes(n, 5), points(static_cast<std::size_t>(n * k * 2)),
                       out(static_cast<std::size_t>(n * 2 * k * 4)), weight(static_cast<std::size_t>(n * 2 * k)),
                       points_out(static_cast<std::size_t>(n * 2 * k * 2)), point_weight(weight.size());
    for (std::size_t q = 0; q < points.size(); ++q)
      points[q] = static_cast<float>(s.unit() * static_cast<double>(q % 2 == 0 ? h : w));
    ma::apply_boxes(p, list(boxes, n, k, 4), list(out, n, 2 * k, 4), table(weight, n, 2 * k));
    ma::apply_points(p, list(points, n, k, 2), list(points_out, n, 2 * k, 2), table(point_weight, n, 2 * k));
    int moved = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < k; ++j)
        for (bool self : {true, false}) {
          if (p.partner[i] == i) continue;
          index_t const row = self ? i : p.partner[i];
          std::size_t const at = static_cast<std::size_t>(i * 2 * k + (self ? j : k + j));
          float const* const b = &boxes[static_cast<std::size_t>((row * k + j) * 4)];
          float const* const q = &points[static_cast<std::size_t>((row * k + j) * 2)];
          auto const counted_image = [&](float const* box) {
            std::fill(x.begin(), x.end(), 0.0f);
            draw(x, row, box);
            std::vector<float> mixed(x.size());
            ma::apply(ma::serial{}, p, ma::nchw(x.data(), {n, 1, h, w}), ma::nchw(mixed.data(), {n, 1, h, w}));
            counted c;
            for (index_t y = 0; y < h; ++y)
              for (index_t z = 0; z < w; ++z) {
                double const v = static_cast<double>(mixed[static_cast<std::size_t>((i * h + y) * w + z)]);
                if (v <= 0) continue;
                c.weight += v;
                c.y0 = std::min(c.y0, static_cast<double>(y)), c.y1 = std::max(c.y1, static_cast<double>(y) + 1);
                c.x0 = std::min(c.x0, static_cast<double>(z)), c.x1 = std::max(c.x1, static_cast<double>(z) + 1);
              }
            return c;
          };
          counted const c = counted_image(b);
          double const area = static_cast<double>((b[1] - b[0]) * (b[3] - b[2]));
          CHECK(static_cast<double>(weight[at]) == doctest::Approx(std::min(1.0, c.weight / area)).epsilon(1e-5));
          double const to[4] = {c.y0, c.y1, c.x0, c.x1};
          for (std::size_t e = 0; e < 4 && c.weight > 0; ++e) CHECK(static_cast<double>(out[4 * at + e]) == to[e]);
          float const pixel[4] = {std::floor(q[0]), std::floor(q[0]) + 1, std::floor(q[1]), std::floor(q[1]) + 1};
          counted const d = counted_image(pixel);
          if (cells && d.weight > 0 && (d.y1 - d.y0 > 1 || d.x1 - d.x0 > 1)) continue;  // a pixel that is shown twice
          CHECK(static_cast<double>(point_weight[at]) == doctest::Approx(d.weight).epsilon(1e-6));
          if (d.weight == 0) continue;
          CHECK(std::floor(static_cast<double>(points_out[2 * at])) == d.y0);
          CHECK(std::floor(static_cast<double>(points_out[2 * at + 1])) == d.x0);
          moved += d.y0 != static_cast<double>(pixel[0]) || d.x0 != static_cast<double>(pixel[2]) ? 1 : 0;
        }
    CHECK(moved > 0);
  };
  compare_moved(ma::make_plan(ma::serial{}, ma::saliencymix{.scheme = ma::scheme::salient_to_non_salient}, batch,
                              ma::key{.seed = 2}),
                false);
  compare_moved(ma::make_plan(ma::serial{}, ma::puzzlemix{.t_eps = 0.1f, .blocks = {8}}, batch, ma::key{.seed = 1}),
                true);
}

TEST_CASE("lists that do not fit the plan are refused, and nothing is written") {
  auto const x = ma::nchw<float>(nullptr, {n, 3, h, w});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1});
  std::vector<float> boxes = whole_boxes(n, 3), out(static_cast<std::size_t>(n * 2 * k * 4), -1.0f),
                     weight(static_cast<std::size_t>(n * 2 * k), -1.0f);
  auto const b = list(boxes, n, k, 4);
  auto const o = list(out, n, 2 * k, 4);
  auto const t = table(weight, n, 2 * k);
  CHECK(has(refusal([&] { ma::apply_boxes(p, list(boxes, n - 1, k, 4), o, t); }), "a row for each image"));
  CHECK(has(refusal([&] { ma::apply_boxes(p, list(boxes, n, 2 * k, 2), o, t); }), "(8, k, 4)"));
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, list(out, n, k, 4), t); }), "3 of the sample, then 3 of the partner"));
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, o, table(weight, n, k)); }), "weight is 3 a row"));
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, o, t, {.min_area = -1}); }), "min_area"));
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, o, t, {.min_visibility = 2}); }), "min_visibility"));
  CHECK(has(refusal([&] {
              ma::apply_boxes(p, ma::row_major<float const>(out.data(), ma::extents<3>{n, k, 4}), o, t);
            }),
            "sharing memory"));
  std::swap(boxes[4], boxes[5]);
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, o, t); }), "box 1 of row 0"));
  boxes[4] = std::numeric_limits<float>::quiet_NaN();
  CHECK(has(refusal([&] { ma::apply_boxes(p, b, o, t); }), "box 1 of row 0"));
  auto const far = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1, .first = 0, .global = 4 * n});
  boxes = whole_boxes(n, 3);
  CHECK(has(refusal([&] { ma::apply_boxes(far, list(boxes, n, k, 4), o, t); }), "partners lie outside the batch"));
  auto const signals = ma::make_plan(ma::cutmix{}, ma::signals<float>(nullptr, {n, 3, h}), ma::key{.seed = 1});
  CHECK(has(refusal([&] { ma::apply_boxes(signals, b, o, t); }), "a plan of images"));
  std::vector<float> points(static_cast<std::size_t>(n * k * 2), std::numeric_limits<float>::infinity());
  CHECK(has(refusal([&] { ma::apply_points(p, list(points, n, k, 2), list(out, n, 2 * k, 2), t); }), "not finite"));
  CHECK(std::count(out.begin(), out.end(), -1.0f) == static_cast<index_t>(out.size()));
  CHECK(std::count(weight.begin(), weight.end(), -1.0f) == static_cast<index_t>(weight.size()));
}

}  // namespace boxes_test
