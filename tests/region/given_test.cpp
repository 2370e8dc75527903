#include <doctest/doctest.h>

#include <limits>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/values.hpp"
#include "support/refusal.hpp"

namespace given_test {

using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lambdas of the caller: labels, shares and pixels follow them, where the gate fires") {
  std::vector<float> const lambda{0, 0.25f, 0.5f, 1, 0.125f, 0.75f};
  std::vector<double> const wide(lambda.begin(), lambda.end());
  auto const values = test::any_values<float>(6 * 2 * 5 * 5, 3);
  std::vector<float> out(values.size());
  auto const x = ma::nchw(values.data(), {6, 2, 5, 5});
  auto const p = ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(lambda.data(), {6})}), x, ma::key{});
  auto const q = ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(wide.data(), {6})}), x, ma::key{});
  CHECK(test::same_plan(p, q));
  CHECK(p.flags().blends);
  for (index_t i = 0; i < 6; ++i) {
    CHECK(p.ratio[i] == lambda[static_cast<std::size_t>(i)]);
    CHECK(p.share_self[i] == p.ratio[i]);
    CHECK(p.share_partner[i] == 1 - p.ratio[i]);
  }
  ma::apply(p, x, ma::nchw(out.data(), {6, 2, 5, 5}));
  CHECK(reference::first_wrong(p, values, values, out, test::exact<ma::serial>()) == -1);

  auto const boxes = ma::make_plan(with(ma::cutmix{}, ma::ratio::given{ma::labels(lambda.data(), {6})}),
                                   ma::nchw<float>(nullptr, {6, 1, 8, 8}), ma::key{});
  CHECK(!boxes.flags().blends);
  CHECK(boxes.region.box(3).empty());
  CHECK(boxes.region.box(2).y1 - boxes.region.box(2).y0 <= 5);

  auto const some = ma::make_plan(with(ma::mixup{.prob = 0.5f}, ma::ratio::given{ma::labels(lambda.data(), {6})}), x,
                                  ma::key{.seed = 2});
  index_t kept = 0;
  for (index_t i = 0; i < 6; ++i) {
    bool const own = some.ratio[i] == lambda[static_cast<std::size_t>(i)];
    CHECK((own || some.ratio[i] == 1));
    kept += own ? 0 : 1;
  }
  CHECK((kept > 0 && kept < 6));
}

TEST_CASE("what is given for the global batch serves every part of it") {
  std::vector<float> const lambda{0, 0.25f, 0.5f, 1, 0.125f, 0.75f, 0.875f, 0.375f};
  std::vector<std::int32_t> box;
  for (std::int32_t i = 0; i < 8; ++i) box.insert(box.end(), {i, i + 1, 0, 8 - i});
  auto const method = with(ma::cutmix{}, ma::pairing::reverse{}, ma::ratio::given{ma::labels(lambda.data(), {8})},
                           ma::region::given_boxes{ma::boxes(box.data(), {8, 4})});
  auto const whole = ma::make_plan(method, ma::nchw<float>(nullptr, {8, 1, 9, 8}), ma::key{});
  for (index_t part = 0; part < 2; ++part) {
    auto const p =
        ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{.first = 4 * part, .global = 8});
    for (index_t i = 0; i < 4; ++i) {
      CHECK(p.region.box(i) == whole.region.box(4 * part + i));
      CHECK(p.ratio[i] == whole.ratio[4 * part + i]);
    }
  }
  CHECK(has(refusal([&] { ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{}); }), "is 8 rows"));
  CHECK(has(refusal([&] {
              ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{.first = 4, .global = 9});
            }),
            "expected 4, or the 9 of the global batch"));
}

