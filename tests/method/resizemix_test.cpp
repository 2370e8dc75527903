#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/adjoint_reference.hpp"
#include "reference/box_law.hpp"
#include "reference/mix_reference.hpp"
#include "reference/statistics.hpp"
#include "support/plans.hpp"
#include "support/values.hpp"
#include "support/refusal.hpp"

namespace resizemix_test {

using ma::index_t;
using test::refusal;

namespace {

/// The pixels that one row of `source`, of one plane, becomes in a box that fills the image.
template <class T>
std::vector<T> resized(std::vector<T> const& source, ma::extents<2> const& from, ma::extents<2> const& to,
                       ma::interpolation how) {
  index_t const h = std::max(from.at[0], to.at[0]), w = std::max(from.at[1], to.at[1]);
  std::vector<T> values(static_cast<std::size_t>(2 * h * w)), out(values.size());
  for (index_t y = 0; y < from.at[0]; ++y)
    for (index_t x = 0; x < from.at[1]; ++x)
      values[static_cast<std::size_t>((h + y) * w + x)] = source[static_cast<std::size_t>(y * from.at[1] + x)];
  auto const x = ma::nchw(values.data(), {2, 1, h, w});
  auto p = ma::make_plan(with(ma::resizemix{.scope_max = 1, .interpolation = how}, ma::pairing::reverse{}), x,
                         ma::key{.seed = 1});
  p.edit([&](auto& c) {
    for (index_t i = 0; i < 2; ++i) {
      c.region.to[i] = {0, 1, 0, static_cast<std::int32_t>(to.at[0]), 0, static_cast<std::int32_t>(to.at[1])};
      c.region.from[i] = {0, 1, 0, static_cast<std::int32_t>(from.at[0]), 0, static_cast<std::int32_t>(from.at[1])};
      c.region.how[i] = how;
    }
  });
  ma::apply(p, x, ma::nchw(out.data(), {2, 1, h, w}));
  std::vector<T> result;
  for (index_t y = 0; y < to.at[0]; ++y)
    for (index_t x_ = 0; x_ < to.at[1]; ++x_) result.push_back(out[static_cast<std::size_t>(y * w + x_)]);
  return result;
}

}  // namespace

TEST_CASE("numbers of other libraries: the nearest pixel, and linear with half-pixel centres") {
  // torch.nn.functional.interpolate of 0..4 to 3, 7 and of 0..3 to 8; align_corners = False.
  std::vector<float> const five{0, 1, 2, 3, 4}, four{0, 1, 2, 3};
  using ma::interpolation;
  CHECK(resized<float>(five, {1, 5}, {1, 3}, interpolation::nearest) == std::vector<float>{0, 1, 3});
  CHECK(resized<float>(five, {1, 5}, {1, 7}, interpolation::nearest) == std::vector<float>{0, 0, 1, 2, 2, 3, 4});
  CHECK(resized<float>(four, {1, 4}, {1, 8}, interpolation::linear) ==
        std::vector<float>{0, 0.25f, 0.75f, 1.25f, 1.75f, 2.25f, 2.75f, 3});
  CHECK(resized<float>(four, {1, 4}, {1, 2}, interpolation::linear) == std::vector<float>{0.5f, 2.5f});
  auto const third = resized<float>(five, {1, 5}, {1, 3}, interpolation::linear);  // 1/3, 2, 11/3
  CHECK(std::fabs(static_cast<double>(third[0]) - 1.0 / 3) <= 0x1p-12);
  CHECK(third[1] == 2);
  CHECK(std::fabs(static_cast<double>(third[2]) - 11.0 / 3) <= 0x1p-12);
  // 2 x 2 to 4 x 4: 16 times the values of PIL and OpenCV (INTER_LINEAR)
  CHECK(resized<float>({0, 16, 32, 48}, {2, 2}, {4, 4}, interpolation::linear) ==
        std::vector<float>{0, 4, 12, 16, 8, 12, 20, 24, 24, 28, 36, 40, 32, 36, 44, 48});
  // Bytes are rounded once, halves up: (0 + 1 + 2 + 3) / 4 = 1.5 and (0 + 0 + 0 + 1) / 4 = 0.25.
  CHECK(resized<std::uint8_t>({0, 1, 2, 3}, {2, 2}, {1, 1}, interpolation::linear) == std::vector<std::uint8_t>{2});
  CHECK(resized<std::uint8_t>({0, 0, 0, 1}, {2, 2}, {1, 1}, interpolation::linear) == std::vector<std::uint8_t>{0});
  CHECK(resized<std::uint8_t>({255, 255, 255, 255}, {2, 2}, {3, 5}, interpolation::linear) ==
        std::vector<std::uint8_t>(15, 255));
}

TEST_CASE("every size to every size: pixels and gradients are those of the definition") {
  index_t const most = 9;
  for (bool const linear : {false, true})
    for (index_t from = 1; from <= most; ++from)
      for (index_t to = 1; to <= most; ++to) {
        CAPTURE(from);
        CAPTURE(to);
        auto const values = test::any_values<float>(2 * most, 5);
        std::vector<float> out(values.size()), grad(values.size());
        auto const x = ma::signals(values.data(), {2, 1, most});
        auto p = ma::make_plan(
            with(ma::resizemix{.interpolation = linear ? ma::interpolation::linear : ma::interpolation::nearest},
                 ma::pairing::reverse{}),
            x, ma::key{});
        p.edit([&](auto& c) {
          for (index_t i = 0; i < 2; ++i) {
            auto const begin = static_cast<std::int32_t>(most - to), first = static_cast<std::int32_t>(most - from);
            c.region.to[i] = {0, 1, 0, 1, begin / 2, begin / 2 + static_cast<std::int32_t>(to)};
            c.region.from[i] = {0, 1, 0, 1, first, static_cast<std::int32_t>(most)};
            c.region.how[i] = linear ? ma::interpolation::linear : ma::interpolation::nearest;
          }
        });
        ma::apply(p, x, ma::signals(out.data(), {2, 1, most}));
        bool const fma = test::exact<ma::serial>();
        CHECK(reference::first_wrong(p, values, values, out, fma) == -1);
        ma::apply_adjoint(p, x, ma::signals(grad.data(), {2, 1, most}));
        index_t wrong = 0;
        for (index_t j = 0; j < 2; ++j)
          for (index_t e = 0; e < most; ++e) {
            double bound = 0;
            float const sum = reference::gradient(p, values, most, j, j, e, true, true, bound);
            wrong += !reference::is_gradient(grad[static_cast<std::size_t>(j * most + e)], sum, bound, fma);
          }
        CHECK(wrong == 0);
      }
}

TEST_CASE("what has no weight is not read: infinities and NaN stay where they are") {
  float const inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  using ma::interpolation;
  // 6 to 2 by the middle of three pixels: the neighbours have no weight.
  auto const middle = resized<float>({inf, 1, nan, nan, 2, inf}, {1, 6}, {1, 2}, interpolation::linear);
  CHECK(middle == std::vector<float>{1, 2});
  // The first and the last pixel are clamped, and read alone.
  auto const ends = resized<float>({1, inf, 2}, {1, 3}, {1, 9}, interpolation::linear);
  CHECK((ends[0] == 1 && ends[8] == 2));
  // The same size is a copy.
  CHECK(resized<float>({inf, -inf, 3}, {1, 3}, {1, 3}, interpolation::linear) == std::vector<float>{inf, -inf, 3});
}

TEST_CASE("integer pixels of every width are interpolated exactly and rounded once, in volumes too") {
  auto const check = [](auto zero) {
    using T = decltype(zero);
    using E = typename ma::detail::pixel_element<T>::type;
    std::vector<T> const whole = [] {
      std::vector<T> v(2 * 5 * 4 * 6);
      std::uint64_t word = 88172645463325252u;
      for (T& e : v) {
        word ^= word << 13, word ^= word >> 7, word ^= word << 17;
        e = word % 5 == 0   ? std::numeric_limits<T>::max()
            : word % 5 == 1 ? std::numeric_limits<T>::min()
                            : static_cast<T>(word >> 8);
      }
      return v;
    }();
    std::vector<T> out(whole.size());
    std::vector<E> in(whole.size()), mixed(whole.size());
    std::memcpy(in.data(), whole.data(), whole.size() * sizeof(T));
    auto const x = ma::as_pixels(ma::volumes(whole.data(), {2, 1, 5, 4, 6}));
    test::random_resize linear;
    linear.linear = true;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      auto const p = ma::make_plan(with(ma::resizemix{}, linear, ma::pairing::reverse{}), x, ma::key{.seed = seed});
      ma::apply(p, x, ma::as_pixels(ma::volumes(out.data(), {2, 1, 5, 4, 6})));
      std::memcpy(mixed.data(), out.data(), out.size() * sizeof(T));
      CHECK(reference::first_wrong(p, in, in, mixed, true) == -1);
    }
  };
  check(std::uint8_t{});
  check(std::int8_t{});
  check(std::uint16_t{});
  check(std::int16_t{});
  check(std::uint32_t{});
  check(std::int32_t{});
}

