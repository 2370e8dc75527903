#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "reference/box_law.hpp"
#include "support/values.hpp"

namespace single_pixel_axis_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
constexpr ma::placement placements[] = {ma::placement::clipped, ma::placement::inside, ma::placement::shifted,
                                        ma::placement::uniform_pixels};

/// visit(method) for every way to draw a box.
template <class Visit>
void every_box(Visit const& visit) {
  for (ma::placement where : placements) {
    CAPTURE(static_cast<int>(where));
    visit(ma::cutmix{.placement = where});
    visit(ma::cutmix{.placement = where, .boxes = 3});
    visit(ma::cutout{.n_holes = 2, .length = 4, .placement = where});
  }
  visit(ma::cutmix{.minmax = {0.2f, 0.7f}});
}

/// The two plans have the same boxes and shares.
template <class Plan>
bool same_boxes(Plan const& a, Plan const& b) {
  for (index_t i = 0; i < a.rows(); ++i) {
    if (a.share_self[i] != b.share_self[i] || ma::pixel_share(a, i) != ma::pixel_share(b, i)) return false;
    for (index_t j = 0; j < a.layout.count; ++j)
      if (!(a.region.box(i, j) == b.region.box(i, j))) return false;
  }
  return true;
}

/// Rows that got pixels of another row, or -1 where a row's share is not what its pixels say.
template <class Plan, class View>
index_t measured(Plan const& p, View in) {
  index_t const n = in.extent[0], row = in.size() / n;
  std::vector<float> x, mixed(static_cast<std::size_t>(in.size()), -1.0f);
  for (index_t k = 0; k < in.size(); ++k) x.push_back(static_cast<float>(k / row));
  View out = in;
  in.data = x.data(), out.data = mixed.data();
  ma::apply(p, in, out);
  index_t changed = 0;
  for (index_t i = 0; i < n; ++i) {
    if (p.partner[i] == i) continue;
    auto const kept = std::count(mixed.begin() + i * row, mixed.begin() + (i + 1) * row, static_cast<float>(i));
    double const share = 1.0 - static_cast<double>(row - kept) / static_cast<double>(row);
    if (ma::pixel_share(p, i) != share || p.share_self[i] != static_cast<float>(share)) return -1;
    changed += kept < row ? 1 : 0;
  }
  return changed;
}

template <class View>
void check_measured(View const& v) {
  for (ma::placement where : placements) {
    CAPTURE(static_cast<int>(where));
    CHECK(measured(ma::make_plan(ma::cutmix{.placement = where}, v, ma::key{.seed = 3}), v) > v.extent[0] / 2);
  }
  CHECK(measured(ma::make_plan(ma::cutmix{.minmax = {0.2f, 0.7f}}, v, ma::key{.seed = 3}), v) > v.extent[0] / 2);
}
}  // namespace

TEST_CASE("a series kept as images of one row is cut as the signal that it is, a volume of one slice as the image") {
  ma::key const k{.seed = 9};
  every_box([&](auto const& method) {
    auto const series = ma::make_plan(method, ma::nchw<float>(nullptr, {300, 2, 1, 50}), k);
    CHECK(same_boxes(series, ma::make_plan(method, ma::signals<float>(nullptr, {300, 2, 50}), k)));
    CHECK(same_boxes(series, ma::make_plan(method, ma::volumes<float>(nullptr, {300, 2, 1, 1, 50}), k)));
    index_t some = 0;
    for (index_t i = 0; i < 300; ++i) some += ma::pixel_share(series, i) < 1.0 ? 1 : 0;
    CHECK(some > 200);
    auto const slices = ma::make_plan(method, ma::volumes<float>(nullptr, {300, 2, 1, 12, 20}), k);
    CHECK(same_boxes(slices, ma::make_plan(method, ma::nchw<float>(nullptr, {300, 2, 12, 20}), k)));
  });
}

