#include <doctest/doctest.h>

#include <mixaug/augment/follow.hpp>

#include "augment/augment_images.hpp"
#include "support/refusal.hpp"

namespace follow_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

/// Chains of one and of several passes, with and without maps that are not affine.
std::vector<au::chain> chains() {
  au::affine const turned{.degrees = {-40, 40}, .translate = {0.2f, 0.1f}, .scale = {0.7f, 1.4f}, .shear = {-10, 10}};
  return {au::chain{au::flip{.horizontal = 0.5f, .vertical = 0.5f}, au::crop{.size = {40, 44}, .padding = 4}},
          au::chain{turned, au::color_jitter{.brightness = {0.5f, 2}}, au::gaussian_blur{.sigma = {1, 2}}},
          au::chain{au::resized_crop{.size = {50, 47}}, au::gaussian_noise{.sigma = {9, 9}}, turned},
          au::chain{au::perspective{.distortion = 0.3f}, turned},
          au::chain{au::lens{.k1 = {-0.15f, 0.3f}}},
          au::chain{au::elastic{.alpha = {1, 2}, .sigma = {6, 9}}}};
}

}  // namespace

TEST_CASE("points go where their pixels go") {
  index_t const n = 4, h = 48, w = 52, k = 20;
  for (au::chain const& c : chains()) {
    // images of the coordinates of their pixels: where a point lands, its image shows the point
    std::vector<float> x;
    for (index_t i = 0; i < n; ++i)
      for (int ch = 0; ch < 2; ++ch)
        for (index_t y = 0; y < h; ++y)
          for (index_t z = 0; z < w; ++z) x.push_back(static_cast<float>(ch == 0 ? y : z) + 0.5f);
    au::chain moves;
    moves.range = 1000.0f;
    for (au::step const& s : c.steps)
      if (s.index() <= 3 || std::holds_alternative<au::perspective>(s) || std::holds_alternative<au::lens>(s) ||
          std::holds_alternative<au::elastic>(s))
        moves.steps.push_back(s);
      else
        moves.steps.push_back(au::gaussian_noise{});  // the steps keep their numbers
    auto const view = ma::nchw(x.data(), {n, 2, h, w});
    auto const p = ma::make_plan(moves, view, ma::key{.seed = 3});
    auto const own = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 3, h, w}), ma::key{.seed = 3});
    index_t const oh = p.out().height, ow = p.out().width;
    std::vector<float> seen(static_cast<std::size_t>(n * 2 * oh * ow));
    ma::apply(ma::serial{}, p, view, ma::nchw(seen.data(), {n, 2, oh, ow}));
    chain_reference::picture shown(2, oh, ow);
    std::vector<float> points, to(static_cast<std::size_t>(n * k * 2));
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(n * k));
    test::stream s(4);
    for (index_t q = 0; q < n * k; ++q) {
      points.push_back(static_cast<float>(12 + s.unit() * static_cast<double>(h - 24)));
      points.push_back(static_cast<float>(12 + s.unit() * static_cast<double>(w - 24)));
    }
    ma::apply_points(own, ma::row_major<float const>(points.data(), ma::extents<3>{n, k, 2}),
                     ma::row_major(to.data(), ma::extents<3>{n, k, 2}),
                     ma::row_major(inside.data(), ma::extents<2>{n, k}));
    int compared = 0;
    double worst = 0;
    CAPTURE(c.steps.size());
    for (index_t i = 0; i < n; ++i) {
      shown = test::picture_of(seen, i, 2, oh, ow);
      for (index_t q = 0; q < k; ++q) {
        std::size_t const at = static_cast<std::size_t>(i * k + q);
        double const y = static_cast<double>(to[2 * at]), z = static_cast<double>(to[2 * at + 1]);
        bool const in = y >= 0 && z >= 0 && y < static_cast<double>(oh) && z < static_cast<double>(ow);
        CHECK((in || inside[at] == 0));
        CHECK((inside[at] == 1 || !in || c.steps.size() == 3));  // of two passes, the first may lose it
        if (inside[at] == 0) continue;
        if (y < 2 || z < 2 || y > static_cast<double>(oh) - 2 || z > static_cast<double>(ow) - 2) continue;
        ++compared;
        for (int ch = 0; ch < 2; ++ch)
          worst = std::max(worst, std::fabs(chain_reference::value_at(shown, ch, {y, z}, au::interpolation::bilinear,
                                                                      au::border::edge, 0.0f) -
                                            static_cast<double>(points[2 * at + static_cast<std::size_t>(ch)])));
      }
    }
    CHECK(compared > 10);
    CHECK(worst < 0.05);  // the map is read between pixels of the output
  }
}

