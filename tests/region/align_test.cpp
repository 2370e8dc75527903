#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/box_law.hpp"
#include "reference/statistics.hpp"
#include "support/refusal.hpp"

namespace align_test {

namespace ma = mixaug;
using ma::index_t;
using reference::where;
using test::refusal;

TEST_CASE("boxes of tokens: the law of an image of a pixel a token, corners on the grid, exact shares") {
  constexpr index_t n = 3000, h = 48, w = 80, token = 16;
  constexpr ma::placement placements[] = {ma::placement::clipped, ma::placement::inside, ma::placement::shifted,
                                          ma::placement::uniform_pixels, ma::placement::clipped_odd};
  constexpr where laws[] = {where::clipped, where::inside, where::shifted, where::uniform_pixels, where::clipped_odd};
  auto const x = ma::nchw<float>(nullptr, {n, 1, h, w});
  for (int k = 0; k < 5; ++k) {
    CAPTURE(k);
    index_t const parts = 1 << 18;  // lambda = 1/4: sides of 2 of 3 and 4 of 5 tokens
    auto const method = with(ma::cutmix{.placement = placements[k], .align = token}, ma::ratio::constant{0.25f});
    auto const p = ma::make_plan(method, x, ma::key{.seed = static_cast<std::uint64_t>(30 + k)});
    auto const rows = reference::intervals(laws[k], h / token, reference::side(h / token, parts, 2));
    auto const columns = reference::intervals(laws[k], w / token, reference::side(w / token, parts, 2));
    std::map<reference::interval, double> down, across;
    for (index_t i = 0; i < n; ++i) {
      ma::box const b = p.region.box(i);
      REQUIRE((b.y0 % token == 0 && b.y1 % token == 0 && b.x0 % token == 0 && b.x1 % token == 0));
      down[{b.y0 / token, b.y1 / token}] += 1, across[{b.x0 / token, b.x1 / token}] += 1;
      CHECK(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(b.volume()) / (h * w)));
    }
    auto const follows = [&](auto const& law, auto& seen) {
      std::vector<double> observed, expected;
      for (auto const& [interval, chance] : law) {
        observed.push_back(seen[interval]);
        expected.push_back(chance * n);
      }
      CHECK(seen.size() == law.size());
      CHECK(reference::chi_square_p(observed, expected) > reference::level(10));
    };
    follows(rows, down);
    follows(columns, across);
  }
}

TEST_CASE("tokens of signals, volumes, minmax, fixed lengths, several boxes and an axis of one pixel") {
  auto const all = [](auto const& method, auto const& x) {
    auto const p = ma::make_plan(method, x, ma::key{.seed = 4});
    index_t pixels = 0;
    for (index_t i = 0; i < p.rows(); ++i)
      for (index_t j = 0; j < p.region.count; ++j) {
        ma::box const b = p.region.box(i, j);
        for (std::int32_t v : {b.z0, b.y0, b.x0}) CHECK(v % 4 == 0);
        for (std::int32_t v : {b.z1, b.y1, b.x1}) CHECK((v % 4 == 0 || v == 1));
        pixels += b.volume();
      }
    CHECK(pixels > 0);
  };
  all(ma::cutmix{.align = 4}, ma::signals<float>(nullptr, {20, 2, 40}));
  all(ma::cutmix{.align = 4}, ma::volumes<float>(nullptr, {20, 1, 12, 16, 20}));
  all(ma::cutmix{.align = 4}, ma::nchw<float>(nullptr, {20, 1, 1, 40}));
  all(ma::cutmix{.minmax = {0.3f, 0.8f}, .align = 4}, ma::nchw<float>(nullptr, {20, 1, 24, 40}));
  all(ma::cutmix{.boxes = 3, .align = 4}, ma::nchw<float>(nullptr, {20, 1, 24, 40}));
  ma::region::random_box const fixed{.placement = ma::placement::inside, .length = 8, .align = 4};
  auto const p = ma::make_plan(with(ma::cutmix{}, fixed), ma::nchw<float>(nullptr, {20, 1, 24, 40}), ma::key{});
  for (index_t i = 0; i < 20; ++i) CHECK(p.region.box(i).volume() == 64);
}

TEST_CASE("what align refuses") {
  auto const x = ma::nchw<float>(nullptr, {4, 1, 24, 32});
  auto const has = [&](auto const& method, char const* part) {
    std::string const said = refusal([&] { ma::make_plan(method, x, ma::key{}); });
    CAPTURE(said);
    CHECK(said.find(part) != std::string::npos);
  };
  has(ma::cutmix{.align = 0}, "region::random_box's align is 0; expected tokens of 1 to");
  has(ma::cutmix{.align = 16}, "align is 16; expected a side of tokens that divides the axis of 24 pixels");
  has(ma::cutmix{.align = 64}, "align is 64; expected a side of tokens that divides the axis of 24 pixels");
  has(ma::cutmix{.placement = ma::placement::inside, .align = 24}, "align is 24; expected");
  has(with(ma::cutmix{}, ma::region::random_box{.length = 6, .align = 4}),
      "length is 6; expected a multiple of align, 4");
  auto const square = ma::nchw<float>(nullptr, {4, 1, 32, 32});
  std::string const said = refusal([&] { ma::make_plan(ma::cutmix{.align = 32}, square, ma::key{}); });
  CHECK(said.find("smaller tokens: with 1 along the axis of 32 pixels every box is empty") != std::string::npos);
}

}  // namespace align_test