TEST_CASE("boxes of the caller: pasted, empty, overlapping, several a sample, at every rank") {
  std::vector<std::int32_t> const box{
      0, 4, 0, 5, 2, 6, 3, 8,  // overlap in 2..4 x 3..5
      0, 0, 0, 0, 9, 9, 7, 7,  // nothing
      0, 9, 0, 8, 1, 2, 1, 2,  // all
  };
  auto const values = test::any_values<float>(3 * 2 * 9 * 8, 4);
  std::vector<float> out(values.size());
  auto const x = ma::nchw(values.data(), {3, 2, 9, 8});
  auto const p = ma::make_plan(
      with(ma::cutmix{}, ma::pairing::reverse{}, ma::region::given_boxes{ma::boxes(box.data(), {3, 2, 4})}), x,
      ma::key{});
  CHECK(p.share_self[0] == static_cast<float>(1.0 - (20.0 + 20.0 - 4.0) / 72.0));
  CHECK(p.share_self[1] == 1);
  CHECK(p.share_self[2] == 0);
  ma::apply(p, x, ma::nchw(out.data(), {3, 2, 9, 8}));
  CHECK(reference::first_wrong(p, values, values, out, true) == -1);
  std::ostringstream text;
  ma::write_plan(text, p);
  std::istringstream back(text.str());
  std::ostringstream again;
  ma::write_plan(again, ma::read_plan(back));
  CHECK(again.str() == text.str());

  std::vector<std::int32_t> const line{1, 3, 0, 6}, volume{0, 2, 1, 3, 2, 6, 0, 0, 0, 0, 0, 0};
  auto const signals = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(line.data(), {2, 2})}),
                                     ma::signals<float>(nullptr, {2, 1, 6}), ma::key{});
  CHECK(signals.region.box(1) == ma::box{0, 1, 0, 1, 0, 6});
  auto const volumes = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(volume.data(), {2, 6})}),
                                     ma::volumes<float>(nullptr, {2, 1, 2, 3, 6}), ma::key{});
  CHECK(volumes.region.box(0) == ma::box{0, 2, 1, 3, 2, 6});
  CHECK(volumes.region.box(1) == ma::no_box);
}

TEST_CASE("with clean rows the boxes are those of the mixes") {
  std::vector<std::int32_t> const box{0, 4, 0, 5, 2, 6, 3, 8};
  auto const p = ma::make_plan(
      with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(box.data(), {2, 4})}, ma::output_rows{.clean = true}),
      ma::nchw<float>(nullptr, {2, 2, 9, 8}), ma::key{});
  CHECK(p.rows() == 4);
  CHECK(p.region.box(2) == ma::box{0, 1, 0, 4, 0, 5});
  CHECK(p.region.box(3) == ma::box{0, 1, 2, 6, 3, 8});
  CHECK(p.region.box(0).empty());
}

TEST_CASE("what given ratios and boxes refuse leaves a kept plan as it was") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 9, 8});
  auto const ratios = [&](std::vector<float> const& v, std::size_t n) {
    return refusal(
        [&] { ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(v.data(), {n})}), x, ma::key{}); });
  };
  CHECK(has(ratios({0.5f, 1.5f}, 2), "the ratio of row 1 is 1.5; expected a ratio in [0, 1]"));
  CHECK(has(ratios({-0.1f, 0.5f}, 2), "the ratio of row 0 is -0.1"));
  CHECK(has(ratios({0.5f, std::numeric_limits<float>::quiet_NaN()}, 2), "the ratio of row 1 is nan"));
  CHECK(has(ratios({0.5f}, 1), "ratio::given's lambda is 1 rows; expected 2 rows"));
  CHECK(has(refusal([&] {
              ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels<float>(nullptr, {2})}), x, ma::key{});
            }),
            "a null pointer"));

  std::vector<std::int32_t> const fine{0, 4, 0, 5, 2, 6, 3, 8};
  auto kept = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(fine.data(), {2, 4})}), x, ma::key{});
  auto const before = kept;
  auto const boxes = [&](std::vector<std::int32_t> const& v, auto const& extents) {
    return refusal([&] {
      ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(v.data(), extents)}), x, ma::key{}, kept);
    });
  };
  using two = ma::extents<2>;
  CHECK(has(boxes({0, 4, 0, 5, 0, 10, 0, 5}, two{2, 4}),
            "box 0 of row 1 of region::given_boxes is [0, 10) along axis 0; expected 0 <= begin <= end <= 9"));
  CHECK(has(boxes({0, 4, -1, 5, 0, 9, 0, 5}, two{2, 4}),
            "box 0 of row 0 of region::given_boxes is [-1, 5) along axis 1"));
  CHECK(has(boxes({0, 4, 6, 5, 0, 9, 0, 5}, two{2, 4}), "is [6, 5) along axis 1"));
  CHECK(has(boxes({0, 4, 0, 5}, two{1, 4}), "region::given_boxes's boxes is 1 rows; expected 2 rows"));
  CHECK(has(boxes({0, 4, 0, 5}, two{2, 2}), "2 numbers a box; expected 4"));
  CHECK(has(boxes(std::vector<std::int32_t>(2 * 65 * 4), ma::extents<3>{2, 65, 4}),
            "65 boxes a sample; expected 1 to 64"));
  CHECK(test::same_plan(kept, before));
  CHECK(has(refusal([&] {
              ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(fine.data(), {2, 4})}),
                            ma::features<float>(nullptr, {2, 4}), ma::key{});
            }),
            "needs spatial extents"));
}