TEST_CASE("boxes: around what the pixels of the box become, clipped; dropped below the bounds") {
  index_t const n = 6, h = 48, w = 52;
  for (au::chain const& c : chains()) {
    auto const p = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 3, h, w}), ma::key{.seed = 5});
    std::vector<float> boxes, out(static_cast<std::size_t>(n * 2 * 4));
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(n * 2));
    std::vector<std::int32_t> ids(static_cast<std::size_t>(n * h * w)),
        moved(static_cast<std::size_t>(n * p.out().height * p.out().width));
    for (index_t i = 0; i < n; ++i) {
      float const a[8] = {10, 31, 14, 29, 2, 9, 40, 51};
      boxes.insert(boxes.end(), a, a + 8);
      for (index_t y = 0; y < h; ++y)
        for (index_t z = 0; z < w; ++z)
          ids[static_cast<std::size_t>((i * h + y) * w + z)] = y >= 10 && y < 31 && z >= 14 && z < 29 ? 1
                                                               : y >= 2 && y < 9 && z >= 40 && z < 51 ? 2
                                                                                                      : 0;
    }
    auto const in_view = ma::row_major<float const>(boxes.data(), ma::extents<3>{n, 2, 4});
    auto const out_view = ma::row_major(out.data(), ma::extents<3>{n, 2, 4});
    auto const kept_view = ma::row_major(kept.data(), ma::extents<2>{n, 2});
    ma::apply_boxes(p, in_view, out_view, kept_view);
    ma::apply_masks(ma::serial{}, p, ma::masks(ids.data(), {n, h, w}),
                    ma::masks(moved.data(), {n, p.out().height, p.out().width}));
    for (index_t i = 0; i < n; ++i)
      for (int b = 0; b < 2; ++b) {
        // the pixels of the box, counted in the mask that followed the same plan
        double low_y = 1e9, high_y = -1, low_x = 1e9, high_x = -1;
        for (index_t y = 0; y < p.out().height; ++y)
          for (index_t z = 0; z < p.out().width; ++z)
            if (moved[static_cast<std::size_t>((i * p.out().height + y) * p.out().width + z)] == b + 1) {
              low_y = std::min(low_y, static_cast<double>(y)), high_y = std::max(high_y, static_cast<double>(y) + 1);
              low_x = std::min(low_x, static_cast<double>(z)), high_x = std::max(high_x, static_cast<double>(z) + 1);
            }
        bool const shown = high_y > 0;
        if (kept_view(i, b) == 0) {
          CHECK_FALSE(shown);
          CHECK(out_view(i, b, 1) == 0.0f);
          continue;
        }
        if (!shown) continue;  // less than a pixel
        // pixels whose centre is in the box; up to three pixels of a sheared corner hold no centre
        CHECK(static_cast<double>(out_view(i, b, 0)) < low_y + 0.51);
        CHECK(static_cast<double>(out_view(i, b, 0)) > low_y - 3.1);
        CHECK(static_cast<double>(out_view(i, b, 1)) > high_y - 0.51);
        CHECK(static_cast<double>(out_view(i, b, 1)) < high_y + 3.1);
        CHECK(static_cast<double>(out_view(i, b, 2)) < low_x + 0.51);
        CHECK(static_cast<double>(out_view(i, b, 2)) > low_x - 3.1);
        CHECK(static_cast<double>(out_view(i, b, 3)) > high_x - 0.51);
        CHECK(static_cast<double>(out_view(i, b, 3)) < high_x + 3.1);
      }
  }
  // a shift by known pixels: half of the box stays
  auto const p = ma::make_plan(au::chain{au::crop{.size = {8, 8}}}, ma::nchw<float>(nullptr, {1, 1, 8, 8}), ma::key{});
  std::vector<float> box{2, 6, -4, 4}, to(4);
  std::uint8_t kept = 9;
  auto const cut = [&](au::box_options const& o) {
    ma::apply_boxes(p, ma::row_major<float const>(box.data(), ma::extents<3>{1, 1, 4}),
                    ma::row_major(to.data(), ma::extents<3>{1, 1, 4}), ma::row_major(&kept, ma::extents<2>{1, 1}), o);
    return kept;
  };
  CHECK(cut({}) == 1);
  CHECK(to == std::vector<float>{2, 6, 0, 4});
  CHECK(cut({.min_visibility = 0.5f}) == 1);
  CHECK(cut({.min_visibility = 0.51f}) == 0);
  CHECK(to == std::vector<float>{0, 0, 0, 0});
  CHECK(cut({.min_area = 16}) == 1);
  CHECK(cut({.min_area = 16.5f}) == 0);
}

