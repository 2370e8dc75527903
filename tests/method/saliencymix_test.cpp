#include <doctest/doctest.h>

#include <algorithm>

#include "reference/adjoint_reference.hpp"
#include "reference/salient_reference.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/score_maps.hpp"

namespace saliencymix_test {

using ma::index_t;

namespace {

constexpr ma::scheme schemes[] = {ma::scheme::salient_to_corresponding,   ma::scheme::salient_to_salient,
                                  ma::scheme::salient_to_non_salient,     ma::scheme::non_salient_to_salient,
                                  ma::scheme::non_salient_to_non_salient, ma::scheme::non_salient_to_corresponding};
constexpr ma::serial one{};

struct batch {
  index_t n, h, w;
  std::vector<std::uint8_t> bytes = test::soft_images(n, 3, h, w, 2);
  auto view() const { return ma::nchw(bytes.data(), {n, index_t{3}, h, w}); }
};

/// visit(method) for every scheme, anchor and window that there is.
template <class Visit>
void every_form(Visit const& visit) {
  for (ma::scheme s : schemes)
    for (int form = 0; form < 3; ++form) {
      bool const moves = s != ma::scheme::salient_to_corresponding && s != ma::scheme::non_salient_to_corresponding;
      if (form == 2 && moves) continue;
      CAPTURE(static_cast<int>(s));
      CAPTURE(form);
      visit(ma::saliencymix{.prob = 0.9f,
                            .scheme = s,
                            .search = form == 1 ? ma::search::box_sum : ma::search::pixel,
                            .border = form == 2 ? ma::border::clip : ma::border::shift});
    }
}

}  // namespace

TEST_CASE("every scheme pastes what its boxes say, on any layout, and labels follow the measured share") {
  batch const b{9, 16, 22};
  index_t const area = b.h * b.w, row = 3 * area;
  every_form([&](ma::saliencymix const& m) {
    auto const p = ma::make_plan(one, m, b.view(), ma::key{.seed = 4});
    auto bytes = test::room<ma::serial>(ma::nchw<std::uint8_t>(nullptr, {b.n, index_t{3}, b.h, b.w}));
    ma::apply(one, p, b.view(), bytes.view());
    CHECK(reference::first_wrong(p, b.bytes, b.bytes, bytes.read(), true) == -1);
    auto const values = test::any_values<float>(b.n * row, 8);
    for (int nhwc = 0; nhwc < 2; ++nhwc) {
      auto const layout = nhwc == 1 ? ma::nhwc<float>(nullptr, {b.n, b.h, b.w, index_t{3}})
                                    : ma::nchw<float>(nullptr, {b.n, index_t{3}, b.h, b.w});
      auto x = test::place<ma::serial>(layout, values),
           g = test::place<ma::serial>(layout, test::any_values<float>(b.n * row, 9));
      auto out = test::room<ma::serial>(layout), back = test::room<ma::serial>(layout);
      ma::apply(one, p, x.view(), out.view());
      CHECK(reference::first_wrong(p, values, values, out.read(), true) == -1);
      // <apply(x), g> = <x, adjoint(g)>, within the rounding of the sums.
      ma::apply_adjoint(one, p, g.view(), back.view());
      double forward = 0, backward = 0;
      auto const mixed = out.read(), grads = g.read(), sums = back.read();
      for (std::size_t k = 0; k < mixed.size(); ++k)
        forward += double{mixed[k]} * double{grads[k]}, backward += double{values[k]} * double{sums[k]};
      CHECK(std::fabs(forward - backward) < 1e-3);
      // The share, counted in the output: each pixel of a row's own image is told by its value.
      std::vector<float> named;
      for (index_t k = 0; k < b.n * row; ++k) named.push_back(static_cast<float>(k / row + 1));
      auto mine = test::place<ma::serial>(layout, named);
      ma::apply(one, p, mine.view(), out.view());
      auto const seen = out.read();
      for (index_t i = 0; i < b.n; ++i) {
        auto const kept = std::count(seen.begin() + i * row, seen.begin() + i * row + area, static_cast<float>(i + 1));
        bool const self = p.partner[i] == i;  // a partner may be the row itself: then nothing can be told
        if (self) continue;
        CHECK(ma::pixel_share(p, i) == 1.0 - static_cast<double>(area - kept) / static_cast<double>(area));
        CHECK(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
        CHECK(p.share_partner[i] == 1.0f - p.share_self[i]);
      }
    }
    if (!p.flags().moved) {
      auto x = test::place<ma::serial>(ma::nchw<std::uint8_t>(nullptr, {b.n, index_t{3}, b.h, b.w}), b.bytes);
      ma::apply_inplace(one, p, x.view());
      CHECK(test::first_difference(x.read(), bytes.read()) == -1);
    }
  });
}

TEST_CASE("alpha = 1: the share that a sample keeps is uniform; prob 0 mixes nothing, prob 1 every sample") {
  constexpr index_t n = 4000, h = 2, w = 3;
  std::vector<float> const maps = test::score_maps(n, h, w, 6);
  auto const x = ma::nchw<float>(nullptr, {n, index_t{1}, h, w});
  auto const plan = [&](ma::saliencymix const& m) {
    return ma::make_plan(one, m, ma::inputs(x).scores(ma::scores(maps.data(), {n, h, w})), ma::key{.seed = 12});
  };
  auto const all = plan({}), none = plan({.prob = 0}), half = plan({.prob = 0.5f}), far = plan({.alpha = 8});
  std::vector<double> drawn, peaked;
  index_t mixed = 0;
  for (index_t i = 0; i < n; ++i) {
    drawn.push_back(double{all.ratio[i]}),
        peaked.push_back(static_cast<double>(reference::beta_cdf(8, static_cast<long double>(far.ratio[i]))));
    CHECK((none.ratio[i] == 1.0f && none.region.to[i] == ma::no_box && none.region.from[i] == ma::no_box &&
           none.share_self[i] == 1.0f && none.partner[i] == all.partner[i]));
    mixed += half.ratio[i] < 1.0f ? 1 : 0;
    CHECK((half.ratio[i] == 1.0f || (half.ratio[i] == all.ratio[i] && half.region.to[i] == all.region.to[i])));
  }
  std::sort(drawn.begin(), drawn.end()), std::sort(peaked.begin(), peaked.end());
  CHECK(reference::ks_p(drawn) > reference::level(2));
  CHECK(reference::ks_p(peaked) > reference::level(2));
  CHECK((mixed > n / 2 - 160 && mixed < n / 2 + 160));  // five standard deviations
}

TEST_CASE("border = clip is the published box: [c - cut / 2, c + cut / 2), cut = int(S sqrt(1 - lambda)), clipped") {
  constexpr index_t n = 300, h = 20, w = 30;
  std::vector<float> const maps = test::score_maps(n, h, w, 8);
  auto const in =
      ma::inputs(ma::nchw<float>(nullptr, {n, index_t{3}, h, w})).scores(ma::scores(maps.data(), {n, h, w}));
  auto const p = ma::make_plan(one, ma::saliencymix{.border = ma::border::clip}, in, ma::key{.seed = 5});
  index_t clipped = 0;
  for (index_t i = 0; i < n; ++i) {
    float const* const map = maps.data() + p.partner[i] * h * w;
    index_t const at = std::max_element(map, map + h * w) - map, y = at / w, x = at % w;
    double const root = std::sqrt(1.0 - double{p.ratio[i]});
    auto const cut_h = static_cast<index_t>(static_cast<double>(h) * root),
               cut_w = static_cast<index_t>(static_cast<double>(w) * root);
    auto const side = [](index_t v, index_t most) {
      return static_cast<std::int32_t>(std::clamp<index_t>(v, 0, most));
    };
    ma::box const b{
        0, 1, side(y - cut_h / 2, h), side(y + cut_h / 2, h), side(x - cut_w / 2, w), side(x + cut_w / 2, w)};
    CHECK((p.region.to[i] == b || (b.empty() && p.region.to[i].empty())));
    CHECK(p.region.from[i] == p.region.to[i]);
    CHECK(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(b.volume()) / (h * w)));
    clipped += b.volume() < (cut_h / 2 * 2) * (cut_w / 2 * 2) ? 1 : 0;
  }
  CHECK(clipped > n / 4);
}

TEST_CASE("the box follows the object of 8-bit images, and of the floats that a loader makes of them") {
  batch const b{12, 24, 24};
  std::vector<float> loaded;
  float const mean[] = {0.485f, 0.456f, 0.406f}, std[] = {0.229f, 0.224f, 0.225f};
  for (std::size_t k = 0; k < b.bytes.size(); ++k) {
    std::size_t const c = k / (24 * 24) % 3;
    loaded.push_back((static_cast<float>(b.bytes[k]) / 255.0f - mean[c]) / std[c]);
  }
  ma::channel_stats const stats{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
  auto const floats = ma::nchw(loaded.data(), {12, 3, 24, 24});
  auto const same = [&](auto detector) {
    auto const p = ma::make_plan(one, ma::saliencymix{.scheme = ma::scheme::salient_to_salient, .detector = detector},
                                 b.view(), ma::key{.seed = 3});
    detector.normalised = stats;
    return test::same_plan(
        p, ma::make_plan(one, ma::saliencymix{.scheme = ma::scheme::salient_to_salient, .detector = detector}, floats,
                         ma::key{.seed = 3}));
  };
  CHECK((same(ma::saliency::fine_grained{}) && same(ma::saliency::spectral_residual{}) &&
         same(ma::saliency::frequency_tuned{})));
}

}  // namespace saliencymix_test