TEST_CASE("a mask of the caller's: pixels, shares, gradients, in place, and where its numbers are") {
  index_t const n = 4, h = 9, w = 14;
  auto const values = test::any_values<float>(n * 3 * h * w, 6);
  std::vector<float> field(static_cast<std::size_t>(n * h * w)), grid(n * 3 * 4);
  for (std::size_t k = 0; k < field.size(); ++k) field[k] = static_cast<float>(k % 11) / 10;
  for (std::size_t k = 0; k < grid.size(); ++k) grid[k] = static_cast<float>(k % 5) / 4;
  auto const x = ma::nchw(values.data(), {n, 3, h, w});
  auto const of = [&](ma::region::given_mask const& rule, auto const& view) {
    return ma::make_plan(with(ma::mixup{}, ma::pairing::reverse{}, rule), ma::inputs(x).field(view), ma::key{});
  };
  auto const full = ma::scores(field.data(), {n, h, w});
  auto const coarse = ma::scores(grid.data(), {n, 3, 4});
  for (auto const& p : {of({}, full), of({.keep = true}, full), of({}, coarse)}) {
    std::vector<float> out(values.size()), same = values;
    ma::apply(p, x, ma::nchw(out.data(), {n, 3, h, w}));
    CHECK(reference::first_wrong(p, values, values, out, test::exact<ma::serial>()) == -1);
    ma::apply_inplace(p, ma::nchw(same.data(), {n, 3, h, w}));
    CHECK(same == out);
    for (index_t i = 0; i < n; ++i) {
      double sum = 0;
      for (index_t k = 0; k < h * w; ++k) sum += static_cast<double>(reference::weight(p, i, k));
      CHECK(std::fabs(ma::pixel_share(p, i) - sum / static_cast<double>(h * w)) < 1e-12);
      CHECK(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
      CHECK(p.share_partner[i] == 1.0f - p.share_self[i]);
    }
    CHECK(p.flags().blends);
  }
  // m of the definition: pixel (4, 6) of row 1 has the cell (4 * 3 / 9, 6 * 4 / 14) of its grid.
  auto const c = of({}, coarse);
  CHECK(reference::weight(c, 1, 4 * w + 6) == grid[12 + 1 * 4 + 1]);
  CHECK(!of({}, full).region.kept(0));
  CHECK(of({.keep = true}, full).region.kept(0));
  CHECK(c.region.kept(0));
}

TEST_CASE("a mask as text, at another size, for a part of the global batch, and of padded memory") {
  index_t const n = 4, h = 6, w = 8;
  std::vector<float> field(2 * n * h * w * 2);
  for (std::size_t k = 0; k < field.size(); ++k) field[k] = static_cast<float>(k % 7) / 6;
  auto const x = ma::nchw<float>(nullptr, {n, 1, h, w});
  auto const padded = ma::scores(field.data(), {2 * n, h, w}, {2 * h * w, 2 * w, 2});
  auto const plan = [&](bool keep, ma::key const& k) {
    return ma::make_plan(with(ma::mixup{}, ma::region::given_mask{.keep = keep}), ma::inputs(x).field(padded), k);
  };
  auto const part = plan(true, {.first = n, .global = 2 * n});
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < h * w; ++k) REQUIRE(reference::weight(part, i, k) == padded(n + i, k / w, k % w));
  std::ostringstream out, again;
  ma::write_plan(out, part);
  std::istringstream in(out.str());
  ma::write_plan(again, ma::read_plan(in));
  CHECK(again.str() == out.str());
  CHECK(has(refusal([&] {
              std::ostringstream lost;
              ma::write_plan(lost, plan(false, {.first = n, .global = 2 * n}));
            }),
            "stays in the caller's memory, and cannot be written as text; plan with region::given_mask{.keep = true}"));
  auto const half = ma::rescaled(part, {3, 4}, ma::shares::derived);
  for (index_t k = 0; k < 12; ++k) CHECK(reference::weight(half, 2, k) == padded(n + 2, k / 4 * h / 3, k % 4 * w / 4));
  // A text that asks for more than it holds.
  std::istringstream greedy(
      "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 4 4\nkey 0 0 0 0 0\n"
      "blends 1 moves 0 local 1\nchoice 0 mask 1000000000 mix\n"
      "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n"
      "0 0 0 0 1 0 1 1 1,1,1 0.5\nend 1\n");
  CHECK(has(refusal([&] { ma::read_plan(greedy); }), "at most 16 MiB and 128 bytes for each byte of the text"));
}