TEST_CASE("the box is trunc(tau S) around a uniform centre, tau uniform on the scope") {
  int const n = reference::draws(60000);
  auto const x = ma::nchw<float>(nullptr, {n, 1, 20, 30});
  auto const p = ma::make_plan(ma::resizemix{.scope_min = 0.3f, .scope_max = 0.7f}, x, ma::key{.seed = 21});
  std::vector<double> sides(21), expected(21), centres(30);
  double inside = 0;
  for (index_t i = 0; i < n; ++i) {
    ma::box const b = p.region.to[i];
    CHECK(p.region.from[i] == ma::box{0, 1, 0, 20, 0, 30});
    CHECK(p.ratio[i] == 0.0f);
    CHECK(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(b.volume()) / 600.0));
    if (b.x0 == 0 || b.x1 == 30) continue;  // not clipped: the side is even, 2 trunc(trunc(tau 30) / 2)
    ++inside;
    ++sides[static_cast<std::size_t>(b.x1 - b.x0)];
    ++centres[static_cast<std::size_t>((b.x0 + b.x1) / 2)];
  }
  // P(trunc(30 tau) = s) is its part of [9, 21); centres c with c - h > 0 and c + h < 30 are 30 - 2 h - 1 of 30.
  double all = 0;
  for (int s = 9; s < 21; ++s) {
    int const h = s / 2;
    expected[static_cast<std::size_t>(2 * h)] += (29.0 - 2 * h) / 30 / 12;
    all += (29.0 - 2 * h) / 30 / 12;
  }
  CHECK(std::fabs(inside / n - all) < 5 * std::sqrt(all * (1 - all) / n));
  std::vector<double> counts, law;
  for (std::size_t s = 0; s < sides.size(); ++s) {
    if (expected[s] == 0) CHECK(sides[s] == 0);
    if (expected[s] > 0) counts.push_back(sides[s]), law.push_back(expected[s] / all * inside);
  }
  CHECK(reference::chi_square_p(counts, law) > reference::level(2));
  CHECK(std::count(centres.begin(), centres.end(), 0.0) < 12);  // the middle centres are all met
}

