#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/region/detail/peak.hpp>
#include <random>
#include <vector>

namespace peak_test {

namespace ma = mixaug;
using ma::index_t;
using ma::detail::pixel_place;

namespace {
struct scores {
  index_t h, w;
  std::vector<float> map;
  float at(index_t y, index_t x) const { return map[static_cast<std::size_t>(y * w + x)]; }
};
template <class Score>
scores made(index_t h, index_t w, Score score) {
  scores s{h, w, {}};
  for (index_t k = 0; k < h * w; ++k) s.map.push_back(score(k));
  return s;
}

/// The first place whose value beats all before it, of the values f(y, x).
template <class Value>
pixel_place naive(index_t h, index_t w, bool least, Value value) {
  pixel_place best{0, 0};
  for (index_t y = 0; y < h; ++y)
    for (index_t x = 0; x < w; ++x)
      if (least ? value(y, x) < value(best.y, best.x) : value(y, x) > value(best.y, best.x))
        best = {static_cast<std::int32_t>(y), static_cast<std::int32_t>(x)};
  return best;
}
void check_pixels(scores const& s) {
  auto const value = [&](index_t y, index_t x) { return s.at(y, x); };
  CAPTURE(s.h);
  CAPTURE(s.w);
  REQUIRE((ma::detail::peak(s.map.data(), s.h, s.w) == naive(s.h, s.w, false, value)));
  REQUIRE((ma::detail::valley(s.map.data(), s.h, s.w) == naive(s.h, s.w, true, value)));
}

pixel_place found(scores const& s, index_t bh, index_t bw, bool least) {
  std::size_t const bytes = ma::detail::window_bytes(s.h, s.w);
  std::vector<std::byte> scratch(bytes + 64, std::byte{0xA5});
  auto const place = ma::detail::window_peak(s.map.data(), s.h, s.w, bh, bw, least, scratch.data());
  for (std::size_t k = bytes; k < scratch.size(); ++k) REQUIRE(scratch[k] == std::byte{0xA5});
  return place;
}
/// Sums of round(255 * 65536 * s / max) over every window, anew for each: a table of sums from the origin.
void check_windows(scores const& s, index_t bh, index_t bw) {
  double most = 0;
  for (float v : s.map) most = std::fmax(most, static_cast<double>(v));
  std::vector<long long> sum(static_cast<std::size_t>((s.h + 1) * (s.w + 1)));
  auto table = [&](index_t y, index_t x) -> long long& { return sum[static_cast<std::size_t>(y * (s.w + 1) + x)]; };
  for (index_t y = 0; y < s.h; ++y)
    for (index_t x = 0; x < s.w; ++x) {
      double const score = static_cast<double>(s.at(y, x));
      long long const units = most > 0 ? std::llround(score * (16711680.0 / most)) : 0;
      table(y + 1, x + 1) = units + table(y, x + 1) + table(y + 1, x) - table(y, x);
    }
  auto const value = [&](index_t y, index_t x) {
    return table(y + bh, x + bw) - table(y, x + bw) - table(y + bh, x) + table(y, x);
  };
  CAPTURE(s.h);
  CAPTURE(s.w);
  CAPTURE(bh);
  CAPTURE(bw);
  for (bool least : {false, true})
    REQUIRE((found(s, bh, bw, least) == naive(s.h - bh + 1, s.w - bw + 1, least, value)));
}
}  // namespace

TEST_CASE("peak and valley are the first of many ties, on maps of all shapes") {
  std::mt19937 random(3);
  for (unsigned values : {1u, 2u, 3u, 300u})
    for (index_t h : {1, 2, 3, 7, 16, 33, 65})
      for (index_t w : {1, 2, 5, 31, 32, 64, 129, 257})
        for (int turn = 0; turn < 20; ++turn)
          check_pixels(made(h, w, [&](index_t) { return static_cast<float>(random() % values) / 255.0f; }));
}

TEST_CASE("a single extreme is found wherever it stands") {
  for (index_t n : {1, 15, 32, 255, 256, 257, 600})
    for (index_t at = 0; at < n; ++at)
      for (float odd : {0.25f, 0.75f}) {
        check_pixels(made(1, n, [&](index_t k) { return k == at ? odd : 0.5f; }));
        check_pixels(made(n, 1, [&](index_t k) { return k >= at ? odd : 0.5f; }));
      }
}

TEST_CASE("huge, tiny, zero and equal scores are ordered; minus zero is zero") {
  for (float scale : {1e30f, 1e-30f, 1e-42f, 3.4e38f, 0.0f, 1.0f}) {
    std::mt19937 random(5);
    auto const s = made(37, 41, [&](index_t) { return scale * (static_cast<float>(random() % 1000) / 1000.0f); });
    check_pixels(s);
    for (index_t bh : {1, 9, 37})
      for (index_t bw : {1, 20, 41}) check_windows(s, bh, bw);
    check_pixels(made(20, 20, [&](index_t) { return scale; }));
    check_windows(made(20, 20, [&](index_t) { return scale; }), 3, 4);
  }
  check_pixels(made(1, 300, [](index_t k) { return k < 10 ? -0.0f : 0.0f; }));
  check_pixels(made(1, 300, [](index_t k) { return k < 10 ? 0.0f : -0.0f; }));
}

TEST_CASE("windows of every size on small maps, greatest and least, the first of ties") {
  std::mt19937 random(11);
  for (index_t h : {1, 2, 5, 11})
    for (index_t w : {1, 3, 8, 17})
      for (index_t bh = 1; bh <= h; ++bh)
        for (index_t bw = 1; bw <= w; ++bw)
          for (unsigned values : {2u, 3u, 256u})
            for (int turn = 0; turn < 5; ++turn) {
              auto const level = [&](index_t) { return static_cast<float>(random() % values) / 255.0f; };
              check_windows(made(h, w, level), bh, bw);
            }
}

TEST_CASE("units: levels of a full map are exact multiples, halves go up, and the maximum is 255 * 65536") {
  double const scale = ma::detail::score_scale(1.0f);
  for (int k = 0; k <= 255; ++k) CHECK(ma::detail::score_units(static_cast<float>(k) / 255.0f, scale) == k * 65536);
  for (float most : {1e-45f, 1e-30f, 0.3f, 0.7f, 17.0f, 1e30f, 3.4e38f})
    CHECK(ma::detail::score_units(most, ma::detail::score_scale(most)) == 16711680);
  double const halves = ma::detail::score_scale(16711680.0f);
  CHECK(ma::detail::score_units(0.5f, halves) == 1);
  CHECK(ma::detail::score_units(0.25f, halves) == 0);
  CHECK(ma::detail::score_units(2.5f, halves) == 3);
  CHECK(ma::detail::score_units(2.4f, halves) == 2);
  CHECK(ma::detail::score_units(5.0f, ma::detail::score_scale(0.0f)) == 0);
}

TEST_CASE("a large map: sums beyond 32 bits") {
  std::mt19937 random(13);
  auto const s = made(
      2000, 1500, [&](index_t k) { return static_cast<float>(random() % 4 + (k % 1500 > 700 ? 250 : 252)) / 255.0f; });
  check_pixels(s);
  for (auto const& [bh, bw] : {std::pair<index_t, index_t>{1, 1}, {700, 600}, {1999, 3}, {2, 1500}, {2000, 1500}})
    check_windows(s, bh, bw);
}

}  // namespace peak_test