TEST_CASE("a mask at another size by average is the mean over each pixel's area; by nearest it stays 0 and 1") {
  constexpr index_t n = 5, h = 6, w = 10;
  test::stream draw(21);
  std::vector<float> fine(static_cast<std::size_t>(n * h * w)), coarse(static_cast<std::size_t>(n * 4 * 3));
  for (float& m : fine) m = draw.below(2) == 0 ? 0.0f : 1.0f;
  for (float& m : coarse) m = static_cast<float>(draw.below(65)) / 64.0f;
  auto const x = ma::nchw<float>(nullptr, {n, 1, h, w});
  auto const check = [&](auto const& p, ma::tensor_view<float const, 3> const& field, index_t to_h, index_t to_w) {
    CAPTURE(to_h);
    CAPTURE(to_w);
    auto const q = ma::rescaled(p, {to_h, to_w}, ma::field::average);
    auto const derived = ma::rescaled(p, {to_h, to_w}, ma::field::average, ma::shares::derived);
    CHECK(q.flags().blends);
    std::vector<float> got(static_cast<std::size_t>(n * to_h * to_w));
    ma::write_field(q, ma::scores(got.data(), {n, to_h, to_w}));
    auto const cell = [](index_t at, index_t cells, index_t pixels) { return at * cells / pixels; };
    double worst = 0;
    for (index_t i = 0; i < n; ++i) {
      CHECK(q.share_self[i] == p.share_self[i]);
      if (p.partner[i] >= 0) CHECK(derived.share_self[i] == static_cast<float>(ma::pixel_share(q, i)));
      for (index_t y = 0; y < to_h; ++y)
        for (index_t x2 = 0; x2 < to_w; ++x2) {
          double sum = 0;  // of h x w samples, which lie evenly inside the pixel
          for (index_t a = 0; a < h; ++a)
            for (index_t b = 0; b < w; ++b)
              sum += static_cast<double>(field(i, cell((y * h + a) / to_h, field.extent[1], h),
                                               cell((x2 * w + b) / to_w, field.extent[2], w)));
          if (p.choice[i] != 0 || p.partner[i] < 0) sum = static_cast<double>(h * w);
          worst =
              std::max(worst, std::abs(sum / static_cast<double>(h * w) -
                                       static_cast<double>(got[static_cast<std::size_t>((i * to_h + y) * to_w + x2)])));
        }
    }
    CHECK(worst < 1e-7);
  };
  auto const by_pixels = ma::scores(static_cast<float const*>(fine.data()), {n, h, w});
  auto const by_cells = ma::scores(static_cast<float const*>(coarse.data()), {n, 4, 3});
  auto const method = with(ma::cutmix{}, ma::region::given_mask{.binary = true});
  auto const p = ma::make_plan(method, ma::inputs(x).field(by_pixels), ma::key{.seed = 3});
  auto const c = ma::make_plan(with(ma::cutmix{}, ma::region::given_mask{}), ma::inputs(x).field(by_cells), ma::key{});
  auto const some = ma::make_plan(ma::one_of(with(ma::cutmix{}, ma::region::given_mask{}), ma::cutmix{.prob = 0}),
                                  ma::inputs(x).field(by_cells), ma::key{.seed = 2});
  index_t const sizes[][2] = {{3, 5}, {4, 5}, {1, 1}, {6, 10}, {12, 20}, {7, 3}, {1, 9}};
  for (auto const& size : sizes) {
    check(p, by_pixels, size[0], size[1]);
    check(c, by_cells, size[0], size[1]);
    check(ma::to_any(c), by_cells, size[0], size[1]);
    check(some, by_cells, size[0], size[1]);
    auto const nearest = ma::rescaled(p, {size[0], size[1]});
    CHECK(!nearest.flags().blends);
    std::vector<float> got(static_cast<std::size_t>(n * size[0] * size[1]));
    ma::write_field(nearest, ma::scores(got.data(), {n, size[0], size[1]}));
    index_t between = 0;
    for (float m : got) between += m != 0.0f && m != 1.0f;
    CHECK(between == 0);
  }
  auto const boxes = ma::make_plan(ma::cutmix{}, x, ma::key{});
  CHECK(test::same_plan(ma::rescaled(boxes, {3, 5}, ma::field::average), ma::rescaled(boxes, {3, 5})));
}