TEST_CASE("masks: ids are those of the nearest pixel, floats are read as the image") {
  index_t const n = 3, h = 48, w = 52;
  auto const x = test::photos(n, 1, h, w);
  for (au::chain const& c : chains()) {
    auto const p = test::planned_chain(c, n, 1, h, w);
    index_t const oh = p.out().height, ow = p.out().width;
    au::chain moves = c;
    for (au::step& s : moves.steps) {
      if (au::affine* a = std::get_if<au::affine>(&s)) a->interpolation = au::interpolation::nearest;
      if (au::resized_crop* r = std::get_if<au::resized_crop>(&s))
        r->interpolation = au::interpolation::nearest, r->antialias = 0;
      if (au::perspective* q = std::get_if<au::perspective>(&s)) q->interpolation = au::interpolation::nearest;
      if (au::lens* q = std::get_if<au::lens>(&s)) q->interpolation = au::interpolation::nearest;
      if (au::elastic* q = std::get_if<au::elastic>(&s)) q->interpolation = au::interpolation::nearest;
      if (std::holds_alternative<au::color_jitter>(s) || std::holds_alternative<au::gaussian_blur>(s) ||
          std::holds_alternative<au::gaussian_noise>(s))
        s = au::gaussian_noise{};
    }
    auto const wanted = test::applied<std::uint8_t>(test::planned_chain(moves, n, 1, h, w), x);
    std::vector<std::uint8_t> out(static_cast<std::size_t>(n * oh * ow));
    ma::apply_masks(ma::serial{}, p, ma::masks(x.data(), {n, h, w}), ma::masks(out.data(), {n, oh, ow}));
    // warped points are rounded to 2^-15 pixels where images are read, and not for ids: one pixel in thousands differs
    index_t differ = 0;
    for (std::size_t k = 0; k < out.size(); ++k) differ += out[k] == wanted[k] ? 0 : 1;
    CHECK(differ <= (c.steps.size() == 1 ? 3 : 0) + (std::holds_alternative<au::perspective>(c.steps[0]) ? 3 : 0));

    au::chain geometric = c;
    geometric.range = 255.0f;
    for (au::step& s : geometric.steps)
      if (std::holds_alternative<au::color_jitter>(s) || std::holds_alternative<au::gaussian_blur>(s) ||
          std::holds_alternative<au::gaussian_noise>(s))
        s = au::gaussian_noise{};
    std::vector<float> const soft(x.begin(), x.end());
    std::vector<float> soft_out(out.size()), soft_wanted(out.size());
    auto const q = ma::make_plan(geometric, ma::nchw(soft.data(), {n, 1, h, w}), p.drawn_with);
    ma::apply(ma::serial{}, q, ma::nchw(soft.data(), {n, 1, h, w}), ma::nchw(soft_wanted.data(), {n, 1, oh, ow}));
    ma::apply_masks(ma::serial{}, p, ma::scores(soft.data(), {n, h, w}), ma::scores(soft_out.data(), {n, oh, ow}));
    CHECK(test::first_difference(soft_out, soft_wanted) == -1);
  }
}