TEST_CASE("shares are what the pixels say where any axes have one pixel, and most rows are mixed") {
  check_measured(ma::nchw<float>(nullptr, {60, 1, 1, 40}));
  check_measured(ma::nchw<float>(nullptr, {60, 1, 40, 1}));
  check_measured(ma::volumes<float>(nullptr, {60, 1, 1, 12, 10}));
  check_measured(ma::volumes<float>(nullptr, {60, 1, 12, 1, 10}));
  check_measured(ma::volumes<float>(nullptr, {60, 1, 12, 10, 1}));
  check_measured(ma::volumes<float>(nullptr, {60, 1, 1, 30, 1}));
  check_measured(ma::volumes<float>(nullptr, {60, 1, 30, 1, 1}));
}

TEST_CASE("minmax beside an axis of one pixel: the other side keeps its range, and a side of 0 empties the box") {
  auto const p =
      ma::make_plan(ma::cutmix{.minmax = {0.0f, 0.5f}}, ma::nchw<float>(nullptr, {4000, 1, 1, 8}), ma::key{.seed = 2});
  std::vector<index_t> sides(5);
  for (index_t i = 0; i < 4000; ++i) {
    ma::box const b = p.region.box(i);
    REQUIRE((b.empty() ? b == ma::no_box : b.y0 == 0 && b.y1 == 1));
    ++sides[static_cast<std::size_t>(b.x1 - b.x0)];
  }
  for (index_t count : sides) CHECK((count > 650 && count < 950));  // 800, and five standard deviations are 127
}

TEST_CASE("holes of cutout beside an axis of one pixel") {
  for (ma::placement where : placements) {
    auto const p = ma::make_plan(ma::cutout{.length = 5, .placement = where}, ma::nchw<float>(nullptr, {200, 1, 30, 1}),
                                 ma::key{.seed = 4});
    index_t most = 0;
    for (index_t i = 0; i < 200; ++i) {
      ma::box const b = p.region.box(i);
      REQUIRE((!b.empty() && b.x0 == 0 && b.x1 == 1));
      most = std::max<index_t>(most, b.y1 - b.y0);
    }
    CHECK(most == (where == ma::placement::clipped ? 4 : 5));
  }
}

TEST_CASE("score-driven boxes of one row or column: shares follow lambda to a pixel, for background_mix too") {
  std::vector<float> maps(40 * 25);
  for (std::size_t k = 0; k < maps.size(); ++k) maps[k] = static_cast<float>(k * 7919 % 101);
  std::vector<int> classes(40);
  for (std::size_t i = 0; i < 40; ++i) classes[i] = i < 10 ? 0 : 1;
  for (auto const& e : {ma::extents<4>{40, 3, 1, 25}, ma::extents<4>{40, 3, 25, 1}}) {
    auto in = ma::inputs(ma::nchw<float>(nullptr, e)).class_ids(ma::class_ids(classes.data(), {40}));
    in.scores(ma::scores(maps.data(), {index_t{40}, e.at[2], e.at[3]}));
    auto const p = ma::make_plan(ma::serial{}, ma::saliencymix{}, in, ma::key{.seed = 1});
    auto const b = ma::make_plan(ma::serial{}, ma::background_mix{}, in, ma::key{.seed = 1});
    auto const c = ma::make_plan(ma::serial{}, ma::saliencymix{.border = ma::border::clip}, in, ma::key{.seed = 1});
    index_t minority = 0;
    for (index_t i = 0; i < 40; ++i) {
      // lambda is a float: its parts of 2^24 are exact
      auto const cut = [](float lambda) {
        return reference::side(25, static_cast<std::int64_t>(double{lambda} * 0x1p20), 1);
      };
      CHECK(std::abs(static_cast<int>(p.region.to[i].volume() - cut(p.ratio[i]))) <= 1);
      // clipped along the long axis, [peak - cut / 2, peak + cut / 2), and whole across it
      float const* const map = maps.data() + 25 * c.partner[i];
      auto const peak = std::max_element(map, map + 25) - map, half = cut(c.ratio[i]) / 2;
      auto const first = static_cast<std::int32_t>(std::max<std::int64_t>(peak - half, 0)),
                 last = static_cast<std::int32_t>(std::min<std::int64_t>(peak + half, 25));
      ma::box const row{0, 1, 0, 1, first, last}, column{0, 1, first, last, 0, 1};
      CHECK(c.region.to[i] == (half == 0 ? ma::no_box : e.at[2] == 1 ? row : column));
      minority += b.partner[i] >= 0 && ma::pixel_share(b, i) < 1.0 ? 1 : 0;
    }
    CHECK(minority > 5);
  }
}