TEST_CASE("ids follow a mask of zeros and ones that says so") {
  std::vector<float> field{0, 1, 1, 0, 1, 1, 0, 0};
  std::vector<std::int32_t> const ids{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<std::int32_t> out(8);
  auto const x = ma::nchw<float>(nullptr, {2, 1, 2, 2});
  auto const plan = [&](bool binary) {
    return ma::make_plan(with(ma::mixup{}, ma::pairing::reverse{}, ma::region::given_mask{.binary = binary}),
                         ma::inputs(x).field(ma::scores(field.data(), {2, 2, 2})), ma::key{});
  };
  auto const masks = [](auto* p) { return ma::masks(p, {2, 2, 2}); };
  ma::apply(plan(true), masks(ids.data()), masks(out.data()));
  CHECK(out == std::vector<std::int32_t>{5, 2, 3, 8, 5, 6, 3, 4});
  CHECK(has(refusal([&] { ma::apply(plan(false), masks(ids.data()), masks(out.data())); }), "ids cannot be blended"));
  field[3] = 0.5f;
  CHECK(has(refusal([&] { plan(true); }),
            "inputs(x).field of row 0 at (1, 1) is 0.5; expected 0 or 1, as binary = true says"));
}

TEST_CASE("what a given mask refuses") {
  std::vector<float> field(2 * 6 * 8, 0.5f);
  auto const x = ma::nchw<float>(nullptr, {2, 1, 6, 8});
  auto const plan = [&](auto const& in) {
    return refusal([&] { ma::make_plan(with(ma::mixup{}, ma::region::given_mask{}), in, ma::key{}); });
  };
  CHECK(has(plan(ma::inputs(x)),
            "region::given_mask reads a field, which was not given; add it: mixaug::inputs(x).field(v)"));
  CHECK(has(plan(ma::inputs(x).field(ma::scores(field.data(), {1, 6, 8}))), "inputs(x).field is 1 rows; expected 2"));
  CHECK(has(plan(ma::inputs(x).field(ma::scores(field.data(), {2, 7, 4}))),
            "7 numbers along axis 0; expected 1 to 6, as the images have pixels"));
  CHECK(has(plan(ma::inputs(x).field(ma::features(field.data(), {2, 6}))), "of rank 2; expected rank 3"));
  CHECK(has(plan(ma::inputs(x).field(ma::scores<float>(nullptr, {2, 6, 8}))), "a null pointer"));
  for (float bad : {-0.1f, 1.5f, std::numeric_limits<float>::quiet_NaN()}) {
    field[8 + 3] = bad;
    CHECK(
        has(plan(ma::inputs(x).field(ma::scores(field.data(), {2, 6, 8}))), "inputs(x).field of row 0 at (1, 3) is "));
  }
  CHECK(has(plan(ma::inputs(ma::features<float>(nullptr, {2, 6})).field(ma::features(field.data(), {2, 6}))),
            "needs spatial extents"));
}

}  // namespace given_test