TEST_CASE("signals, volumes, axes of one pixel, one box a batch, a box that is missed") {
  auto const one = [](auto const& x, ma::resizemix const& m) { return ma::make_plan(m, x, ma::key{.seed = 2}); };
  auto const line = one(ma::nchw<float>(nullptr, {9, 1, 1, 40}), {});
  auto const volume = one(ma::volumes<float>(nullptr, {9, 1, 10, 12, 14}), {.scope_min = 0.5f});
  for (index_t i = 0; i < 9; ++i) {
    CHECK((line.region.to[i].y0 == 0 && line.region.to[i].y1 == 1));
    CHECK(volume.region.from[i] == ma::box{0, 10, 0, 12, 0, 14});
  }
  auto const batch = one(ma::nchw<float>(nullptr, {9, 1, 30, 30}), {.mode = ma::mode::batch});
  for (index_t i = 1; i < 9; ++i) CHECK(batch.region.to[i] == batch.region.to[0]);
  // trunc(0.1 * 15) = 1, of which half is nothing: such rows stay as they are.
  auto const small = one(ma::nchw<float>(nullptr, {400, 1, 15, 15}), {.scope_max = 0.3f});
  int kept = 0;
  for (index_t i = 0; i < 400; ++i) {
    kept += small.region.to[i].empty() ? 1 : 0;
    CHECK(small.region.to[i].empty() == (small.share_self[i] == 1.0f));
  }
  CHECK((kept > 20 && kept < 380));
}