TEST_CASE("what does not fit is refused, and nothing is written") {
  auto const p = ma::make_plan(au::chain{au::flip{}}, ma::nchw<float>(nullptr, {2, 1, 8, 8}), ma::key{});
  std::vector<float> points(12, 1.0f), boxes(8, 1.0f), out(12, -1.0f);
  std::vector<std::uint8_t> flags(6, 7);
  auto const list = [&](std::vector<float>& v, index_t n, index_t k, index_t width) {
    return ma::row_major(v.data(), ma::extents<3>{n, k, width});
  };
  auto const flag = [&](index_t n, index_t k) { return ma::row_major(flags.data(), ma::extents<2>{n, k}); };
  auto const moved = [&](auto const& a, auto const& b, auto const& c) {
    return test::refusal([&] { ma::apply_points(p, a, b, c); });
  };
  auto const boxed = [&](auto const& a, auto const& b, auto const& c, au::box_options const& o) {
    return test::refusal([&] { ma::apply_boxes(p, a, b, c, o); });
  };
  CHECK(moved(list(points, 1, 3, 2), list(out, 1, 3, 2), flag(1, 3))
            .find("points is of shape (1, 3, 2); expected (2, k, 2)") != std::string::npos);
  CHECK(moved(list(points, 2, 3, 2), list(out, 2, 2, 2), flag(2, 3)).find("the output is 2 a row; expected 3 a row") !=
        std::string::npos);
  CHECK(moved(list(points, 2, 3, 2), list(out, 2, 3, 2), flag(2, 2)).find("inside is 2 a row") != std::string::npos);
  points[3] = std::nanf("");
  CHECK(moved(list(points, 2, 3, 2), list(out, 2, 3, 2), flag(2, 3)).find("point 1 of row 0 is not finite") !=
        std::string::npos);
  boxes[0] = 2.0f;
  CHECK(boxed(list(boxes, 2, 1, 4), list(out, 2, 1, 4), flag(2, 1), {})
            .find("box 0 of row 0 is {2, 1, 1, 1}; expected {y0, y1, x0, x1} with y0 <= y1") != std::string::npos);
  boxes[0] = 1.0f;
  CHECK(boxed(list(boxes, 2, 1, 4), list(out, 2, 1, 4), flag(2, 1), {.min_area = -1}).find("min_area is -1") !=
        std::string::npos);
  CHECK(
      boxed(list(boxes, 2, 1, 4), list(out, 2, 1, 4), flag(2, 1), {.min_visibility = 2}).find("min_visibility is 2") !=
      std::string::npos);
  std::vector<int> ids(128), to(128, 5);
  CHECK(test::refusal([&] {
          ma::apply_masks(p, ma::masks(ids.data(), {2, 8, 8}), ma::masks(to.data(), {2, 4, 8}));
        }).find("the output, with c = 1, is of shape") != std::string::npos);
  CHECK(test::refusal([&] {
          ma::apply_masks(p, ma::masks(ids.data(), {2, 8, 8}), ma::masks(ids.data(), {2, 8, 8}));
        }).find("sharing memory") != std::string::npos);
  CHECK(std::count(out.begin(), out.end(), -1.0f) == 12);
  CHECK(std::count(flags.begin(), flags.end(), 7) == 6);
  CHECK(std::count(to.begin(), to.end(), 5) == 128);
}

}  // namespace follow_test