TEST_CASE("what no option can mix, and options that never mix, are refused") {
  auto const refused = [](auto const& method, auto const& x, char const* sentence) {
    CHECK_THROWS_WITH_AS(ma::make_plan(ma::serial{}, method, x, ma::key{}), doctest::Contains(sentence),
                         ma::invalid_argument);
  };
  std::vector<std::uint8_t> pixels(64);
  auto const dot = ma::nchw(pixels.data(), {4, 1, 1, 1});
  char const* const random =
      "region::random_box cuts images, and the batch's spatial extents are (1, 1), one pixel; use mixup";
  refused(ma::cutmix{}, dot, random);
  refused(ma::cutmix{.minmax = {0.5f, 1.0f}}, dot, random);
  refused(ma::cutout{}, dot, random);
  refused(ma::one_of(ma::mixup{}, ma::cutmix{}), dot, random);
  refused(ma::saliencymix{}, dot,
          "region::salient_box cuts images, and the batch's spatial extents are (1, 1), one pixel");
  refused(ma::cutmix{}, ma::signals(pixels.data(), {4, 1, 1}), "spatial extents are (1), one pixel");
  refused(ma::cutmix{}, ma::volumes(pixels.data(), {4, 1, 1, 1, 1}), "spatial extents are (1, 1, 1), one pixel");
  // [c - side / 2, c + side / 2) of a side of 1 is empty, and an axis of 2 has no longer side where lambda > 0
  auto const pairs = ma::nchw(pixels.data(), {2, 1, 2, 16});
  refused(ma::cutmix{}, pairs,
          "along the axis of 2 pixels of (2, 16) its boxes are at most 1 long, and clipped ones, [c - side / 2, c + "
          "side / 2), need 2; use placement::inside");
  refused(ma::saliencymix{.border = ma::border::clip}, pairs,
          "region::salient_box would leave the batch as it is: along the axis of 2 pixels");
  refused(ma::cutmix{.placement = ma::placement::inside, .boxes = 64}, ma::nchw(pixels.data(), {1, 1, 8, 8}),
          "its boxes are at most 0 long, and hold no pixel; use fewer boxes");
  CHECK_NOTHROW(ma::make_plan(ma::cutmix{.placement = ma::placement::inside}, pairs, ma::key{}));
  CHECK_NOTHROW(ma::make_plan(ma::cutout{.length = 2}, pairs, ma::key{}));
}

TEST_CASE(
    "rescaled: an axis of one pixel stays whole at any length; shrunk to one pixel, a box holds it that covers the "
    "middle") {
  auto const row = ma::make_plan(ma::cutmix{}, ma::nchw<float>(nullptr, {100, 1, 1, 64}), ma::key{.seed = 5});
  auto const high = ma::rescaled(row, {12, 64}), back = ma::rescaled(high, {1, 64});
  CHECK(same_boxes(row, back));
  for (index_t i = 0; i < 100; ++i) {
    ma::box expected = row.region.box(i);
    if (!expected.empty()) expected.y1 = 12;
    CHECK(high.region.box(i) == expected);
    CHECK(ma::pixel_share(high, i) == ma::pixel_share(row, i));
  }
  auto const image = ma::make_plan(ma::cutmix{}, ma::nchw<float>(nullptr, {400, 1, 15, 32}), ma::key{.seed = 6});
  auto const flat = ma::rescaled(image, {1, 32}, ma::shares::derived);
  index_t kept = 0, vanished = 0;
  for (index_t i = 0; i < 400; ++i) {
    ma::box const b = image.region.box(i);
    bool const middle = !b.empty() && b.y0 <= 7 && b.y1 > 7;
    REQUIRE(flat.region.box(i).empty() != middle);
    if (middle) REQUIRE(flat.region.box(i) == ma::box{0, 1, 0, 1, b.x0, b.x1});
    if (!middle && image.partner[i] >= 0) REQUIRE(flat.share_self[i] == 1.0f);
    kept += middle, vanished += !b.empty() && !middle;
  }
  CHECK((kept > 50 && vanished > 50));
}

}  // namespace single_pixel_axis_test