TEST_CASE("at another resolution both boxes follow, and vanish together") {
  auto const x = ma::nchw<float>(nullptr, {9, 1, 40, 40});
  auto const p = ma::make_plan(ma::resizemix{}, x, ma::key{.seed = 6});
  auto const q = ma::rescaled(p, {20, 10});
  auto const tiny = ma::rescaled(p, {2, 2});
  for (index_t i = 0; i < 9; ++i) {
    CHECK(q.region.from[i] == (q.region.to[i].empty() ? ma::no_box : ma::box{0, 1, 0, 20, 0, 10}));
    CHECK(q.share_self[i] == p.share_self[i]);
    CHECK(tiny.region.from[i].empty() == tiny.region.to[i].empty());
  }
}

TEST_CASE("ids follow the nearest pixel and refuse linear, on every step; in place is refused") {
  std::vector<std::int32_t> ids(4 * 12 * 12, 3), out(ids.size());
  auto const x = ma::masks(ids.data(), {4, 12, 12});
  auto const images = ma::nchw<float>(nullptr, {4, 3, 12, 12});
  auto const near = ma::make_plan(ma::resizemix{}, images, ma::key{});
  ma::apply(near, x, ma::masks(out.data(), {4, 12, 12}));
  CHECK(out == ids);
  auto const linear =
      ma::make_plan(ma::resizemix{.interpolation = ma::interpolation::linear, .prob = 0.01f}, images, ma::key{});
  CHECK(linear.flags().blends);
  CHECK(!near.flags().blends);
  CHECK(refusal([&] {
          ma::apply(linear, x, ma::masks(out.data(), {4, 12, 12}));
        }).find("resized linearly") != std::string::npos);
  std::vector<float> pixels(4 * 3 * 144);
  CHECK(refusal([&] {
          ma::apply_inplace(near, ma::nchw(pixels.data(), {4, 3, 12, 12}));
        }).find("another place") != std::string::npos);
  std::string const text = [&] {
    std::ostringstream o;
    ma::write_plan(o, linear);
    return o.str();
  }();
  std::istringstream lies(
      "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 4 4\n"
      "key 0 0 0 0 0\nblends 0 moves 1 local 1\nchoice 0 resized_box mix\n"
      "columns choice self partner ratio share_self share_partner weight_self weight_partner "
      "field\n0 0 0 0 1 0 1 1 linear 0,1,0,2,0,2 0,1,0,4,0,4\nend 1\n");
  CHECK(refusal([&] { ma::read_plan(lies); }).find("blends 0") != std::string::npos);
  CHECK(text.find("blends 1 moves 1") != std::string::npos);
}

TEST_CASE("what resizemix refuses") {
  auto const plan = [&](ma::resizemix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(m, in, ma::key{}); });
  };
  auto const x = ma::nchw<float>(nullptr, {2, 1, 20, 30});
  float const nan = std::numeric_limits<float>::quiet_NaN();
  for (ma::resizemix const& m :
       {ma::resizemix{.scope_min = 0}, ma::resizemix{.scope_min = -0.1f}, ma::resizemix{.scope_min = 0.9f},
        ma::resizemix{.scope_max = 1.1f}, ma::resizemix{.scope_max = nan}, ma::resizemix{.scope_min = nan}})
    CHECK(plan(m, x).find("0 < scope_min <= scope_max <= 1, fractions of the sides") != std::string::npos);
  CHECK(plan({.scope_max = 0.1f}, ma::nchw<float>(nullptr, {2, 1, 19, 19})).find("would leave the batch as it is") !=
        std::string::npos);
  CHECK(plan({}, ma::features<float>(nullptr, {2, 9})).find("needs spatial extents") != std::string::npos);
  CHECK(plan({}, ma::nchw<float>(nullptr, {2, 3, 1, 1})).find("one pixel") != std::string::npos);
  CHECK(plan({.prob = 2}, x).find("prob") != std::string::npos);
}

}  // namespace resizemix_test
